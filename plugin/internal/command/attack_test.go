package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"

	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

// evil is in every field that the API server lets it through in: a forged row, a title of the terminal, colours, a
// right-to-left override, C1's CSI.
const evil = "x\nv009 *  1m  cfo@bank  +rate  deploy/ledger\r\x1b]0;owned\x07\x1b[31m\u202e\u009b31m\tend"

func evilWorld(t *testing.T) *world {
	t.Helper()
	status := object{
		"phase": evil, "reason": evil,
		"conditions":        []any{object{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": evil}},
		"containerStatuses": []any{object{"state": object{"waiting": object{"reason": evil, "message": evil}}}},
	}
	bad := template(evil, config0, "configmap/web-config-v000", "configmap/web-config", "configmap/"+evil, "secret/"+evil)
	container := bad["spec"].(object)["containers"].([]any)[0].(object)
	container["name"] = evil
	container["env"] = []any{object{"name": evil, "value": evil}}
	container["command"] = []any{evil}
	bad["spec"].(object)["volumes"] = []any{object{"name": evil, "configMap": object{"name": evil}}}
	good := template("web:2", config1, "configmap/web-config-v001")
	data := map[string]string{"a": evil, evil: evil, "long": "1\n" + evil + "\n2\n"}
	deployment := workload("Deployment", "web", 1, bad)
	for _, key := range []string{rules.HeldKey, rules.WaitingKey, rules.RolloutKey, rules.SteppedBack, rules.DeploymentRevision, rules.ChangeCause} {
		annotated(deployment, key, evil)
	}
	annotated(deployment, rules.HeldKey, evil+","+config0)
	annotated(deployment, rules.WaitingKey, evil+",configmap/later")
	deployment["status"] = object{"readyReplicas": int64(1), "conditions": []any{object{"type": "Progressing", "status": "False", "reason": evil}}}
	set := replicaSet("web", "web-a", "2", 90, bad)
	annotated(set, rules.DeploymentHistory, evil+",1")
	annotated(set, rules.ChangeCause, evil)
	annotated(set, rules.BaselineKey, evil+","+config0)
	owner := pod("web-a", "web-a-1", status, bad)
	foreign := owned(pod("web-a", "foreign", status, bad), evil, evil)
	w := newWorld(t,
		annotated(annotated(head("ConfigMap", "web-config", "v001", data), rules.ChangedBy, evil), rules.ChangeCause, evil),
		annotated(version("ConfigMap", "web-config", "v000", 90, evil, nil), rules.UnusedSince, evil),
		annotated(annotated(version("ConfigMap", "web-config", "v001", 30, evil, data), rules.ChangeCause, evil), rules.Keep, evil),
		head("Secret", "web-secret", "v001", data),
		version("Secret", "web-secret", "v000", 90, evil, nil),
		version("Secret", "web-secret", "v001", 90, evil, data),
		deployment, set, replicaSet("web", "web-b", "1", 95, good), owner, foreign,
	)
	return w
}

// S6: nobody can forge a row or a colour. Whatever is printed has only line ends of our own, and nothing else that a
// terminal would obey.
func TestNothingOfOthersReachesATerminalAsItIs(t *testing.T) {
	commands := []string{
		"status", "status -o wide", "status --problems", "status -o name", "status -A", "history web-config", "history web-config -o wide", "history secret/web-secret",
		"history deploy/web", "history deploy/web -o wide", "tree deploy/web", "tree deploy/web --all", "explain deploy/web", "diff web-config",
		"diff secret/web-secret --show-secrets", "diff secret/web-secret", "diff deploy/web 1 2", "users web-config-v000", "undo deploy/web --dry-run=server --show-secrets",
		"restore web-config v000 --dry-run=server", "restore web-config v000 --yes", "rebind deploy/web --dry-run=server", "adopt --dry-run=server", "adopt --yes",
	}
	for _, line := range commands {
		for _, format := range []string{"", " -o json", " -o yaml"} {
			if strings.Contains(line, "-o ") && format != "" || format != "" && strings.HasPrefix(line, "tree") {
				continue
			}
			w := evilWorld(t).start()
			if strings.HasPrefix(line, "rebind") || strings.HasPrefix(line, "adopt") {
				asWebhook(w, evil+","+config1, false)
			} else {
				asServer(t, w, evil+","+config0)
			}
			w.client.HandleWarningHeader(299, "-", evil)
			found := w.run(strings.Split(line+format, " ")...)
			if found.code == Failed && found.out == "" {
				t.Errorf("%s%s: %s", line, format, found.err)
			}
			for _, text := range []string{found.out, found.err} {
				checkText(t, line+format, text)
			}
		}
	}
}

func checkText(t *testing.T, line, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%s: prints %q: %q", line, r, text)
			return
		}
	}
	for _, row := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(row), "v009") {
			t.Errorf("%s: a forged row: %q", line, text)
		}
	}
}

