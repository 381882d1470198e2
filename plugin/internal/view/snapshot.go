// Package view makes what people look at from what the API server has.
package view

import (
	"context"
	"sort"
	"strconv"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// placed is a head, or a version's object, in its namespace.
type placed struct {
	namespace string
	head      rules.Head
}

// Heads are the heads and versions of one namespace or all of them, metadata alone.
type Heads struct {
	current  map[placed]string
	versions map[placed]Origin
	// leftOut are objects that are there and have no stamp, of those that somebody is bound to a version of.
	leftOut map[placed]bool
	hidden  cluster.Denials
}

// Origin says where a version comes from.
type Origin struct{ By, Cause, Created string }

// Origin of a version's object.
func (h *Heads) Origin(namespace string, version rules.Head) (Origin, bool) {
	origin, found := h.versions[placed{namespace, version}]
	return origin, found
}

// Current is the version that a head is stamped with.
func (h *Heads) Current(namespace string, head rules.Head) (string, bool) {
	version, found := h.current[placed{namespace, head}]
	return version, found
}

// Exists says whether a version is there; what can't be seen is taken to be.
func (h *Heads) Exists(namespace string, version rules.Head) bool {
	return h.IsVersion(namespace, version) || !h.Seen(version)
}

// IsVersion says whether an object is known to be a version.
func (h *Heads) IsVersion(namespace string, object rules.Head) bool {
	_, is := h.versions[placed{namespace, object}]
	return is
}

// Seen says whether we may look at what is of that kind.
func (h *Heads) Seen(head rules.Head) bool { return !h.hidden.Resource(head.Resource()) }

// Lost are heads whose current version has no object.
func (h *Heads) Lost() []Lost {
	var lost []Lost
	for at, version := range h.current {
		if !h.IsVersion(at.namespace, at.head.Version(version)) {
			lost = append(lost, Lost{at.namespace, at.head.String(), version})
		}
	}
	sort.Slice(lost, func(i, j int) bool {
		return lost[i].Namespace+" "+lost[i].Head < lost[j].Namespace+" "+lost[j].Head
	})
	return lost
}

// Lost is a head whose current version has no object.
type Lost struct {
	Namespace string `json:"namespace"`
	Head      string `json:"head"`
	Version   string `json:"version"`
}

// Snapshot is what was there when it was asked for.
type Snapshot struct {
	Heads *Heads
	// Policies are what namespaces say about rollouts, of those that are opted in.
	Policies  map[string]string
	OptedIn   map[string]bool
	Known     map[string]bool
	Workloads []*Workload
	// Pods by the uid of the workload that they belong to, whatever is between.
	Pods map[string][]*Pod
	// Revisions by the uid of their workload.
	Revisions map[string][]*Revision
	// Denials are what was not allowed to be seen.
	Denials cluster.Denials
}

// Query says what a snapshot is to have.
type Query struct {
	// Namespace; all, if empty.
	Namespace string
	// Selector of workloads, and the name of the only one.
	Selector string
	Name     string
	// Kinds of workloads; none, if empty.
	Kinds []rules.WorkloadKind
	// Pods are wanted, and revisions with their templates.
	Pods      bool
	Revisions bool
}

// Take asks for all of it at once.
func Take(ctx context.Context, client *cluster.Client, query Query) (*Snapshot, error) {
	var (
		batch      cluster.Batch
		lock       sync.Mutex
		heads      = &Heads{current: map[placed]string{}, versions: map[placed]Origin{}, leftOut: map[placed]bool{}}
		result     = &Snapshot{Heads: heads, Policies: map[string]string{}, OptedIn: map[string]bool{}, Known: map[string]bool{}, Pods: map[string][]*Pod{}, Revisions: map[string][]*Revision{}}
		pods       []unstructured.Unstructured
		sets       []metav1.PartialObjectMetadata
		revisionOf = map[string][]unstructured.Unstructured{}
	)
	for _, kind := range []string{"ConfigMap", "Secret"} {
		batch.Go(func() error {
			list, err := client.ListMetadata(ctx, cluster.OfHead(rules.Head{Kind: kind}), query.Namespace, rules.Role)
			lock.Lock()
			defer lock.Unlock()
			heads.add(kind, list)
			return err
		})
	}
	batch.Go(func() error { return result.namespaces(ctx, client, query.Namespace, &lock) })
	for _, kind := range query.Kinds {
		if kind.Resource == "pods" || kind.Resource == "replicasets" {
			continue // They are asked for below, and hardly any is a workload of its own.
		}
		batch.Go(func() error {
			list, err := client.ListNamed(ctx, kind.GVR(), query.Namespace, query.Selector, query.Name)
			lock.Lock()
			defer lock.Unlock()
			for i := range list {
				result.add(kind, &list[i])
			}
			return missingKind(kind, err)
		})
	}
	if query.Pods {
		batch.Go(func() error {
			list, err := client.List(ctx, cluster.Pods, query.Namespace, "")
			pods = list
			return err
		})
	}
	if query.Revisions {
		seen := map[string]bool{}
		for _, kind := range query.Kinds {
			if kind.Revisions == nil || seen[kind.Revisions.Resource] {
				continue
			}
			seen[kind.Revisions.Resource] = true
			batch.Go(func() error {
				list, err := client.List(ctx, kind.Revisions.GVR(), query.Namespace, "")
				lock.Lock()
				defer lock.Unlock()
				revisionOf[kind.Revisions.Resource] = list
				return err
			})
		}
	} else if replicaSets, wanted := find(query.Kinds, "replicasets"); wanted || query.Pods {
		batch.Go(func() error {
			kind := replicaSets
			if !wanted {
				kind, _ = rules.KindOf("rs", nil)
			}
			list, err := client.ListMetadata(ctx, kind.GVR(), query.Namespace, "")
			sets = list
			return err
		})
	}
	denials, err := batch.Wait()
	if err != nil {
		return nil, err
	}
	heads.hidden = denials
	result.Denials = denials
	if err := result.standalone(ctx, client, query, sets); err != nil {
		return nil, err
	}
	if err := result.findLeftOut(ctx, client); err != nil {
		return nil, err
	}
	result.sort()
	result.takeRevisions(revisionOf)
	result.takePods(pods, sets)
	return result, nil
}

func find(kinds []rules.WorkloadKind, resource string) (rules.WorkloadKind, bool) {
	for _, kind := range kinds {
		if kind.Resource == resource && kind.Group == "apps" {
			return kind, true
		}
	}
	return rules.WorkloadKind{}, false
}

// A kind of others need not be there.
func missingKind(kind rules.WorkloadKind, err error) error {
	builtIn := kind.Group == "" || kind.Group == "apps" || kind.Group == "batch"
	if !builtIn && (apierrors.IsNotFound(err) || isDenied(err)) {
		return nil
	}
	// The usual roles leave them out, and hardly anybody has one.
	if kind.Resource == "podtemplates" && isDenied(err) {
		return nil
	}
	return err
}

func isDenied(err error) bool {
	_, is := err.(*cluster.Denied)
	return is
}

func (h *Heads) add(kind string, list []metav1.PartialObjectMetadata) {
	for i := range list {
		object := &list[i]
		at := placed{object.Namespace, rules.Head{Kind: kind, Name: object.Name}}
		switch object.Labels[rules.Role] {
		case rules.HeadRole:
			h.current[at] = object.Labels[rules.VersionKey]
		case rules.VersionRole:
			h.versions[at] = Origin{
				object.Annotations[rules.ChangedBy], object.Annotations[rules.ChangeCause],
				object.CreationTimestamp.UTC().Format("2006-01-02T15:04:05Z"),
			}
		}
	}
}

func (s *Snapshot) namespaces(ctx context.Context, client *cluster.Client, name string, lock *sync.Mutex) error {
	var list []unstructured.Unstructured
	var err error
	if name == "" {
		list, err = client.List(ctx, cluster.Namespaces, "", rules.Versioning)
	} else {
		var one *unstructured.Unstructured
		if one, err = client.GetNamespace(ctx, name); one != nil && err == nil {
			list = append(list, *one)
		} else if err == nil {
			lock.Lock()
			defer lock.Unlock()
			s.Known[name] = false
			return nil
		}
	}
	lock.Lock()
	defer lock.Unlock()
	for _, namespace := range list {
		s.Known[namespace.GetName()] = true
		s.OptedIn[namespace.GetName()] = namespace.GetLabels()[rules.Versioning] == rules.OptedIn
		s.Policies[namespace.GetName()] = namespace.GetAnnotations()[rules.RolloutKey]
	}
	if isDenied(err) {
		return nil // Not everybody may look at namespaces, and not much is lost by it.
	}
	return err
}

func (s *Snapshot) add(kind rules.WorkloadKind, object *unstructured.Unstructured) {
	if metav1.GetControllerOfNoCopy(object) != nil {
		return
	}
	s.Workloads = append(s.Workloads, newWorkload(kind, object))
}

// standalone are ReplicaSets and Pods that are workloads of their own: few, so that they are asked for in full only where
// there are any.
func (s *Snapshot) standalone(ctx context.Context, client *cluster.Client, query Query, sets []metav1.PartialObjectMetadata) error {
	kind, wanted := find(query.Kinds, "replicasets")
	if !wanted {
		return nil
	}
	for i := range sets {
		if metav1.GetControllerOfNoCopy(&sets[i]) == nil {
			list, err := client.List(ctx, kind.GVR(), query.Namespace, query.Selector)
			if err != nil {
				return err
			}
			for i := range list {
				s.add(kind, &list[i])
			}
			return nil
		}
	}
	return nil
}

// findLeftOut tells ConfigMaps and Secrets that are gone from those that lost their stamp: few are either.
func (s *Snapshot) findLeftOut(ctx context.Context, client *cluster.Client) error {
	asked := map[placed]bool{}
	var batch cluster.Batch
	var lock sync.Mutex
	for _, workload := range s.Workloads {
		for head := range workload.Bindings {
			at := placed{workload.Namespace, head}
			if _, stamped := s.Heads.current[at]; stamped || asked[at] || !s.Heads.Seen(head) {
				continue
			}
			asked[at] = true
			batch.Go(func() error {
				object, err := client.GetMetadata(ctx, cluster.OfHead(head), at.namespace, head.Name)
				lock.Lock()
				defer lock.Unlock()
				s.Heads.leftOut[at] = object != nil || isDenied(err)
				return err
			})
		}
	}
	_, err := batch.Wait()
	return err
}

func (s *Snapshot) sort() {
	for _, workload := range s.Workloads {
		if workload.Rollout == "" {
			workload.Rollout = s.Policies[workload.Namespace]
		}
	}
	sort.Slice(s.Workloads, func(i, j int) bool {
		a, b := s.Workloads[i], s.Workloads[j]
		return a.Namespace+" "+a.ID() < b.Namespace+" "+b.ID()
	})
}

func (s *Snapshot) takeRevisions(lists map[string][]unstructured.Unstructured) {
	byUID := map[string]*Workload{}
	for _, workload := range s.Workloads {
		byUID[string(workload.Object.GetUID())] = workload
	}
	for _, list := range lists {
		for i := range list {
			owner := metav1.GetControllerOfNoCopy(&list[i])
			if owner == nil {
				continue
			}
			workload := byUID[string(owner.UID)]
			if workload == nil || workload.Kind.Revisions == nil {
				continue
			}
			if revision := newRevision(workload, &list[i]); revision != nil {
				uid := string(owner.UID)
				s.Revisions[uid] = append(s.Revisions[uid], revision)
			}
		}
	}
	for uid, revisions := range s.Revisions {
		sort.Slice(revisions, func(i, j int) bool { return revisions[i].Number > revisions[j].Number })
		for _, revision := range revisions {
			if revision.Number > 0 {
				revision.Current = true
				break
			}
		}
		s.Revisions[uid] = revisions
	}
}

// ByID finds deployment/web.
func (s *Snapshot) ByID(namespace, id string) *Workload {
	for _, workload := range s.Workloads {
		if workload.Namespace == namespace && workload.ID() == id {
			return workload
		}
	}
	return nil
}

// RevisionsOf a workload, the newest first; those in between, which nobody meant, are left out.
func (s *Snapshot) RevisionsOf(workload *Workload) []*Revision {
	var meant []*Revision
	for _, revision := range s.Revisions[string(workload.Object.GetUID())] {
		if revision.Number > 0 {
			meant = append(meant, revision)
		}
	}
	return meant
}

func number(text string) int64 {
	value, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}
	return value
}
