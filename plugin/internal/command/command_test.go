package command

import (
	"encoding/json"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"

	"lockstep.dev/kubectl-lockstep/internal/rules"
)

const (
	config0 = "configmap/web-config=v000"
	config1 = "configmap/web-config=v001"
	secret0 = ",secret/web-secret=v000"
)

// shop has a Deployment of three revisions, the second of which was rolled back to, and both heads.
func shop() []object {
	return []object{
		head("ConfigMap", "web-config", "v001", map[string]string{"timeout": "30s", "file": "a\nb\nnew\nc\n"}),
		version("ConfigMap", "web-config", "v000", 90, "alice", map[string]string{"timeout": "10s", "file": "a\nb\nold\nc\n", "old": "x"}),
		annotated(version("ConfigMap", "web-config", "v001", 30, "system:serviceaccount:argocd:argocd-application-controller",
			map[string]string{"timeout": "30s", "file": "a\nb\nnew\nc\n"}), rules.ChangeCause, "release 1.2, SHOP-42"),
		head("Secret", "web-secret", "v001", map[string]string{"password": "hunter3"}),
		version("Secret", "web-secret", "v000", 90, "system:serviceaccount:shop:deployer", map[string]string{"password": "hunter2"}),
		version("Secret", "web-secret", "v001", 30, "bob", map[string]string{"password": "hunter3"}),
		annotated(annotated(workload("Deployment", "web", 2, template("registry.example.com/shop/web:1.1", config0+secret0, "configmap/web-config-v000", "secret/web-secret-v000")),
			rules.HeldKey, config0+secret0), rules.DeploymentRevision, "4"),
		annotated(replicaSet("web", "web-a", "4", 90, template("registry.example.com/shop/web:1.1", config0+secret0, "configmap/web-config-v000", "secret/web-secret-v000")),
			rules.DeploymentHistory, "1,-1,2"),
		replicaSet("web", "web-b", "3", 30, template("registry.example.com/shop/web:1.2", config1+",secret/web-secret=v001", "configmap/web-config-v001", "secret/web-secret-v001")),
		replicaSet("web", "web-between", "-1", 31, template("registry.example.com/shop/web:1.2", config0+secret0, "configmap/web-config-v000", "secret/web-secret-v000")),
		pod("web-a", "web-a-1", running, template("registry.example.com/shop/web:1.1", "", "configmap/web-config-v000", "secret/web-secret-v000")),
		pod("web-a", "web-a-2", object{"phase": "Pending", "conditions": []any{object{
			"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."},
		}}, template("registry.example.com/shop/web:1.1", "", "configmap/web-config-v000", "secret/web-secret-v000")),
	}
}

func TestLooks(t *testing.T) {
	for name, args := range map[string][]string{
		"status":             {"status"},
		"status-wide":        {"status", "-o", "wide"},
		"status-json":        {"status", "-o", "json"},
		"status-problems":    {"status", "--problems"},
		"history-head":       {"history", "web-config"},
		"history-head-wide":  {"history", "web-config", "-o", "wide"},
		"history-secret":     {"history", "web-secret"},
		"history-json":       {"history", "web-config", "-o", "json"},
		"history-deploy":     {"history", "deploy/web"},
		"history-yaml":       {"history", "deploy/web", "-o", "yaml"},
		"tree":               {"tree", "deploy/web"},
		"explain":            {"explain", "deploy/web"},
		"diff":               {"diff", "web-config"},
		"diff-same":          {"diff", "web-config", "v1", "1"},
		"diff-secret":        {"diff", "secret/web-secret"},
		"diff-secret-shown":  {"diff", "secret/web-secret", "--show-secrets"},
		"diff-version":       {"diff", "web-config-v001"},
		"diff-revisions":     {"diff", "deploy/web", "4", "3"},
		"users":              {"users", "web-config-v000"},
		"version-of-version": {"history", "web-config-v000", "-o", "name"},
	} {
		t.Run(name, func(t *testing.T) {
			found := newWorld(t, shop()...).golden(name, args...)
			for _, line := range strings.Split(found.out, "\n") {
				if length := len([]rune(line)); length > 100 && !strings.Contains(name, "wide") {
					t.Errorf("%d columns: %s", length, line)
				}
			}
		})
	}
}

