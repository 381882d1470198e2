package view

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sort"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// Undo is what a rollback of a workload changes, as the API server itself answers a dry run of it.
type Undo struct {
	Workload *Workload
	From, To *Revision
	Change   *TemplateChange
	// Held afterwards: what the rollback brought back.
	Held rules.Bindings
	// IsHeld says whether the workload is held afterwards at all.
	IsHeld   bool
	Warnings []string
}

// TemplateChange is how one pod template differs from another.
type TemplateChange struct {
	Images  []ImageChange
	Configs []ConfigChange
	Other   []OtherChange
	// Denials: values that could not be looked at.
	Denials cluster.Denials
}

// ImageChange is a container's; From or To is empty where only one of the templates has it.
type ImageChange struct{ Container, From, To string }

// ConfigChange is a ConfigMap's or Secret's. Versions are empty where the template names the head itself, or not at all.
type ConfigChange struct {
	Head        rules.Head
	From, To    string
	Differences []Difference
}

// OtherChange is any other field's.
type OtherChange struct{ Path, From, To string }

// Any says whether anything differs.
func (c *TemplateChange) Any() bool {
	for _, image := range c.Images {
		if image.From != image.To {
			return true
		}
	}
	for _, config := range c.Configs {
		if config.From != config.To {
			return true
		}
	}
	return len(c.Other) > 0
}

// RevisionTo is the one with that number, or the one before the current one for 0, as kubectl takes it.
func RevisionTo(snapshot *Snapshot, workload *Workload, wanted int64) (*Revision, error) {
	revisions := snapshot.RevisionsOf(workload)
	for _, revision := range revisions {
		if wanted == 0 && !revision.Current || wanted != 0 && revision.Number == wanted {
			return revision, nil
		}
	}
	if wanted == 0 {
		return nil, fmt.Errorf("%s has no revision before the current one, so there is nothing to go back to", workload.ID())
	}
	return nil, fmt.Errorf("%s has no revision %d; kubectl lockstep history -n %s %[1]s shows which there are", workload.ID(), wanted, workload.Namespace)
}

// PlanUndo asks the API server, by a dry run, what the rollback would bring.
func PlanUndo(ctx context.Context, client *cluster.Client, snapshot *Snapshot, workload *Workload, wanted int64) (*Undo, error) {
	if workload.Kind.Revisions == nil {
		return nil, fmt.Errorf("a %s keeps no revisions to go back to", workload.Kind.Kind)
	}
	if paused, _, _ := unstructured.NestedBool(workload.Object.Object, "spec", "paused"); paused && workload.Kind.Kind != "Rollout" {
		return nil, fmt.Errorf("%s is paused; resume it first: kubectl -n %s rollout resume %[1]s", workload.ID(), workload.Namespace)
	}
	to, err := RevisionTo(snapshot, workload, wanted)
	if err != nil {
		return nil, err
	}
	plan := &Undo{Workload: workload, To: to}
	for _, revision := range snapshot.RevisionsOf(workload) {
		if revision.Current {
			plan.From = revision
		}
	}
	after, err := plan.send(ctx, client, true)
	if err != nil {
		return nil, err
	}
	plan.note(after)
	plan.Change, err = CompareTemplates(ctx, client, snapshot.Heads, workload, workload.Template, rules.Pointer(after.Object, workload.Kind.Template))
	return plan, err
}

func (u *Undo) note(after *unstructured.Unstructured) {
	held := after.GetAnnotations()[rules.HeldKey]
	u.Held, u.IsHeld = rules.ParseBindings(held), held != ""
}

// Do does it, exactly as kubectl would.
func (u *Undo) Do(ctx context.Context, client *cluster.Client) error {
	after, err := u.send(ctx, client, false)
	if err != nil {
		return err
	}
	u.note(after)
	u.Warnings = client.TakeWarnings()
	return nil
}

