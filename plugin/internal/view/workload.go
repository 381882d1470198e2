package view

import (
	"sort"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// State says how a workload stands to a ConfigMap or Secret, or to all of them.
type State string

// States, the most urgent first.
const (
	Missing     State = "missing"
	Waiting     State = "waiting"
	Failing     State = "failing"
	SteppedBack State = "stepped-back"
	Held        State = "held"
	Orphaned    State = "orphaned"
	Behind      State = "behind"
	Bare        State = "bare"
	Pinned      State = "pinned"
	Bound       State = "bound"
)

// States in order of urgency.
var States = []State{Missing, Waiting, Failing, SteppedBack, Held, Orphaned, Behind, Bare, Pinned, Bound}

func (s State) urgency() int {
	for i, state := range States {
		if s == state {
			return i
		}
	}
	return len(States)
}

// IsProblem says whether somebody should look at it.
func (s State) IsProblem() bool { return s.urgency() < Pinned.urgency() }

// Meaning is one sentence for people, with what to do.
func (s State) Meaning() string {
	switch s {
	case Missing:
		return "bound to a version that is gone: pods that start now can't. Apply it, or kubectl lockstep rebind"
	case Waiting:
		return "waits for a ConfigMap, Secret or key that is not there. Create it; the workload follows"
	case Failing:
		return "pods don't start, or crash. See kubectl lockstep tree; kubectl lockstep undo goes back"
	case SteppedBack:
		return "another writer insists on bare names. kubectl lockstep adopt takes it in again"
	case Held:
		return "a rollback holds it; its next release moves it, or kubectl lockstep rebind"
	case Orphaned:
		return "the ConfigMap or Secret is gone, its version is kept: kubectl lockstep restore"
	case Behind:
		return "a newer version is there; an apply or kubectl rollout restart moves to it"
	case Bare:
		return "never bound: pods read what they find. Its next release binds it, or kubectl lockstep adopt"
	case Pinned:
		return "its manifest names a version, or lockstep.dev/rollout says pinned; only an apply moves it"
	case Bound:
		return "it has what is current"
	}
	return ""
}

// Workload is an object with a pod template that no controller owns.
type Workload struct {
	Namespace string
	Name      string
	Kind      rules.WorkloadKind
	Object    *unstructured.Unstructured
	Template  map[string]any
	Refs      []rules.Reference
	Bindings  rules.Bindings
	Held      rules.Bindings
	IsHeld    bool
	Waiting   []rules.Head
	Stepped   bool
	// Rollout is what the workload says, or else its namespace; empty, where the server's setting counts.
	Rollout string
}

func newWorkload(kind rules.WorkloadKind, object *unstructured.Unstructured) *Workload {
	annotations := object.GetAnnotations()
	template := rules.Pointer(object.Object, kind.Template)
	_, stepped := annotations[rules.SteppedBack]
	return &Workload{
		Namespace: object.GetNamespace(),
		Name:      object.GetName(),
		Kind:      kind,
		Object:    object,
		Template:  template,
		Refs:      rules.References(podSpec(template)),
		Bindings:  bindingsOf(template),
		Held:      rules.ParseBindings(annotations[rules.HeldKey]),
		IsHeld:    annotations[rules.HeldKey] != "",
		Waiting:   rules.ParseHeads(annotations[rules.WaitingKey]),
		Stepped:   stepped,
		Rollout:   annotations[rules.RolloutKey],
	}
}

func podSpec(template map[string]any) map[string]any {
	spec, _ := template["spec"].(map[string]any)
	return spec
}

func bindingsOf(template map[string]any) rules.Bindings {
	text, _, _ := unstructured.NestedString(template, "metadata", "annotations", rules.BindingsKey)
	return rules.ParseBindings(text)
}

// ID is what people write: deployment/web.
func (w *Workload) ID() string { return w.Kind.Singular() + "/" + w.Name }

// Config is a ConfigMap or Secret as a workload has it.
type Config struct {
	Head rules.Head
	// Version that it has; empty where there is none.
	Version string
	// Current version of the head; empty where it has none.
	Current string
	State   State
}

// Configs are all ConfigMaps and Secrets of the workload that have versions or are waited for, what needs somebody first.
func (w *Workload) Configs(heads *Heads) []Config {
	var configs []Config
	waits := map[rules.Head]bool{}
	for _, head := range w.Waiting {
		waits[head] = true
	}
	told := map[rules.Head]bool{}
	for _, reference := range w.Refs {
		config, ok := w.config(reference.Head, heads, waits)
		if ok {
			told[config.Head] = true
			configs = append(configs, config)
		}
	}
	for _, head := range w.Waiting {
		if !told[head] {
			current, _ := heads.Current(w.Namespace, head)
			configs = append(configs, Config{head, "", current, Waiting})
		}
	}
	sort.SliceStable(configs, func(i, j int) bool {
		a, b := configs[i], configs[j]
		if a.State != b.State {
			return a.State.urgency() < b.State.urgency()
		}
		return a.Head.String() < b.Head.String()
	})
	return configs
}

func (w *Workload) config(named rules.Head, heads *Heads, waits map[rules.Head]bool) (Config, bool) {
	if base, version, ok := rules.SplitVersion(named.Name); ok {
		head := rules.Head{Kind: named.Kind, Name: base}
		current, isThere := heads.Current(w.Namespace, head)
		config := Config{head, version, current, Bound}
		switch {
		case w.Bindings[head] == version:
			config.State = w.standing(config, isThere, heads, waits)
			return config, true
		case heads.IsVersion(w.Namespace, named):
			config.State = Pinned
			return config, true
		}
	}
	if waits[named] {
		current, _ := heads.Current(w.Namespace, named)
		return Config{named, "", current, Waiting}, true
	}
	if current, isThere := heads.Current(w.Namespace, named); isThere {
		state := Bare
		if w.Stepped {
			state = SteppedBack
		}
		return Config{named, "", current, state}, true
	}
	return Config{}, false
}

func (w *Workload) standing(config Config, isThere bool, heads *Heads, waits map[rules.Head]bool) State {
	switch {
	case !heads.Exists(w.Namespace, config.Head.Version(config.Version)):
		return Missing
	case waits[config.Head]:
		return Waiting
	case !isThere && heads.Seen(config.Head) && !heads.leftOut[placed{w.Namespace, config.Head}]:
		return Orphaned
	case !isThere || config.Current == config.Version:
		return Bound
	case w.IsHeld:
		return Held
	case w.Rollout == rules.Pinned:
		return Pinned
	}
	return Behind
}

// Images of the containers that run.
func images(template map[string]any) []string {
	var result []string
	containers, _ := podSpec(template)["containers"].([]any)
	for _, item := range containers {
		container, _ := item.(map[string]any)
		image, _ := container["image"].(string)
		result = append(result, image)
	}
	return result
}

// Words are what people call a head: its name alone, where it is a ConfigMap.
func Words(head rules.Head) string {
	if head.IsSecret() {
		return head.String()
	}
	return head.Name
}

func annotation(template map[string]any, key string) string {
	text, _, _ := unstructured.NestedString(template, "metadata", "annotations", key)
	return text
}
