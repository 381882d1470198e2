package command

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// Changes come in swarms; what is printed is looked at by people.
const calm = 250 * time.Millisecond

// watch prints at once, and again when something changed, until it is interrupted.
func (a *App) watch(ctx context.Context, client *cluster.Client, namespace string, kinds []rules.WorkloadKind, once func() error) error {
	if a.forPrograms() {
		return fmt.Errorf("-w is for people; programs watch the API")
	}
	news := make(chan struct{}, 1)
	resources := []schema.GroupVersionResource{cluster.ConfigMaps, cluster.Secrets, cluster.Pods}
	for _, kind := range kinds {
		resources = append(resources, kind.GVR())
	}
	for _, gvr := range resources {
		go follow(ctx, client, gvr, namespace, news)
	}
	terminal := a.IsTerminal(a.streams.Out)
	last := ""
	for {
		text, err := a.buffered(once)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if text != last {
			switch {
			case terminal:
				fmt.Fprint(a.streams.Out, "\x1b[H\x1b[2J\x1b[3J"+text)
			case last != "":
				fmt.Fprint(a.streams.Out, "\n"+text)
			default:
				fmt.Fprint(a.streams.Out, text)
			}
			last = text
		}
		select {
		case <-ctx.Done():
			return nil
		case <-news:
		case <-time.After(30 * time.Second): // Ages.
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(calm):
		}
	}
}

// follow tells that something changed, and nothing more: all is read again then. Metadata alone is watched, so no Secret
// is sent.
func follow(ctx context.Context, client *cluster.Client, gvr schema.GroupVersionResource, namespace string, news chan<- struct{}) {
	tell := func() {
		select {
		case news <- struct{}{}:
		default:
		}
	}
	for ctx.Err() == nil {
		watch, err := client.Metadata.Resource(gvr).Namespace(namespace).Watch(ctx, metav1.ListOptions{})
		if err == nil {
			for range watch.ResultChan() {
				tell()
			}
			tell()
		}
		// One may not watch it, or the connection went: what else changes is still seen.
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}