// --- status ----------------------------------------------------------------------------------------------------------

func TestStatusTellsEveryState(t *testing.T) {
	bound := func(name string) object {
		return workload("Deployment", name, 2, template("web:1", config1, "configmap/web-config-v001"))
	}
	behind := func(name string) object {
		return workload("Deployment", name, 2, template("web:1", config0, "configmap/web-config-v000"))
	}
	w := newWorld(t, append(shop()[:6],
		bound("bound"),
		behind("behind"),
		annotated(behind("held"), rules.HeldKey, config0),
		annotated(behind("pinned"), rules.RolloutKey, "pinned"),
		workload("Deployment", "named", 2, template("web:1", "", "configmap/web-config-v000")),
		workload("Deployment", "bare", 2, template("web:1", "", "configmap/web-config")),
		annotated(workload("Deployment", "stepped", 2, template("web:1", "", "configmap/web-config")), rules.SteppedBack, "bob"),
		annotated(workload("StatefulSet", "waiting", 0, template("web:1", "", "configmap/later")), rules.WaitingKey, "configmap/later"),
		workload("DaemonSet", "missing", 0, template("web:1", "configmap/web-config=v007", "configmap/web-config-v007")),
		workload("Rollout", "behind", 2, template("web:1", config0, "configmap/web-config-v000")),
		workload("Deployment", "left-out", 2, template("web:1", "", "configmap/kube-root-ca.crt")),
		owned(workload("ReplicaSet", "of-somebody", 2, template("web:1", config0, "configmap/web-config-v000")), "Deployment", "gone"),
	)...)
	w.golden("status-states", "status")
	w.golden("status-filtered", "status", "deploy/behind", "deploy/bound")
	if found := w.run("status", "-o", "name", "-l", "app=named"); found.out != "deployment/named\n" {
		t.Errorf("-l app=named: %q", found.out)
	}
}

// findings 6.1: the second and third of them were called behind, with advice that does nothing.
func TestStatusOfADeletedConfigMapIsTheSameForAll(t *testing.T) {
	gone := "configmap/gone=v000"
	objects := []object{version("ConfigMap", "gone", "v000", 90, "alice", map[string]string{"a": "b"})}
	for _, name := range []string{"g1", "g2", "g3"} {
		objects = append(objects, workload("Deployment", name, 2, template("web:1", gone, "configmap/gone-v000")))
	}
	newWorld(t, objects...).golden("status-orphaned", "status")
}

// One that was left out, as by opting out, is not gone.
func TestStatusOfWhatIsLeftOutIsNotOrphaned(t *testing.T) {
	left := head("ConfigMap", "left", "", map[string]string{"a": "b"})
	left["metadata"].(object)["labels"] = object{}
	w := newWorld(t, left, version("ConfigMap", "left", "v000", 90, "alice", map[string]string{"a": "b"}),
		workload("Deployment", "web", 2, template("web:1", "configmap/left=v000", "configmap/left-v000")))
	if found := w.run("status"); !strings.Contains(found.out, "1 workload: 1 bound") {
		t.Errorf("%+v", found)
	}
}

func TestStatusAsksAboutADozenThingsHoweverManyThereAre(t *testing.T) {
	objects := shop()
	w := newWorld(t, objects...)
	w.run("status")
	few := w.client.Requests.Load()
	for i := range 50 {
		objects = append(objects, version("ConfigMap", "web-config", "v1"+string(rune('0'+i/10))+string(rune('0'+i%10)), 10, "a", map[string]string{"a": "b"}))
	}
	many := newWorld(t, objects...)
	many.run("status")
	if many.client.Requests.Load() != few || few > 12 {
		t.Errorf("%d requests for few versions, %d for many", few, many.client.Requests.Load())
	}
}

