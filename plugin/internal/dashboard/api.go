package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"sort"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

func (s *Server) age(moment string) string {
	parsed, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return "-"
	}
	return duration.HumanDuration(max(s.now().Sub(parsed), 0))
}

func place(r *http.Request) (string, error) {
	namespace := r.URL.Query().Get("namespace")
	if !rules.IsName(namespace) {
		return "", fmt.Errorf("%q can't be the name of a namespace", namespace)
	}
	return namespace, nil
}

// namespaces that are opted in; that of the context alone, where one may not list them.
func (s *Server) namespaces(r *http.Request) (any, error) {
	list, err := s.client.ListMetadata(r.Context(), cluster.Namespaces, "", rules.Versioning+"="+rules.OptedIn)
	names := []string{}
	for i := range list {
		names = append(names, list[i].Name)
	}
	current := s.namespace
	if err != nil {
		names = append(names, s.namespace)
	}
	sort.Strings(names)
	if at := sort.SearchStrings(names, current); len(names) > 0 && (at == len(names) || names[at] != current) {
		current = names[0]
	}
	return map[string]any{"namespaces": names, "current": current, "context": s.context}, nil
}

func (s *Server) status(r *http.Request) (any, error) {
	namespace, err := place(r)
	if err != nil {
		return nil, err
	}
	query := view.Query{Namespace: namespace, Pods: true}
	for _, kind := range s.client.Kinds() {
		if kind.Mutable {
			query.Kinds = append(query.Kinds, kind)
		}
	}
	snapshot, err := view.Take(r.Context(), s.client, query)
	if err != nil {
		return nil, err
	}
	meanings := map[view.State]string{}
	for _, state := range view.States {
		meanings[state] = state.Meaning()
	}
	return map[string]any{"status": view.StatusOf(snapshot), "meanings": meanings, "order": view.States, "hidden": hidden(snapshot.Denials)}, nil
}

func hidden(denials cluster.Denials) string {
	if len(denials) == 0 {
		return ""
	}
	return denials.Sentence()
}

type podOutput struct {
	Name     string `json:"name"`
	Status   string `json:"status"`
	Ready    bool   `json:"ready"`
	Trouble  bool   `json:"trouble"`
	Message  string `json:"message"`
	Restarts int64  `json:"restarts"`
	Age      string `json:"age"`
}

type revisionOutput struct {
	view.RevisionHistory
	Age  string      `json:"age"`
	Pods []podOutput `json:"pods"`
}

// workload is all that there is to say of one: why it has what it has, its timeline, its pods.
func (s *Server) workload(r *http.Request) (any, error) {
	namespace, err := place(r)
	if err != nil {
		return nil, err
	}
	snapshot, workload, err := view.TakeWorkload(r.Context(), s.client, namespace, r.URL.Query().Get("id"))
	if err != nil {
		return nil, err
	}
	revisions := []revisionOutput{}
	if workload.Kind.Revisions != nil {
		history, err := view.HistoryOfWorkload(snapshot, workload)
		if err != nil {
			return nil, err
		}
		meant := snapshot.RevisionsOf(workload)
		for i, one := range history.Revisions {
			output := revisionOutput{RevisionHistory: one, Age: s.age(one.Created), Pods: []podOutput{}}
			for _, pod := range snapshot.PodsOf(workload, meant[i]) {
				output.Pods = append(output.Pods, podOutput{pod.Name, pod.Status, pod.Ready, pod.Trouble, pod.Message, pod.Restarts, s.age(pod.Created)})
			}
			revisions = append(revisions, output)
		}
	}
	return map[string]any{"explanation": view.Explain(snapshot, workload, s.age), "revisions": revisions, "hidden": hidden(snapshot.Denials)}, nil
}

