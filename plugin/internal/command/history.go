package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

func (a *App) history() *cobra.Command {
	watch := false
	cmd := &cobra.Command{
		Use:   "history NAME|WORKLOAD",
		Short: "Versions of a ConfigMap or Secret, or revisions of a workload, the newest first",
		Long: `history NAME shows the versions of a ConfigMap or Secret, the newest first: since when, by whom and why (the annotation
kubernetes.io/change-cause), which keys changed, and who uses them. No value is shown; kubectl lockstep diff does that.

history WORKLOAD shows the revisions that an undo could bring back, with the images and the configuration of each. What
differs from the revision before is marked with ~.`,
		Example: `  kubectl lockstep history web-config
  kubectl lockstep history secret/web-secret
  kubectl lockstep history deploy/web -o wide`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			once := func() error { return a.runHistory(cmd.Context(), args[0]) }
			if !watch {
				return once()
			}
			client, namespace, err := a.there()
			if err != nil {
				return err
			}
			return a.watch(cmd.Context(), client, namespace, kindsToWatch(client.Kinds()), once)
		},
	}
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "go on, and show it again when something changes")
	a.outputFlag(cmd, "json", "yaml", "wide", "name")
	return cmd
}

func isWorkload(word string) bool {
	kind, _, typed := strings.Cut(word, "/")
	if !typed {
		return false
	}
	switch strings.ToLower(kind) {
	case "cm", "configmap", "configmaps", "secret", "secrets":
		return false
	}
	return true
}

func (a *App) runHistory(ctx context.Context, word string) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	if isWorkload(word) {
		snapshot, workload, err := view.TakeWorkload(ctx, client, namespace, word)
		if err != nil {
			return err
		}
		history, err := view.HistoryOfWorkload(snapshot, workload)
		if err != nil {
			return err
		}
		a.denied(snapshot.Denials, "whether those versions exist is not known")
		return a.printRevisions(history, workload)
	}
	found, err := view.FindHead(ctx, client, namespace, word)
	if err != nil {
		return err
	}
	history, err := view.HistoryOfHead(ctx, client, namespace, found)
	if err != nil {
		return err
	}
	a.denied(history.Denials, "who uses what is not known in full")
	if found.Named != "" && !a.forPrograms() {
		a.print().Say("%s is %s of %s; here is what came before and after", found.Head.Version(found.Named).Name, found.Named, found.Head)
	}
	if err := a.printVersions(history); err != nil {
		return err
	}
	if found.Current != "" && !found.Has(found.Current) {
		a.print().Say("%s is stamped %s, but that version is not there (yet); kubectl -n %s describe %s says why", found.Head, found.Current, namespace, found.Head)
	}
	return nil
}

func (a *App) printVersions(history *view.HeadHistory) error {
	switch {
	case a.forPrograms():
		return a.object(history)
	case a.output == "name":
		for _, version := range history.Versions {
			a.print().Line("%s/%s", strings.ToLower(history.Kind), ui.Word(version.Name))
		}
		return nil
	}
	p := a.print()
	table := &ui.Table{Header: []string{"VERSION", "AGE", "BY"}}
	anyWhy := false
	for _, version := range history.Versions {
		anyWhy = anyWhy || version.ChangeCause != nil
	}
	if anyWhy {
		table.Header = append(table.Header, "WHY")
		table.Wraps = append(table.Wraps, len(table.Header)-1)
	}
	table.Header = append(table.Header, "CHANGES", "USED BY")
	// Keys wrap best, so they give way first.
	table.Wraps = append(table.Wraps, len(table.Header)-1, len(table.Header)-2)
	if p.Wide {
		table.Header = append(table.Header, "CREATED", "CONTENT", "UNUSED SINCE", "KEEP")
	}
	for _, version := range history.Versions {
		row := []ui.Cell{versionCell(version), ui.C(p.Age(version.Created)), ui.C(user(version.ChangedBy, history.Namespace, p.Wide))}
		if anyWhy {
			row = append(row, ui.C(why(version.ChangeCause, p.Wide)))
		}
		row = append(row, keys(version, p.Wide), usedBy(version.UsedBy))
		if p.Wide {
			keep := ""
			if version.Keep {
				keep = "true"
			}
			row = append(row, ui.C(version.Created), ui.C(ui.Word(version.Content)), ui.C(text(version.UnusedSince)), ui.C(keep))
		}
		table.Add(row...)
	}
	table.Print(p)
	return nil
}

// why something changed, in the words of who changed it.
func why(cause *string, wide bool) string {
	switch {
	case cause == nil:
		return ""
	case wide:
		return *cause
	}
	return ui.Shorten(ui.Text(*cause), 40)
}

