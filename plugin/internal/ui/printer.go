package ui

import (
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"
)

// Style is how a text looks on a terminal, as its escape sequence says it.
type Style string

// Styles. Colour never says anything that a word doesn't.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Cyan   Style = "36"
)

// Styled is text with a style.
type Styled struct {
	Style Style
	Text  string
}

// Printer writes for people. Strings among the arguments of its methods are escaped: no format needs to think of it.
type Printer struct {
	Out, Err io.Writer
	Colour   bool
	// Width that lines should fit in.
	Width int
	// Wide keeps what would be shortened.
	Wide bool
	Now  time.Time
}

// Line prints a line.
func (p *Printer) Line(format string, args ...any) {
	fmt.Fprintln(p.Out, fmt.Sprintf(format, p.escaped(args)...))
}

// Say tells something about the command itself, on standard error.
func (p *Printer) Say(format string, args ...any) {
	fmt.Fprintln(p.Err, "kubectl lockstep: "+fmt.Sprintf(format, p.escaped(args)...))
}

// Ask prints without ending the line, on standard error.
func (p *Printer) Ask(format string, args ...any) {
	fmt.Fprint(p.Err, fmt.Sprintf(format, p.escaped(args)...))
}

func (p *Printer) escaped(args []any) []any {
	result := make([]any, len(args))
	for i, arg := range args {
		switch typed := arg.(type) {
		case string:
			result[i] = Text(typed)
		case error:
			result[i] = Text(typed.Error())
		case fmt.Stringer:
			result[i] = Text(typed.String())
		case Styled:
			result[i] = p.paint(typed.Style, Text(typed.Text))
		default:
			result[i] = arg
		}
	}
	return result
}

func (p *Printer) paint(style Style, text string) string {
	if !p.Colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

// Age of a moment in RFC 3339, as kubectl says it.
func (p *Printer) Age(moment string) string {
	parsed, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return "-"
	}
	return duration.HumanDuration(max(p.Now.Sub(parsed), 0))
}

// Raw prints a line that Styled made.
func (p *Printer) Raw(line string) { fmt.Fprintln(p.Out, line) }

// Styled is a text, escaped, as it looks on this terminal.
func (p *Printer) Styled(text Styled) string { return p.paint(text.Style, Text(text.Text)) }
