package dashboard

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	metadatafake "k8s.io/client-go/metadata/fake"
	clienttesting "k8s.io/client-go/testing"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

type object = map[string]any

func meta(name string, labels, annotations object) object {
	return object{"name": name, "namespace": "shop", "uid": "uid-" + name, "creationTimestamp": "2026-01-01T11:00:00Z", "labels": labels, "annotations": annotations}
}

func configuration(kind, name, number, value string) []object {
	content := object{"password": value}
	return []object{
		{"apiVersion": "v1", "kind": kind, "data": content, "metadata": meta(name, object{rules.Role: rules.HeadRole, rules.VersionKey: number}, nil)},
		{"apiVersion": "v1", "kind": kind, "data": content, "metadata": meta(name+"-"+number, object{
			rules.Role: rules.VersionRole, rules.VersionKey: number, rules.HeadKey: name}, object{rules.HeadName: name, rules.ChangedBy: "<script>alert(1)</script>"})},
	}
}

func template(image, version string) object {
	return object{
		"metadata": object{"annotations": object{rules.BindingsKey: "secret/web-secret=" + version}},
		"spec":     object{"containers": []any{object{"name": "app", "image": image, "envFrom": []any{object{"secretRef": object{"name": "web-secret-" + version}}}}}},
	}
}

func replicaSet(name, revision string, template object) object {
	metadata := meta(name, nil, object{rules.DeploymentRevision: revision})
	metadata["ownerReferences"] = []any{object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "uid-web", "controller": true}}
	return object{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": object{"template": template}}
}

// started serves a namespace with a Deployment of two revisions, and answers what was patched.
func started(t *testing.T) (*Server, *httptest.Server, *[]clienttesting.PatchActionImpl) {
	t.Helper()
	objects := append(configuration("Secret", "web-secret", "v001", "aHVudGVyMw=="), configuration("Secret", "web-secret", "v000", "aHVudGVyMg==")[1],
		object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": "shop", "labels": object{rules.Versioning: rules.OptedIn}}},
		object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("web", nil, object{rules.DeploymentRevision: "2"}), "spec": object{"template": template("web:2", "v001")}},
		replicaSet("web-a", "1", template("web:1", "v000")), replicaSet("web-b", "2", template("web:2", "v001")))
	lists := map[schema.GroupVersionResource]string{
		cluster.ConfigMaps: "ConfigMapList", cluster.Secrets: "SecretList", cluster.Namespaces: "NamespaceList", cluster.Pods: "PodList",
		{Group: "apps", Version: "v1", Resource: "controllerrevisions"}: "ControllerRevisionList",
	}
	for _, kind := range append(rules.Kinds(), rules.CustomKinds()...) {
		lists[kind.GVR()] = kind.Kind + "List"
	}
	var full, metadata []runtime.Object
	for _, one := range objects {
		whole := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(one)}
		full = append(full, whole)
		metadata = append(metadata, &metav1.PartialObjectMetadata{
			TypeMeta:   metav1.TypeMeta{APIVersion: whole.GetAPIVersion(), Kind: whole.GetKind()},
			ObjectMeta: metav1.ObjectMeta{Name: whole.GetName(), Namespace: whole.GetNamespace(), Labels: whole.GetLabels(), Annotations: whole.GetAnnotations()},
		})
	}
	scheme := metadatafake.NewTestScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	dynamic := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists, full...)
	var patches []clienttesting.PatchActionImpl
	dynamic.PrependReactor("patch", "deployments", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, _ := action.(clienttesting.PatchActionImpl)
		patches = append(patches, patch)
		return true, &unstructured.Unstructured{Object: object{"apiVersion": "apps/v1", "kind": "Deployment",
			"metadata": meta("web", nil, object{rules.HeldKey: "secret/web-secret=v000"}), "spec": object{"template": template("web:1", "v000")}}}, nil
	})
	client := &cluster.Client{Dynamic: dynamic, Metadata: metadatafake.NewSimpleMetadataClient(scheme, metadata...)}
	server, err := New(client, "shop", "test", func() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	http := httptest.NewUnstartedServer(server.Serve(listener).Handler)
	_ = http.Listener.Close()
	http.Listener = listener
	http.Start()
	t.Cleanup(http.Close)
	return server, http, &patches
}

