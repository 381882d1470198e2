package command

import (
	"bufio"
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

const dryRunHelp = "server: only show what would happen"

func dryRun(value string) (bool, error) {
	switch value {
	case "", "none":
		return false, nil
	case "server":
		return true, nil
	}
	return false, fmt.Errorf("there is --dry-run=server alone: what is bound is decided by the server")
}

type undoOptions struct {
	revision  int64
	dry       string
	yes, show bool
}

func (a *App) undo() *cobra.Command {
	options := &undoOptions{}
	cmd := &cobra.Command{
		Use:   "undo WORKLOAD",
		Short: "Goes back to a former revision: code and configuration together",
		Long: `undo asks the API server by a dry run what going back would change, shows it (images and values side by side, what else is
different in the pod template, and what is held afterwards), asks, and then does what kubectl rollout undo does.

Without --to-revision it goes back to the revision before the current one.`,
		Example: `  kubectl lockstep undo deploy/web
  kubectl lockstep undo deploy/web --to-revision=3 --dry-run=server
  kubectl lockstep undo sts/db --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runUndo(cmd.Context(), args[0], options) },
	}
	cmd.Flags().Int64Var(&options.revision, "to-revision", 0, "which revision; the one before the current one, if 0")
	cmd.Flags().StringVar(&options.dry, "dry-run", "", dryRunHelp)
	cmd.Flags().BoolVarP(&options.yes, "yes", "y", false, "don't ask")
	cmd.Flags().BoolVar(&options.show, "show-secrets", false, "print the values of Secrets")
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) runUndo(ctx context.Context, word string, options *undoOptions) error {
	dry, err := dryRun(options.dry)
	if err != nil {
		return err
	}
	if options.revision < 0 {
		return fmt.Errorf("there is no revision %d", options.revision)
	}
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	snapshot, workload, err := view.TakeWorkload(ctx, client, namespace, word)
	if err != nil {
		return err
	}
	plan, err := view.PlanUndo(ctx, client, snapshot, workload, options.revision)
	if err != nil {
		return err
	}
	if !a.forPrograms() {
		a.printPlan(plan, options.show)
	}
	if !plan.Change.Any() {
		a.print().Say("%s has just what revision %d had; nothing is to be done", workload.ID(), plan.To.Number)
		return a.undoObject(plan, dry, options.show)
	}
	if dry {
		if !a.forPrograms() {
			a.print().Line("")
			a.print().Line("Nothing was changed (server dry run).")
		}
		return a.undoObject(plan, true, options.show)
	}
	if !options.yes {
		if err := a.confirm("Go back to revision %d of %s in namespace %s?", plan.To.Number, workload.ID(), namespace); err != nil {
			return err
		}
	}
	if err := plan.Do(ctx, client); err != nil {
		return err
	}
	if a.forPrograms() {
		return a.undoObject(plan, false, options.show)
	}
	a.print().Line("%s goes back to revision %d. Watch it: kubectl lockstep tree -n %s %s -w", workload.ID(), plan.To.Number, namespace, workload.ID())
	return nil
}

// confirm asks; whoever can't answer has to say --yes.
func (a *App) confirm(format string, args ...any) error {
	if !a.IsTerminal(a.streams.In) {
		return fmt.Errorf("nobody is there to ask; add --yes to do it, or --dry-run=server to look")
	}
	a.print().Ask(format+" [y/N] ", args...)
	answer, _ := bufio.NewReader(a.streams.In).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return fmt.Errorf("nothing was changed")
}

func (a *App) printPlan(plan *view.Undo, show bool) {
	p := a.print()
	p.Line("%s in namespace %s: back to revision %d, made %s ago%s", ui.Styled{Style: ui.Bold, Text: plan.Workload.ID()}, plan.Workload.Namespace,
		plan.To.Number, p.Age(plan.To.Created), because(plan.To.Cause))
	p.Line("")
	now := "now"
	if plan.From != nil {
		now = fmt.Sprintf("now (revision %d)", plan.From.Number)
	}
	a.change(plan.Change, []string{now, fmt.Sprintf("after (revision %d)", plan.To.Number)}, show)
	p.Line("")
	if plan.IsHeld {
		var held []string
		for head, version := range plan.Held {
			held = append(held, ui.Word(view.Words(head))+" "+version)
		}
		sort.Strings(held)
		a.paragraph("Held afterwards: "+strings.Join(held, ", "), "")
		p.Line("Its next release moves it again, or: kubectl lockstep rebind -n %s %s", plan.Workload.Namespace, plan.Workload.ID())
	} else {
		p.Line("Nothing is held afterwards: all of its configuration is current then.")
	}
	a.hints(plan.Warnings)
}

func because(cause string) string {
	if cause == "" {
		return ""
	}
	return ": " + cause
}

// change shows two templates side by side.
func (a *App) change(change *view.TemplateChange, names []string, show bool) {
	p := a.print()
	table := &ui.Table{Header: []string{"", names[0], names[1]}, Wraps: []int{1, 2}}
	sameImages, same := 0, 0
	for _, image := range change.Images {
		if image.From == image.To {
			sameImages++
			continue
		}
		table.Add(ui.C("image "+ui.Word(image.Container)), ui.S(ui.Red, shortImage(image.From, image.To)), ui.S(ui.Green, shortImage(image.To, image.From)))
	}
	for _, config := range change.Configs {
		if config.From == config.To {
			same++
			continue
		}
		table.Add(ui.S(ui.Bold, ui.Word(view.Words(config.Head))), ui.S(ui.Red, orBare(config.From)), ui.S(ui.Green, orBare(config.To)))
		for _, difference := range config.Differences {
			table.Add(sideBySide(difference, config.Head.IsSecret() && !show)...)
		}
		if len(config.Differences) == 0 && !change.Denials.Resource(config.Head.Resource()) {
			table.Add(ui.C("  (the same values)"), ui.C(""), ui.C(""))
		}
	}
	for _, other := range change.Other {
		table.Add(ui.C(ui.Word(other.Path)), ui.S(ui.Red, ui.Text(other.From)), ui.S(ui.Green, ui.Text(other.To)))
	}
	if table.Len() > 0 {
		table.Print(p)
	}
	a.long(change, show)
	if sameImages+same > 0 {
		p.Line("%s", ui.Styled{Style: ui.Dim, Text: unchanged(sameImages, same)})
	}
	a.denied(change.Denials, "their values can't be compared")
}

func unchanged(images, configs int) string {
	var parts []string
	if images > 0 {
		parts = append(parts, ui.Plural(images, "image"))
	}
	if configs > 0 {
		parts = append(parts, fmt.Sprintf("%d of its ConfigMaps and Secrets", configs))
	}
	return "Unchanged: " + strings.Join(parts, ", ")
}

// shortImage without its registry, unless that is what differs.
func shortImage(image, other string) string {
	if image == "" {
		return ""
	}
	if ui.Image(image) == ui.Image(other) {
		return ui.Word(image)
	}
	return ui.Image(image)
}

func orBare(version string) string {
	if version == "" {
		return "(bare or none)"
	}
	return version
}

// sideBySide is a key's row. Longer values follow below the table.
func sideBySide(difference view.Difference, hidden bool) []ui.Cell {
	key := "  " + ui.Word(difference.Key)
	if hidden {
		words := map[string][2]string{view.Added: {"", "(hidden)"}, view.Removed: {"(hidden)", ""}, view.Changed: {"(hidden)", "(hidden, another)"}}[difference.Change]
		return []ui.Cell{ui.C(key), ui.C(words[0]), ui.C(words[1])}
	}
	return []ui.Cell{ui.C(key), ui.S(ui.Red, inline(difference.From)), ui.S(ui.Green, inline(difference.To))}
}

func inline(value *view.Value) string {
	switch {
	case value == nil:
		return ""
	case value.Binary:
		return "(binary)"
	case isLong(value):
		return "(" + ui.Plural(strings.Count(strings.TrimSuffix(value.Text, "\n"), "\n")+1, "line") + ", below)"
	case value.Text == "":
		return `""`
	}
	return ui.Text(value.Text)
}

func (a *App) long(change *view.TemplateChange, show bool) {
	for _, config := range change.Configs {
		if config.Head.IsSecret() && !show {
			continue
		}
		for _, difference := range config.Differences {
			if isLong(difference.From) || isLong(difference.To) {
				a.print().Line("")
				a.print().Line("%s", ui.Styled{Style: ui.Bold, Text: ui.Word(view.Words(config.Head)) + ":"})
				a.differences([]view.Difference{difference}, false, "  ")
			}
		}
	}
}

func (a *App) undoObject(plan *view.Undo, dry, show bool) error {
	if !a.forPrograms() {
		return nil
	}
	return a.object(plan.Output(dry, show))
}

func changeObject(workload *view.Workload, names []string, change *view.TemplateChange, show bool) any {
	return struct {
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
		From      string `json:"from"`
		To        string `json:"to"`
		view.ChangeOutput
	}{workload.Kind.Kind, workload.Namespace, workload.Name, names[0], names[1], change.Output(show)}
}
