package view

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// HowToOptIn is what to do for a namespace.
const HowToOptIn = "kubectl label namespace %[1]s lockstep.dev/versioning=enabled does that"

// Found is a head and its versions.
type Found struct {
	Head rules.Head
	// There says whether the head itself still is.
	There bool
	// Current version, empty where it has none.
	Current  string
	Versions []string
	// Named is the version that was asked for, where somebody gave its name for the head's.
	Named string
}

// Has says whether that version is there.
func (f *Found) Has(version string) bool {
	for _, one := range f.Versions {
		if one == version {
			return true
		}
	}
	return false
}

// FindHead finds the ConfigMap or Secret that is meant by NAME, configmap/NAME, secret/NAME or the name of a version.
func FindHead(ctx context.Context, client *cluster.Client, namespace, word string) (*Found, error) {
	kinds := []string{"ConfigMap", "Secret"}
	kind, name, typed := strings.Cut(word, "/")
	if !typed {
		name = word
	} else {
		switch strings.ToLower(kind) {
		case "cm", "configmap", "configmaps":
			kinds = kinds[:1]
		case "secret", "secrets":
			kinds = kinds[1:]
		default:
			return nil, fmt.Errorf("%s is nothing that has versions; it takes NAME, configmap/NAME or secret/NAME", kind)
		}
	}
	if !rules.IsName(name) {
		return nil, fmt.Errorf("%q can't be the name of a ConfigMap or Secret", name)
	}
	names := []string{name}
	base, version, isVersion := rules.SplitVersion(name)
	if isVersion {
		names = append(names, base)
	}
	found, denials, err := ask(ctx, client, namespace, kinds, names)
	if err != nil {
		return nil, err
	}
	for i, one := range found {
		if one == nil || (one.Current == "" && len(one.Versions) == 0) {
			continue
		}
		if i >= len(kinds) {
			if !one.Has(version) {
				continue
			}
			one.Named = version
		}
		return one, nil
	}
	if len(denials) > 0 {
		return nil, errors.New(denials.Sentence())
	}
	return nil, whyNone(ctx, client, namespace, kinds, name, found)
}

// ask looks for each name as each kind, in this order.
func ask(ctx context.Context, client *cluster.Client, namespace string, kinds, names []string) ([]*Found, cluster.Denials, error) {
	found := make([]*Found, len(kinds)*len(names))
	var batch cluster.Batch
	for i, name := range names {
		for j, kind := range kinds {
			batch.Go(func() error {
				head := rules.Head{Kind: kind, Name: name}
				one, err := askOne(ctx, client, namespace, head)
				found[i*len(kinds)+j] = one
				return err
			})
		}
	}
	denials, err := batch.Wait()
	return found, denials, err
}

func askOne(ctx context.Context, client *cluster.Client, namespace string, head rules.Head) (*Found, error) {
	one := &Found{Head: head}
	var object *metav1.PartialObjectMetadata
	var versions []metav1.PartialObjectMetadata
	var batch cluster.Batch
	batch.Go(func() (err error) {
		object, err = client.GetMetadata(ctx, cluster.OfHead(head), namespace, head.Name)
		return err
	})
	batch.Go(func() (err error) {
		versions, err = client.ListMetadata(ctx, cluster.OfHead(head), namespace, VersionsOf(head))
		return err
	})
	denials, err := batch.Wait()
	if err != nil {
		return nil, err
	}
	if denials.Resource(head.Resource()) {
		return nil, &cluster.Denied{Verb: "list", Resource: head.Resource(), Namespace: namespace}
	}
	if object != nil {
		one.There = true
		if object.Labels[rules.Role] == rules.HeadRole {
			one.Current = object.Labels[rules.VersionKey]
		}
	}
	for i := range versions {
		if base, version, ok := rules.SplitVersion(versions[i].Name); ok && base == head.Name {
			one.Versions = append(one.Versions, version)
		}
	}
	sort.Slice(one.Versions, func(i, j int) bool { return rules.Number(one.Versions[i]) < rules.Number(one.Versions[j]) })
	return one, nil
}

// VersionsOf selects a head's versions.
func VersionsOf(head rules.Head) string {
	return rules.Role + "=" + rules.VersionRole + "," + rules.HeadKey + "=" + head.Label()
}

func whyNone(ctx context.Context, client *cluster.Client, namespace string, kinds []string, name string, found []*Found) error {
	if err := NotOptedIn(ctx, client, namespace); err != nil {
		return err
	}
	for i, one := range found {
		if one != nil && one.There && i < len(kinds) {
			return fmt.Errorf("%s in namespace %s has no versions: it is left out, or Lockstep has not seen it yet (what is left out: "+
				"kubectl lockstep help left-out)", one.Head, namespace)
		}
	}
	what := "ConfigMap or Secret " + name
	if len(kinds) == 1 {
		what = strings.ToLower(kinds[0]) + "/" + name
	}
	return fmt.Errorf("there is no %s in namespace %s, and no version of it; kubectl -n %[2]s get configmaps,secrets shows what there is", what, namespace)
}

// NotOptedIn says so, where it is known.
func NotOptedIn(ctx context.Context, client *cluster.Client, namespace string) error {
	object, err := client.GetNamespace(ctx, namespace)
	switch {
	case err != nil:
		return nil // Who knows.
	case object == nil:
		return fmt.Errorf("there is no namespace %s; kubectl get namespaces shows which there are", namespace)
	case object.GetLabels()[rules.Versioning] != rules.OptedIn:
		return fmt.Errorf("namespace %[1]s is not opted in; "+HowToOptIn, namespace)
	}
	return nil
}

// ParseWorkload reads deploy/web.
func ParseWorkload(client *cluster.Client, word string) (rules.WorkloadKind, string, error) {
	kind, name, typed := strings.Cut(word, "/")
	if !typed {
		return rules.WorkloadKind{}, "", fmt.Errorf("say which kind it is, as in deploy/%s", word)
	}
	found, known := rules.KindOf(kind, client.Custom)
	if !known {
		return rules.WorkloadKind{}, "", fmt.Errorf("%s is no kind of workload that this knows; --kinds names more of them", kind)
	}
	if !rules.IsName(name) {
		return rules.WorkloadKind{}, "", fmt.Errorf("%q can't be the name of a workload", name)
	}
	return found, name, nil
}

// TakeWorkload takes a snapshot of one workload, its revisions and its pods.
func TakeWorkload(ctx context.Context, client *cluster.Client, namespace, word string) (*Snapshot, *Workload, error) {
	kind, name, err := ParseWorkload(client, word)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := Take(ctx, client, Query{
		Namespace: namespace, Name: name, Kinds: []rules.WorkloadKind{kind}, Pods: true, Revisions: kind.Revisions != nil,
	})
	if err != nil {
		return nil, nil, err
	}
	workload := snapshot.ByID(namespace, kind.Singular()+"/"+name)
	if workload == nil {
		if snapshot.Denials.Resource(kind.Resource) {
			return nil, nil, errors.New(snapshot.Denials.Sentence())
		}
		if known, said := snapshot.Known[namespace]; said && !known {
			return nil, nil, fmt.Errorf("there is no namespace %s; kubectl get namespaces shows which there are", namespace)
		}
		return nil, nil, fmt.Errorf("there is no %s/%s in namespace %s that no controller owns; kubectl -n %[3]s get %s shows which there are",
			kind.Singular(), name, namespace, kind.Resource)
	}
	return snapshot, workload, nil
}
