package command

import (
	"context"
	"errors"
	"net/http"

	"github.com/spf13/cobra"

	"lockstep.dev/kubectl-lockstep/internal/dashboard"
)

func (a *App) dashboard() *cobra.Command {
	port := 0
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "The same in a browser, on this machine alone, with your own rights",
		Long: `dashboard serves a page on 127.0.0.1 and prints its address. The address has a random token: who doesn't have it gets nothing.
The page shows and does what you may, by your own kubeconfig, and ends with this command. It shows no value of a Secret
without asking each time, and confirms before it goes back.`,
		Example: `  kubectl lockstep dashboard
  kubectl lockstep dashboard --port 8017 -n shop`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runDashboard(cmd.Context(), port) },
	}
	cmd.Flags().IntVar(&port, "port", 0, "a port of 127.0.0.1; a free one, if 0")
	return cmd
}

func (a *App) runDashboard(ctx context.Context, port int) error {
	client, namespace, err := a.there()
	if err != nil {
		return err
	}
	raw, err := a.flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return err
	}
	name := raw.CurrentContext
	if a.flags.Context != nil && *a.flags.Context != "" {
		name = *a.flags.Context
	}
	server, err := dashboard.New(client, namespace, name, a.Now)
	if err != nil {
		return err
	}
	listener, err := dashboard.Listen(port)
	if err != nil {
		return err
	}
	answering := server.Serve(listener)
	a.print().Line("%s", server.URL())
	a.print().Say("only this machine can open it, and only with this address; Ctrl-C ends it")
	go func() {
		<-ctx.Done()
		_ = answering.Close()
	}()
	if err := answering.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
