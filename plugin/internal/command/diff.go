package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

func (a *App) diff() *cobra.Command {
	show := false
	cmd := &cobra.Command{
		Use:   "diff NAME [vA] [vB] | WORKLOAD [A] [B]",
		Short: "What changed between two versions, or two revisions of a workload",
		Long: `diff NAME shows what the last change of a ConfigMap or Secret changed; with one version, what is different now; with two, what
is different between them. Of Secrets it tells the keys, and values only with --show-secrets.

diff WORKLOAD does the same for revisions: images, values, and what else is different in the pod template.

Exit code: 0 no difference, 1 there is one, 2 it could not be found out.`,
		Example: `  kubectl lockstep diff web-config
  kubectl lockstep diff web-config v000 v003
  kubectl lockstep diff deploy/web 5 7`,
		Args: cobra.RangeArgs(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if isWorkload(args[0]) {
				return a.diffRevisions(cmd.Context(), args, show)
			}
			return a.diffVersions(cmd.Context(), args, show)
		},
	}
	cmd.Flags().BoolVar(&show, "show-secrets", false, "print the values of Secrets")
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) diffVersions(ctx context.Context, args []string, show bool) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	found, err := view.FindHead(ctx, client, namespace, args[0])
	if err != nil {
		return err
	}
	from, to, err := which(found, args[1:])
	if err != nil {
		return err
	}
	for _, version := range []string{from, to} {
		if version != "" && !found.Has(version) {
			return fmt.Errorf("%s has no version %s; kubectl lockstep history -n %s %[1]s shows which there are", found.Head, version, namespace)
		}
	}
	contents := make([]view.Content, 2)
	var batch cluster.Batch
	for i, version := range []string{from, to} {
		contents[i] = view.Content{}
		if version == "" {
			continue
		}
		batch.Go(func() error {
			object, err := client.Get(ctx, cluster.OfHead(found.Head), namespace, found.Head.Version(version).Name)
			contents[i] = view.ContentOf(object)
			return err
		})
	}
	denials, err := batch.Wait()
	if err != nil {
		return err
	}
	if len(denials) > 0 {
		return errors.New(denials.Sentence())
	}
	differences := view.Compare(contents[0], contents[1])
	hidden := found.Head.IsSecret() && !show
	if a.forPrograms() {
		if err := a.object(view.DiffOutput{Kind: found.Head.Kind, Namespace: namespace, Name: found.Head.Name, From: from, To: to, Differences: view.Differences(differences, hidden)}); err != nil {
			return err
		}
	} else if len(differences) > 0 {
		a.titles(found.Head.String()+" "+titled(from, found), found.Head.String()+" "+titled(to, found))
		a.differences(differences, hidden, "")
	}
	if len(differences) > 0 {
		return exit(Differ)
	}
	return nil
}

func titled(version string, found *view.Found) string {
	switch version {
	case "":
		return "(nothing)"
	case found.Current:
		return version + " (current)"
	}
	return version
}

// which two versions are meant.
func which(found *view.Found, args []string) (from, to string, err error) {
	versions := make([]string, len(args))
	for i, arg := range args {
		if versions[i], err = rules.ParseVersion(arg); err != nil {
			return "", "", err
		}
	}
	if found.Named != "" {
		// diff web-config-v003: what that version changed.
		versions = append([]string{found.Named}, versions...)
		if len(versions) == 1 {
			return before(found, found.Named), found.Named, nil
		}
	}
	switch len(versions) {
	case 2:
		return versions[0], versions[1], nil
	case 3:
		return "", "", fmt.Errorf("two versions can be compared, not three")
	}
	if found.Current == "" {
		return "", "", fmt.Errorf("%s does not exist any more, so say which two versions: kubectl lockstep diff %s vA vB", found.Head, view.Words(found.Head))
	}
	if len(versions) == 1 {
		return versions[0], found.Current, nil
	}
	for i := len(found.Versions) - 1; i >= 0; i-- {
		if found.Versions[i] != found.Current {
			return found.Versions[i], found.Current, nil
		}
	}
	return "", "", fmt.Errorf("%s has one version, %s; there is nothing to compare it with", found.Head, found.Current)
}

func before(found *view.Found, version string) string {
	last := ""
	for _, one := range found.Versions {
		if one == version {
			return last
		}
		last = one
	}
	return last
}

func (a *App) titles(from, to string) {
	a.print().Line("%s", ui.Styled{Style: ui.Bold, Text: "--- " + from})
	a.print().Line("%s", ui.Styled{Style: ui.Bold, Text: "+++ " + to})
}

