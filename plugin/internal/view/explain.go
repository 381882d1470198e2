package view

import (
	"fmt"
	"sort"
	"strings"

	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
)

// Explanation says in sentences why a workload has what it has.
type Explanation struct {
	Workload  string             `json:"workload"`
	Namespace string             `json:"namespace"`
	State     State              `json:"state"`
	General   []string           `json:"general"`
	Config    []ConfigExplained  `json:"config"`
	Others    []ReferenceWithout `json:"withoutVersions"`
}

// ConfigExplained is one ConfigMap or Secret.
type ConfigExplained struct {
	Head    string   `json:"head"`
	State   State    `json:"state"`
	NamedBy []string `json:"namedBy"`
	Why     []string `json:"why"`
	Words   string   `json:"-"`
}

// ReferenceWithout is a reference to what has no versions.
type ReferenceWithout struct {
	Name    string   `json:"name"`
	NamedBy []string `json:"namedBy"`
}

// Explain a workload. age says how long ago a moment in RFC 3339 is.
func Explain(snapshot *Snapshot, workload *Workload, age func(string) string) Explanation {
	configs := workload.Configs(snapshot.Heads)
	result := Explanation{Workload: workload.ID(), Namespace: workload.Namespace, State: Bound, Config: []ConfigExplained{}, Others: []ReferenceWithout{}}
	told := map[rules.Head]bool{}
	for _, config := range configs {
		places := workload.places(config)
		if config.State.urgency() < result.State.urgency() {
			result.State = config.State
		}
		told[config.Head] = true
		told[config.Head.Version(config.Version)] = true
		result.Config = append(result.Config, ConfigExplained{
			Head: config.Head.String(), State: config.State, NamedBy: places, Words: Words(config.Head),
			Why: workload.why(config, snapshot.Heads, age),
		})
	}
	for _, reference := range workload.Refs {
		if !told[reference.Head] {
			result.Others = append(result.Others, ReferenceWithout{reference.Head.String(), placesOf(reference)})
		}
	}
	result.General = workload.general(snapshot, &result.State)
	return result
}

func placesOf(reference rules.Reference) []string {
	seen := map[string]bool{}
	var places []string
	for _, place := range reference.Places {
		if !seen[place.Path] {
			seen[place.Path] = true
			places = append(places, place.Path)
		}
	}
	sort.Strings(places)
	return places
}

func (w *Workload) places(config Config) []string {
	for _, reference := range w.Refs {
		if reference.Head == config.Head.Version(config.Version) || reference.Head == config.Head {
			return placesOf(reference)
		}
	}
	return []string{}
}

func (w *Workload) general(snapshot *Snapshot, state *State) []string {
	var sentences []string
	if opted, known := snapshot.OptedIn[w.Namespace]; known && !opted {
		sentences = append(sentences, fmt.Sprintf("Namespace %[1]s is not opted in, so Lockstep does nothing here; "+HowToOptIn+".", w.Namespace))
	}
	if ready := snapshot.ReadinessOf(w); ready.Counts {
		sentence := fmt.Sprintf("%d of %s ready.", ready.Ready, areIs(ready.Wanted, "pod"))
		if ready.Reason != "" {
			sentence = fmt.Sprintf("%d of %s ready, and some are in trouble: %s.", ready.Ready, areIs(ready.Wanted, "pod"), ui.Word(ready.Reason))
			if Failing.urgency() < state.urgency() {
				*state = Failing
			}
		}
		sentences = append(sentences, sentence)
	}
	switch {
	case w.Stepped:
		sentences = append(sentences, "Another writer kept sending bare names while pods were deleted or the template moved in between, so Lockstep has "+
			"stepped back from this workload until it is applied, or: kubectl lockstep adopt "+w.at()+".")
	case w.IsHeld:
		sentences = append(sentences, "A rollback brought older configuration back, and holds the whole workload: no restart, and no rollout by itself, "+
			"moves any of its ConfigMaps and Secrets. Its next release ends that, or: kubectl lockstep rebind "+w.at()+".")
	case w.Rollout == rules.Pinned:
		sentences = append(sentences, "lockstep.dev/rollout says pinned: only an apply moves it to newer versions.")
	case w.Rollout == rules.Auto:
		sentences = append(sentences, "lockstep.dev/rollout says auto: it follows newer versions by itself, soon after they stop changing.")
	case w.Rollout == rules.OnApply:
		sentences = append(sentences, "lockstep.dev/rollout says on-apply: each new revision (an apply, a new image, a restart) gets the newest versions.")
	default:
		sentences = append(sentences, "Neither it nor its namespace says lockstep.dev/rollout, so the server's setting counts: on-apply, unless it was set "+
			"otherwise. Each new revision (an apply, a new image, a restart) gets the newest versions.")
	}
	return sentences
}

