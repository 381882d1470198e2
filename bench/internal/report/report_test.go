package report

import (
	"strings"
	"testing"

	"lockstep.dev/bench/internal/results"
)

func TestTablesHaveALineForEachCaseAndTarget(t *testing.T) {
	rows := []results.Row{
		{Bench: "apiserver", Case: "create", Target: "none", Metric: "p50", Unit: "ms", Value: 1.234, Low: 1.2, High: 1.3},
		{Bench: "apiserver", Case: "create", Target: "jdk17", Metric: "p50", Unit: "ms", Value: 12.34, Low: 11, High: 13},
		{Bench: "apiserver", Case: "create", Target: "jdk17", Metric: "p50 ratio to none", Value: 10, Low: 9, High: 11},
		{Bench: "growth", Case: "namespaces", Target: "jdk17", Metric: "heap", Unit: "MiB", X: 100, Value: 512.4, Low: 512.4, High: 512.4},
	}

	text := tables(rows)

	for _, want := range []string{
		"## apiserver\n\n| case | target | p50 (ms) | p50 ratio to none |\n|---|---|---|---|\n",
		"| create | none | 1.23 (1.20 to 1.30) | |\n",
		"| create | jdk17 | 12.3 (11.0 to 13.0) | 10.0 (9.00 to 11.0) |\n",
		"## growth\n\n| case | target | heap (MiB) |\n",
		"| namespaces: 100 | jdk17 | 512 |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestTheLastOfSeveralRunsCounts(t *testing.T) {
	row := results.Row{Bench: "apply", Case: "seed", Target: "none", Metric: "mean", Unit: "ms", Value: 1, Low: 1, High: 1}
	again := row
	again.Value, again.Low, again.High = 2, 2, 2

	if text := tables([]results.Row{row, again}); !strings.Contains(text, "| seed | none | 2.00 |") {
		t.Error(text)
	}
}
