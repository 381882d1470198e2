package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

func (a *App) tree() *cobra.Command {
	watch, all := false, false
	cmd := &cobra.Command{
		Use:   "tree WORKLOAD",
		Short: "A workload, its revisions, the configuration of each, and pods with what they really run with",
		Long: `tree shows a workload, its revisions, the configuration of each, and its pods with their state and the versions that they
really run with. What differs from the revision before is marked with ~. With -w it is live.`,
		Example: `  kubectl lockstep tree deploy/web
  kubectl lockstep tree deploy/web -w`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, namespace, err := a.there()
			if err != nil {
				return err
			}
			once := func() error {
				snapshot, workload, err := view.TakeWorkload(cmd.Context(), client, namespace, args[0])
				if err != nil {
					return err
				}
				a.denied(snapshot.Denials, "what that hides is shown as it can be seen without")
				a.printTree(snapshot, workload, all)
				return nil
			}
			if !watch {
				return once()
			}
			kind, _, err := view.ParseWorkload(client, args[0])
			if err != nil {
				return err
			}
			return a.watch(cmd.Context(), client, namespace, []rules.WorkloadKind{kind}, once)
		},
	}
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "go on, and show it again when something changes")
	cmd.Flags().BoolVar(&all, "all", false, "all revisions, not only the newest ones and those that have pods")
	return cmd
}

// node of a tree: a line, and what hangs below it.
type node struct {
	text  []ui.Styled
	below []*node
}

func (n *node) add(parts ...ui.Styled) *node {
	next := &node{text: parts}
	n.below = append(n.below, next)
	return next
}

func s(style ui.Style, text string) ui.Styled { return ui.Styled{Style: style, Text: text} }

const shownRevisions = 3

func (a *App) printTree(snapshot *view.Snapshot, workload *view.Workload, all bool) {
	configs := workload.Configs(snapshot.Heads)
	ready := snapshot.ReadinessOf(workload)
	state := view.Bound
	if len(configs) > 0 {
		state = configs[0].State
	}
	if ready.Reason != "" && !state.IsProblem() {
		state = view.Failing
	}
	root := &node{text: []ui.Styled{s(ui.Bold, workload.ID()), s(stateStyles[state], string(state))}}
	if ready.Counts {
		root.text = append(root.text, s(podsStyle(ready), ui.Text(ready.String())))
	}
	told := map[string]bool{}
	hidden := 0
	revisions := snapshot.RevisionsOf(workload)
	for i, revision := range revisions {
		pods := snapshot.PodsOf(workload, revision)
		if i >= shownRevisions && len(pods) == 0 && !all {
			hidden++
			continue
		}
		var before *view.Revision
		if i+1 < len(revisions) {
			before = revisions[i+1]
		}
		a.revisionNode(root, snapshot, workload, revision, before, pods)
		for _, pod := range pods {
			told[pod.Name] = true
		}
	}
	if hidden > 0 {
		root.add(s(ui.Dim, fmt.Sprintf("%s (--all)", ui.Plural(hidden, "older revision"))))
	}
	var others []*view.Pod
	for _, pod := range snapshot.Pods[string(workload.Object.GetUID())] {
		if !told[pod.Name] {
			others = append(others, pod)
		}
	}
	if len(others) > 0 {
		parent := root
		if len(revisions) > 0 {
			parent = root.add(s(ui.Plain, "in between, on their way"))
		} else {
			root.add(a.currentConfigs(configs)...)
		}
		a.podNodes(parent, others, nil, nil)
	} else if len(revisions) == 0 {
		root.add(a.currentConfigs(configs)...)
	}
	a.draw(root, "", "")
	if state.IsProblem() {
		a.print().Line("%s: %s", s(stateStyles[state], string(state)), state.Meaning())
	}
}

func podsStyle(ready view.Readiness) ui.Style {
	switch {
	case ready.Reason != "":
		return ui.Red
	case ready.Ready < ready.Wanted:
		return ui.Yellow
	}
	return ui.Plain
}