func user(name *string, namespace string, wide bool) string {
	switch {
	case name == nil:
		return ""
	case wide:
		return ui.Word(*name)
	}
	return ui.Shorten(ui.User(*name, namespace), 26)
}

func versionCell(version view.VersionHistory) ui.Cell {
	if version.Current {
		return ui.S(ui.Green, version.Version+" *")
	}
	return ui.C(version.Version)
}

func keys(version view.VersionHistory, wide bool) ui.Cell {
	var cell ui.Cell
	for _, key := range version.Changed {
		cell = append(cell, ui.Styled{Style: ui.Yellow, Text: "~" + ui.Word(key)})
	}
	for _, key := range version.Added {
		cell = append(cell, ui.Styled{Style: ui.Green, Text: "+" + ui.Word(key)})
	}
	for _, key := range version.Removed {
		cell = append(cell, ui.Styled{Style: ui.Red, Text: "-" + ui.Word(key)})
	}
	return most(cell, 6, wide)
}

func most(cell ui.Cell, limit int, wide bool) ui.Cell {
	if wide || len(cell) <= limit+1 {
		return cell
	}
	return append(cell[:limit:limit], ui.Styled{Text: fmt.Sprintf("%d more", len(cell)-limit)})
}

func usedBy(users []view.UsedBy) ui.Cell {
	var cell ui.Cell
	for _, one := range users {
		style := ui.Plain
		if one.Now {
			style = ui.Bold
		}
		cell = append(cell, ui.Styled{Style: style, Text: ui.Word(one.ID()) + one.Formerly()})
	}
	return most(cell, 4, false)
}

func (a *App) printRevisions(history *view.WorkloadHistory, workload *view.Workload) error {
	switch {
	case a.forPrograms():
		return a.object(history)
	case a.output == "name":
		for _, revision := range history.Revisions {
			a.print().Line("%d", revision.Revision)
		}
		return nil
	}
	p := a.print()
	table := &ui.Table{Header: []string{"REVISION", "AGE", "IMAGES", "CONFIGURATION"}, Wraps: []int{3}}
	anyWhy := false
	for _, revision := range history.Revisions {
		anyWhy = anyWhy || revision.ChangeCause != nil
	}
	if anyWhy {
		table.Header = append(table.Header, "WHY")
		table.Wraps = append(table.Wraps, 4)
	}
	for i, revision := range history.Revisions {
		title := fmt.Sprint(revision.Revision)
		style := ui.Plain
		if revision.Current {
			title, style = title+" *", ui.Green
		}
		if len(revision.Was) > 0 {
			title += " (was " + ui.Word(revision.Was[len(revision.Was)-1]) + ")"
		}
		var before []string
		if i+1 < len(history.Revisions) {
			before = history.Revisions[i+1].Images
		}
		row := []ui.Cell{ui.S(style, title), ui.C(p.Age(revision.Created)), imagesCell(revision.Images, before, i+1 < len(history.Revisions), p.Wide), revisionConfig(revision)}
		if anyWhy {
			row = append(row, ui.C(why(revision.ChangeCause, p.Wide)))
		}
		table.Add(row...)
	}
	table.Print(p)
	if len(history.Revisions) > 1 {
		p.Line("")
		p.Line("To go back: kubectl lockstep undo -n %s %s [--to-revision=N]", history.Namespace, workload.ID())
	}
	return nil
}

func imagesCell(images, before []string, compare, wide bool) ui.Cell {
	var names []string
	for i, image := range images {
		name := ui.Image(image)
		if wide {
			name = ui.Word(image)
		}
		if compare && (i >= len(before) || before[i] != image) {
			name = "~" + name
		}
		names = append(names, name)
	}
	return ui.C(strings.Join(names, " "))
}

func revisionConfig(revision view.RevisionHistory) ui.Cell {
	var cell ui.Cell
	for _, config := range revision.Config {
		text, style := ui.Word(config.Words)+" "+config.Version, ui.Plain
		if config.Differs {
			text, style = "~"+text, ui.Yellow
		}
		switch {
		case !config.Exists:
			text, style = text+" (gone)", ui.Red
		case config.Held:
			text += " (held)"
		case config.How == view.HowNamed:
			text += " (named)"
		case config.How == view.HowBaseline:
			text += " (from before opt-in)"
		case config.How == view.HowCurrent:
			text += " (bare: what is current)"
		}
		cell = append(cell, ui.Styled{Style: style, Text: text})
	}
	return cell
}