func TestErrorsOfOthersAreOneLine(t *testing.T) {
	w := newWorld(t, shop()...).start()
	w.dynamic.PrependReactor("list", "deployments", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, fmt.Errorf("%s", evil)
	})
	found := w.run("status")
	checkText(t, "status", found.err)
	if found.code != Failed || strings.Count(found.err, "\n") != 1 {
		t.Errorf("%+v", found)
	}
}

func TestJSONIsTheSameObjectAsYAMLAndEscapesRoundTrip(t *testing.T) {
	found := evilWorld(t).run("diff", "web-config", "-o", "json")
	var parsed view.DiffOutput
	if err := json.Unmarshal([]byte(found.out), &parsed); err != nil {
		t.Fatal(err)
	}
	one, _ := parsed.Differences[0].(object)
	if one["to"] != evil {
		t.Errorf("%q", one["to"])
	}
}

// --- S5 --------------------------------------------------------------------------------------------------------------

// asStore answers patches of ConfigMaps as the API server does: a dry run changes nothing.
func asStore(t *testing.T, w *world) *[]clienttesting.PatchActionImpl {
	t.Helper()
	var written []clienttesting.PatchActionImpl
	w.dynamic.PrependReactor("patch", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, _ := action.(clienttesting.PatchActionImpl)
		if len(patch.PatchOptions.DryRun) == 0 {
			written = append(written, patch)
		}
		for _, one := range w.objects {
			if one.GetName() != patch.GetName() || strings.ToLower(one.GetKind())+"s" != patch.GetResource().Resource {
				continue
			}
			result := one.DeepCopy()
			var change object
			if err := json.Unmarshal(patch.GetPatch(), &change); err != nil {
				t.Fatal(err)
			}
			merge(result.Object, change)
			return true, result, nil
		}
		return true, nil, apierrors.NewNotFound(schema.GroupResource{Resource: "configmaps"}, patch.GetName())
	})
	return &written
}

func merge(into, change object) {
	for key, value := range change {
		next, isMap := value.(object)
		below, isMapToo := into[key].(object)
		switch {
		case value == nil:
			delete(into, key)
		case isMap && isMapToo:
			merge(below, next)
		case isMap:
			fresh := object{}
			merge(fresh, next)
			into[key] = fresh
		default:
			into[key] = value
		}
	}
}

// S5: whoever may write a ConfigMap can write what was applied last; it said to be another object.
func TestRestoreWritesTheObjectThatWasAskedFor(t *testing.T) {
	applied := `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"billing","namespace":"bank","uid":"u","finalizers":["f"],"ownerReferences":[{"name":"o"}],` +
		`"labels":{"team":"a"},"annotations":{"note":"n"}},"data":{"rate":"0"},"immutable":true}`
	w := newWorld(t, append(shop(), head("ConfigMap", "billing", "v000", map[string]string{"rate": "10"}))...)
	for _, one := range w.objects {
		if one.GetName() == "web-config" {
			one.SetAnnotations(map[string]string{rules.LastApplied: applied})
		}
	}
	w.start()
	written := asStore(t, w)
	w.golden("restore-dry-run", "restore", "web-config", "v000", "--dry-run=server")
	if len(*written) != 0 {
		t.Fatalf("a dry run wrote %s", (*written)[0].GetPatch())
	}
	w.golden("restore", "restore", "web-config", "v000", "--yes")
	if len(*written) != 1 {
		t.Fatalf("%d writes", len(*written))
	}
	patch := (*written)[0]
	if patch.GetName() != "web-config" || patch.GetNamespace() != "shop" || patch.GetResource().Resource != "configmaps" {
		t.Errorf("it wrote to %s %s/%s", patch.GetResource().Resource, patch.GetNamespace(), patch.GetName())
	}
	expected := `{"data":{"file":"a\nb\nold\nc\n","old":"x","timeout":"10s"},"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":` +
		`"{\"apiVersion\":\"v1\",\"data\":{\"file\":\"a\\nb\\nold\\nc\\n\",\"old\":\"x\",\"timeout\":\"10s\"},\"kind\":\"ConfigMap\",\"metadata\":` +
		`{\"annotations\":{\"note\":\"n\"},\"labels\":{\"team\":\"a\"},\"name\":\"web-config\",\"namespace\":\"shop\"}}\n"},"resourceVersion":"7"}}`
	if string(patch.GetPatch()) != expected {
		t.Errorf("it wrote\n%s\nnot\n%s", patch.GetPatch(), expected)
	}
}