func TestStatusOfANamespaceThatIsNotOptedIn(t *testing.T) {
	w := newWorld(t)
	w.objects[0].SetLabels(nil)
	found := w.run("status")
	if found.code != Failed || found.out != "" || !strings.HasPrefix(found.err, "kubectl lockstep: namespace shop is not opted in; kubectl label namespace shop ") {
		t.Errorf("%+v", found)
	}
}

// --- rights ----------------------------------------------------------------------------------------------------------

func forbid(w *world, resource string) {
	refuse := func(action clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", errorOf(`User "jane" cannot list resource "`+resource+`"`))
	}
	w.dynamic.PrependReactor("*", resource, refuse)
	w.metadata.PrependReactor("*", resource, refuse)
}

type errorOf string

func (e errorOf) Error() string { return string(e) }

func TestWhoMayNotSeeSecretsGetsASentence(t *testing.T) {
	w := newWorld(t, shop()...).start()
	forbid(w, "secrets")
	sentence := "kubectl lockstep: you may not list secrets in namespace shop; ask whoever gives rights there for it"
	if found := w.run("status"); found.code != Done || !strings.HasPrefix(found.err, sentence) || !strings.Contains(found.out, "web-config v000 held (now v001)") {
		t.Errorf("status: %+v", found)
	}
	for _, args := range [][]string{{"history", "secret/web-secret"}, {"diff", "secret/web-secret"}, {"restore", "secret/web-secret", "v000", "--yes"}} {
		if found := w.run(args...); found.code != Failed || found.out != "" || found.err != sentence+"\n" {
			t.Errorf("%s: %+v", args, found)
		}
	}
	if found := w.run("history", "web-config"); found.code != Done || found.err != "" {
		t.Errorf("history of a ConfigMap: %+v", found)
	}
}

// --- sentences -------------------------------------------------------------------------------------------------------

func TestWhatIsNotThereIsSaidInASentence(t *testing.T) {
	w := newWorld(t, append(shop(), head("ConfigMap", "single", "v000", nil), version("ConfigMap", "single", "v000", 9, "a", nil),
		object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("kube-root-ca.crt", 9, nil, nil)},
		owned(object{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta("owned", 9, nil, nil)}, "Deployment", "web"),
		object{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta("nightly", 9, nil, nil)})...)
	for line, sentence := range map[string]string{
		"history none":                     "there is no ConfigMap or Secret none in namespace shop",
		"history deploy/none":              "there is no deployment/none in namespace shop",
		"history cronjob/nightly":          "a CronJob keeps no revisions that an undo could bring back",
		"history kube-root-ca.crt":         "configmap/kube-root-ca.crt in namespace shop has no versions: it is left out",
		"diff single":                      "configmap/single has one version, v000",
		"diff web-config v7 v8":            "configmap/web-config has no version v007",
		"diff web-config latest":           `"latest" is no version`,
		"diff deploy/web x":                `"x" is no revision`,
		"diff deploy/web 9":                "deployment/web has no revision 9",
		"users none-v000":                  "there is no version none-v000",
		"users none":                       `"none" is no version`,
		"rebind none":                      "say which kind it is, as in deploy/none",
		"rebind widget/none":               "widget is no kind of workload that this knows",
		"undo deploy/web --to-revision=9":  "deployment/web has no revision 9",
		"undo deploy/web --to-revision=-1": "there is no revision -1",
		"undo deploy/web --dry-run=client": "there is --dry-run=server alone",
		"restore single v000":              "configmap/single is at v000 already",
		"restore web-config":               "say which version",
		"wrong":                            "there is no command wrong",
		"status --wrong":                   "unknown flag: --wrong",
		"status -o xml":                    "-o takes json, yaml, wide, name, not xml",
		"tree":                             "accepts 1 arg(s)",
		"history Not_A_Name":               `"Not_A_Name" can't be the name of a ConfigMap or Secret`,
	} {
		found := w.run(strings.Split(line, " ")...)
		if found.code != Failed || found.out != "" || !strings.HasPrefix(found.err, "kubectl lockstep: "+sentence) || strings.Count(found.err, "\n") != 1 {
			t.Errorf("%s: %+v", line, found)
		}
	}
}

