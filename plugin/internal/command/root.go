// Package command is kubectl lockstep as people type it.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
	"lockstep.dev/kubectl-lockstep/internal/ui"
)

// Exit codes.
const (
	Done   = 0
	Differ = 1
	Failed = 2
)

// exit ends a command without a sentence.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Streams are what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// App is what commands share.
type App struct {
	streams Streams
	flags   *genericclioptions.ConfigFlags
	kinds   string
	output  string
	colour  string
	// Connect makes the client; tests have their own.
	Connect func(*App) (*cluster.Client, error)
	// Terminals say what is one, and how wide it is.
	IsTerminal func(any) bool
	Width      func() int
	Now        func() time.Time

	client  *cluster.Client
	printer *ui.Printer
	ctx     context.Context
}

// context of what has none of its own, as completion.
func (a *App) context() context.Context {
	if a.ctx == nil {
		return context.Background()
	}
	return a.ctx
}

// NewApp reads and writes those streams.
func NewApp(streams Streams) *App {
	return &App{
		streams: streams, flags: genericclioptions.NewConfigFlags(true), Connect: connect, Now: time.Now,
		IsTerminal: func(stream any) bool {
			file, ok := stream.(*os.File)
			return ok && term.IsTerminal(int(file.Fd()))
		},
		Width: func() int {
			if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
				return width
			}
			return 0
		},
	}
}

// Main runs the command line, and answers the exit code.
func Main(ctx context.Context, app *App, args []string) int {
	app.ctx = ctx
	root := app.Root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return Done
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		return 130
	}
	app.say(err)
	return Failed
}

// say prints the error as one sentence.
func (a *App) say(err error) {
	var denial *cluster.Denied
	text := err.Error()
	if errors.As(err, &denial) {
		text = denial.Error()
	}
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", " ")), " ")
	a.print().Say("%s", text)
}

// Root is the command with all its sub-commands.
func (a *App) Root() *cobra.Command {
	root := &cobra.Command{
		Use:         "kubectl-lockstep",
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl lockstep"},
		Short:       "Who runs which configuration, what changed, and how to go back",
		Long: `kubectl lockstep shows and undoes what Lockstep did with ConfigMaps, Secrets and the workloads that use them.

Something is broken?   kubectl lockstep status             what needs somebody, first
                       kubectl lockstep tree deploy/NAME   revisions, configuration and pods of one workload
                       kubectl lockstep undo deploy/NAME   shows what going back would change, asks, and does it

WORKLOAD is deploy/NAME, sts/NAME, ds/NAME and so on. NAME is a ConfigMap, or a Secret where there is no such ConfigMap;
configmap/NAME and secret/NAME say which. Values of Secrets are shown only where --show-secrets asks for them.`,
		Example: `  kubectl lockstep status -n shop                  who is on which version, what needs you first
  kubectl lockstep undo deploy/web --dry-run=server what an undo would change: image and values side by side
  kubectl lockstep undo deploy/web                 the same, then asks and does it
  kubectl lockstep tree deploy/web -w              watches a rollout with its configuration
  kubectl lockstep history deploy/web              what each revision had
  kubectl lockstep history web-config              which versions there are, by whom, and who uses them
  kubectl lockstep diff web-config                 what its last change changed
  kubectl lockstep rebind deploy/web               moves on after an undo
  kubectl lockstep dashboard                       the same in a browser, on this machine alone`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %s; kubectl lockstep --help shows which there are", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(a.streams.Err)
			if err := cmd.Help(); err != nil {
				return err
			}
			return exit(Failed)
		},
	}
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	flags := root.PersistentFlags()
	a.flags.AddFlags(flags)
	// Every kubectl has these; they are there, but not what a help is about.
	for _, name := range []string{
		"as", "as-group", "as-uid", "as-user-extra", "cache-dir", "certificate-authority", "client-certificate", "client-key", "cluster",
		"disable-compression", "insecure-skip-tls-verify", "kubeconfig", "request-timeout", "server", "tls-server-name", "token", "user",
	} {
		if flag := flags.Lookup(name); flag != nil {
			flag.Hidden = true
		}
	}
	flags.StringVar(&a.kinds, "kinds", "", "more kinds with a pod template at /spec/template, as widgets.v1.example.com,...")
	flags.StringVar(&a.colour, "color", "auto", "auto, always or never")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help shows what there is", err, cmd.CommandPath())
	})
	root.AddGroup(
		&cobra.Group{ID: "look", Title: "To look:"},
		&cobra.Group{ID: "change", Title: "To change:"},
		&cobra.Group{ID: "self", Title: "About the plugin:"},
	)
	root.SetHelpCommandGroupID("self")
	for _, command := range []*cobra.Command{a.status(), a.tree(), a.history(), a.diff(), a.explain(), a.users(), a.dashboard()} {
		command.GroupID = "look"
		root.AddCommand(command)
	}
	for _, command := range []*cobra.Command{a.undo(), a.rebind(), a.restore(), a.adopt()} {
		command.GroupID = "change"
		root.AddCommand(command)
	}
	for _, command := range []*cobra.Command{a.completion(), a.version()} {
		command.GroupID = "self"
		root.AddCommand(command)
	}
	root.AddCommand(leftOut())
	a.complete(root)
	return root
}

