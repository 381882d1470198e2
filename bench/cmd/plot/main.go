// Command plot draws the curves of bench/growth: one column for what grows, one row for what was measured.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"lockstep.dev/bench/internal/plot"
	"lockstep.dev/bench/internal/results"
)

// measures are the rows of panels. All panels of a row have the same scale, so that they can be compared.
var measures = []struct {
	name  string // with the unit
	lines []plot.Line
}{
	{"latency of an admission, ms", []plot.Line{{Name: "Deployment p50"}, {Name: "Deployment p99", Dashed: true},
		{Name: "ConfigMap p50", Color: 1}, {Name: "ConfigMap p99", Color: 1, Dashed: true}}},
	{"API calls an admission", []plot.Line{{Name: "Deployment calls"}, {Name: "ConfigMap calls", Color: 1}}},
	{"memory of the server, MiB", []plot.Line{{Name: "heap", Color: 2}, {Name: "rss", Color: 3}}},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/plot: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: plot RESULTS OUT.svg")
	}
	rows, err := results.Read(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	curves, contestant := growth(rows)
	if len(curves) == 0 {
		log.Fatalf("%s has nothing of bench/growth; run that first", os.Args[1])
	}
	title := fmt.Sprintf("What an admission costs as the cluster grows (%s)", contestant)
	if err := os.WriteFile(os.Args[2], plot.SVG(title, panels(curves)), 0o644); err != nil {
		log.Fatal(err)
	}
}

// curve is what grew, and its points by metric.
type curve struct {
	name    string
	metrics map[string][]plot.Point
}

// growth takes the points of the last run, whose contestant it tells: a run adds to what earlier ones have left.
func growth(rows []results.Row) (curves []*curve, contestant string) {
	for _, row := range rows {
		if row.Bench != "growth" || row.X == 0 {
			continue
		}
		i := slices.IndexFunc(curves, func(c *curve) bool { return c.name == row.Case })
		if i < 0 {
			i = len(curves)
			curves = append(curves, &curve{row.Case, map[string][]plot.Point{}})
		}
		points := curves[i].metrics[row.Metric]
		if len(points) > 0 && row.X <= points[len(points)-1].X {
			points = nil
		}
		curves[i].metrics[row.Metric] = append(points, plot.Point{X: row.X, Y: row.Value, Low: row.Low, High: row.High})
		contestant = row.Contestant
	}
	return curves, contestant
}

func panels(curves []*curve) [][]plot.Panel {
	var all [][]plot.Panel
	for _, measure := range measures {
		var row []plot.Panel
		top := 0.0
		for _, curve := range curves {
			panel := plot.Panel{X: curve.name, Y: measure.name}
			for _, line := range measure.lines {
				line.Points = curve.metrics[line.Name]
				line.Name = strings.TrimSuffix(line.Name, " calls")
				for _, point := range line.Points {
					top = max(top, point.Y, point.High)
				}
				panel.Lines = append(panel.Lines, line)
			}
			row = append(row, panel)
		}
		for i := range row {
			row[i].Top = top
		}
		all = append(all, row)
	}
	return all
}
