package command

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

func (a *App) rebind() *cobra.Command {
	dry, only := "", ""
	cmd := &cobra.Command{
		Use:   "rebind WORKLOAD",
		Short: "Binds a workload to what is current, also what a rollback holds",
		Example: `  kubectl lockstep rebind deploy/web
  kubectl lockstep rebind deploy/web --only configmap/web-config --dry-run=server`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runRebind(cmd.Context(), args[0], only, dry) },
	}
	cmd.Flags().StringVar(&only, "only", "", "these alone: configmap/NAME,secret/NAME")
	cmd.Flags().StringVar(&dry, "dry-run", "", dryRunHelp)
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) runRebind(ctx context.Context, word, only, dry string) error {
	isDry, err := dryRun(dry)
	if err != nil {
		return err
	}
	var heads []rules.Head
	if only != "" {
		for _, entry := range strings.Split(only, ",") {
			head, ok := rules.ParseHead(entry)
			if !ok {
				return fmt.Errorf("--only takes configmap/NAME,secret/NAME, not %q", entry)
			}
			heads = append(heads, head)
		}
	}
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	result, err := view.RebindNow(ctx, client, namespace, word, heads, isDry)
	if err != nil {
		return err
	}
	a.hints(client.TakeWarnings())
	if a.forPrograms() {
		return a.object(result)
	}
	a.moved(result)
	return nil
}

func (a *App) moved(result *view.Rebind) {
	verb, suffix := "moved", ""
	if result.DryRun {
		verb, suffix = "would move", " (server dry run)"
	}
	for _, moved := range result.Moved {
		from := ""
		if moved.From != nil {
			from = " from " + *moved.From
		}
		a.print().Line("%s %s to %s %s%s%s", result.Workload, verb, moved.Head, moved.To, from, suffix)
	}
	if len(result.Moved) == 0 {
		a.print().Line("%s is bound to what is current%s", result.Workload, suffix)
	}
}

func (a *App) adopt() *cobra.Command {
	dry, yes := "", false
	cmd := &cobra.Command{
		Use:   "adopt [WORKLOAD ...]",
		Short: "Binds workloads that are still bare, showing first what would roll",
		Long: `adopt finds the workloads of a namespace that name ConfigMaps or Secrets bare, although these have versions, or that Lockstep
has stepped back from. It shows which there are and what would roll, asks, and binds them to what is current. Until then an
undo doesn't bring their configuration back.`,
		Example: `  kubectl lockstep adopt -n shop --dry-run=server
  kubectl lockstep adopt -n shop
  kubectl lockstep adopt deploy/web --yes`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runAdopt(cmd.Context(), args, dry, yes) },
	}
	cmd.Flags().StringVar(&dry, "dry-run", "", dryRunHelp)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "don't ask")
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) runAdopt(ctx context.Context, names []string, dry string, yes bool) error {
	isDry, err := dryRun(dry)
	if err != nil {
		return err
	}
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	bare, err := a.bare(ctx, client, namespace, names)
	if err != nil {
		return err
	}
	plans, err := rebindAll(ctx, client, namespace, bare, true)
	if err != nil {
		return err
	}
	client.TakeWarnings()
	p := a.print()
	if len(bare) == 0 && !a.forPrograms() {
		p.Line("Nothing is bare in namespace %s.", namespace)
		return nil
	}
	if !a.forPrograms() {
		a.printAdoption(plans, bare)
	}
	if isDry {
		if a.forPrograms() {
			return a.object(map[string]any{"workloads": plans})
		}
		p.Line("Nothing was changed (server dry run).")
		return nil
	}
	if !yes {
		if err := a.confirm("Bind %s? Each gets a new revision, and its pods are replaced.", ui.Plural(len(bare), "workload")); err != nil {
			return err
		}
	}
	done, err := rebindAll(ctx, client, namespace, bare, false)
	if err != nil {
		return err
	}
	a.hints(client.TakeWarnings())
	if a.forPrograms() {
		return a.object(map[string]any{"workloads": done})
	}
	for _, result := range done {
		a.moved(result)
	}
	return nil
}