func (a *App) outputFlag(cmd *cobra.Command, formats ...string) {
	cmd.Flags().StringVarP(&a.output, "output", "o", "", strings.Join(formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	before := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if before != nil {
			if err := before(cmd, args); err != nil {
				return err
			}
		}
		for _, format := range formats {
			if a.output == "" || a.output == format {
				return nil
			}
		}
		return fmt.Errorf("-o takes %s, not %s", strings.Join(formats, ", "), a.output)
	}
}

// forPrograms says whether what is printed is for them.
func (a *App) forPrograms() bool { return a.output == "json" || a.output == "yaml" }

// object prints for programs.
func (a *App) object(value any) error {
	if a.output == "yaml" {
		return ui.PrintYAML(a.streams.Out, value)
	}
	return ui.PrintJSON(a.streams.Out, value)
}

// print is the printer for people.
func (a *App) print() *ui.Printer {
	if a.printer == nil {
		width := 100
		if a.IsTerminal(a.streams.Out) {
			if found := a.Width(); found >= 40 {
				width = found
			}
		}
		colour := a.colour == "always"
		if a.colour == "auto" || a.colour == "" {
			colour = a.IsTerminal(a.streams.Out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		}
		a.printer = &ui.Printer{Out: a.streams.Out, Err: a.streams.Err, Colour: colour, Width: width, Wide: a.output == "wide", Now: a.Now()}
	}
	return a.printer
}

// connected is the client, made when it is first needed.
func (a *App) connected() (*cluster.Client, error) {
	if a.client == nil {
		client, err := a.Connect(a)
		if err != nil {
			return nil, err
		}
		if client.Custom, err = a.customKinds(); err != nil {
			return nil, err
		}
		a.client = client
	}
	return a.client, nil
}

// namespace is what kubectl would take.
func (a *App) namespace() (string, error) {
	namespace, _, err := a.flags.ToRawKubeConfigLoader().Namespace()
	if err == nil && !rules.IsName(namespace) {
		return "", fmt.Errorf("%q can't be the name of a namespace", namespace)
	}
	return namespace, err
}

// both of them.
func (a *App) there() (*cluster.Client, string, error) {
	client, err := a.connected()
	if err != nil {
		return nil, "", err
	}
	namespace, err := a.namespace()
	return client, namespace, err
}

func (a *App) customKinds() ([]rules.WorkloadKind, error) {
	if a.kinds == "" {
		return rules.CustomKinds(), nil
	}
	mapper, err := a.flags.ToRESTMapper()
	if err != nil {
		return nil, err
	}
	var kinds []rules.WorkloadKind
	sets, _ := rules.KindOf("deployments", nil)
	for _, word := range strings.Split(a.kinds, ",") {
		versioned, plain := schema.ParseResourceArg(word)
		if versioned == nil {
			full := plain.WithVersion("")
			versioned = &full
		}
		gvr, err := mapper.ResourceFor(*versioned)
		if err != nil {
			return nil, fmt.Errorf("the API server knows no %q (--kinds): %w", word, err)
		}
		gvk, err := mapper.KindFor(gvr)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, rules.WorkloadKind{
			Group: gvr.Group, Version: gvr.Version, Resource: gvr.Resource, Kind: gvk.Kind, Template: "/spec/template", Mutable: true, Revisions: sets.Revisions,
		})
	}
	return kinds, nil
}

func connect(a *App) (*cluster.Client, error) {
	config, err := a.flags.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	return ClientFor(config)
}

// ClientFor makes a client of a configuration.
func ClientFor(config *rest.Config) (*cluster.Client, error) {
	config = rest.CopyConfig(config)
	// A command asks a dozen things at once, and then ends.
	config.QPS, config.Burst = 200, 400
	client := &cluster.Client{}
	config.WarningHandler = client
	config.WarningHandlerWithContext = nil
	var err error
	if client.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	client.Metadata, err = metadata.NewForConfig(config)
	return client, err
}

// hints prints what the API server warned of.
func (a *App) hints(warnings []string) {
	for _, warning := range warnings {
		a.print().Say("warning: %s", strings.TrimSpace(warning))
	}
}

// denied tells what could not be seen.
func (a *App) denied(denials cluster.Denials, and string) {
	if len(denials) > 0 {
		a.print().Say("%s; %s", denials.Sentence(), and)
	}
}