func (a *App) currentConfigs(configs []view.Config) []ui.Styled {
	var parts []ui.Styled
	for _, config := range configs {
		parts = append(parts, s(stateStyles[config.State], ui.Word(view.Words(config.Head))+" "+config.Version+now(config.Version, config.Current)))
	}
	return parts
}

func (a *App) revisionNode(root *node, snapshot *view.Snapshot, workload *view.Workload, revision, before *view.Revision, pods []*view.Pod) {
	title := fmt.Sprintf("revision %d", revision.Number)
	style := ui.Plain
	if revision.Current {
		title, style = title+" *", ui.Green
	}
	line := []ui.Styled{s(style, title)}
	for _, image := range revision.Images() {
		line = append(line, s(ui.Plain, ui.Shorten(ui.Image(image), 32)))
	}
	line = append(line, s(ui.Dim, a.print().Age(revision.Created)))
	if len(revision.Was) > 0 {
		line = append(line, s(ui.Yellow, "rolled back to "+ui.Word(revision.Was[len(revision.Was)-1])))
	}
	if revision.Cause != "" {
		line = append(line, s(ui.Dim, ui.Shorten(ui.Text(revision.Cause), 30)))
	}
	next := root.add(line...)
	former := map[rules.Head]string{}
	if before != nil {
		for _, config := range before.Configs(workload, snapshot.Heads) {
			former[config.Head] = config.Version
		}
	}
	var configs []ui.Styled
	same := 0
	for _, config := range revision.Configs(workload, snapshot.Heads) {
		current, _ := snapshot.Heads.Current(workload.Namespace, config.Head)
		text, style := ui.Word(view.Words(config.Head))+" "+config.Version, ui.Plain
		differs := before != nil && former[config.Head] != config.Version
		switch {
		case !config.Exists:
			text, style = text+" gone", ui.Red
		case revision.Current && workload.IsHeld && current != config.Version:
			text, style = text+" held (now "+current+")", ui.Yellow
		case revision.Current && config.How == view.HowCurrent:
			text, style = text+" bare", ui.Yellow
		case revision.Current && current != config.Version && current != "":
			text, style = text+now(config.Version, current), ui.Yellow
		case config.How == view.HowBaseline:
			text += " from before opt-in"
		}
		if differs {
			text = "~" + text
		} else if before != nil && !revision.Current && len(pods) == 0 {
			same++
			continue
		}
		configs = append(configs, s(style, text))
	}
	if same > 0 && len(configs) == 0 {
		configs = append(configs, s(ui.Dim, fmt.Sprintf("configuration as before (%d)", same)))
	}
	if len(configs) > 0 {
		next.add(configs...)
	}
	a.podNodes(next, pods, revision, revision.Configs(workload, snapshot.Heads))
}

func (a *App) podNodes(parent *node, pods []*view.Pod, revision *view.Revision, configs []view.RevisionConfig) {
	for _, pod := range pods {
		style := ui.Green
		switch {
		case pod.Trouble:
			style = ui.Red
		case !pod.Ready:
			style = ui.Yellow
		}
		status := ui.Word(pod.Status)
		if pod.Status == "Running" && !pod.Ready {
			status += ", not ready"
		}
		line := []ui.Styled{s(ui.Plain, "pod "+ui.Shorten(ui.Word(pod.Name), 40)), s(style, status)}
		if pod.Restarts > 0 {
			line = append(line, s(ui.Yellow, ui.Plural(int(pod.Restarts), "restart")))
		}
		line = append(line, a.has(pod, revision, configs)...)
		next := parent.add(line...)
		if pod.Message != "" {
			next.add(s(ui.Red, ui.Shorten(ui.Text(pod.Message), 160)))
		}
	}
}

