package view

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// adopt is the wish that ends Lockstep's stepping back from a workload.
const adopt = "adopt"

// Rebind is what binding a workload to what is current changes.
type Rebind struct {
	Namespace string  `json:"namespace"`
	Workload  string  `json:"workload"`
	DryRun    bool    `json:"dryRun"`
	Moved     []Moved `json:"moved"`
}

// Moved is a ConfigMap or Secret that the workload has in another version than before.
type Moved struct {
	Head string  `json:"head"`
	From *string `json:"from"`
	To   string  `json:"to"`
}

// RebindNow asks for it, by the annotation that the server's admission answers; of these heads, or of all of them. A dry
// run goes first: where Lockstep doesn't see to the workload, the annotation would stay.
func RebindNow(ctx context.Context, client *cluster.Client, namespace, word string, only []rules.Head, dryRun bool) (*Rebind, error) {
	kind, name, err := ParseWorkload(client, word)
	if err != nil {
		return nil, err
	}
	before, err := client.Get(ctx, kind.GVR(), namespace, name)
	if err != nil {
		return nil, err
	}
	if before == nil {
		return nil, fmt.Errorf("there is no %s/%s in namespace %s; kubectl -n %[3]s get %s shows which there are", kind.Singular(), name, namespace, kind.Resource)
	}
	result, err := askRebind(ctx, client, kind, before, only, true)
	if err != nil || dryRun {
		return result, err
	}
	client.TakeWarnings() // They come again.
	return askRebind(ctx, client, kind, before, only, false)
}

func askRebind(ctx context.Context, client *cluster.Client, kind rules.WorkloadKind, before *unstructured.Unstructured, only []rules.Head, dryRun bool) (*Rebind, error) {
	names := make([]string, len(only))
	for i, head := range only {
		names[i] = head.String()
	}
	wish := strings.Join(names, ",")
	if _, left := before.GetAnnotations()[rules.SteppedBack]; left && wish == "" {
		// From such a workload an ordinary wish is not taken: the program that writes it would insist again.
		wish = adopt
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{rules.RebindKey: wish}}})
	if err != nil {
		return nil, err
	}
	namespace, name := before.GetNamespace(), before.GetName()
	after, err := client.Patch(ctx, kind.GVR(), namespace, name, types.MergePatchType, patch, manager, dryRun)
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("%s/%s is gone", kind.Singular(), name)
	}
	if err != nil {
		return nil, err
	}
	id := kind.Singular() + "/" + name
	if _, left := after.GetAnnotations()[rules.RebindKey]; left {
		return nil, fmt.Errorf("Lockstep did not see to %s: namespace %s is not opted in (kubectl label namespace %[2]s lockstep.dev/versioning=enabled), "+
			"or the workload is left out (lockstep.dev/versioned, or a controller owns it). Nothing was changed", id, namespace)
	}
	result := &Rebind{Namespace: namespace, Workload: id, DryRun: dryRun, Moved: []Moved{}}
	from, to := bindingsOf(rules.Pointer(before.Object, kind.Template)), bindingsOf(rules.Pointer(after.Object, kind.Template))
	for head, version := range to {
		if from[head] != version {
			result.Moved = append(result.Moved, Moved{head.String(), optional(from[head]), version})
		}
	}
	sort.Slice(result.Moved, func(i, j int) bool { return result.Moved[i].Head < result.Moved[j].Head })
	return result, nil
}
