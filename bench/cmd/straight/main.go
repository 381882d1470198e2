// Command straight sends reviews to servers over TLS, without an API server between.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lockstep.dev/bench/internal/contestants"
	"lockstep.dev/bench/internal/plan"
	"lockstep.dev/bench/internal/process"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

var (
	mode  = flag.String("mode", "short", "short or full, of the plan")
	lines = flag.String("plan", "plan.tsv", "what to run")
	only  = flag.String("only", "", "run only the cases whose name begins so")
)

//go:embed check.lua
var script string

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/straight: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: straight [FLAG...] DIR RESULTS")
	}
	if err := run(flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

// server is one of those that are compared.
type server struct {
	url     string
	process process.Process
}

// block is what one server did in some seconds.
type block struct {
	requests   int
	seconds    float64
	cpuSeconds float64
	p50, p99   float64 // ms
}

func run(dir, file string) error {
	todo, err := plan.Read(*lines, *mode, "straight")
	if err != nil {
		return err
	}
	rows, err := results.Append(file)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := os.WriteFile(filepath.Join(dir, "check.lua"), []byte(script), 0o600); err != nil {
		return err
	}
	todo = slices.DeleteFunc(todo, func(line plan.Line) bool { return !strings.HasPrefix(line.Case, *only) })
	if err := warmUp(dir, todo); err != nil {
		return fmt.Errorf("while everybody warms up: %w", err)
	}
	for _, line := range todo {
		if err := measure(dir, line, rows); err != nil {
			return fmt.Errorf("%s, %d connections: %w", line.Case, line.Load, err)
		}
	}
	return nil
}

// warming is what each server answers before it is measured.
var warming = map[string][]plan.Line{
	"short": {{Case: "create-2k", Load: 8, Seconds: 8}, {Case: "update-64k", Load: 8, Seconds: 2}},
	"full":  {{Case: "create-2k", Load: 8, Seconds: 20}, {Case: "update-64k", Load: 8, Seconds: 5}},
}

// warmUp has everybody's code compiled: what comes first is measured by bench/start.
func warmUp(dir string, todo []plan.Line) error {
	warm := map[string]bool{}
	for _, line := range todo {
		for _, name := range line.Contestants {
			if warm[name] {
				continue
			}
			warm[name] = true
			one, err := find(dir, name)
			if err != nil {
				return err
			}
			for _, review := range warming[*mode] {
				if _, err := wrk(dir, one, review); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return nil
}

func find(dir, name string) (server, error) {
	url, err := contestants.URL(dir, name)
	if err != nil {
		return server{}, err
	}
	process, err := contestants.Process(dir, name)
	return server{url, process}, err
}

func measure(dir string, line plan.Line, rows *results.File) error {
	do := wrk
	switch line.Case {
	case "handshakes":
		do = handshakes
	case "burst":
		do = burst
	}
	servers := map[string]server{}
	for _, name := range line.Contestants {
		one, err := find(dir, name)
		if err != nil {
			return err
		}
		servers[name] = one
	}
	blocks := map[string][]block{}
	order := append([]string{}, line.Contestants...)
	for turn := range line.Blocks + 1 {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, name := range order {
			before, err := servers[name].process.CPU()
			if err != nil {
				return err
			}
			one, err := do(dir, servers[name], line)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			after, err := servers[name].process.CPU()
			if err != nil {
				return err
			}
			one.cpuSeconds = (after - before).Seconds()
			if turn > 0 { // The first is for everybody to warm up.
				blocks[name] = append(blocks[name], one)
			}
		}
	}
	return rows.Add(rowsOf(line, blocks)...)
}

var figures = []struct {
	metric, unit string
	of           func(block) float64
}{
	{"rate", "1/s", func(b block) float64 { return float64(b.requests) / b.seconds }},
	{"CPU time each", "ms", func(b block) float64 { return b.cpuSeconds * 1000 / float64(b.requests) }},
	{"p50", "ms", func(b block) float64 { return b.p50 }},
	{"p99", "ms", func(b block) float64 { return b.p99 }},
}

func rowsOf(line plan.Line, blocks map[string][]block) []results.Row {
	var rows []results.Row
	for _, name := range line.Contestants {
		row := results.Row{Bench: "straight", Case: fmt.Sprintf("%s, %d connections", line.Case, line.Load), Contestant: name,
			Blocks: len(blocks[name])}
		for _, one := range blocks[name] {
			row.Samples += one.requests
		}
		for _, figure := range figures {
			var values, ratios []float64
			for i, one := range blocks[name] {
				values = append(values, figure.of(one))
				if floor := blocks[contestants.Floor]; name != contestants.Floor && len(floor) > i {
					ratios = append(ratios, figure.of(one)/figure.of(floor[i]))
				}
			}
			row.Metric, row.Unit = figure.metric, figure.unit
			row.Value, row.Low, row.High = stats.Quantile(values, 0.5), stats.Quantile(values, 0), stats.Quantile(values, 1)
			log.Printf("%-32s %-10s %-14s %9.3f %s (%.3f to %.3f)", row.Case, name, row.Metric, row.Value, row.Unit, row.Low, row.High)
			rows = append(rows, row)
			if len(ratios) > 1 {
				row.Metric, row.Unit = figure.metric+" ratio to floor", ""
				row.Value, row.Low, row.High = stats.Ratio(ratios)
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// review that was recorded, and its uid.
func review(dir, name string) (path string, body []byte, uid string, err error) {
	path = filepath.Join(dir, "reviews", "rec-"+name+".json")
	if body, err = os.ReadFile(path); err != nil {
		return
	}
	var parsed struct{ Request struct{ UID string } }
	err = json.Unmarshal(body, &parsed)
	return path, body, parsed.Request.UID, err
}

// wrk sends as much as comes back.
func wrk(dir string, to server, line plan.Line) (block, error) {
	path, _, uid, err := review(dir, line.Case)
	if err != nil {
		return block{}, err
	}
	out, err := exec.Command("wrk", "-t1", "-c"+strconv.Itoa(line.Load), fmt.Sprintf("-d%ds", line.Seconds), "--timeout=20s",
		"-s", filepath.Join(dir, "check.lua"), to.url+pathOf(line.Case), "--", path, uid).CombinedOutput()
	if err != nil {
		return block{}, fmt.Errorf("wrk: %w: %s", err, out)
	}
	_, result, _ := strings.Cut(string(out), "RESULT ")
	var one block
	var micros, p50, p99, wrong int
	if _, err := fmt.Sscan(result, &one.requests, &micros, &p50, &p99, &wrong); err != nil {
		return block{}, fmt.Errorf("wrk: %w: %s", err, out)
	}
	if wrong > 0 || one.requests == 0 {
		return block{}, fmt.Errorf("%d of %d answers are wrong: %s", wrong, one.requests, result)
	}
	one.seconds, one.p50, one.p99 = float64(micros)/1e6, float64(p50)/1000, float64(p99)/1000
	return one, nil
}

func pathOf(name string) string {
	if strings.HasPrefix(name, "update-") {
		return "/mutate/heads"
	}
	return "/mutate/workloads"
}

func ask(c *http.Client, to server, path string, body []byte, uid string) error {
	response, err := c.Post(to.url+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"allowed":true`)) ||
		!bytes.Contains(answer, []byte(uid)) {
		return fmt.Errorf("%d %.200s", response.StatusCode, answer)
	}
	return nil
}

// handshakes opens connections, asks once, and closes them; without resumption, as a new API server would.
func handshakes(dir string, to server, line plan.Line) (block, error) {
	_, body, uid, err := review(dir, "create-2k")
	if err != nil {
		return block{}, err
	}
	var mutex sync.Mutex
	var taken []float64
	var failed atomic.Value
	var wait sync.WaitGroup
	begin := time.Now()
	end := begin.Add(time.Duration(line.Seconds) * time.Second)
	for range line.Load {
		wait.Go(func() {
			for time.Now().Before(end) && failed.Load() == nil {
				one, err := contestants.Client(dir, 1)
				asked := time.Now()
				if err == nil {
					err = ask(one, to, pathOf("create-2k"), body, uid)
				}
				if err != nil {
					failed.Store(err)
					return
				}
				mutex.Lock()
				taken = append(taken, float64(time.Since(asked).Microseconds())/1000)
				mutex.Unlock()
				one.CloseIdleConnections()
			}
		})
	}
	wait.Wait()
	if err, ok := failed.Load().(error); ok {
		return block{}, err
	}
	return block{requests: len(taken), seconds: time.Since(begin).Seconds(),
		p50: stats.Quantile(taken, 0.5), p99: stats.Quantile(taken, 0.99)}, nil
}

// burst leaves connections idle, then asks on all of them at once.
func burst(dir string, to server, line plan.Line) (block, error) {
	_, body, uid, err := review(dir, "create-2k")
	if err != nil {
		return block{}, err
	}
	clients := make([]*http.Client, line.Load)
	for i := range clients {
		if clients[i], err = contestants.Client(dir, 1); err == nil {
			err = ask(clients[i], to, pathOf("create-2k"), body, uid)
		}
		if err != nil {
			return block{}, err
		}
		defer clients[i].CloseIdleConnections()
	}
	time.Sleep(time.Duration(line.Seconds) * time.Second)
	taken := make([]float64, len(clients))
	failed := make([]error, len(clients))
	var wait sync.WaitGroup
	begin := time.Now()
	for i, one := range clients {
		wait.Go(func() {
			failed[i] = ask(one, to, pathOf("create-2k"), body, uid)
			taken[i] = float64(time.Since(begin).Microseconds()) / 1000
		})
	}
	wait.Wait()
	for _, err := range failed {
		if err != nil {
			return block{}, err
		}
	}
	return block{requests: len(taken), seconds: time.Since(begin).Seconds(),
		p50: stats.Quantile(taken, 0.5), p99: stats.Quantile(taken, 0.99)}, nil
}