func (u *Undo) send(ctx context.Context, client *cluster.Client, dryRun bool) (*unstructured.Unstructured, error) {
	kind, patch, err := UndoPatch(u.Workload, u.To)
	if err != nil {
		return nil, err
	}
	// kubectl names no field manager here; the server knows a rollback by that, among others.
	after, err := client.Patch(ctx, u.Workload.Kind.GVR(), u.Workload.Namespace, u.Workload.Name, kind, patch, "", dryRun)
	if dryRun {
		u.Warnings = client.TakeWarnings()
	}
	return after, err
}

// What kubectl leaves as it is when it brings a ReplicaSet's annotations back.
var keptAnnotations = map[string]bool{
	rules.LastApplied: true, rules.DeploymentRevision: true, rules.DeploymentHistory: true,
	"deployment.kubernetes.io/desired-replicas": true, "deployment.kubernetes.io/max-replicas": true,
	"deprecated.deployment.rollback.to": true, rules.RolloutRevision: true, rules.RolloutHistory: true,
	"rollout.argoproj.io/desired-replicas": true,
}

// UndoPatch is the patch that `kubectl rollout undo` sends.
func UndoPatch(workload *Workload, to *Revision) (types.PatchType, []byte, error) {
	if to.Object.GetKind() == "ControllerRevision" {
		patch, err := json.Marshal(to.Object.Object["data"])
		return types.StrategicMergePatchType, patch, err
	}
	template := runtime.DeepCopyJSON(to.Template)
	unstructured.RemoveNestedField(template, "metadata", "labels", "pod-template-hash")
	unstructured.RemoveNestedField(template, "metadata", "labels", "rollouts-pod-template-hash")
	annotations := map[string]string{}
	for key, value := range workload.Object.GetAnnotations() {
		if keptAnnotations[key] {
			annotations[key] = value
		}
	}
	for key, value := range to.Object.GetAnnotations() {
		if !keptAnnotations[key] {
			annotations[key] = value
		}
	}
	patch, err := json.Marshal([]any{
		map[string]any{"op": "replace", "path": "/spec/template", "value": template},
		map[string]any{"op": "replace", "path": "/metadata/annotations", "value": annotations},
	})
	return types.JSONPatchType, patch, err
}

// CompareTemplates says how two templates of a workload differ, values included.
func CompareTemplates(ctx context.Context, client *cluster.Client, heads *Heads, workload *Workload, from, to map[string]any) (*TemplateChange, error) {
	change := &TemplateChange{Images: compareImages(from, to), Other: compareOthers(from, to)}
	before, after := configsOf(from, heads, workload), configsOf(to, heads, workload)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for head := range all {
		change.Configs = append(change.Configs, ConfigChange{Head: head, From: before[head].version, To: after[head].version})
	}
	sort.Slice(change.Configs, func(i, j int) bool { return change.Configs[i].Head.String() < change.Configs[j].Head.String() })
	var batch cluster.Batch
	for i := range change.Configs {
		config := &change.Configs[i]
		if before[config.Head].object == after[config.Head].object {
			continue
		}
		batch.Go(func() error {
			return config.compare(ctx, client, workload.Namespace, before[config.Head], after[config.Head])
		})
	}
	denials, err := batch.Wait()
	change.Denials = denials
	return change, err
}

type named struct {
	version string
	object  string
}

func configsOf(template map[string]any, heads *Heads, workload *Workload) map[rules.Head]named {
	configs := map[rules.Head]named{}
	for _, reference := range rules.References(podSpec(template)) {
		at := reference.Head
		if base, version, ok := rules.SplitVersion(at.Name); ok {
			head := rules.Head{Kind: at.Kind, Name: base}
			if bindingsOf(template)[head] == version || heads.IsVersion(workload.Namespace, at) {
				configs[head] = named{version, at.Name}
				continue
			}
		}
		if _, isHead := heads.Current(workload.Namespace, at); isHead {
			configs[at] = named{"", at.Name}
		}
	}
	return configs
}