func do(t *testing.T, method, url, content string, change func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequest(method, url, bytes.NewBufferString(content))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Lockstep", "yes")
	}
	if change != nil {
		change(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

func TestItListensOnLoopbackAlone(t *testing.T) {
	listener, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() {
		t.Errorf("%s", listener.Addr())
	}
}

func TestTheTokenIsRandomAndNeeded(t *testing.T) {
	one, http1, _ := started(t)
	two, _, _ := started(t)
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(one.token) || one.token == two.token {
		t.Errorf("%s %s", one.token, two.token)
	}
	if code, text, _ := do(t, "GET", one.URL(), "", nil); code != 200 || !strings.Contains(text, "<title>Lockstep</title>") {
		t.Errorf("%d %s", code, text)
	}
	for _, path := range []string{"/", "/" + two.token + "/", "/" + one.token[:31] + "/", "/" + one.token, "/api/status?namespace=shop", "/app.js", "//" + one.token + "/", "/" + strings.ToUpper(one.token) + "x/"} {
		if code, text, _ := do(t, "GET", http1.URL+path, "", nil); code != 404 || text != "not found\n" {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
}

// DNS rebinding: a name of an attacker's that points to 127.0.0.1. And pages elsewhere that know the token.
func TestOtherNamesAndOtherPagesGetNothing(t *testing.T) {
	server, _, patches := started(t)
	for name, change := range map[string]func(*http.Request){
		"another name":       func(r *http.Request) { r.Host = "evil.example.com" },
		"another port":       func(r *http.Request) { r.Host = "127.0.0.1:1" },
		"another site":       func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another origin":     func(r *http.Request) { r.Header.Set("Origin", "http://evil.example.com") },
		"a form":             func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"without the header": func(r *http.Request) { r.Header.Del("X-Lockstep") },
	} {
		code, _, _ := do(t, "POST", server.URL()+"api/undo", `{"namespace":"shop","id":"deployment/web","revision":1,"confirm":"deployment/web"}`, change)
		if code != 404 {
			t.Errorf("%s: %d", name, code)
		}
	}
	if len(*patches) != 0 {
		t.Errorf("%d patches", len(*patches))
	}
	for _, method := range []string{"PUT", "DELETE", "OPTIONS", "PATCH"} {
		if code, _, _ := do(t, method, server.URL()+"api/undo", "", nil); code != 405 {
			t.Errorf("%s: %d", method, code)
		}
	}
	if code, _, _ := do(t, "GET", server.URL()+"api/undo", "", nil); code != 404 {
		t.Errorf("an undo by GET: %d", code)
	}
}

func TestNothingIsKeptNorRunFromElsewhere(t *testing.T) {
	server, _, _ := started(t)
	_, _, header := do(t, "GET", server.URL(), "", nil)
	for name, part := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cache-Control":           "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if header.Get(name) != part {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	for _, file := range []string{"index.html", "app.js", "style.css"} {
		content, err := page.ReadFile("page/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, risky := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://", "localStorage", "sessionStorage", "document.cookie", " style=", " onclick="} {
			if strings.Contains(string(content), risky) {
				t.Errorf("%s has %s", file, risky)
			}
		}
	}
}

func TestNoValueOfASecretWithoutAskingForIt(t *testing.T) {
	server, _, _ := started(t)
	for _, path := range []string{
		"api/namespaces", "api/status?namespace=shop", "api/workload?namespace=shop&id=deployment/web", "api/heads?namespace=shop", "api/history?namespace=shop&head=secret/web-secret",
		"api/diff?namespace=shop&head=secret/web-secret&from=v000&to=v001", "api/diff?namespace=shop&head=secret/web-secret&from=v000&to=v001&show=true",
	} {
		code, text, _ := do(t, "GET", server.URL()+path, "", nil)
		if code != 200 || strings.Contains(text, "hunter") || strings.Contains(text, "aHVu") {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	if code, text, _ := do(t, "POST", server.URL()+"api/undo", `{"namespace":"shop","id":"deployment/web","revision":1,"dryRun":true}`, nil); code != 200 || strings.Contains(text, "hunter") {
		t.Errorf("%d %s", code, text)
	}
	if code, _, _ := do(t, "GET", server.URL()+"api/reveal", "", nil); code != 404 {
		t.Errorf("%d", code)
	}
	asked := `{"namespace":"shop","head":"secret/web-secret","from":"v000","to":"v001"}`
	if code, text, _ := do(t, "POST", server.URL()+"api/reveal", asked, nil); code != 200 || !strings.Contains(text, `"from":"hunter2","to":"hunter3"`) {
		t.Errorf("%d %s", code, text)
	}
	if code, text, _ := do(t, "GET", server.URL()+"api/diff?namespace=shop&head=secret/web-secret&from=v000&to=v001", "", nil); code != 200 || strings.Contains(text, "hunter") {
		t.Errorf("it is asked each time: %s", text)
	}
}

func TestUndoIsShownFirstAndConfirmedByName(t *testing.T) {
	server, _, patches := started(t)
	code, text, _ := do(t, "POST", server.URL()+"api/undo", `{"namespace":"shop","id":"deployment/web","revision":1,"dryRun":true}`, nil)
	var shown struct {
		Changes bool
		Undo    struct {
			Images []struct{ From, To string }
			Held   map[string]string
		}
	}
	if err := json.Unmarshal([]byte(text), &shown); err != nil || code != 200 {
		t.Fatalf("%d %s", code, text)
	}
	if !shown.Changes || shown.Undo.Images[0].From != "web:2" || shown.Undo.Images[0].To != "web:1" || shown.Undo.Held["secret/web-secret"] != "v000" {
		t.Errorf("%s", text)
	}
	for _, confirm := range []string{"", "deployment/other"} {
		code, text, _ = do(t, "POST", server.URL()+"api/undo", `{"namespace":"shop","id":"deployment/web","revision":1,"confirm":"`+confirm+`"}`, nil)
		if code != 422 || !strings.Contains(text, "it was not confirmed") {
			t.Errorf("%d %s", code, text)
		}
	}
	for _, patch := range *patches {
		if len(patch.PatchOptions.DryRun) != 1 {
			t.Errorf("it wrote %s", patch.GetPatch())
		}
	}
	if code, text, _ = do(t, "POST", server.URL()+"api/undo", `{"namespace":"shop","id":"deployment/web","revision":1,"confirm":"deployment/web"}`, nil); code != 200 {
		t.Errorf("%d %s", code, text)
	}
	if last := (*patches)[len(*patches)-1]; len(last.PatchOptions.DryRun) != 0 {
		t.Errorf("%+v", last)
	}
}

func TestWhatIsAskedForIsChecked(t *testing.T) {
	server, _, _ := started(t)
	for _, path := range []string{
		"api/status", "api/status?namespace=../kube-system", "api/workload?namespace=shop&id=web", "api/workload?namespace=shop&id=deployment/../web", "api/history?namespace=shop&head=pod/x",
		"api/diff?namespace=shop&head=secret/web-secret&from=v000&to=current", "api/diff?namespace=shop&head=secret/other&from=v000&to=v001",
	} {
		if code, text, _ := do(t, "GET", server.URL()+path, "", nil); code != 422 || !strings.HasPrefix(text, `{"error":`) {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
}
