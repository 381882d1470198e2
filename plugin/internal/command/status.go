package command

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

type statusOptions struct {
	everywhere, problems, watch bool
	selector                    string
	names                       []string
}

func (a *App) status() *cobra.Command {
	options := &statusOptions{}
	cmd := &cobra.Command{
		Use:   "status [WORKLOAD ...]",
		Short: "Who is on which version, what needs somebody first",
		Long: `status has one line for each workload that uses something that has versions, what needs somebody first.

` + meanings(view.States) + `

Exit code: 0 it could be looked at, 1 --problems found some, 2 it could not be looked at.`,
		Example: `  kubectl lockstep status
  kubectl lockstep status -A --problems
  kubectl lockstep status deploy/web -o wide
  kubectl lockstep status -l app.kubernetes.io/part-of=shop -w`,
		RunE: func(cmd *cobra.Command, args []string) error {
			options.names = args
			return a.runStatus(cmd.Context(), options)
		},
	}
	cmd.Flags().BoolVarP(&options.everywhere, "all-namespaces", "A", false, "of all namespaces")
	cmd.Flags().BoolVar(&options.problems, "problems", false, "only what somebody should look at; exit code 1 if there is any")
	cmd.Flags().BoolVarP(&options.watch, "watch", "w", false, "go on, and show it again when something changes")
	cmd.Flags().StringVarP(&options.selector, "selector", "l", "", "of workloads with these labels, as kubectl takes them")
	a.outputFlag(cmd, "json", "yaml", "wide", "name")
	return cmd
}

// meanings says what states mean, one line each.
func meanings(states []view.State) string {
	var lines []string
	for _, state := range states {
		lines = append(lines, fmt.Sprintf("  %-12s  %s", state, state.Meaning()))
	}
	return strings.Join(lines, "\n")
}

func (a *App) runStatus(ctx context.Context, options *statusOptions) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	if options.everywhere {
		namespace = ""
	}
	query := view.Query{Namespace: namespace, Selector: options.selector, Pods: true}
	for _, kind := range client.Kinds() {
		if kind.Mutable {
			query.Kinds = append(query.Kinds, kind)
		}
	}
	wanted := map[string]bool{}
	for _, word := range options.names {
		kind, name, err := view.ParseWorkload(client, word)
		if err != nil {
			return err
		}
		wanted[kind.Singular()+"/"+name] = true
	}
	once := func() error {
		snapshot, err := view.Take(ctx, client, query)
		if err != nil {
			return err
		}
		if known, said := snapshot.Known[namespace]; said && !known {
			return fmt.Errorf("there is no namespace %s; kubectl get namespaces shows which there are", namespace)
		}
		if snapshot.Denials.Resource("deployments") {
			return fmt.Errorf("%s", snapshot.Denials.Sentence())
		}
		return a.printStatus(snapshot, namespace, options, wanted)
	}
	if !options.watch {
		return once()
	}
	return a.watch(ctx, client, namespace, kindsToWatch(query.Kinds), once)
}

func (a *App) printStatus(snapshot *view.Snapshot, namespace string, options *statusOptions, wanted map[string]bool) error {
	all := view.StatusOf(snapshot)
	if len(wanted) > 0 {
		all = only(all, wanted)
	}
	shown := all
	if options.problems {
		shown = all.Problems()
	}
	a.denied(snapshot.Denials, "what that hides is shown as it can be seen without")
	switch {
	case a.forPrograms():
		if err := a.object(shown); err != nil {
			return err
		}
	case a.output == "name":
		for _, workload := range shown.Workloads {
			a.print().Line("%s", ui.Word(workload.Workload))
		}
	default:
		a.statusTable(shown, options.everywhere)
		a.statusSummary(all, options)
	}
	if opted, known := snapshot.OptedIn[namespace]; known && !opted {
		err := fmt.Errorf("namespace %[1]s is not opted in; "+view.HowToOptIn, namespace)
		if !all.Any() {
			return err
		}
		a.say(err)
	} else if len(all.Workloads) == 0 && !a.forPrograms() {
		where := "in namespace " + namespace
		if namespace == "" {
			where = "anywhere"
		}
		a.print().Say("no workload %s uses anything that has versions", where)
	}
	if options.problems && shown.Any() && !options.watch {
		return exit(Differ)
	}
	return nil
}

func only(all view.Status, wanted map[string]bool) view.Status {
	result := view.Status{Workloads: []view.WorkloadStatus{}, HeadsWithoutVersion: []view.Lost{}}
	for _, workload := range all.Workloads {
		if wanted[workload.Workload] {
			result.Workloads = append(result.Workloads, workload)
		}
	}
	return result
}

var stateStyles = map[view.State]ui.Style{
	view.Missing: ui.Red, view.Waiting: ui.Red, view.Failing: ui.Red, view.SteppedBack: ui.Yellow, view.Held: ui.Yellow,
	view.Orphaned: ui.Yellow, view.Behind: ui.Yellow, view.Bare: ui.Yellow, view.Pinned: ui.Cyan, view.Bound: ui.Green,
}