func (c *ConfigChange) compare(ctx context.Context, client *cluster.Client, namespace string, from, to named) error {
	contents := make([]Content, 2)
	for i, side := range []named{from, to} {
		contents[i] = Content{}
		if side.object == "" {
			continue
		}
		object, err := client.Get(ctx, cluster.OfHead(c.Head), namespace, side.object)
		if err != nil {
			return err
		}
		contents[i] = ContentOf(object)
	}
	c.Differences = Compare(contents[0], contents[1])
	return nil
}

func containersOf(template map[string]any) map[string]string {
	result := map[string]string{}
	for _, field := range []string{"initContainers", "containers"} {
		for _, item := range list(podSpec(template), field) {
			container, _ := item.(map[string]any)
			name, _ := container["name"].(string)
			result[name], _ = container["image"].(string)
		}
	}
	return result
}

func compareImages(from, to map[string]any) []ImageChange {
	before, after := containersOf(from), containersOf(to)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var changes []ImageChange
	for name := range all {
		changes = append(changes, ImageChange{name, before[name], after[name]})
	}
	sort.Slice(changes, func(i, j int) bool { return changes[i].Container < changes[j].Container })
	return changes
}

// compareOthers tells what differs but for images, the names of versions, and what is computed.
func compareOthers(from, to map[string]any) []OtherChange {
	var changes []OtherChange
	differ("", comparable(from), comparable(to), &changes)
	sort.Slice(changes, func(i, j int) bool { return changes[i].Path < changes[j].Path })
	return changes
}

func comparable(template map[string]any) any {
	if template == nil {
		return nil
	}
	result := runtime.DeepCopyJSON(template)
	delete(result, "$patch")
	rules.Rename(podSpec(result), func(head rules.Head) string {
		if base, _, ok := rules.SplitVersion(head.Name); ok {
			return base
		}
		return head.Name
	})
	for _, field := range []string{"initContainers", "containers"} {
		for _, item := range list(podSpec(result), field) {
			if container, ok := item.(map[string]any); ok {
				delete(container, "image")
			}
		}
	}
	unstructured.RemoveNestedField(result, "metadata", "creationTimestamp")
	unstructured.RemoveNestedField(result, "metadata", "annotations", rules.BindingsKey)
	for _, label := range []string{"pod-template-hash", "rollouts-pod-template-hash"} {
		unstructured.RemoveNestedField(result, "metadata", "labels", label)
	}
	if annotations, found, _ := unstructured.NestedMap(result, "metadata", "annotations"); found && len(annotations) == 0 {
		unstructured.RemoveNestedField(result, "metadata", "annotations")
	}
	return result
}

func differ(path string, from, to any, changes *[]OtherChange) {
	if reflect.DeepEqual(from, to) {
		return
	}
	a, isMap := from.(map[string]any)
	b, isMapToo := to.(map[string]any)
	if isMap && isMapToo {
		keys := maps.Clone(a)
		maps.Copy(keys, b)
		for key := range keys {
			next := key
			if path != "" {
				next = path + "." + key
			}
			differ(next, a[key], b[key], changes)
		}
		return
	}
	x, isList := from.([]any)
	y, isListToo := to.([]any)
	if isList && isListToo {
		before, okBefore := byName(x)
		after, okAfter := byName(y)
		if okBefore && okAfter {
			keys := maps.Clone(before)
			maps.Copy(keys, after)
			for key := range keys {
				differ(path+"["+key+"]", before[key], after[key], changes)
			}
			return
		}
	}
	*changes = append(*changes, OtherChange{path, brief(from), brief(to)})
}

func byName(items []any) (map[string]any, bool) {
	result := map[string]any{}
	for _, item := range items {
		object, _ := item.(map[string]any)
		name, ok := object["name"].(string)
		if !ok || result[name] != nil {
			return nil, false
		}
		result[name] = object
	}
	return result, true
}

func brief(value any) string {
	switch typed := value.(type) {
	case nil:
		return ""
	case string:
		return typed
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(text)
}

// ErrUnchanged says that there is nothing to do.
var ErrUnchanged = errors.New("nothing would change")
