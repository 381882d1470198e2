package view

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// Revision is a former template of a workload, or the one it has.
type Revision struct {
	// Number is 0 or less where it is one in between, which nobody meant.
	Number   int64
	Current  bool
	Was      []string
	Created  string
	Cause    string
	Object   *unstructured.Unstructured
	Template map[string]any
	Refs     []rules.Reference
	Bindings rules.Bindings
	Baseline rules.Bindings
}

func newRevision(workload *Workload, object *unstructured.Unstructured) *Revision {
	annotations := object.GetAnnotations()
	template := rules.Pointer(object.Object, workload.Kind.Revisions.Template)
	if template == nil {
		return nil
	}
	revision := &Revision{
		Created:  object.GetCreationTimestamp().UTC().Format("2006-01-02T15:04:05Z"),
		Cause:    annotations[rules.ChangeCause],
		Object:   object,
		Template: template,
		Refs:     rules.References(podSpec(template)),
		Bindings: bindingsOf(template),
		Baseline: rules.ParseBindings(annotations[rules.BaselineKey]),
	}
	switch {
	case workload.Kind.Revisions.Resource == "controllerrevisions":
		revision.Number, _, _ = unstructured.NestedInt64(object.Object, "revision")
	case annotations[rules.DeploymentRevision] != "":
		revision.Number = number(annotations[rules.DeploymentRevision])
		revision.Was = numbers(annotations[rules.DeploymentHistory])
	default:
		revision.Number = number(annotations[rules.RolloutRevision])
		revision.Was = numbers(annotations[rules.RolloutHistory])
	}
	return revision
}

// numbers that the revision had before it was rolled back to. A number in between is none.
func numbers(history string) []string {
	var result []string
	for _, entry := range strings.Split(history, ",") {
		if number(entry) > 0 {
			result = append(result, strings.TrimSpace(entry))
		}
	}
	return result
}

// Images of its containers.
func (r *Revision) Images() []string { return images(r.Template) }

// How a revision comes to a version.
const (
	HowBound    = "bound"
	HowNamed    = "named"
	HowBaseline = "baseline"
	HowCurrent  = "current"
)

// RevisionConfig is a ConfigMap or Secret as a revision has it.
type RevisionConfig struct {
	Head    rules.Head
	Version string
	// How an undo comes to it: the template is bound to it, names it, a note from before opt-in says it, or the name is
	// bare, so that it is what is current.
	How    string
	Exists bool
	Held   bool
}

// Configs of a revision of that workload, sorted.
func (r *Revision) Configs(workload *Workload, heads *Heads) []RevisionConfig {
	var configs []RevisionConfig
	for _, reference := range r.Refs {
		if config, ok := r.config(workload, reference.Head, heads); ok {
			config.Held = r.Current && workload.IsHeld && workload.held(config)
			configs = append(configs, config)
		}
	}
	return configs
}

func (w *Workload) held(config RevisionConfig) bool {
	version, listed := w.Held[config.Head]
	return !listed || version == config.Version
}

func (r *Revision) config(workload *Workload, named rules.Head, heads *Heads) (RevisionConfig, bool) {
	namespace := workload.Namespace
	if base, version, ok := rules.SplitVersion(named.Name); ok {
		head := rules.Head{Kind: named.Kind, Name: base}
		if r.Bindings[head] == version {
			return RevisionConfig{Head: head, Version: version, How: HowBound, Exists: heads.Exists(namespace, named)}, true
		}
		if heads.IsVersion(namespace, named) {
			return RevisionConfig{Head: head, Version: version, How: HowNamed, Exists: true}, true
		}
	}
	current, isThere := heads.Current(namespace, named)
	if version, noted := r.Baseline[named]; noted && heads.IsVersion(namespace, named.Version(version)) {
		return RevisionConfig{Head: named, Version: version, How: HowBaseline, Exists: true}, true
	}
	if !isThere {
		return RevisionConfig{}, false
	}
	return RevisionConfig{Head: named, Version: current, How: HowCurrent, Exists: heads.Exists(namespace, named.Version(current))}, true
}

// PodsOf a revision.
func (s *Snapshot) PodsOf(workload *Workload, revision *Revision) []*Pod {
	var pods []*Pod
	for _, pod := range s.Pods[string(workload.Object.GetUID())] {
		if revision.has(pod) {
			pods = append(pods, pod)
		}
	}
	return pods
}

func (r *Revision) has(pod *Pod) bool {
	if pod.owner == string(r.Object.GetUID()) {
		return true
	}
	if pod.hash == "" || r.Object.GetKind() != "ControllerRevision" {
		return false
	}
	return pod.hash == r.Object.GetName() || pod.hash == r.Object.GetLabels()["controller-revision-hash"]
}