// --- undo ------------------------------------------------------------------------------------------------------------

// asServer answers patches of Deployments as the API server would: a dry run changes nothing, and what comes back is held.
func asServer(t *testing.T, w *world, held string) *[]clienttesting.PatchActionImpl {
	t.Helper()
	var seen []clienttesting.PatchActionImpl
	w.dynamic.PrependReactor("patch", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, ok := action.(clienttesting.PatchActionImpl)
		if !ok {
			t.Fatalf("%T", action)
		}
		seen = append(seen, patch)
		if patch.GetPatchType() != types.JSONPatchType {
			return false, nil, nil
		}
		var operations []struct {
			Path  string
			Value object
		}
		if err := json.Unmarshal(patch.GetPatch(), &operations); err != nil {
			t.Fatal(err)
		}
		result := &unstructured.Unstructured{}
		for _, one := range w.objects {
			if one.GetName() == patch.GetName() && one.GetKind() == "Deployment" {
				result = one.DeepCopy()
			}
		}
		for _, operation := range operations {
			if err := unstructured.SetNestedMap(result.Object, operation.Value, strings.Split(operation.Path[1:], "/")...); err != nil {
				t.Fatal(err)
			}
		}
		annotations := result.GetAnnotations()
		delete(annotations, rules.HeldKey)
		if held != "" {
			annotations[rules.HeldKey] = held
		}
		result.SetAnnotations(annotations)
		return true, result, nil
	})
	return &seen
}

func TestUndoShowsAndDoesWhatKubectlDoes(t *testing.T) {
	w := newWorld(t, shop()...).start()
	patches := asServer(t, w, "")
	w.golden("undo-dry-run", "undo", "deploy/web", "--dry-run=server")
	w.golden("undo-secrets-shown", "undo", "deploy/web", "--dry-run=server", "--show-secrets")
	w.golden("undo-json", "undo", "deploy/web", "--dry-run=server", "-o", "json")
	for _, patch := range *patches {
		if len(patch.PatchOptions.DryRun) != 1 {
			t.Errorf("a dry run wrote: %s", patch.GetPatch())
		}
	}
	*patches = nil

	if found := w.run("undo", "deploy/web"); found.code != Failed || !strings.Contains(found.err, "nobody is there to ask; add --yes") {
		t.Errorf("without a terminal: %+v", found)
	}
	*patches = nil
	if found := w.run("undo", "deploy/web", "--yes"); found.code != Done || !strings.Contains(found.out, "deployment/web goes back to revision 3.") {
		t.Errorf("--yes: %+v", found)
	}
	if len(*patches) != 2 {
		t.Fatalf("%d patches, not a dry run and the real one", len(*patches))
	}
	real := (*patches)[1]
	if len(real.PatchOptions.DryRun) != 0 || real.PatchOptions.FieldManager != "" || real.GetName() != "web" || real.GetNamespace() != "shop" {
		t.Errorf("%+v", real)
	}
	expected := `[{"op":"replace","path":"/spec/template","value":{"metadata":{"annotations":{"lockstep.dev/bindings":"configmap/web-config=v001,secret/web-secret=v001"},` +
		`"labels":{"app":"x"}},"spec":{"containers":[{"envFrom":[{"configMapRef":{"name":"web-config-v001"}},{"secretRef":{"name":"web-secret-v001"}}],` +
		`"image":"registry.example.com/shop/web:1.2","name":"app"}]}}},` +
		`{"op":"replace","path":"/metadata/annotations","value":{"deployment.kubernetes.io/revision":"4"}}]`
	if string(real.GetPatch()) != expected {
		t.Errorf("the patch is\n%s\nnot\n%s", real.GetPatch(), expected)
	}
}

