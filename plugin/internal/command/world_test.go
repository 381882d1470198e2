package command

import (
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	metadatafake "k8s.io/client-go/metadata/fake"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

// noon is when tests look.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func ago(minutes int) string {
	return noon.Add(-time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

type object = map[string]any

// world is an API server with those objects, in namespace shop.
type world struct {
	t        *testing.T
	objects  []*unstructured.Unstructured
	dynamic  *dynamicfake.FakeDynamicClient
	metadata *metadatafake.FakeMetadataClient
	client   *cluster.Client
	terminal bool
	input    string
}

func newWorld(t *testing.T, objects ...object) *world {
	t.Helper()
	w := &world{t: t}
	w.add("v1", "Namespace", object{"metadata": object{"name": "shop", "labels": object{rules.Versioning: rules.OptedIn}}})
	for _, one := range objects {
		version, _ := one["apiVersion"].(string)
		kind, _ := one["kind"].(string)
		w.add(version, kind, one)
	}
	return w
}

func (w *world) add(apiVersion, kind string, content object) {
	content["apiVersion"], content["kind"] = apiVersion, kind
	one := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(content)}
	if one.GetUID() == "" {
		one.SetUID(types.UID(kind + "-" + one.GetName()))
	}
	w.objects = append(w.objects, one)
}

// start makes the clients; reactors can be put before it runs.
func (w *world) start() *world {
	lists := map[schema.GroupVersionResource]string{
		cluster.ConfigMaps: "ConfigMapList", cluster.Secrets: "SecretList", cluster.Namespaces: "NamespaceList", cluster.Pods: "PodList",
		{Group: "apps", Version: "v1", Resource: "controllerrevisions"}: "ControllerRevisionList",
	}
	for _, kind := range append(rules.Kinds(), rules.CustomKinds()...) {
		lists[kind.GVR()] = kind.Kind + "List"
	}
	var all, metadata []runtime.Object
	for _, one := range w.objects {
		all = append(all, one.DeepCopy())
		metadata = append(metadata, &metav1.PartialObjectMetadata{
			TypeMeta: metav1.TypeMeta{APIVersion: one.GetAPIVersion(), Kind: one.GetKind()},
			ObjectMeta: metav1.ObjectMeta{
				Name: one.GetName(), Namespace: one.GetNamespace(), UID: one.GetUID(), Labels: one.GetLabels(), Annotations: one.GetAnnotations(),
				OwnerReferences: one.GetOwnerReferences(), CreationTimestamp: one.GetCreationTimestamp(),
			},
		})
	}
	w.dynamic = dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists, all...)
	scheme := metadatafake.NewTestScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		w.t.Fatal(err)
	}
	w.metadata = metadatafake.NewSimpleMetadataClient(scheme, metadata...)
	w.client = &cluster.Client{Dynamic: w.dynamic, Metadata: w.metadata}
	return w
}

// result of a run.
type result struct {
	code     int
	out, err string
}

func (w *world) run(args ...string) result {
	w.t.Helper()
	if w.client == nil {
		w.start()
	}
	w.t.Setenv("KUBECONFIG", filepath.Join(w.t.TempDir(), "none"))
	w.t.Setenv("NO_COLOR", "")
	w.t.Setenv("TERM", "xterm")
	var out, err bytes.Buffer
	app := NewApp(Streams{In: strings.NewReader(w.input), Out: &out, Err: &err})
	app.Connect = func(*App) (*cluster.Client, error) { return w.client, nil }
	app.Now = func() time.Time { return noon }
	app.IsTerminal = func(any) bool { return w.terminal }
	app.Width = func() int { return 100 }
	hasNamespace := false
	for _, arg := range args {
		hasNamespace = hasNamespace || arg == "-n" || arg == "-A"
	}
	if !hasNamespace {
		args = append(args, "-n", "shop")
	}
	code := Main(context.Background(), app, args)
	return result{code, out.String(), err.String()}
}

// golden compares what a run prints with the file of that name.
func (w *world) golden(name string, args ...string) result {
	w.t.Helper()
	found := w.run(args...)
	text := fmt.Sprintf("$ kubectl lockstep %s\n%s", strings.Join(args, " "), found.out)
	if found.err != "" {
		text += "--- standard error\n" + found.err
	}
	text += fmt.Sprintf("--- exit code %d\n", found.code)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	expected, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	if text != string(expected) {
		w.t.Errorf("%s differs; it is now:\n%s\nand was:\n%s", file, text, expected)
	}
	return found
}

