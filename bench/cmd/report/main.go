// Command report makes tables of what was measured.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"lockstep.dev/bench/internal/results"
)

var title = flag.String("title", "", "what run it was")

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/report: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: report [FLAG...] RESULTS FOLDER")
	}
	if err := run(flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

func run(file, folder string) error {
	rows, err := results.Read(file)
	if err != nil {
		return err
	}
	all, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "results.json"), append(all, '\n'), 0o644); err != nil {
		return err
	}
	text := tables(rows)
	fmt.Print(text)
	return os.WriteFile(filepath.Join(folder, "results.md"), []byte(text), 0o644)
}

// tables has one for each bench, a line for each case and contestant, the metrics in a column each.
func tables(rows []results.Row) string {
	var text strings.Builder
	fmt.Fprintf(&text, "# Results (%s)\n", *title)
	for _, bench := range distinct(rows, func(r results.Row) string { return r.Bench }) {
		mine := where(rows, func(r results.Row) bool { return r.Bench == bench })
		metrics := distinct(mine, func(r results.Row) string { return strings.TrimSpace(r.Metric + " " + unit(r)) })
		fmt.Fprintf(&text, "\n## %s\n\n| case | contestant | %s |\n|---|---%s|\n", bench,
			strings.Join(metrics, " | "), strings.Repeat("|---", len(metrics)))
		for _, line := range distinct(mine, func(r results.Row) string { return name(r) + " | " + r.Contestant }) {
			fmt.Fprintf(&text, "| %s |", line)
			for _, metric := range metrics {
				cell := where(mine, func(r results.Row) bool {
					return name(r)+" | "+r.Contestant == line && strings.TrimSpace(r.Metric+" "+unit(r)) == metric
				})
				if len(cell) == 0 {
					text.WriteString(" |")
					continue
				}
				fmt.Fprintf(&text, " %s |", figure(cell[len(cell)-1]))
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

func name(r results.Row) string {
	if r.X == 0 {
		return r.Case
	}
	return fmt.Sprintf("%s: %.0f", r.Case, r.X)
}

func unit(r results.Row) string {
	if r.Unit == "" {
		return ""
	}
	return "(" + r.Unit + ")"
}

func figure(r results.Row) string {
	if r.Low == r.High {
		return short(r.Value)
	}
	return fmt.Sprintf("%s (%s to %s)", short(r.Value), short(r.Low), short(r.High))
}

func short(value float64) string {
	switch {
	case value >= 100 || value <= -100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10 || value <= -10:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}

func where(rows []results.Row, yes func(results.Row) bool) []results.Row {
	var some []results.Row
	for _, row := range rows {
		if yes(row) {
			some = append(some, row)
		}
	}
	return some
}

func distinct(rows []results.Row, of func(results.Row) string) []string {
	var all []string
	seen := map[string]bool{}
	for _, row := range rows {
		if value := of(row); !seen[value] {
			seen[value] = true
			all = append(all, value)
		}
	}
	return all
}
