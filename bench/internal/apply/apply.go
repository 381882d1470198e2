// Package apply measures what who types kubectl apply waits for: the two objects of the story, with and without Lockstep.
package apply

import (
	"flag"
	"fmt"
	"log"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lockstep.dev/bench/internal/command"
	"lockstep.dev/bench/internal/plan"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
	"lockstep.dev/bench/internal/targets"
)

var (
	flags = flag.NewFlagSet("apply", flag.ContinueOnError)
	mode  = flags.String("mode", "short", "short or full, of the plan")
	lines = flags.String("plan", "plan.tsv", "what to run")
)

// Command is its subcommand.
var Command = command.Command{
	Flags:     flags,
	Arguments: "DIR RESULTS",
	Does:      "Measures how long kubectl apply takes, with and without Lockstep.",
	Run:       func(arguments []string) error { return run(arguments[0], arguments[1]) },
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
	samples := map[string][]float64{}
	for turn := range line.Blocks + 1 {
		for i := range line.Targets {
			name := line.Targets[(i+turn)%len(line.Targets)]
			taken, err := apply(dir, name, turn)
			if err != nil {
				return err
			}
			if turn > 0 {
				samples[name] = append(samples[name], taken)
			}
		}
	}
	for _, name := range line.Targets {
		row := results.Row{Bench: "apply", Case: "kubectl apply of a ConfigMap and a Deployment", Target: name,
			Samples: line.Blocks, Blocks: line.Blocks}
		row.Metric, row.Unit = "mean", "ms"
		row.Set(stats.Mean(samples[name]))
		log.Printf("%s: %s %.1f ms (%.1f to %.1f)", row.Case, name, row.Value, row.Low, row.High)
		if err := rows.Add(row); err != nil {
			return err
		}
		if none := samples[targets.None]; name != targets.None {
			row.Metric, row.Unit = "ratio to none", ""
			row.Set(stats.Ratio(samples[name], none))
			log.Printf("%s: %s ratio %.3f (%.3f to %.3f)", row.Case, name, row.Value, row.Low, row.High)
			if err := rows.Add(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply returns milliseconds.
func apply(dir, target string, turn int) (float64, error) {
	kubectl := func(input string, arguments ...string) (string, error) {
		command := exec.Command(filepath.Join(dir, "bin", "kubectl"), append(arguments,
			"--kubeconfig="+filepath.Join(dir, "kubeconfig"), "--namespace="+targets.Namespace(target))...)
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
	if targets.IsLockstep(target) {
		want = fmt.Sprintf("seed-config-v%03d", turn)
	}
	if bound != want {
		return 0, fmt.Errorf("%s is bound to %s, not to %s", target, bound, want)
	}
	return taken, nil
}
