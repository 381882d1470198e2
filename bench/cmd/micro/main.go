// Command micro adds what JMH has measured to the results.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

// benchmark is an element of JMH's JSON, as far as it is needed.
type benchmark struct {
	Benchmark        string
	JdkVersion       string
	Params           map[string]string
	PrimaryMetric    metric
	SecondaryMetrics map[string]metric
}

// metric has the figures of each fork, one of each iteration.
type metric struct {
	ScoreUnit string
	RawData   [][]float64
}

// allocated is what JMH's profiler `gc` calls the bytes an operation.
const allocated = "gc.alloc.rate.norm"

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/micro: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: micro JMH.json RESULTS")
	}
	if err := add(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func add(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var benchmarks []benchmark
	if err := json.Unmarshal(text, &benchmarks); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	file, err := results.Append(to)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, b := range benchmarks {
		if b.PrimaryMetric.ScoreUnit != "us/op" || b.SecondaryMetrics[allocated].ScoreUnit != "B/op" {
			return fmt.Errorf("%s: %s is not in us/op and B/op", from, b.Benchmark)
		}
		time := b.row("time of an operation", "µs", b.PrimaryMetric)
		bytes := b.row("bytes of an operation", "B", b.SecondaryMetrics[allocated])
		if err := file.Add(time, bytes); err != nil {
			return err
		}
		fmt.Printf("%-34s %10.2f µs (%.2f to %.2f) %12.0f B\n", time.Case, time.Value, time.Low, time.High, bytes.Value)
	}
	return nil
}

// row is the median of all iterations, and between what they lie.
func (b benchmark) row(name, unit string, m metric) results.Row {
	all := slices.Concat(m.RawData...)
	release, _, _ := strings.Cut(b.JdkVersion, ".")
	return results.Row{Bench: "micro", Case: b.name(), Contestant: "jdk" + release, Metric: name, Unit: unit,
		Value: stats.Quantile(all, 0.5), Low: stats.Quantile(all, 0), High: stats.Quantile(all, 1),
		Samples: len(all), Blocks: len(m.RawData)}
}

// name is the class and its method, without packages, and its parameters: Hash.hash, bytes=1024, kind=SECRET.
func (b benchmark) name() string {
	parts := strings.Split(b.Benchmark, ".")
	name := strings.Join(parts[max(0, len(parts)-2):], ".")
	for _, key := range slices.Sorted(maps.Keys(b.Params)) {
		name += ", " + key + "=" + b.Params[key]
	}
	return name
}