// --- Objects ---------------------------------------------------------------------------------------------------------

func meta(name string, minutes int, labels, annotations object) object {
	return object{"name": name, "namespace": "shop", "creationTimestamp": ago(minutes), "labels": labels, "annotations": annotations, "resourceVersion": "7"}
}

func encoded(kind string, data map[string]string) object {
	result := object{}
	for key, value := range data {
		if kind == "Secret" {
			value = base64.StdEncoding.EncodeToString([]byte(value))
		}
		result[key] = value
	}
	return result
}

func head(kind, name, version string, data map[string]string) object {
	return object{
		"apiVersion": "v1", "kind": kind, "data": encoded(kind, data),
		"metadata": meta(name, 100, object{rules.Role: rules.HeadRole, rules.VersionKey: version}, object{rules.ChangedBy: "alice"}),
	}
}

func version(kind, name, number string, minutes int, by string, data map[string]string) object {
	at := rules.Head{Kind: kind, Name: name}
	return object{
		"apiVersion": "v1", "kind": kind, "data": encoded(kind, data), "immutable": true,
		"metadata": meta(name+"-"+number, minutes, object{
			rules.Role: rules.VersionRole, rules.VersionKey: number, rules.HeadKey: at.Label(), rules.ContentKey: "h1-0123456789abcdef",
		}, object{rules.HeadName: name, rules.ChangedBy: by}),
	}
}

func annotated(one object, key, value string) object {
	metadata := one["metadata"].(object)
	annotations, _ := metadata["annotations"].(object)
	if annotations == nil {
		annotations = object{}
	}
	annotations[key] = value
	metadata["annotations"] = annotations
	return one
}

// template of one container that reads those ConfigMaps and Secrets by envFrom: configmap/a, secret/b.
func template(image, bindings string, names ...string) object {
	var from []any
	for _, name := range names {
		kind, name, _ := strings.Cut(name, "/")
		if kind == "secret" {
			from = append(from, object{"secretRef": object{"name": name}})
		} else {
			from = append(from, object{"configMapRef": object{"name": name}})
		}
	}
	annotations := object{}
	if bindings != "" {
		annotations[rules.BindingsKey] = bindings
	}
	return object{
		"metadata": object{"labels": object{"app": "x"}, "annotations": annotations},
		"spec":     object{"containers": []any{object{"name": "app", "image": image, "envFrom": from}}},
	}
}

func workload(kind, name string, ready int64, template object) object {
	apiVersion := "apps/v1"
	if kind == "Rollout" {
		apiVersion = "argoproj.io/v1alpha1"
	}
	return object{
		"apiVersion": apiVersion, "kind": kind, "metadata": meta(name, 100, object{"app": name}, object{}),
		"spec":   object{"replicas": int64(2), "template": template},
		"status": object{"readyReplicas": ready},
	}
}

func owned(one object, kind, name string) object {
	yes := true
	apiVersion := "apps/v1"
	one["metadata"].(object)["ownerReferences"] = []any{object{
		"apiVersion": apiVersion, "kind": kind, "name": name, "uid": kind + "-" + name, "controller": yes,
	}}
	return one
}

func replicaSet(deployment, name string, revision string, minutes int, template object) object {
	return owned(object{
		"apiVersion": "apps/v1", "kind": "ReplicaSet",
		"metadata": meta(name, minutes, object{}, object{rules.DeploymentRevision: revision}),
		"spec":     object{"template": template},
	}, "Deployment", deployment)
}

func controllerRevision(kind, owner, name string, revision int64, minutes int, template object) object {
	template["$patch"] = "replace"
	return owned(object{
		"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": revision,
		"metadata": meta(name, minutes, object{}, object{}),
		"data":     object{"spec": object{"template": template}},
	}, kind, owner)
}

func pod(set, name string, status object, template object) object {
	return owned(object{
		"apiVersion": "v1", "kind": "Pod", "metadata": meta(name, 5, object{}, object{}), "spec": template["spec"], "status": status,
	}, "ReplicaSet", set)
}

var running = object{"phase": "Running", "conditions": []any{object{"type": "Ready", "status": "True"}}}
