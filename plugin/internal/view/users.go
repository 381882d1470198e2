package view

import (
	"context"
	"sort"
	"strconv"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// User is an object that names a version.
type User struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Owner   *string `json:"owner"`
	Created string  `json:"created"`
}

// UsersOf a version, as retention and the guard of deletes see it: any string anywhere in an object counts.
func UsersOf(ctx context.Context, client *cluster.Client, namespace, version string) ([]User, cluster.Denials, error) {
	users := []User{}
	denials, err := everyUser(ctx, client, namespace, func(object *unstructured.Unstructured) {
		if !names(object, version) {
			return
		}
		user := User{Kind: object.GetKind(), Name: object.GetName(), Created: created(object)}
		if owner := metav1.GetControllerOfNoCopy(object); owner != nil {
			text := owner.Kind + "/" + owner.Name
			user.Owner = &text
		}
		users = append(users, user)
	})
	sort.Slice(users, func(i, j int) bool { return users[i].Kind+" "+users[i].Name < users[j].Kind+" "+users[j].Name })
	return users, denials, err
}

func created(object *unstructured.Unstructured) string {
	return object.GetCreationTimestamp().UTC().Format("2006-01-02T15:04:05Z")
}

func names(object *unstructured.Unstructured, version string) bool {
	found := false
	rules.Strings(object.Object, func(text string) {
		if text == version {
			found = true
		} else if strings.Contains(text, "=v") {
			// A note: configmap/app-config=v001.
			for head, at := range rules.ParseBindings(text) {
				found = found || head.Name+"-"+at == version
			}
		}
	})
	return found
}

// everyUser calls visit for each object that could name a version, one at a time.
func everyUser(ctx context.Context, client *cluster.Client, namespace string, visit func(*unstructured.Unstructured)) (cluster.Denials, error) {
	var batch cluster.Batch
	var lock sync.Mutex
	for _, gvr := range userResources(client) {
		batch.Go(func() error {
			list, err := client.List(ctx, gvr, namespace, "")
			lock.Lock()
			defer lock.Unlock()
			for i := range list {
				visit(&list[i])
			}
			return missingKind(rules.WorkloadKind{Group: gvr.Group, Resource: gvr.Resource}, err)
		})
	}
	return batch.Wait()
}

func userResources(client *cluster.Client) []schema.GroupVersionResource {
	var all []schema.GroupVersionResource
	seen := map[schema.GroupVersionResource]bool{}
	add := func(gvr schema.GroupVersionResource) {
		if !seen[gvr] {
			seen[gvr] = true
			all = append(all, gvr)
		}
	}
	for _, kind := range client.Kinds() {
		add(kind.GVR())
		if kind.Revisions != nil {
			add(kind.Revisions.GVR())
		}
	}
	return all
}

// UsedBy says that a workload uses a version, now or in revisions that an undo could bring back.
type UsedBy struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Now: the workload itself does, not only former revisions.
	Now       bool    `json:"now"`
	Revisions []int64 `json:"revisions,omitempty"`
}

// ID is deploy/web.
func (u UsedBy) ID() string { return rules.Short(u.Kind) + "/" + u.Name }

// Formerly are the revisions that use it, where the workload itself doesn't: " (3-5)".
func (u UsedBy) Formerly() string {
	if u.Now || len(u.Revisions) == 0 {
		return ""
	}
	return " (" + ranges(u.Revisions) + ")"
}

func ranges(numbers []int64) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.FormatInt(numbers[i], 10)
		if j > i {
			part += "-" + strconv.FormatInt(numbers[j], 10)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// usage collects who uses which version of a head.
type usage struct {
	client *cluster.Client
	head   rules.Head
	by     map[string]map[string]*UsedBy
}

func newUsage(client *cluster.Client, head rules.Head) *usage {
	return &usage{client, head, map[string]map[string]*UsedBy{}}
}

func (u *usage) visit(object *unstructured.Unstructured) {
	template := u.template(object)
	if template == nil {
		return
	}
	baseline := rules.ParseBindings(object.GetAnnotations()[rules.BaselineKey])
	for _, reference := range rules.References(podSpec(template)) {
		if reference.Head.Kind != u.head.Kind {
			continue
		}
		if base, version, ok := rules.SplitVersion(reference.Head.Name); ok && base == u.head.Name {
			u.note(object, version)
		} else if reference.Head == u.head && baseline[u.head] != "" {
			u.note(object, baseline[u.head])
		}
	}
}

func (u *usage) template(object *unstructured.Unstructured) map[string]any {
	kind := object.GetKind()
	if kind == "ControllerRevision" {
		return rules.Pointer(object.Object, rules.Kinds()[1].Revisions.Template)
	}
	for _, known := range u.client.Kinds() {
		if known.Kind == kind {
			return rules.Pointer(object.Object, known.Template)
		}
	}
	return nil
}

func (u *usage) note(object *unstructured.Unstructured, version string) {
	kind, name, revision, now := object.GetKind(), object.GetName(), int64(0), true
	if owner := metav1.GetControllerOfNoCopy(object); owner != nil {
		switch kind {
		case "ReplicaSet":
			annotations := object.GetAnnotations()
			revision = number(annotations[rules.DeploymentRevision])
			if revision == 0 {
				revision = number(annotations[rules.RolloutRevision])
			}
		case "ControllerRevision":
			revision, _, _ = unstructured.NestedInt64(object.Object, "revision")
		case "Job":
			owner = nil
		default:
			return
		}
		if owner != nil {
			if revision <= 0 {
				return // In between: nobody meant it.
			}
			kind, name, now = owner.Kind, owner.Name, false
		}
	}
	if u.by[version] == nil {
		u.by[version] = map[string]*UsedBy{}
	}
	id := kind + "/" + name
	entry := u.by[version][id]
	if entry == nil {
		entry = &UsedBy{Kind: kind, Name: name}
		u.by[version][id] = entry
	}
	entry.Now = entry.Now || now
	if revision > 0 {
		entry.Revisions = append(entry.Revisions, revision)
	}
}

// of a version, who uses it now first.
func (u *usage) of(version string) []UsedBy {
	list := []UsedBy{}
	for _, entry := range u.by[version] {
		sort.Slice(entry.Revisions, func(i, j int) bool { return entry.Revisions[i] < entry.Revisions[j] })
		list = append(list, *entry)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Now != list[j].Now {
			return list[i].Now
		}
		return list[i].ID() < list[j].ID()
	})
	return list
}

// IsVersion says whether that object is there, and a version.
func IsVersion(ctx context.Context, client *cluster.Client, namespace string, version rules.Head) (bool, error) {
	object, err := client.GetMetadata(ctx, cluster.OfHead(version), namespace, version.Name)
	return object != nil && object.Labels[rules.Role] == rules.VersionRole, err
}
