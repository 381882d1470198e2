// Command through measures writes through the API server, as clients see them: without a webhook, with the floor, with Lockstep.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/contestants"
	"lockstep.dev/bench/internal/plan"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

var (
	mode  = flag.String("mode", "short", "short or full, of the plan")
	lines = flag.String("plan", "plan.tsv", "what to run")
	only  = flag.String("only", "", "run only the cases whose name begins so")
	again = flag.Bool("again", false, "on a cluster that an earlier run has prepared")
)

// heads is how many ConfigMaps there are to refer to.
const heads = 10

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/through: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: through [FLAG...] DIR RESULTS")
	}
	if err := run(flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

func run(dir, file string) error {
	todo, err := plan.Read(*lines, *mode, "through")
	if err != nil {
		return err
	}
	c, err := cluster.Open(dir)
	if err != nil {
		return err
	}
	rows, err := results.Append(file)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for _, line := range todo {
		for _, name := range line.Contestants {
			if !has(names, name) {
				names = append(names, name)
			}
		}
	}
	if !*again {
		if err := prepare(c, dir, names); err != nil {
			return err
		}
	}
	for _, line := range todo {
		if !strings.HasPrefix(line.Case, *only) {
			continue
		}
		if err := measure(c, line, rows); err != nil {
			return fmt.Errorf("%s at %d/s: %w", line.Case, line.Load, err)
		}
	}
	if err := neverCalled(c, rows); err != nil {
		return err
	}
	return versionThere(c, rows)
}

func prepare(c *cluster.Cluster, dir string, names []string) error {
	if err := contestants.Install(c, dir, names); err != nil {
		return err
	}
	if err := fill(c, names); err != nil {
		return err
	}
	if err := record(c, dir); err != nil {
		return err
	}
	return warmUp(c, names)
}

// warmUp has everybody's code compiled, the API server's paths to them included: what comes first is measured by bench/start.
func warmUp(c *cluster.Cluster, names []string) error {
	for _, each := range []struct {
		name  string
		times int
	}{{"deployment-create-2", 1500}, {"deployment-create-0", 1000}, {"configmap-new-1k", 400}} {
		do, err := requestOf(each.name)
		if err != nil {
			return err
		}
		for _, name := range names {
			begin := number
			number += each.times
			if err := cluster.Each(each.times, 4, func(i int) error { return do(c, name, begin+i) }); err != nil {
				return err
			}
			if err := clean(c, each.name, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func has(list []string, one string) bool {
	for _, each := range list {
		if each == one {
			return true
		}
	}
	return false
}

func head(i int) string       { return fmt.Sprintf("ref-%02d", i%heads) }
func deployment(i int) string { return fmt.Sprintf("app-%02d", i%heads) }

func configMaps(ns string) string  { return "/api/v1/namespaces/" + ns + "/configmaps" }
func deployments(ns string) string { return "/apis/apps/v1/namespaces/" + ns + "/deployments" }

// fill makes what requests are about. Lockstep is called for it where it is a contestant.
func fill(c *cluster.Cluster, names []string) error {
	namespaces := []string{contestants.Recorded}
	for _, name := range names {
		namespaces = append(namespaces, contestants.Namespace(name))
	}
	for _, ns := range namespaces {
		for i := range heads {
			if err := c.Send("POST", configMaps(ns), configMap(head(i), "FOO", "bar")); err != nil {
				return err
			}
		}
		for _, size := range []string{"1k", "64k", "1m"} {
			for i := range heads {
				if err := c.Send("POST", configMaps(ns), configMap(sized(size, i), "KEY", "first")); err != nil {
					return err
				}
			}
		}
		for i := range heads {
			if err := c.Send("POST", deployments(ns), app(deployment(i), 2, 0)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sized(size string, i int) string { return fmt.Sprintf("content-%s-%d", size, i%heads) }

func bytesOf(size string) int {
	return map[string]int{"1k": 1 << 10, "64k": 1 << 16, "1m": 1 << 20}[size]
}

func configMap(name, key, value string) cluster.Object {
	return cluster.Object{"metadata": cluster.Object{"name": name}, "data": cluster.Object{key: value}}
}

// app is a Deployment with so many references. It is paused, so that no controller has anything to do with it.
func app(name string, references, i int) cluster.Object {
	labels := cluster.Object{"app": name}
	return cluster.Object{"metadata": cluster.Object{"name": name}, "spec": cluster.Object{
		"replicas": 0, "paused": true,
		"selector": cluster.Object{"matchLabels": labels},
		"template": cluster.Object{"metadata": cluster.Object{"labels": labels}, "spec": podSpec(references, i)}}}
}

func podSpec(references, i int) cluster.Object {
	from := []cluster.Object{}
	for reference := range references {
		from = append(from, cluster.Object{"configMapRef": cluster.Object{"name": head(reference)}})
	}
	return cluster.Object{"containers": []cluster.Object{
		{"name": "app", "image": fmt.Sprintf("app:%d", i), "envFrom": from}}}
}

// request does one thing, and says whether the answer is right.
type request func(c *cluster.Cluster, contestant string, i int) error

// requestOf is what a case of the plan does: deployment-create-N, deployment-update-N, configmap-same-SIZE, configmap-new-SIZE.
func requestOf(name string) (request, error) {
	parts := strings.Split(name, "-")
	if len(parts) != 3 {
		return nil, fmt.Errorf("no such case: %s", name)
	}
	references, _ := strconv.Atoi(parts[2])
	size := parts[2]
	switch parts[0] + "-" + parts[1] {
	case "deployment-create":
		return func(c *cluster.Cluster, contestant string, i int) error {
			object := app(fmt.Sprintf("created-%d", i), references, i)
			answer, err := send(c, "POST", deployments(contestants.Namespace(contestant)), "application/json", object)
			if err != nil {
				return err
			}
			return checkBound(answer, contestant, references)
		}, nil
	case "deployment-update":
		return func(c *cluster.Cluster, contestant string, i int) error {
			// What kubectl apply sends: the names of the file in the place of those that were bound.
			patch := cluster.Object{"spec": cluster.Object{"template": cluster.Object{"spec": podSpec(references, i+1)}}}
			path := deployments(contestants.Namespace(contestant)) + "/" + deployment(i)
			answer, err := send(c, "PATCH", path, "application/strategic-merge-patch+json", patch)
			if err != nil {
				return err
			}
			return checkBound(answer, contestant, references)
		}, nil
	case "configmap-same":
		return func(c *cluster.Cluster, contestant string, i int) error {
			patch := cluster.Object{"metadata": cluster.Object{"annotations": cluster.Object{"touched": strconv.Itoa(i)}}}
			path := configMaps(contestants.Namespace(contestant)) + "/" + sized(size, i)
			answer, err := send(c, "PATCH", path, "application/merge-patch+json", patch)
			if err != nil {
				return err
			}
			return checkStamped(answer, contestant)
		}, nil
	case "configmap-new":
		return func(c *cluster.Cluster, contestant string, i int) error {
			patch := cluster.Object{"data": cluster.Object{"KEY": filling(fmt.Sprint(i, " "), bytesOf(size))}}
			path := configMaps(contestants.Namespace(contestant)) + "/" + sized(size, i)
			answer, err := send(c, "PATCH", path, "application/merge-patch+json", patch)
			if err != nil {
				return err
			}
			return checkStamped(answer, contestant)
		}, nil
	}
	return nil, fmt.Errorf("no such case: %s", name)
}

// filling is text of so many bytes, the name of its key counted.
func filling(start string, bytes int) string {
	return start + strings.Repeat("x", bytes-len("KEY")-len(start))
}

func send(c *cluster.Cluster, method, path, contentType string, body cluster.Object) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return c.Do(method, path, contentType, text)
}

func checkBound(answer []byte, contestant string, references int) error {
	bound := bytes.Count(answer, []byte(`"configMapRef":{"name":"ref-`))
	versions := 0
	for i := range min(references, heads) {
		versions += bytes.Count(answer, []byte(`"configMapRef":{"name":"`+head(i)+`-v`))
	}
	want := 0
	if contestants.IsLockstep(contestant) {
		want = references
	}
	if bound != references || versions != want {
		return fmt.Errorf("%s: %d references, %d of them bound, instead of %d and %d", contestant, bound, versions, references, want)
	}
	return nil
}

func checkStamped(answer []byte, contestant string) error {
	stamped := bytes.Contains(answer, []byte(`"lockstep.dev/version":"v`))
	if stamped != contestants.IsLockstep(contestant) {
		return fmt.Errorf("%s: stamped: %t", contestant, stamped)
	}
	return nil
}

// number makes contents and names that nobody had before.
var number = int(time.Now().Unix()) * 1000

// measure lets the contestants take turns.
func measure(c *cluster.Cluster, line plan.Line, rows *results.File) error {
	do, err := requestOf(line.Case)
	if err != nil {
		return err
	}
	samples := map[string][][]float64{}
	order := append([]string{}, line.Contestants...)
	for block := range line.Blocks + 1 {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, contestant := range order {
			count := line.Load * line.Seconds
			if block == 0 {
				count = max(1, count/3) // For everybody to warm up.
			}
			begin := number
			number += count
			taken, err := openLoop(count, line.Load, func(i int) error { return do(c, contestant, begin+i) })
			if err != nil {
				return err
			}
			if block > 0 {
				samples[contestant] = append(samples[contestant], taken)
			}
			if err := clean(c, line.Case, contestant); err != nil {
				return err
			}
		}
	}
	return rows.Add(rowsOf(line, samples)...)
}

// clean deletes what was created, so that no block is slower for what came before it.
func clean(c *cluster.Cluster, name, contestant string) error {
	if !strings.HasPrefix(name, "deployment-create") {
		return nil
	}
	path := deployments(contestants.Namespace(contestant))
	var list struct {
		Items []struct{ Metadata struct{ Name string } }
	}
	if err := c.Get(path, &list); err != nil {
		return err
	}
	return cluster.Each(len(list.Items), 8, func(i int) error {
		name := list.Items[i].Metadata.Name
		if !strings.HasPrefix(name, "created-") {
			return nil
		}
		_, err := c.Do("DELETE", path+"/"+name, "", nil)
		return err
	})
}

// openLoop sends requests at a rate, however long others take, and returns from when each was due until its answer was there,
// in milliseconds: who is slow can't hide it by being asked less.
func openLoop(count, rate int, do func(i int) error) ([]float64, error) {
	taken := make([]float64, count)
	failed := make(chan error, count)
	var wait sync.WaitGroup
	begin := time.Now()
	for i := range count {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		wait.Go(func() {
			if err := do(i); err != nil {
				failed <- err
			}
			taken[i] = float64(time.Since(due).Microseconds()) / 1000
		})
	}
	wait.Wait()
	close(failed)
	return taken, <-failed
}

func rowsOf(line plan.Line, samples map[string][][]float64) []results.Row {
	var rows []results.Row
	for _, contestant := range line.Contestants {
		ours := samples[contestant]
		row := results.Row{Bench: "through", Case: fmt.Sprintf("%s at %d/s", line.Case, line.Load), Contestant: contestant,
			Samples: len(ours) * len(ours[0]), Blocks: len(ours)}
		add := func(metric, unit string, value, low, high float64) {
			row.Metric, row.Unit, row.Value, row.Low, row.High = metric, unit, value, low, high
			rows = append(rows, row)
		}
		for _, quantile := range []float64{0.5, 0.99} {
			name := fmt.Sprintf("p%.0f", quantile*100)
			value, low, high := stats.Bootstrap(ours, ours, func(a, _ []float64) float64 { return stats.Quantile(a, quantile) })
			add(name, "ms", value, low, high)
			if none := samples[contestants.None]; none != nil && contestant != contestants.None {
				value, low, high = stats.Bootstrap(ours, none, stats.QuantileDifference(quantile))
				add(name+" more than none", "ms", value, low, high)
				value, low, high = stats.Bootstrap(ours, none, stats.QuantileRatio(quantile))
				add(name+" ratio to none", "", value, low, high)
			}
			for _, floor := range []string{contestants.Floor, contestants.FloorReads} {
				if samples[floor] == nil || !isOver(contestant, floor) {
					continue
				}
				value, low, high = stats.Bootstrap(ours, samples[floor], stats.QuantileDifference(quantile))
				add(name+" more than "+floor, "ms", value, low, high)
				value, low, high = stats.Bootstrap(ours, samples[floor], stats.QuantileRatio(quantile))
				add(name+" ratio to "+floor, "", value, low, high)
			}
		}
	}
	for _, row := range rows {
		if !strings.Contains(row.Metric, " ") {
			log.Printf("%-32s %-10s %-4s %8.2f ms (%.2f to %.2f)", row.Case, row.Contestant, row.Metric, row.Value, row.Low, row.High)
		}
	}
	return rows
}

// isOver says whether one does all that the other does, and more.
func isOver(contestant, floor string) bool {
	return contestants.IsLockstep(contestant) || contestant == contestants.FloorReads && floor == contestants.Floor
}

// record has the recorder keep reviews as the API server sends them, for bench/straight.
func record(c *cluster.Cluster, dir string) error {
	ns := contestants.Recorded
	padded := func(name string, references, bytes int) cluster.Object {
		object := app(name, references, 0)
		template := object["spec"].(cluster.Object)["template"].(cluster.Object)
		template["metadata"].(cluster.Object)["annotations"] = cluster.Object{"padding": strings.Repeat("x", bytes)}
		return object
	}
	for _, object := range []cluster.Object{
		padded("rec-create-2k", 0, 100), padded("rec-create-8k", 0, 6000), padded("rec-bind-2", 2, 100),
	} {
		if err := c.Send("POST", deployments(ns), object); err != nil {
			return err
		}
	}
	for name, bytes := range map[string]int{"rec-update-64k": 1 << 15, "rec-update-1m": 1 << 19} {
		if err := c.Send("POST", configMaps(ns), configMap(name, "KEY", filling("", bytes))); err != nil {
			return err
		}
		patch := cluster.Object{"metadata": cluster.Object{"annotations": cluster.Object{"touched": "1"}}}
		if _, err := send(c, "PATCH", configMaps(ns)+"/"+name, "application/merge-patch+json", patch); err != nil {
			return err
		}
	}
	files, err := os.ReadDir(filepath.Join(dir, "reviews"))
	if err != nil {
		return err
	}
	if len(files) != 5 {
		return fmt.Errorf("%d reviews were recorded, not 5", len(files))
	}
	return nil
}

// neverCalled proves that what does not concern Lockstep is not sent to it at all.
func neverCalled(c *cluster.Cluster, rows *results.File) error {
	calls := func() (float64, error) {
		metrics, err := c.APIServerMetrics()
		return metrics.Sum("apiserver_admission_webhook_admission_duration_seconds_count"), err
	}
	for _, each := range []struct {
		what, namespace string
	}{
		{"Deployment scaled, its template as it was", contestants.Namespace(contestants.Image)},
		{"ConfigMap and Deployment written where nobody has opted in", contestants.Namespace(contestants.None)},
	} {
		before, err := calls()
		if err != nil {
			return err
		}
		const times = 50
		for i := range times {
			patch := cluster.Object{"spec": cluster.Object{"revisionHistoryLimit": 10 + i}}
			path := deployments(each.namespace) + "/" + deployment(i)
			if each.namespace == contestants.Namespace(contestants.None) {
				patch = cluster.Object{"spec": cluster.Object{"template": cluster.Object{"spec": podSpec(2, 1000+i)}}}
				change := cluster.Object{"data": cluster.Object{"KEY": strconv.Itoa(i)}}
				if _, err := send(c, "PATCH", configMaps(each.namespace)+"/"+head(i), "application/merge-patch+json", change); err != nil {
					return err
				}
			}
			if _, err := send(c, "PATCH", path, "application/strategic-merge-patch+json", patch); err != nil {
				return err
			}
		}
		after, err := calls()
		if err != nil {
			return err
		}
		log.Printf("%s: %.0f calls of webhooks", each.what, after-before)
		if err := rows.Add(results.Row{Bench: "through", Case: each.what, Contestant: contestants.Image,
			Metric: "calls", Value: after - before, Low: after - before, High: after - before, Samples: times}); err != nil {
			return err
		}
	}
	return nil
}

// versionThere looks for a head's version as soon as the head is persisted.
func versionThere(c *cluster.Cluster, rows *results.File) error {
	const times = 200
	const contestant = contestants.Image
	ns := contestants.Namespace(contestant)
	var taken []float64
	for i := range times {
		patch := cluster.Object{"data": cluster.Object{"KEY": fmt.Sprint("there ", i)}}
		var stamped struct {
			Metadata struct{ Labels map[string]string }
		}
		answer, err := send(c, "PATCH", configMaps(ns)+"/"+head(i), "application/merge-patch+json", patch)
		if err == nil {
			err = json.Unmarshal(answer, &stamped)
		}
		if err != nil {
			return err
		}
		persisted := time.Now()
		version := head(i) + "-" + stamped.Metadata.Labels["lockstep.dev/version"]
		for {
			var object struct{ Data map[string]string }
			asked := time.Now()
			if err := c.Get(configMaps(ns)+"/"+version, &object); err == nil {
				if object.Data["KEY"] != fmt.Sprint("there ", i) {
					return fmt.Errorf("%s has other content", version)
				}
				// There when it was asked for: no later than that.
				taken = append(taken, float64(asked.Sub(persisted).Microseconds())/1000)
				break
			}
			if time.Since(persisted) > 10*time.Second {
				return fmt.Errorf("%s is not there after 10 s", version)
			}
		}
	}
	row := results.Row{Bench: "through", Case: "version there after its head is persisted", Contestant: contestant, Metric: "p99",
		Unit: "ms", Value: stats.Quantile(taken, 0.99), Low: stats.Quantile(taken, 0), High: stats.Quantile(taken, 1), Samples: times}
	log.Printf("%s: p99 %.2f ms", row.Case, row.Value)
	return rows.Add(row)
}
