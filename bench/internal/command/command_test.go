package command

import (
	"errors"
	"flag"
	"io"
	"testing"
)

func TestMainEndsAsItsCommandSays(t *testing.T) {
	for name, each := range map[string]struct {
		arguments []string
		err       error
		want      int
	}{
		"success":                   {[]string{"DIR", "FILE"}, nil, 0},
		"failure":                   {[]string{"DIR", "FILE"}, errors.New("no"), 1},
		"an answer":                 {[]string{"DIR", "FILE"}, Failed(3), 3},
		"a failure beside answers":  {[]string{"DIR", "FILE"}, ErrorExit{2, errors.New("no")}, 2},
		"an argument too few":       {[]string{"DIR"}, nil, 2},
		"an argument too many":      {[]string{"DIR", "FILE", "MORE"}, nil, 2},
		"a flag that nobody knows":  {[]string{"-nosuch", "DIR", "FILE"}, nil, 2},
		"help, which is no failure": {[]string{"-help"}, errors.New("not to be run"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := Command{Flags: flag.NewFlagSet("test", flag.ContinueOnError), Arguments: "DIR FILE",
				Run: func([]string) error { return each.err }}

			if code := c.Main(each.arguments, io.Discard); code != each.want {
				t.Errorf("%d, not %d", code, each.want)
			}
		})
	}
}

func TestTheLastArgumentMayBeRepeated(t *testing.T) {
	c := Command{Arguments: "DIR TARGET..."}
	for count, want := range map[int]bool{1: false, 2: true, 5: true} {
		if c.takes(count) != want {
			t.Errorf("%d arguments: %t", count, !want)
		}
	}
}
