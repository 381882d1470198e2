// Package cluster asks the API server, with the rights of whoever runs the plugin.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"

	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// Resources that are no workloads.
var (
	ConfigMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	Secrets    = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	Namespaces = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	Pods       = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
)

// Client speaks to one API server.
type Client struct {
	Dynamic  dynamic.Interface
	Metadata metadata.Interface
	// Custom are kinds with a pod template beside those that every cluster has.
	Custom []rules.WorkloadKind
	// Requests counts what was asked.
	Requests atomic.Int64

	lock     sync.Mutex
	warnings []string
}

// HandleWarningHeader keeps what the API server, and webhooks behind it, want to be said.
func (c *Client) HandleWarningHeader(_ int, _ string, text string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, warning := range c.warnings {
		if warning == text {
			return
		}
	}
	c.warnings = append(c.warnings, text)
}

// TakeWarnings answers them, and forgets them.
func (c *Client) TakeWarnings() []string {
	c.lock.Lock()
	defer c.lock.Unlock()
	warnings := c.warnings
	c.warnings = nil
	return warnings
}

// Patch changes an object; under dry run it only answers what would be there.
func (c *Client) Patch(ctx context.Context, gvr schema.GroupVersionResource, namespace, name string, kind types.PatchType, patch []byte, manager string, dryRun bool) (*unstructured.Unstructured, error) {
	c.Requests.Add(1)
	options := metav1.PatchOptions{FieldManager: manager}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	object, err := c.Dynamic.Resource(gvr).Namespace(namespace).Patch(ctx, name, kind, patch, options)
	return object, denied(err, "patch", gvr, namespace)
}

// Create creates an object; under dry run it only answers what would be there.
func (c *Client) Create(ctx context.Context, gvr schema.GroupVersionResource, namespace string, object *unstructured.Unstructured, manager string, dryRun bool) (*unstructured.Unstructured, error) {
	c.Requests.Add(1)
	options := metav1.CreateOptions{FieldManager: manager}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	result, err := c.Dynamic.Resource(gvr).Namespace(namespace).Create(ctx, object, options)
	return result, denied(err, "create", gvr, namespace)
}

// OfHead is the resource of a ConfigMap or Secret.
func OfHead(head rules.Head) schema.GroupVersionResource {
	if head.IsSecret() {
		return Secrets
	}
	return ConfigMaps
}

// Kinds are all kinds with a pod template.
func (c *Client) Kinds() []rules.WorkloadKind {
	return append(append([]rules.WorkloadKind{}, rules.Kinds()...), c.Custom...)
}

// Get gets an object; nil where it is not there.
func (c *Client) Get(ctx context.Context, gvr schema.GroupVersionResource, namespace, name string) (*unstructured.Unstructured, error) {
	c.Requests.Add(1)
	object, err := c.Dynamic.Resource(gvr).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return object, denied(err, "get", gvr, namespace)
}

// GetNamespace gets a namespace; nil where it is not there.
func (c *Client) GetNamespace(ctx context.Context, name string) (*unstructured.Unstructured, error) {
	c.Requests.Add(1)
	object, err := c.Dynamic.Resource(Namespaces).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return object, denied(err, "get", Namespaces, "")
}

// GetMetadata gets an object without its content; nil where it is not there.
func (c *Client) GetMetadata(ctx context.Context, gvr schema.GroupVersionResource, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	c.Requests.Add(1)
	object, err := c.Metadata.Resource(gvr).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return object, denied(err, "get", gvr, namespace)
}

// List lists objects; all namespaces, where none is given.
func (c *Client) List(ctx context.Context, gvr schema.GroupVersionResource, namespace, selector string) ([]unstructured.Unstructured, error) {
	return c.ListNamed(ctx, gvr, namespace, selector, "")
}

// ListNamed lists objects; those of one name, where one is given.
func (c *Client) ListNamed(ctx context.Context, gvr schema.GroupVersionResource, namespace, selector, name string) ([]unstructured.Unstructured, error) {
	c.Requests.Add(1)
	options := metav1.ListOptions{LabelSelector: selector}
	if name != "" {
		options.FieldSelector = fields.OneTermEqualSelector("metadata.name", name).String()
	}
	list, err := c.Dynamic.Resource(gvr).Namespace(namespace).List(ctx, options)
	if err != nil {
		return nil, denied(err, "list", gvr, namespace)
	}
	// Items of a list of built-in kinds don't say what they are.
	kind := strings.TrimSuffix(list.GetKind(), "List")
	for i := range list.Items {
		if list.Items[i].GetKind() == "" {
			list.Items[i].SetKind(kind)
			list.Items[i].SetAPIVersion(list.GetAPIVersion())
		}
	}
	return list.Items, nil
}

// ListMetadata lists objects without their content.
func (c *Client) ListMetadata(ctx context.Context, gvr schema.GroupVersionResource, namespace, selector string) ([]metav1.PartialObjectMetadata, error) {
	c.Requests.Add(1)
	list, err := c.Metadata.Resource(gvr).Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, denied(err, "list", gvr, namespace)
	}
	return list.Items, nil
}

// Denied says what one may not do.
type Denied struct{ Verb, Resource, Namespace string }

func (d *Denied) Error() string { return Denials{d}.Sentence() }

func denied(err error, verb string, gvr schema.GroupVersionResource, namespace string) error {
	if apierrors.IsForbidden(err) && isRights(err) {
		return &Denied{verb, gvr.Resource, namespace}
	}
	return err
}

// Admission refuses with the same code. Only what RBAC says has these words.
func isRights(err error) bool { return strings.Contains(err.Error(), " cannot ") }

// Denials are several of them.
type Denials []*Denied

// Sentence says all of them at once.
func (d Denials) Sentence() string {
	byVerb := map[string][]string{}
	var verbs []string
	for _, one := range d {
		if byVerb[one.Verb] == nil {
			verbs = append(verbs, one.Verb)
		}
		byVerb[one.Verb] = append(byVerb[one.Verb], one.Resource)
	}
	var parts []string
	for _, verb := range verbs {
		sort.Strings(byVerb[verb])
		parts = append(parts, verb+" "+and(byVerb[verb]))
	}
	where := "in the whole cluster"
	if d[0].Namespace != "" {
		where = "in namespace " + d[0].Namespace
	}
	them := "it"
	if len(d) > 1 {
		them = "them"
	}
	return fmt.Sprintf("you may not %s %s; ask whoever gives rights there for %s", and(parts), where, them)
}

// Resource says whether one of them is about that resource.
func (d Denials) Resource(resource string) bool {
	for _, one := range d {
		if one.Resource == resource {
			return true
		}
	}
	return false
}

func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// Batch asks several things at once.
type Batch struct {
	wait    sync.WaitGroup
	lock    sync.Mutex
	denials Denials
	err     error
}

// Go asks one thing. What one may not see is remembered, and goes on without.
func (b *Batch) Go(ask func() error) {
	b.wait.Go(func() {
		err := ask()
		b.lock.Lock()
		defer b.lock.Unlock()
		var denial *Denied
		switch {
		case errors.As(err, &denial):
			b.denials = append(b.denials, denial)
		case err != nil && b.err == nil:
			b.err = err
		}
	})
}

// Wait waits for all the answers.
func (b *Batch) Wait() (Denials, error) {
	b.wait.Wait()
	sort.Slice(b.denials, func(i, j int) bool { return b.denials[i].Resource < b.denials[j].Resource })
	return b.denials, b.err
}