func (a *App) bare(ctx context.Context, client *cluster.Client, namespace string, names []string) ([]*view.Workload, error) {
	query := view.Query{Namespace: namespace}
	for _, kind := range client.Kinds() {
		if kind.Mutable {
			query.Kinds = append(query.Kinds, kind)
		}
	}
	snapshot, err := view.Take(ctx, client, query)
	if err != nil {
		return nil, err
	}
	if opted, known := snapshot.OptedIn[namespace]; known && !opted {
		return nil, fmt.Errorf("namespace %[1]s is not opted in; "+view.HowToOptIn, namespace)
	}
	wanted := map[string]bool{}
	for _, word := range names {
		kind, name, err := view.ParseWorkload(client, word)
		if err != nil {
			return nil, err
		}
		id := kind.Singular() + "/" + name
		if snapshot.ByID(namespace, id) == nil {
			return nil, fmt.Errorf("there is no %s in namespace %s", id, namespace)
		}
		wanted[id] = true
	}
	var bare []*view.Workload
	for _, workload := range snapshot.Workloads {
		if len(wanted) > 0 && !wanted[workload.ID()] {
			continue
		}
		for _, config := range workload.Configs(snapshot.Heads) {
			if config.State == view.Bare || config.State == view.SteppedBack {
				bare = append(bare, workload)
				break
			}
		}
	}
	return bare, nil
}

func (a *App) printAdoption(plans []*view.Rebind, bare []*view.Workload) {
	p := a.print()
	table := &ui.Table{Header: []string{"WORKLOAD", "REPLICAS", "WOULD BE BOUND TO"}, Wraps: []int{2}}
	replicas := int64(0)
	for i, plan := range plans {
		var cell ui.Cell
		for _, moved := range plan.Moved {
			head, _ := rules.ParseHead(moved.Head)
			cell = append(cell, ui.Styled{Text: ui.Word(view.Words(head)) + " " + moved.To})
		}
		if len(cell) == 0 {
			cell = ui.S(ui.Yellow, "nothing: this server leaves it to the next apply")
		}
		count := view.Replicas(bare[i])
		replicas += count
		table.Add(ui.C(ui.Word(plan.Workload)), ui.C(fmt.Sprint(count)), cell)
	}
	table.Print(p)
	p.Line("")
	p.Line("%s would roll, %s in all.", ui.Plural(len(plans), "workload"), ui.Plural(int(replicas), "pod"))
}

func rebindAll(ctx context.Context, client *cluster.Client, namespace string, workloads []*view.Workload, dry bool) ([]*view.Rebind, error) {
	results := make([]*view.Rebind, len(workloads))
	var lock sync.Mutex
	var first error
	// One after the other is slow, all at once is unkind.
	places := make(chan struct{}, 8)
	var wait sync.WaitGroup
	for i, workload := range workloads {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			result, err := view.RebindNow(ctx, client, namespace, workload.Kind.Resource+"/"+workload.Name, nil, dry)
			lock.Lock()
			defer lock.Unlock()
			results[i] = result
			if err != nil && first == nil {
				first = err
			}
		})
	}
	wait.Wait()
	return results, first
}

