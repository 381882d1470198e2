// kubectl lockstep: who runs which configuration, what changed, and how to go back.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"lockstep.dev/kubectl-lockstep/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Main(ctx, command.NewApp(command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}), os.Args[1:])
	stop()
	os.Exit(code)
}
