package command

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/view"
)

// Version of the plugin, set where it is built.
var Version = "0.1.0-dev"

func (a *App) version() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "The version of this plugin",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.forPrograms() {
				return a.object(struct {
					Version  string `json:"version"`
					Go       string `json:"go"`
					Platform string `json:"platform"`
				}{Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
			}
			a.print().Line("kubectl lockstep %s (%s, %s/%s)", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
	a.outputFlag(cmd, "json", "yaml")
	return cmd
}

// leftOut is a topic of the help.
func leftOut() *cobra.Command {
	return &cobra.Command{
		Use:   "left-out",
		Short: "Which ConfigMaps and Secrets get no versions",
		Long: `These get no versions, whatever names them:

  - what is in a namespace without the label lockstep.dev/versioning=enabled, in kube-system, kube-public, kube-node-lease, or
    in Lockstep's own namespace
  - what says lockstep.dev/versioned: "false", or whose namespace does
  - kinds that the namespace's annotation lockstep.dev/kinds or the server's setting leave out
  - kube-root-ca.crt and its like, tokens of ServiceAccounts, releases of Helm
  - what a controller owns, records of leader elections, states of Terraform, Secrets of types that name a tool:
    the annotation lockstep.dev/versioned: "true" on the object takes it in

The reference of Lockstep has the whole list.`,
	}
}

func (a *App) completion() *cobra.Command {
	install := ""
	cmd := &cobra.Command{
		Use:   "completion",
		Short: "Makes kubectl complete what this plugin takes: one command, once",
		Long: `kubectl completes the arguments of a plugin by asking a program kubectl_complete-lockstep on the PATH. completion writes that
program beside this plugin, or into the folder that --dir names. It is one line that calls this plugin again.

kubectl's own completion has to be set up: kubectl completion --help.`,
		Example: `  kubectl lockstep completion
  kubectl lockstep completion --dir ~/.local/bin`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			if install == "" {
				install = filepath.Dir(self)
			}
			file, text := filepath.Join(install, "kubectl_complete-lockstep"), "#!/bin/sh\nexec "+quoted(self)+" __complete \"$@\"\n"
			if runtime.GOOS == "windows" {
				file, text = file+".cmd", "@\""+self+"\" __complete %*\r\n"
			}
			if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
				return fmt.Errorf("%w; --dir names another folder of the PATH", err)
			}
			a.print().Line("wrote %s; kubectl lockstep <TAB> works in a shell that completes kubectl", file)
			return nil
		},
	}
	cmd.Flags().StringVar(&install, "dir", "", "a folder of the PATH; where the plugin is, if not given")
	return cmd
}

func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// complete offers what is there.
func (a *App) complete(root *cobra.Command) {
	offers := map[string]func(args []string) []string{
		"status":  func([]string) []string { return a.workloadNames(false) },
		"tree":    first(func() []string { return a.workloadNames(false) }),
		"explain": first(func() []string { return a.workloadNames(false) }),
		"undo":    first(func() []string { return a.workloadNames(true) }),
		"rebind":  first(func() []string { return a.workloadNames(false) }),
		"adopt":   func([]string) []string { return a.workloadNames(false) },
		"history": first(func() []string { return append(a.headNames(), a.workloadNames(true)...) }),
		"users":   first(func() []string { return a.versionNames() }),
		"diff": func(args []string) []string {
			if len(args) == 0 {
				return append(a.headNames(), a.workloadNames(true)...)
			}
			return a.versionsOf(args[0])
		},
		"restore": func(args []string) []string {
			if len(args) == 0 {
				return a.headNames()
			}
			return a.versionsOf(args[0])
		},
	}
	for _, cmd := range root.Commands() {
		if offer := offers[cmd.Name()]; offer != nil {
			cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
				var fitting []string
				for _, word := range offer(args) {
					if strings.HasPrefix(word, typed) {
						fitting = append(fitting, word)
					}
				}
				return fitting, cobra.ShellCompDirectiveNoFileComp
			}
		}
	}
	_ = root.RegisterFlagCompletionFunc("namespace", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		client, err := a.connected()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list, _ := client.ListMetadata(cmd.Context(), cluster.Namespaces, "", "")
		var names []string
		for i := range list {
			names = append(names, list[i].Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
}

func first(offer func() []string) func([]string) []string {
	return func(args []string) []string {
		if len(args) > 0 {
			return nil
		}
		return offer()
	}
}

func (a *App) workloadNames(withRevisions bool) []string {
	client, namespace, err := a.there()
	if err != nil {
		return nil
	}
	var names []string
	for _, kind := range client.Kinds() {
		if !kind.Mutable || kind.Revisions == nil && (withRevisions || kind.Kind != "CronJob") {
			continue
		}
		list, _ := client.ListMetadata(a.context(), kind.GVR(), namespace, "")
		for i := range list {
			names = append(names, kind.Singular()+"/"+list[i].Name)
		}
	}
	sort.Strings(names)
	return names
}

func (a *App) heads(role string) []rules.Head {
	client, namespace, err := a.there()
	if err != nil {
		return nil
	}
	var heads []rules.Head
	for _, kind := range []string{"ConfigMap", "Secret"} {
		list, _ := client.ListMetadata(a.context(), cluster.OfHead(rules.Head{Kind: kind}), namespace, rules.Role+"="+role)
		for i := range list {
			heads = append(heads, rules.Head{Kind: kind, Name: list[i].Name})
		}
	}
	rules.SortHeads(heads)
	return heads
}

func (a *App) headNames() []string {
	var names []string
	for _, head := range a.heads(rules.HeadRole) {
		names = append(names, view.Words(head))
	}
	return names
}

func (a *App) versionNames() []string {
	var names []string
	for _, head := range a.heads(rules.VersionRole) {
		names = append(names, head.Name)
	}
	return names
}

func (a *App) versionsOf(word string) []string {
	client, namespace, err := a.there()
	if err != nil {
		return nil
	}
	if isWorkload(word) {
		snapshot, workload, err := view.TakeWorkload(a.context(), client, namespace, word)
		if err != nil {
			return nil
		}
		var numbers []string
		for _, revision := range snapshot.RevisionsOf(workload) {
			numbers = append(numbers, fmt.Sprint(revision.Number))
		}
		return numbers
	}
	found, err := view.FindHead(a.context(), client, namespace, word)
	if err != nil {
		return nil
	}
	return found.Versions
}