func TestUndoAsksOnATerminal(t *testing.T) {
	for answer, done := range map[string]bool{"y\n": true, "yes\n": true, "n\n": false, "\n": false, "": false} {
		w := newWorld(t, shop()...).start()
		patches := asServer(t, w, config0)
		w.terminal, w.input = true, answer
		found := w.run("undo", "deploy/web")
		wrote := len(*patches) == 2
		if wrote != done || (found.code == Done) != done {
			t.Errorf("%q: %+v", answer, found)
		}
		if !strings.Contains(found.err, "Go back to revision 3 of deployment/web in namespace shop? [y/N] ") {
			t.Errorf("it asks: %q", found.err)
		}
	}
}

func TestUndoOfAStatefulSetSendsItsRevision(t *testing.T) {
	one := template("db:1", config0, "configmap/web-config-v000")
	two := template("db:2", config1, "configmap/web-config-v001")
	w := newWorld(t, append(shop()[:6],
		workload("StatefulSet", "db", 2, template("db:2", config1, "configmap/web-config-v001")),
		controllerRevision("StatefulSet", "db", "db-1", 1, 90, one),
		controllerRevision("StatefulSet", "db", "db-between", 0, 40, template("db:2", config0, "configmap/web-config-v000")),
		controllerRevision("StatefulSet", "db", "db-2", 2, 30, two))...).start()
	var sent []byte
	w.dynamic.PrependReactor("patch", "statefulsets", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, _ := action.(clienttesting.PatchActionImpl)
		if patch.GetPatchType() != types.StrategicMergePatchType {
			t.Errorf("%s", patch.GetPatchType())
		}
		sent = patch.GetPatch()
		result := &unstructured.Unstructured{Object: workload("StatefulSet", "db", 2, template("db:1", config0, "configmap/web-config-v000"))}
		result.SetAnnotations(map[string]string{rules.HeldKey: config0})
		return true, result, nil
	})
	w.golden("undo-statefulset", "undo", "sts/db", "--dry-run=server")
	var data object
	if err := json.Unmarshal(sent, &data); err != nil {
		t.Fatal(err)
	}
	image, _, _ := unstructured.NestedSlice(data, "spec", "template", "spec", "containers")
	if len(image) != 1 || image[0].(object)["image"] != "db:1" || data["spec"].(object)["template"].(object)["$patch"] != "replace" {
		t.Errorf("%s", sent)
	}
}

func TestNothingToGoBackTo(t *testing.T) {
	one := template("web:1", config1, "configmap/web-config-v001")
	w := newWorld(t, append(shop()[:6], workload("Deployment", "web", 2, one),
		replicaSet("web", "web-a", "1", 90, one), replicaSet("web", "web-between", "-1", 91, one))...)
	if found := w.run("undo", "deploy/web", "--yes"); found.code != Failed || !strings.Contains(found.err, "has no revision before the current one") {
		t.Errorf("%+v", found)
	}
	paused := shop()
	paused[6]["spec"].(object)["paused"] = true
	if found := newWorld(t, paused...).run("undo", "deploy/web", "--yes"); !strings.Contains(found.err, "is paused; resume it first") {
		t.Errorf("%+v", found)
	}
}

// --- rebind, adopt ---------------------------------------------------------------------------------------------------

func asWebhook(w *world, bindings string, left bool) {
	w.dynamic.PrependReactor("patch", "deployments", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch, _ := action.(clienttesting.PatchActionImpl)
		for _, one := range w.objects {
			if one.GetName() == patch.GetName() && one.GetKind() == "Deployment" {
				result := one.DeepCopy()
				if left {
					result.SetAnnotations(map[string]string{rules.RebindKey: ""})
				}
				_ = unstructured.SetNestedField(result.Object, bindings, "spec", "template", "metadata", "annotations", rules.BindingsKey)
				return true, result, nil
			}
		}
		return false, nil, nil
	})
}

