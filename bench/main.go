// Command bench measures Lockstep: each subcommand is one measurement, or makes something of what others measured. The
// scripts beside it start the clusters and servers that they need; see README.md.
package main

import (
	"fmt"
	"log"
	"os"

	"lockstep.dev/bench/internal/apiserver"
	"lockstep.dev/bench/internal/apply"
	"lockstep.dev/bench/internal/command"
	"lockstep.dev/bench/internal/compare"
	"lockstep.dev/bench/internal/curves"
	"lockstep.dev/bench/internal/direct"
	"lockstep.dev/bench/internal/floor"
	"lockstep.dev/bench/internal/growth"
	"lockstep.dev/bench/internal/hostile"
	"lockstep.dev/bench/internal/micro"
	"lockstep.dev/bench/internal/report"
	"lockstep.dev/bench/internal/retention"
	"lockstep.dev/bench/internal/start"
)

var commands = []command.Command{
	apiserver.Command,
	direct.Command,
	apply.Command,
	start.Command,
	growth.Command,
	retention.Command,
	hostile.Command,
	compare.Command,
	micro.Command,
	floor.Command,
	report.Command,
	curves.Command,
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 {
		for _, each := range commands {
			if each.Flags.Name() == os.Args[1] {
				log.SetPrefix("bench " + os.Args[1] + ": ")
				os.Exit(each.Main(os.Args[2:], os.Stderr))
			}
		}
	}
	fmt.Fprint(os.Stderr, "Usage: bench COMMAND [FLAG...] ARGUMENT...; -help after a command tells of its flags\n\n")
	for _, each := range commands {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", each.Flags.Name(), each.Does)
	}
	os.Exit(2)
}