// has says what a pod really runs with, as its own spec names it; in short, where that is what its revision has.
func (a *App) has(pod *view.Pod, revision *view.Revision, configs []view.RevisionConfig) []ui.Styled {
	agrees := revision != nil
	var parts []ui.Styled
	for _, config := range configs {
		switch {
		case pod.Has[config.Head] == config.Version:
		case config.How == view.HowBaseline || config.How == view.HowCurrent:
			parts = append(parts, s(ui.Dim, ui.Word(view.Words(config.Head))+" as at its start"))
		default:
			agrees = false
		}
	}
	if agrees {
		if len(parts) == 0 && len(configs) > 0 {
			parts = append(parts, s(ui.Dim, "with the above"))
		}
		return parts
	}
	var heads []rules.Head
	for head := range pod.Has {
		heads = append(heads, head)
	}
	rules.SortHeads(heads)
	for _, head := range heads {
		parts = append(parts, s(ui.Yellow, ui.Word(view.Words(head))+" "+pod.Has[head]))
	}
	return parts
}

const treeWidth = 80

// draw prints a node and what hangs below it, in 80 columns.
func (a *App) draw(n *node, first, rest string) {
	p := a.print()
	indent := rest
	if len(n.below) > 0 {
		indent += "│  "
	} else {
		indent += "   "
	}
	line, used := first, len([]rune(first))
	empty := true
	for _, part := range n.text {
		if part.Text == "" {
			continue
		}
		text := ui.Text(part.Text)
		length := len([]rune(text))
		if !empty && used+2+length > treeWidth {
			p.Raw(line)
			line, used, empty = indent+" ", len([]rune(indent))+1, true
		}
		if !empty {
			line, used = line+"  ", used+2
		}
		if most := treeWidth - used; length > most && most > 10 && !p.Wide {
			// Longer than a line: an error message goes on in the next one.
			for length > most {
				runes := []rune(text)
				cut := most
				if space := strings.LastIndexByte(string(runes[:most]), ' '); space > 0 {
					cut = len([]rune(string(runes[:most])[:space]))
				}
				line += p.Styled(ui.Styled{Style: part.Style, Text: string(runes[:cut])})
				p.Raw(line)
				line, used = indent+" ", len([]rune(indent))+1
				text = strings.TrimPrefix(string(runes[cut:]), " ")
				length, most = len([]rune(text)), treeWidth-used
			}
		}
		line += p.Styled(ui.Styled{Style: part.Style, Text: text})
		used += length
		empty = false
	}
	p.Raw(line)
	for i, next := range n.below {
		if i == len(n.below)-1 {
			a.draw(next, rest+"└─ ", rest+"   ")
		} else {
			a.draw(next, rest+"├─ ", rest+"│  ")
		}
	}
}

func (a *App) explain() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "explain WORKLOAD",
		Short:   "Says in sentences why a workload has what it has",
		Example: `  kubectl lockstep explain deploy/web`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.runExplain(cmd.Context(), args[0]) },
	}
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

func (a *App) runExplain(ctx context.Context, word string) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	snapshot, workload, err := view.TakeWorkload(ctx, client, namespace, word)
	if err != nil {
		return err
	}
	a.denied(snapshot.Denials, "what that hides is explained as it can be seen without")
	explanation := view.Explain(snapshot, workload, a.print().Age)
	if a.forPrograms() {
		return a.object(explanation)
	}
	p := a.print()
	p.Line("%s in namespace %s is %s.", s(ui.Bold, explanation.Workload), explanation.Namespace,
		s(stateStyles[explanation.State], string(explanation.State)))
	for _, sentence := range explanation.General {
		a.paragraph(sentence, "")
	}
	for _, config := range explanation.Config {
		p.Line("")
		p.Line("%s (%s)%s", s(ui.Bold, ui.Word(config.Words)), s(stateStyles[config.State], string(config.State)), namedBy(config.NamedBy))
		for _, sentence := range config.Why {
			a.paragraph(sentence, "  ")
		}
	}
	if len(explanation.Others) > 0 {
		p.Line("")
		var names []string
		for _, other := range explanation.Others {
			names = append(names, ui.Word(other.Name))
		}
		a.paragraph("It also names what has no versions, so that pods read what it says when they start: "+ui.And(names)+".", "")
	}
	return nil
}