func areIs(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}

func (w *Workload) at() string { return "-n " + w.Namespace + " " + w.ID() }

func (w *Workload) why(config Config, heads *Heads, age func(string) string) []string {
	var why []string
	name := ui.Word(Words(config.Head))
	kind := config.Head.Kind
	has := fmt.Sprintf("It has %s, and the current version is %s.", config.Version, config.Current)
	switch config.State {
	case Missing:
		why = append(why, fmt.Sprintf("It is bound to %s, but that version is gone, so pods that start now can't.", config.Version),
			"Apply the workload, or: kubectl lockstep rebind "+w.at()+".")
	case Waiting:
		why = append(why, fmt.Sprintf("It is not there, or lacks a key that the workload needs: create the %s; the workload follows by itself.", kind))
	case SteppedBack:
		why = append(why, "The template names it bare: pods read what it says when they start.")
	case Held:
		why = append(why, has)
		if _, listed := w.Held[config.Head]; listed {
			why = append(why, "The rollback brought it back.")
		} else {
			why = append(why, "It stays with what the rollback brought back.")
		}
	case Orphaned:
		why = append(why, fmt.Sprintf("It has %s, which is kept; the %s itself is gone. It comes back by an apply, or: kubectl lockstep restore -n %s %s %s.",
			config.Version, kind, w.Namespace, name, config.Version))
	case Behind:
		why = append(why, has)
		if w.Rollout == rules.Auto {
			why = append(why, "It follows by itself.")
		} else {
			why = append(why, "It changed after the workload's last revision. Apply the workload, or: kubectl -n "+w.Namespace+" rollout restart "+w.ID()+".")
		}
	case Bare:
		why = append(why, fmt.Sprintf("It is named bare, and was never bound: pods read what it says when they start, now that of %s.", config.Current),
			"The next change of the template binds it, or: kubectl lockstep adopt "+w.at()+".")
	case Pinned:
		why = append(why, has)
		if w.Bindings[config.Head] == config.Version {
			why = append(why, "It is pinned, so only an apply of the workload moves it.")
		} else {
			why = append(why, "The manifest itself names this version: Lockstep never moves that. Name "+name+" there to let it follow.")
		}
	case Bound:
		if config.Current == "" {
			why = append(why, fmt.Sprintf("It is bound to %s. The %s itself gets no versions any more, or can't be seen: an apply goes back to its bare name.",
				config.Version, kind))
		} else {
			why = append(why, fmt.Sprintf("It is bound to %s, which is current.", config.Version))
		}
	}
	return append(why, w.origin(config, heads, age)...)
}

func (w *Workload) origin(config Config, heads *Heads, age func(string) string) []string {
	version := config.Current
	if version == "" {
		version = config.Version
	}
	origin, found := heads.Origin(w.Namespace, config.Head.Version(version))
	if !found {
		return nil
	}
	sentence := fmt.Sprintf("%s came %s ago", version, age(origin.Created))
	if origin.By != "" {
		sentence += " by " + ui.User(origin.By, w.Namespace)
	}
	if cause := strings.TrimSpace(origin.Cause); cause != "" {
		sentence += ": " + ui.Text(cause)
	}
	return []string{sentence + "."}
}