// differences of keys: short values whole, of longer ones the lines that changed.
func (a *App) differences(differences []view.Difference, hidden bool, indent string) {
	p := a.print()
	for _, difference := range differences {
		key := ui.Word(difference.Key)
		switch {
		case hidden:
			style, text := ui.Yellow, "~"+key+": changed"
			if difference.Change == view.Added {
				style, text = ui.Green, "+"+key
			} else if difference.Change == view.Removed {
				style, text = ui.Red, "-"+key
			}
			p.Line("%s", ui.Styled{Style: style, Text: indent + text})
		case difference.Change == view.Changed && (isLong(difference.From) || isLong(difference.To)):
			p.Line("%s", ui.Styled{Style: ui.Yellow, Text: indent + "~" + key + ":"})
			a.lines(view.Lines(difference.From.Text, difference.To.Text), indent)
		default:
			a.whole(ui.Red, "-", key, difference.From, indent)
			a.whole(ui.Green, "+", key, difference.To, indent)
		}
	}
}

func isLong(value *view.Value) bool {
	return value != nil && !value.Binary && strings.Contains(value.Text, "\n")
}

func (a *App) whole(style ui.Style, sign, key string, value *view.Value, indent string) {
	p := a.print()
	switch {
	case value == nil:
	case value.Binary:
		p.Line("%s", ui.Styled{Style: style, Text: indent + sign + key + ": (binary)"})
	case !isLong(value):
		p.Line("%s", ui.Styled{Style: style, Text: indent + sign + key + ": " + value.Text})
	default:
		p.Line("%s", ui.Styled{Style: style, Text: indent + sign + key + ":"})
		for _, line := range strings.Split(strings.TrimSuffix(value.Text, "\n"), "\n") {
			p.Line("%s", ui.Styled{Style: style, Text: indent + sign + "  " + line})
		}
	}
}

func (a *App) lines(steps []view.Step, indent string) {
	p := a.print()
	for _, step := range steps {
		style, text := ui.Plain, "   "+step.Line
		switch step.Sign {
		case '+':
			style, text = ui.Green, "+  "+step.Line
		case '-':
			style, text = ui.Red, "-  "+step.Line
		case '.':
			style, text = ui.Dim, "   ..."
		}
		p.Line("%s", ui.Styled{Style: style, Text: indent + text})
	}
}

func (a *App) diffRevisions(ctx context.Context, args []string, show bool) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	snapshot, workload, err := view.TakeWorkload(ctx, client, namespace, args[0])
	if err != nil {
		return err
	}
	var wanted []int64
	for _, arg := range args[1:] {
		number, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || number <= 0 {
			return fmt.Errorf("%q is no revision; they are numbers, and kubectl lockstep history %s shows which there are", arg, args[0])
		}
		wanted = append(wanted, number)
	}
	var current int64
	for _, revision := range snapshot.RevisionsOf(workload) {
		if revision.Current {
			current = revision.Number
		}
	}
	switch len(wanted) {
	case 0:
		wanted = []int64{0, current}
	case 1:
		wanted = append(wanted, current)
	}
	from, err := view.RevisionTo(snapshot, workload, wanted[0])
	if err != nil {
		return err
	}
	to, err := view.RevisionTo(snapshot, workload, wanted[1])
	if err != nil {
		return err
	}
	change, err := view.CompareTemplates(ctx, client, snapshot.Heads, workload, resolved(from, workload, snapshot.Heads), resolved(to, workload, snapshot.Heads))
	if err != nil {
		return err
	}
	names := []string{fmt.Sprintf("revision %d", from.Number), fmt.Sprintf("revision %d", to.Number)}
	if a.forPrograms() {
		err = a.object(changeObject(workload, names, change, show))
	} else if change.Any() {
		a.change(change, names, show)
	}
	if err == nil && change.Any() {
		return exit(Differ)
	}
	return err
}

// resolved is a revision's template with the versions that an undo would bind: bare names of before are what they meant.
func resolved(revision *view.Revision, workload *view.Workload, heads *view.Heads) map[string]any {
	versions := map[rules.Head]string{}
	for _, config := range revision.Configs(workload, heads) {
		versions[config.Head] = config.Version
	}
	template := (&unstructured.Unstructured{Object: revision.Template}).DeepCopy().Object
	spec, _ := template["spec"].(map[string]any)
	rules.Rename(spec, func(head rules.Head) string {
		if version := versions[head]; version != "" {
			return head.Version(version).Name
		}
		return head.Name
	})
	return template
}