func (a *App) restore() *cobra.Command {
	dry, yes, show := "", false, false
	cmd := &cobra.Command{
		Use:   "restore NAME vNNN",
		Short: "Writes a version's content to its ConfigMap or Secret again",
		Long: `restore shows what is different between the ConfigMap or Secret as it is now and the version, asks, and writes the version's
content to it: to that object, nothing but its content, and only if nobody changed it in the meantime. One that is gone is
created again. It is no rollback: for that, kubectl lockstep undo.`,
		Example: `  kubectl lockstep restore web-config v003 --dry-run=server
  kubectl lockstep restore secret/web-secret v001`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runRestore(cmd.Context(), args, dry, yes, show)
		},
	}
	cmd.Flags().StringVar(&dry, "dry-run", "", dryRunHelp)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "don't ask")
	cmd.Flags().BoolVar(&show, "show-secrets", false, "print the values of Secrets")
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) runRestore(ctx context.Context, args []string, dry string, yes, show bool) error {
	isDry, err := dryRun(dry)
	if err != nil {
		return err
	}
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	found, err := view.FindHead(ctx, client, namespace, args[0])
	if err != nil {
		return err
	}
	version := found.Named
	if len(args) == 2 {
		if version, err = rules.ParseVersion(args[1]); err != nil {
			return err
		}
	}
	switch {
	case version == "":
		return fmt.Errorf("say which version: kubectl lockstep restore %s vNNN; kubectl lockstep history %[1]s shows which there are", args[0])
	case !found.Has(version):
		return fmt.Errorf("%s has no version %s; kubectl lockstep history -n %s %[1]s shows which there are", found.Head, version, namespace)
	case version == found.Current:
		return fmt.Errorf("%s is at %s already", found.Head, version)
	}
	plan, err := view.PlanRestore(ctx, client, namespace, found.Head, version)
	if err != nil {
		return err
	}
	hidden := found.Head.IsSecret() && !show
	if !a.forPrograms() {
		a.titles(found.Head.String()+" now", found.Head.String()+" "+version)
		a.differences(plan.Differences, hidden, "")
		if plan.Live == nil {
			a.print().Say("%s is gone; it is created again", found.Head)
		}
	}
	at, err := plan.Write(ctx, client, true)
	if err != nil {
		return restoreError(err, hidden)
	}
	if !isDry {
		if !yes {
			if err := a.confirm("Write this to %s in namespace %s?", found.Head, namespace); err != nil {
				return err
			}
		}
		client.TakeWarnings()
		if at, err = plan.Write(ctx, client, false); err != nil {
			return restoreError(err, hidden)
		}
	}
	a.hints(client.TakeWarnings())
	return a.restored(ctx, client, plan, at, isDry)
}

// The API server repeats what it refuses, values and all.
func restoreError(err error, hidden bool) error {
	if _, isDenial := err.(*cluster.Denied); isDenial || !hidden {
		return err
	}
	if strings.Contains(err.Error(), "the object has been modified") {
		return fmt.Errorf("somebody changed it in this moment; look again")
	}
	return fmt.Errorf("the API server refused it; --show-secrets shows its words, which may hold values")
}

func (a *App) restored(ctx context.Context, client *cluster.Client, plan *view.Restore, at string, dry bool) error {
	if a.forPrograms() {
		var current *string
		if at != "" {
			current = &at
		}
		return a.object(struct {
			Namespace string  `json:"namespace"`
			Head      string  `json:"head"`
			Asked     string  `json:"asked"`
			Current   *string `json:"current"`
			DryRun    bool    `json:"dryRun"`
		}{plan.Namespace, plan.Head.String(), plan.Version, current, dry})
	}
	p := a.print()
	words := at
	if words == "" {
		words = "the content of " + plan.Version
	}
	if dry {
		p.Line("%s would be at %s (server dry run)", plan.Head, words)
	} else {
		p.Line("%s is at %s", plan.Head, words)
	}
	a.movers(ctx, client, plan, at)
	if !dry {
		p.Line("Your files still have the newer content; change them, or the next apply brings it back.")
	}
	return nil
}

// movers says who follows, and who doesn't.
func (a *App) movers(ctx context.Context, client *cluster.Client, plan *view.Restore, at string) {
	query := view.Query{Namespace: plan.Namespace}
	for _, kind := range client.Kinds() {
		if kind.Mutable {
			query.Kinds = append(query.Kinds, kind)
		}
	}
	snapshot, err := view.Take(ctx, client, query)
	if err != nil {
		return // It was restored; this only tells more.
	}
	var follow, stay []string
	for _, workload := range snapshot.Workloads {
		for _, config := range workload.Configs(snapshot.Heads) {
			if config.Head != plan.Head || config.Version == "" || config.Version == at {
				continue
			}
			if workload.Rollout == rules.Auto && !workload.IsHeld {
				follow = append(follow, workload.ID())
			} else {
				stay = append(stay, workload.ID())
			}
		}
	}
	p := a.print()
	if len(follow) > 0 {
		p.Line("Rolls out by itself (lockstep.dev/rollout: auto): %s", strings.Join(follow, ", "))
	}
	if len(stay) > 0 {
		p.Line("Moves when it is applied or restarted: %s", strings.Join(stay, ", "))
	}
}