func (a *App) statusTable(status view.Status, everywhere bool) {
	p := a.print()
	table := &ui.Table{}
	if everywhere {
		table.Header = []string{"NAMESPACE"}
	}
	table.Header = append(table.Header, "WORKLOAD", "STATE", "PODS")
	if p.Wide {
		table.Header = append(table.Header, "ROLLOUT")
	}
	table.Header = append(table.Header, "CONFIGURATION")
	table.Wraps = []int{len(table.Header) - 1}
	for _, workload := range status.Workloads {
		var row []ui.Cell
		if everywhere {
			row = append(row, ui.C(ui.Word(workload.Namespace)))
		}
		row = append(row, ui.C(ui.Word(workload.Workload)), ui.S(stateStyles[workload.State], string(workload.State)), pods(workload.Pods))
		if p.Wide {
			row = append(row, ui.C(text(workload.Rollout)))
		}
		table.Add(append(row, configCell(workload.Config, workload.State, p.Wide))...)
	}
	if table.Len() > 0 {
		table.Print(p)
	}
	if len(status.HeadsWithoutVersion) > 0 {
		if table.Len() > 0 {
			p.Line("")
		}
		lost := &ui.Table{Header: []string{"NAMESPACE", "CONFIGURATION", "STAMPED", "PROBLEM"}}
		for _, head := range status.HeadsWithoutVersion {
			lost.Add(ui.C(ui.Word(head.Namespace)), ui.C(ui.Word(head.Head)), ui.C(ui.Word(head.Version)), ui.S(ui.Red, "has no version object (yet)"))
		}
		lost.Print(p)
		p.Line("kubectl describe says why, in its events.")
	}
}

func pods(ready *view.Readiness) ui.Cell {
	if ready == nil {
		return ui.C("")
	}
	style := ui.Plain
	switch {
	case ready.Reason != "":
		style = ui.Red
	case ready.Ready < ready.Wanted:
		style = ui.Yellow
	}
	return ui.S(style, ui.Text(ready.String()))
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return ui.Word(*value)
}

// configCell has what needs somebody in words, and of the rest how many there are.
func configCell(configs []view.ConfigStatus, state view.State, wide bool) ui.Cell {
	var cell ui.Cell
	bound := 0
	for _, config := range configs {
		name := ui.Word(config.Words)
		version, current := text(config.Version), text(config.Current)
		if config.State == view.Held && state != view.Held {
			version += " held"
		}
		switch config.State {
		case view.Bound:
			if wide || len(configs) == 1 || bound < 2 && len(cell) < 2 {
				cell = append(cell, ui.Styled{Text: name + " " + version})
			} else {
				bound++
			}
			continue
		case view.Waiting:
			cell = append(cell, ui.Styled{Style: ui.Red, Text: name + " is not there"})
		case view.Missing:
			cell = append(cell, ui.Styled{Style: ui.Red, Text: name + " " + version + " is gone"})
		case view.Orphaned:
			cell = append(cell, ui.Styled{Style: ui.Yellow, Text: name + " " + version + " (deleted)"})
		case view.Bare, view.SteppedBack:
			cell = append(cell, ui.Styled{Style: ui.Yellow, Text: name + " bare (now " + current + ")"})
		case view.Pinned:
			cell = append(cell, ui.Styled{Style: ui.Cyan, Text: name + " " + version + now(version, current)})
		default:
			cell = append(cell, ui.Styled{Style: ui.Yellow, Text: name + " " + version + now(version, current)})
		}
	}
	if bound > 0 {
		cell = append(cell, ui.Styled{Text: fmt.Sprintf("%d more current", bound)})
	}
	return cell
}

func now(version, current string) string {
	if current == "" || strings.HasPrefix(version, current) {
		return ""
	}
	return " (now " + current + ")"
}

// statusSummary says how many there are of each, and what to do about them.
func (a *App) statusSummary(status view.Status, options *statusOptions) {
	if len(status.Workloads) == 0 {
		return
	}
	p := a.print()
	count := status.Count()
	var parts []string
	var present []view.State
	for _, state := range view.States {
		if count[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[state], state))
			if state != view.Bound {
				present = append(present, state)
			}
		}
	}
	if !options.problems || status.Problems().Any() {
		p.Line("")
	}
	p.Line("%s: %s", ui.Plural(len(status.Workloads), "workload"), strings.Join(parts, ", "))
	for _, state := range present {
		p.Line("  %s: %s", ui.Styled{Style: stateStyles[state], Text: string(state)}, state.Meaning())
	}
}

// kindsToWatch are what a change of can change the picture.
func kindsToWatch(kinds []rules.WorkloadKind) []rules.WorkloadKind {
	var result []rules.WorkloadKind
	for _, kind := range kinds {
		if kind.Group == "apps" || kind.Group == "batch" {
			result = append(result, kind)
		}
	}
	return result
}

// buffered runs what prints, and keeps it until it is whole.
func (a *App) buffered(run func() error) (string, error) {
	var buffer bytes.Buffer
	p := a.print()
	streams, out, errors := a.streams, p.Out, p.Err
	a.streams.Out, p.Out, p.Err = &buffer, &buffer, &buffer
	p.Now = a.Now()
	err := run()
	a.streams, p.Out, p.Err = streams, out, errors
	return buffer.String(), err
}