// heads are the ConfigMaps and Secrets that have versions.
func (s *Server) heads(r *http.Request) (any, error) {
	namespace, err := place(r)
	if err != nil {
		return nil, err
	}
	type one struct {
		Head    string `json:"head"`
		Current string `json:"current"`
	}
	found := []one{}
	for _, kind := range []string{"ConfigMap", "Secret"} {
		list, err := s.client.ListMetadata(r.Context(), cluster.OfHead(rules.Head{Kind: kind}), namespace, rules.Role+"="+rules.HeadRole)
		var denial *cluster.Denied
		if err != nil && !errors.As(err, &denial) {
			return nil, err
		}
		for i := range list {
			found = append(found, one{rules.Head{Kind: kind, Name: list[i].Name}.String(), list[i].Labels[rules.VersionKey]})
		}
	}
	return map[string]any{"heads": found}, nil
}

func (s *Server) history(r *http.Request) (any, error) {
	namespace, err := place(r)
	if err != nil {
		return nil, err
	}
	found, err := view.FindHead(r.Context(), s.client, namespace, r.URL.Query().Get("head"))
	if err != nil {
		return nil, err
	}
	history, err := view.HistoryOfHead(r.Context(), s.client, namespace, found)
	if err != nil {
		return nil, err
	}
	ages := map[string]string{}
	for _, version := range history.Versions {
		ages[version.Version] = s.age(version.Created)
	}
	return map[string]any{"history": history, "ages": ages, "hidden": hidden(history.Denials)}, nil
}

// diff tells keys alone of Secrets.
func (s *Server) diff(r *http.Request) (any, error) {
	query := r.URL.Query()
	return s.compare(r, query.Get("namespace"), query.Get("head"), query.Get("from"), query.Get("to"), false)
}

// reveal tells values, too: the page asks for it each time.
func (s *Server) reveal(r *http.Request) (any, error) {
	var asked struct{ Namespace, Head, From, To string }
	if err := body(r, &asked); err != nil {
		return nil, err
	}
	return s.compare(r, asked.Namespace, asked.Head, asked.From, asked.To, true)
}

func (s *Server) compare(r *http.Request, namespace, word, from, to string, show bool) (any, error) {
	head, ok := rules.ParseHead(word)
	if !ok || !rules.IsName(namespace) || !rules.IsVersion(to) || from != "" && !rules.IsVersion(from) {
		return nil, fmt.Errorf("that is nothing to compare")
	}
	contents := map[string]view.Content{"": {}}
	for _, version := range []string{from, to} {
		if version == "" {
			continue
		}
		object, err := s.client.Get(r.Context(), cluster.OfHead(head), namespace, head.Version(version).Name)
		if err != nil {
			return nil, err
		}
		if object == nil || object.GetLabels()[rules.Role] != rules.VersionRole {
			return nil, fmt.Errorf("%s has no version %s", head, version)
		}
		contents[version] = view.ContentOf(object)
	}
	differences := view.Compare(contents[from], contents[to])
	return view.DiffOutput{
		Kind: head.Kind, Namespace: namespace, Name: head.Name, From: from, To: to, Differences: view.Differences(differences, head.IsSecret() && !show),
	}, nil
}

// undo shows what going back would change, or does it: only what was shown, to whoever confirmed it by name.
func (s *Server) undo(r *http.Request) (any, error) {
	var asked struct {
		Namespace, ID, Confirm string
		Revision               int64
		DryRun                 bool
	}
	if err := body(r, &asked); err != nil {
		return nil, err
	}
	if !rules.IsName(asked.Namespace) || asked.Revision <= 0 {
		return nil, fmt.Errorf("that is nothing to go back to")
	}
	snapshot, workload, err := view.TakeWorkload(r.Context(), s.client, asked.Namespace, asked.ID)
	if err != nil {
		return nil, err
	}
	plan, err := view.PlanUndo(r.Context(), s.client, snapshot, workload, asked.Revision)
	if err != nil {
		return nil, err
	}
	if !asked.DryRun {
		if asked.Confirm != workload.ID() {
			return nil, fmt.Errorf("it was not confirmed")
		}
		if err := plan.Do(r.Context(), s.client); err != nil {
			return nil, err
		}
	}
	return map[string]any{"undo": plan.Output(asked.DryRun, false), "changes": plan.Change.Any(), "hidden": hidden(plan.Change.Denials), "warnings": plan.Warnings}, nil
}