func TestRebindSaysWhatWouldMove(t *testing.T) {
	w := newWorld(t, shop()...).start()
	asWebhook(w, config1+secret0, false)
	if found := w.run("rebind", "deploy/web", "--dry-run=server"); found.out != "deployment/web would move to configmap/web-config v001 from v000 (server dry run)\n" {
		t.Errorf("%+v", found)
	}
	if found := w.run("rebind", "deploy/web", "--only", "configmap/web-config"); found.out != "deployment/web moved to configmap/web-config v001 from v000\n" {
		t.Errorf("%+v", found)
	}
	last := w.dynamic.Actions()[len(w.dynamic.Actions())-1].(clienttesting.PatchActionImpl)
	if string(last.GetPatch()) != `{"metadata":{"annotations":{"lockstep.dev/rebind":"configmap/web-config"}}}` {
		t.Errorf("%s", last.GetPatch())
	}
}

func TestRebindChangesNothingWhereNobodyWouldSeeToIt(t *testing.T) {
	w := newWorld(t, shop()...).start()
	asWebhook(w, config0+secret0, true)
	found := w.run("rebind", "deploy/web")
	if found.code != Failed || !strings.HasSuffix(found.err, "Nothing was changed\n") {
		t.Errorf("%+v", found)
	}
	for _, action := range w.dynamic.Actions() {
		if patch, ok := action.(clienttesting.PatchActionImpl); ok && len(patch.PatchOptions.DryRun) == 0 {
			t.Errorf("wrote %s", patch.GetPatch())
		}
	}
}

func TestAdoptShowsWhatWouldRoll(t *testing.T) {
	w := newWorld(t, append(shop(),
		workload("Deployment", "bare", 2, template("web:1", "", "configmap/web-config")),
		annotated(workload("Deployment", "stepped", 2, template("web:1", "", "configmap/web-config")), rules.SteppedBack, "bob"))...).start()
	asWebhook(w, config1, false)
	w.golden("adopt-dry-run", "adopt", "--dry-run=server")
	w.golden("adopt", "adopt", "--yes")
	wishes := map[string]bool{}
	for _, action := range w.dynamic.Actions() {
		if patch, ok := action.(clienttesting.PatchActionImpl); ok {
			wishes[patch.GetName()+" "+string(patch.GetPatch())] = true
		}
	}
	for _, expected := range []string{
		`bare {"metadata":{"annotations":{"lockstep.dev/rebind":""}}}`, `stepped {"metadata":{"annotations":{"lockstep.dev/rebind":"adopt"}}}`} {
		if !wishes[expected] {
			t.Errorf("not asked: %s; asked: %v", expected, wishes)
		}
	}
}

// --- terminals -------------------------------------------------------------------------------------------------------

func TestColourIsForTerminals(t *testing.T) {
	w := newWorld(t, shop()...)
	if found := w.run("status"); strings.Contains(found.out, "\x1b") {
		t.Errorf("%q", found.out)
	}
	if found := w.run("status", "--color=always"); !strings.Contains(found.out, "\x1b[31mfailing\x1b[0m") {
		t.Errorf("%q", found.out)
	}
	w.terminal = true
	if found := w.run("status"); !strings.Contains(found.out, "\x1b[31mfailing\x1b[0m") {
		t.Errorf("%q", found.out)
	}
	if found := w.run("status", "--color=never"); strings.Contains(found.out, "\x1b") {
		t.Errorf("%q", found.out)
	}
}

func TestCompletion(t *testing.T) {
	for line, expected := range map[string]string{
		"history -n shop ":         "web-config secret/web-secret deployment/web",
		"diff -n shop web-config ": "v000 v001",
		"undo -n shop d":           "deployment/web",
		"users -n shop ":           "web-config-v000 web-config-v001 web-secret-v000 web-secret-v001",
		"status -n shop -o ":       "json yaml wide name",
	} {
		w := newWorld(t, shop()...)
		found := w.run(append([]string{"__complete"}, strings.Split(line, " ")...)...)
		words := strings.Fields(found.out)
		if len(words) == 0 || strings.Join(words[:len(words)-1], " ") != expected {
			t.Errorf("%s: %q", line, found.out)
		}
	}
}
