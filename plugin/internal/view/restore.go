package view

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// manager owns in managedFields what restore and rebind write.
const manager = "kubectl-lockstep"

// Restore writes a version's content to its head again: to that object, and nothing but its content.
type Restore struct {
	Namespace string
	Head      rules.Head
	Version   string
	// Live is the head as it was looked at; nil where it is gone.
	Live        *unstructured.Unstructured
	Differences []Difference

	kept  *unstructured.Unstructured
	patch []byte
}

// PlanRestore reads both, and makes the patch.
func PlanRestore(ctx context.Context, client *cluster.Client, namespace string, head rules.Head, version string) (*Restore, error) {
	plan := &Restore{Namespace: namespace, Head: head, Version: version}
	var batch cluster.Batch
	batch.Go(func() (err error) {
		plan.Live, err = client.Get(ctx, cluster.OfHead(head), namespace, head.Name)
		return err
	})
	batch.Go(func() (err error) {
		plan.kept, err = client.Get(ctx, cluster.OfHead(head), namespace, head.Version(version).Name)
		return err
	})
	denials, err := batch.Wait()
	switch {
	case err != nil:
		return nil, err
	case len(denials) > 0:
		return nil, errors.New(denials.Sentence())
	case plan.kept == nil:
		return nil, fmt.Errorf("%s has no version %s; kubectl lockstep history -n %s %[1]s shows which there are", head, version, namespace)
	case plan.kept.GetLabels()[rules.Role] != rules.VersionRole:
		return nil, fmt.Errorf("%s is no version of %s; Lockstep did not make it", head.Version(version), head)
	}
	if plan.Live != nil && plan.Live.GetLabels()[rules.Role] == rules.VersionRole {
		return nil, fmt.Errorf("%s is a version itself", head)
	}
	if head.IsSecret() && plan.Live != nil && plan.Live.Object["type"] != plan.kept.Object["type"] {
		return nil, fmt.Errorf("%s has another type than %s had, and a type can't change; delete it first", head, version)
	}
	plan.Differences = Compare(ContentOf(plan.Live), ContentOf(plan.kept))
	if plan.Live != nil {
		plan.patch, err = plan.merge()
	}
	return plan, err
}

// merge sets each key of the version, and takes away all others. The resourceVersion makes it fail if somebody changed
// the head since it was looked at.
func (r *Restore) merge() ([]byte, error) {
	metadata := map[string]any{"resourceVersion": r.Live.GetResourceVersion()}
	patch := map[string]any{"metadata": metadata}
	for _, field := range []string{"data", "binaryData"} {
		values := map[string]any{}
		live, _, _ := unstructured.NestedMap(r.Live.Object, field)
		for key := range live {
			values[key] = nil
		}
		kept, _, _ := unstructured.NestedMap(r.kept.Object, field)
		maps.Copy(values, kept)
		if len(values) > 0 {
			patch[field] = values
		}
	}
	if text := r.Live.GetAnnotations()[rules.LastApplied]; text != "" {
		applied, err := r.applied(text)
		if err != nil {
			return nil, err
		}
		metadata["annotations"] = map[string]any{rules.LastApplied: applied}
	}
	return json.Marshal(patch)
}

// applied is what kubectl is to take for the last apply, so that the next one takes away what this brings. Of the old
// note only labels and annotations are taken: what it says to be the object's name was written by whoever may write the
// object, not by whoever restores it.
func (r *Restore) applied(text string) (string, error) {
	var old struct {
		Metadata struct {
			Labels      map[string]string `json:"labels,omitempty"`
			Annotations map[string]string `json:"annotations,omitempty"`
		} `json:"metadata"`
	}
	// One that can't be read says nothing, to kubectl neither.
	_ = json.Unmarshal([]byte(text), &old)
	if old.Metadata.Annotations == nil {
		old.Metadata.Annotations = map[string]string{} // As kubectl writes it.
	}
	object := r.object()
	metadata := map[string]any{"name": r.Head.Name, "namespace": r.Namespace, "annotations": old.Metadata.Annotations}
	if len(old.Metadata.Labels) > 0 {
		metadata["labels"] = old.Metadata.Labels
	}
	object["metadata"] = metadata
	result, err := json.Marshal(object)
	return string(result) + "\n", err
}

// object is the head with the version's content, and nothing else.
func (r *Restore) object() map[string]any {
	object := map[string]any{
		"apiVersion": "v1", "kind": r.Head.Kind,
		"metadata": map[string]any{"name": r.Head.Name, "namespace": r.Namespace},
	}
	for _, field := range []string{"data", "binaryData", "type"} {
		if value, found := r.kept.Object[field]; found {
			object[field] = value
		}
	}
	return object
}

// Write writes it, or only asks what would be there, and answers at which version the head is then.
func (r *Restore) Write(ctx context.Context, client *cluster.Client, dryRun bool) (string, error) {
	var after *unstructured.Unstructured
	var err error
	gvr := cluster.OfHead(r.Head)
	if r.Live == nil {
		after, err = client.Create(ctx, gvr, r.Namespace, &unstructured.Unstructured{Object: r.object()}, manager, dryRun)
	} else {
		after, err = client.Patch(ctx, gvr, r.Namespace, r.Head.Name, types.MergePatchType, r.patch, manager, dryRun)
	}
	if err != nil {
		return "", err
	}
	if after.GetName() != r.Head.Name || after.GetNamespace() != r.Namespace || after.GetKind() != r.Head.Kind {
		return "", fmt.Errorf("the API server answered with another object than %s in namespace %s", r.Head, r.Namespace)
	}
	if rest := Compare(ContentOf(after), ContentOf(r.kept)); len(rest) > 0 {
		return "", fmt.Errorf("something changes %s on its way: with what was written, %q still is not as in %s", r.Head, rest[0].Key, r.Version)
	}
	return after.GetLabels()[rules.VersionKey], nil
}