func TestRestoreTakesNewerKeysAwayWhereNobodyApplied(t *testing.T) {
	w := newWorld(t, shop()...).start()
	written := asStore(t, w)
	if found := w.run("restore", "secret/web-secret", "v000", "--yes"); found.code != Done {
		t.Fatalf("%+v", found)
	}
	if patch := string((*written)[0].GetPatch()); patch != `{"data":{"password":"aHVudGVyMg=="},"metadata":{"resourceVersion":"7"}}` {
		t.Errorf("%s", patch)
	}
	w = newWorld(t, head("ConfigMap", "c", "v001", map[string]string{"new": "1"}), version("ConfigMap", "c", "v000", 9, "a", map[string]string{"old": "1"})).start()
	written = asStore(t, w)
	w.run("restore", "c", "v000", "--yes")
	if patch := string((*written)[0].GetPatch()); patch != `{"data":{"new":null,"old":"1"},"metadata":{"resourceVersion":"7"}}` {
		t.Errorf("%s", patch)
	}
}

func TestRestoreNoticesWhoChangesItOnItsWay(t *testing.T) {
	w := newWorld(t, shop()...).start()
	w.dynamic.PrependReactor("patch", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, &unstructured.Unstructured{Object: head("ConfigMap", "web-config", "v009", map[string]string{"timeout": "0s"})}, nil
	})
	if found := w.run("restore", "web-config", "v000", "--yes"); found.code != Failed || !strings.Contains(found.err, "something changes configmap/web-config on its way") {
		t.Errorf("%+v", found)
	}
}

func TestRestoreCreatesAHeadThatIsGone(t *testing.T) {
	w := newWorld(t, version("ConfigMap", "c", "v000", 9, "a", map[string]string{"old": "1"})).start()
	var created []clienttesting.CreateActionImpl
	w.dynamic.PrependReactor("create", "configmaps", func(action clienttesting.Action) (bool, runtime.Object, error) {
		create, _ := action.(clienttesting.CreateActionImpl)
		created = append(created, create)
		return true, create.GetObject(), nil
	})
	found := w.run("restore", "c", "v000", "--yes")
	if found.code != Done || !strings.Contains(found.err, "configmap/c is gone; it is created again") || len(created) != 2 {
		t.Fatalf("%+v", found)
	}
	if len(created[0].CreateOptions.DryRun) != 1 || len(created[1].CreateOptions.DryRun) != 0 {
		t.Errorf("%+v", created)
	}
	text, _ := json.Marshal(created[1].GetObject())
	if string(text) != `{"apiVersion":"v1","data":{"old":"1"},"kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"}}` {
		t.Errorf("%s", text)
	}
}

// What the API server refuses, it repeats, values and all.
func TestARefusalOfASecretTellsNoValue(t *testing.T) {
	w := newWorld(t, shop()...).start()
	w.dynamic.PrependReactor("patch", "secrets", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, _ := action.(clienttesting.PatchActionImpl)
		return true, nil, fmt.Errorf("invalid: %s hunter2", patch.GetPatch())
	})
	found := w.run("restore", "secret/web-secret", "v000", "--yes")
	if found.code != Failed || strings.Contains(found.out+found.err, "hunter2") || strings.Contains(found.err, "aHVu") {
		t.Errorf("%+v", found)
	}
}

// No value of a Secret without --show-secrets, whatever is looked at.
func TestNoValueOfASecretUnlessAskedFor(t *testing.T) {
	for _, line := range []string{
		"status -o json", "history secret/web-secret -o json", "history secret/web-secret -o yaml", "diff secret/web-secret", "diff secret/web-secret -o json", "diff deploy/web 4 3",
		"diff deploy/web 4 3 -o json", "undo deploy/web --dry-run=server", "undo deploy/web --dry-run=server -o yaml", "tree deploy/web", "explain deploy/web",
		"restore secret/web-secret v000 --dry-run=server", "users web-secret-v000 -o json",
	} {
		w := newWorld(t, shop()...).start()
		if strings.HasPrefix(line, "undo") {
			asServer(t, w, "")
		} else {
			asStore(t, w)
		}
		found := w.run(strings.Split(line, " ")...)
		for _, value := range []string{"hunter", "aHVudGVy"} {
			if strings.Contains(found.out+found.err, value) {
				t.Errorf("%s: %s", line, found.out)
			}
		}
	}
}
