// Package command is what the subcommands of bench have in common.
package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"strings"
)

// Command is one subcommand.
type Command struct {
	Flags *flag.FlagSet // its name is the subcommand's
	// Arguments are the names of those that come after the flags; if they end with "...", the last may be repeated.
	Arguments string
	Does      string // in one sentence
	Run       func(arguments []string) error
}

// Failed is an exit code other than 0 with which a subcommand answers, rather than fails.
type Failed int

func (f Failed) Error() string { return fmt.Sprintf("exit code %d", int(f)) }

// Exit codes of every subcommand.
const (
	failed = 1
	misuse = 2
)

// ErrorExit is the code of a subcommand that could not do its work, where 1 would be an answer.
type ErrorExit struct {
	Code int
	Err  error
}

func (e ErrorExit) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e ErrorExit) Unwrap() error { return e.Err }

// Main runs it, and returns its exit code.
func (c Command) Main(arguments []string, out io.Writer) int {
	c.Flags.SetOutput(out)
	c.Flags.Usage = func() {
		fmt.Fprintf(out, "Usage: bench %s [FLAG...] %s\n\n%s\n\n", c.Flags.Name(), c.Arguments, c.Does)
		c.Flags.PrintDefaults()
	}
	if err := c.Flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return misuse
	}
	if !c.takes(c.Flags.NArg()) {
		c.Flags.Usage()
		return misuse
	}
	err := c.Run(c.Flags.Args())
	var answer Failed
	var failure ErrorExit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &answer):
		return int(answer)
	case errors.As(err, &failure):
		log.Print(err)
		return failure.Code
	}
	log.Print(err)
	return failed
}

func (c Command) takes(count int) bool {
	names := strings.Fields(c.Arguments)
	if strings.HasSuffix(c.Arguments, "...") {
		return count >= len(names)
	}
	return count == len(names)
}