func namedBy(places []string) string {
	if len(places) == 0 {
		return ""
	}
	var words []string
	for _, place := range places {
		words = append(words, ui.Word(place))
	}
	return ", named by " + ui.And(words)
}

// paragraph breaks lines between words.
func (a *App) paragraph(text, indent string) {
	p := a.print()
	line := indent
	for _, word := range strings.Fields(ui.Text(text)) {
		if len([]rune(line))+1+len([]rune(word)) > min(p.Width, 100) && line != indent {
			p.Line("%s", line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	p.Line("%s", line)
}

func (a *App) users() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "users NAME-vNNN",
		Short:   "Every object that names a version",
		Long:    `users lists every object that names a version: those that keep it from being deleted, by retention or by hand.`,
		Example: `  kubectl lockstep users web-config-v003`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.runUsers(cmd.Context(), args[0]) },
	}
	a.outputFlag(cmd, "json", "yaml", "name")
	return cmd
}

type usersOutput struct {
	Namespace string      `json:"namespace"`
	Version   string      `json:"version"`
	Exists    bool        `json:"exists"`
	Users     []view.User `json:"users"`
}

func (a *App) runUsers(ctx context.Context, word string) error {
	kind, name, typed := strings.Cut(word, "/")
	if !typed {
		kind, name = "", word
	}
	kinds := map[string][]string{"": {"ConfigMap", "Secret"}, "cm": {"ConfigMap"}, "configmap": {"ConfigMap"}, "secret": {"Secret"}}[strings.TrimSuffix(strings.ToLower(kind), "s")]
	if _, _, ok := rules.SplitVersion(name); !ok || !rules.IsName(name) || kinds == nil {
		return fmt.Errorf("%q is no version; they look like app-config-v000, and kubectl lockstep history NAME shows which there are", word)
	}
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	users, denials, err := view.UsersOf(ctx, client, namespace, name)
	if err != nil {
		return err
	}
	exists := false
	for _, kind := range kinds {
		there, err := view.IsVersion(ctx, client, namespace, rules.Head{Kind: kind, Name: name})
		if err != nil && len(users) == 0 && kind != "Secret" {
			return err
		}
		exists = exists || there
	}
	a.denied(denials, "more may use it than can be seen")
	if len(denials) > 0 && len(users) == 0 {
		return exit(Failed)
	}
	if len(users) == 0 && !exists {
		return fmt.Errorf("there is no version %s in namespace %s; kubectl lockstep history NAME shows which there are", name, namespace)
	}
	switch {
	case a.forPrograms():
		return a.object(usersOutput{namespace, name, exists, users})
	case a.output == "name":
		for _, user := range users {
			a.print().Line("%s", ui.Word(strings.ToLower(user.Kind)+"/"+user.Name))
		}
		return nil
	case len(users) == 0:
		a.print().Say("nothing uses %s", name)
		return nil
	}
	p := a.print()
	table := &ui.Table{Header: []string{"USER", "OWNER", "AGE"}}
	for _, user := range users {
		owner := ""
		if user.Owner != nil {
			kind, name, _ := strings.Cut(*user.Owner, "/")
			owner = ui.Word(strings.ToLower(kind) + "/" + name)
		}
		table.Add(ui.C(ui.Word(strings.ToLower(user.Kind)+"/"+user.Name)), ui.C(owner), ui.C(p.Age(user.Created)))
	}
	table.Print(p)
	p.Line("")
	p.Line("%s of %s", ui.Plural(len(users), "user"), name)
	return nil
}
