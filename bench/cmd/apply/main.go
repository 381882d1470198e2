// Command apply measures what who types kubectl apply waits for: the two objects of the story, with and without Lockstep.
package main

import (
	"flag"
	"fmt"
	"log"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lockstep.dev/bench/internal/contestants"
	"lockstep.dev/bench/internal/plan"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

var (
	mode  = flag.String("mode", "short", "short or full, of the plan")
	lines = flag.String("plan", "plan.tsv", "what to run")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/apply: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: apply [FLAG...] DIR RESULTS")
	}
	if err := run(flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

// objects are a ConfigMap and a Deployment that uses it, both changed from one time to the next.
const objects = `
apiVersion: v1
kind: ConfigMap
metadata: {name: seed-config}
data: {FOO: "%[1]d"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: seed}
spec:
  replicas: 0
  paused: true
  selector: {matchLabels: {app: seed}}
  template:
    metadata: {labels: {app: seed}}
    spec:
      containers:
        - name: app
          image: seed:%[1]d
          envFrom: [{configMapRef: {name: seed-config}}]
`

func run(dir, file string) error {
	todo, err := plan.Read(*lines, *mode, "apply")
	if err != nil {
		return err
	}
	rows, err := results.Append(file)
	if err != nil {
		return err
	}
	defer rows.Close()
	line := todo[0]
	samples := map[string][][]float64{}
	for turn := range line.Blocks + 1 {
		for i := range line.Contestants {
			name := line.Contestants[(i+turn)%len(line.Contestants)]
			taken, err := apply(dir, name, turn)
			if err != nil {
				return err
			}
			if turn > 0 {
				samples[name] = append(samples[name], []float64{taken})
			}
		}
	}
	for _, name := range line.Contestants {
		row := results.Row{Bench: "apply", Case: "kubectl apply of a ConfigMap and a Deployment", Contestant: name,
			Samples: line.Blocks, Blocks: line.Blocks}
		median := func(a, _ []float64) float64 { return stats.Quantile(a, 0.5) }
		row.Metric, row.Unit = "p50", "ms"
		row.Value, row.Low, row.High = stats.Bootstrap(samples[name], samples[name], median)
		log.Printf("%s: %s %.1f ms (%.1f to %.1f)", row.Case, name, row.Value, row.Low, row.High)
		if err := rows.Add(row); err != nil {
			return err
		}
		if none := samples[contestants.None]; name != contestants.None {
			row.Metric, row.Unit = "p50 ratio to none", ""
			row.Value, row.Low, row.High = stats.Bootstrap(samples[name], none, stats.QuantileRatio(0.5))
			log.Printf("%s: %s ratio %.3f (%.3f to %.3f)", row.Case, name, row.Value, row.Low, row.High)
			if err := rows.Add(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply returns milliseconds.
func apply(dir, contestant string, turn int) (float64, error) {
	kubectl := func(input string, arguments ...string) (string, error) {
		command := exec.Command(filepath.Join(dir, "bin", "kubectl"), append(arguments,
			"--kubeconfig="+filepath.Join(dir, "kubeconfig"), "--namespace="+contestants.Namespace(contestant))...)
		command.Stdin = strings.NewReader(input)
		out, err := command.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("kubectl: %w: %s", err, out)
		}
		return string(out), nil
	}
	begin := time.Now()
	if _, err := kubectl(fmt.Sprintf(objects, turn), "apply", "-f", "-"); err != nil {
		return 0, err
	}
	taken := float64(time.Since(begin).Microseconds()) / 1000
	bound, err := kubectl("", "get", "deployment/seed", "-o", "jsonpath={..configMapRef.name}")
	if err != nil {
		return 0, err
	}
	want := "seed-config"
	if contestants.IsLockstep(contestant) {
		want = fmt.Sprintf("seed-config-v%03d", turn)
	}
	if bound != want {
		return 0, fmt.Errorf("%s is bound to %s, not to %s", contestant, bound, want)
	}
	return taken, nil
}
