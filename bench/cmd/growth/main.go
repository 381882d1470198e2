// Command growth measures how latency, memory and API calls of an admission depend on how much there is in the cluster:
// opted-in namespaces, versions of one head, unmanaged ConfigMaps, managed ones. One of them grows at a time.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"slices"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/objects"
	"lockstep.dev/bench/internal/process"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

var (
	short      = flag.Bool("short", false, "only up to 1,000 ConfigMaps, 100 versions, 100 namespaces")
	contestant = flag.String("contestant", "jdk17", "what runs, for the results")
)

const (
	workers     = 16
	bytes       = 1024 // of each ConfigMap
	blocks      = 5
	counted     = 15 // admissions whose API calls are counted, each by itself
	collections = 3
	patience    = 20 * time.Minute // with Lockstep, to see to 40,000 heads that came at once
	full        = 1000             // ConfigMaps in a namespace
	home        = "growth"
	mebi        = 1 << 20
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/growth: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: growth [FLAG...] RESULTS DIR")
	}
	if err := run(flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

func run(path, dir string) error {
	file, err := results.Append(path)
	if err != nil {
		return err
	}
	defer file.Close()
	c, err := cluster.Open(dir)
	if err != nil {
		return err
	}
	server, err := process.In(filepath.Join(dir, "server"))
	if err != nil {
		return err
	}
	b := bench{c, server, file, 0}
	for _, curve := range b.curves() {
		if err := b.follow(curve); err != nil {
			return fmt.Errorf("%s: %w", curve.name, err)
		}
	}
	return nil
}

// bench is one run.
type bench struct {
	*cluster.Cluster
	server  process.Process
	file    *results.File
	content int // So that each new content is new.
}

// curve is what grows. Sizes of others stay as the curves before it left them, which is what its first point has.
type curve struct {
	name  string
	sizes []int
	// grow makes one size of the one before it, and says whom to ask for an admission then.
	grow func(before, size int) (subject, error)
	// shrink, where curves after it would feel what is left.
	shrink func() error
}

// subject is what admissions are about: a Deployment that reads these two heads, and new content for the first of them,
// whose current version this is.
type subject struct {
	namespace string
	heads     [2]string
	version   int
}

var atHome = subject{home, [2]string{"head-0", "head-1"}, 0}

func (b *bench) curves() []curve {
	upTo := func(limitOfShort, limit int) []int {
		if *short {
			limit = limitOfShort
		}
		var sizes []int
		for _, size := range []int{1, 10, 100, 1_000, 10_000, 50_000} {
			if size <= limit {
				sizes = append(sizes, size)
			}
		}
		return sizes
	}
	return []curve{
		{"opted-in namespaces", upTo(100, 1_000), b.growNamespaces, b.optOut},
		{"versions of a head", upTo(100, 1_000), b.growVersions, nil},
		{"unmanaged ConfigMaps", upTo(1_000, 50_000)[1:], b.growUnmanaged, nil},
		{"managed ConfigMaps", upTo(1_000, 50_000)[1:], b.growManaged, nil},
	}
}

func (b *bench) namespace(name string, labels objects.Object) error {
	return b.Send("POST", "/api/v1/namespaces", objects.Namespace(name, labels))
}

func (b *bench) configMap(namespace string, object objects.Object) error {
	return b.Send("POST", "/api/v1/namespaces/"+namespace+"/configmaps", object)
}

// versioned makes a namespace with these heads, each with so many versions, as by a restore from a backup: versions while
// it is not opted in, since nobody but Lockstep may make them then; heads when it is, or Lockstep would take their stamps.
func (b *bench) versioned(namespace string, names []string, versions ...int) error {
	if err := b.namespace(namespace, nil); err != nil {
		return err
	}
	err := cluster.Each(len(names), workers, func(i int) error {
		for v := range versions[i%len(versions)] {
			object := objects.Version(names[i], v, objects.Content(names[i], v, bytes))
			if err := b.configMap(namespace, object); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.label(namespace, objects.OptedIn); err != nil {
		return err
	}
	return cluster.Each(len(names), workers, func(i int) error {
		v := versions[i%len(versions)] - 1
		return b.configMap(namespace, objects.Head(names[i], v, objects.Content(names[i], v, bytes)))
	})
}

func (b *bench) label(namespace string, labels objects.Object) error {
	return b.Patch("/api/v1/namespaces/"+namespace, objects.Object{"metadata": objects.Object{"labels": labels}})
}

// heads makes a namespace with so many, of one version each.
func (b *bench) heads(namespace string, count int) error {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("head-%d", i)
	}
	return b.versioned(namespace, names, 1)
}

func spare(i int) string { return fmt.Sprintf("spare-%d", i) }

// growNamespaces by empty ones; the first is the one that admissions are in.
func (b *bench) growNamespaces(before, size int) (subject, error) {
	if before == 0 {
		if err := b.heads(home, 2); err != nil {
			return subject{}, err
		}
		before = 1
	}
	return atHome, cluster.Each(size-before, workers, func(i int) error {
		return b.namespace(spare(before+i), objects.OptedIn)
	})
}

func (b *bench) optOut() error {
	sizes := b.curves()[0].sizes
	return cluster.Each(sizes[len(sizes)-1]-1, workers, func(i int) error {
		return b.label(spare(1+i), objects.Object{"lockstep.dev/versioning": nil})
	})
}

// growVersions takes another head for each size.
func (b *bench) growVersions(_, size int) (subject, error) {
	heads := [2]string{"old", "young"}
	namespace := fmt.Sprintf("versions-%d", size)
	return subject{namespace, heads, size - 1}, b.versioned(namespace, heads[:], size, 1)
}

// growUnmanaged in namespaces that are not opted in.
func (b *bench) growUnmanaged(before, size int) (subject, error) {
	for ; before < size; before += full {
		namespace := fmt.Sprintf("plain-%d", before)
		if err := b.namespace(namespace, nil); err != nil {
			return subject{}, err
		}
		err := cluster.Each(min(full, size-before), workers, func(i int) error {
			name := fmt.Sprintf("plain-%d", i)
			return b.configMap(namespace, objects.ConfigMap(name, objects.Content(name, 0, bytes)))
		})
		if err != nil {
			return subject{}, err
		}
	}
	return atHome, nil
}

// growManaged in opted-in namespaces besides the one that admissions are in, whose two heads count.
func (b *bench) growManaged(before, size int) (subject, error) {
	for before = max(before, len(atHome.heads)); before < size; before += full {
		if err := b.heads(fmt.Sprintf("managed-%d", before), min(full, size-before)); err != nil {
			return subject{}, err
		}
	}
	return atHome, nil
}

func (b *bench) follow(curve curve) error {
	var heaps []float64
	before := 0
	for _, size := range curve.sizes {
		begun := time.Now()
		subject, err := curve.grow(before, size)
		if err != nil {
			return err
		}
		before = size
		made := time.Since(begun)
		if err := b.rest(); err != nil {
			return err
		}
		log.Printf("%s: %d, made in %.0f s, at rest %.0f s later", curve.name, size, made.Seconds(),
			(time.Since(begun) - made).Seconds())
		heap, err := b.point(curve.name, float64(size), subject)
		if err != nil {
			return err
		}
		heaps = append(heaps, heap)
	}
	// About 1 MiB comes and goes in a heap: divided by less, it would tell nothing.
	if before >= 10_000 {
		each := (heaps[len(heaps)-1] - heaps[0]) / float64(before-curve.sizes[0])
		if err := b.file.Add(b.row(curve.name, "heap for each", "B", 0, each, nil)); err != nil {
			return err
		}
		fmt.Printf("%-22s heap for each: %.0f B\n", curve.name, each)
	}
	if curve.shrink != nil {
		return curve.shrink()
	}
	return nil
}

// row of a figure; between what the values lie, of which it is made.
func (b *bench) row(name, metric, unit string, x, value float64, values []float64) results.Row {
	row := results.Row{Bench: "growth", Case: name, Contestant: *contestant, Metric: metric, Unit: unit, X: x,
		Value: value, Low: value, High: value}
	if len(values) > 0 {
		row.Low, row.High = slices.Min(values), slices.Max(values)
	}
	return row
}

// calls is how many requests of Lockstep's ServiceAccount the API server has begun with: the chart has a FlowSchema for it.
func (b *bench) calls() (float64, error) {
	metrics, err := b.APIServerMetrics()
	return metrics.Sum("apiserver_flowcontrol_dispatched_requests_total", `flow_schema="lockstep"`), err
}

// rest waits until Lockstep has seen to everything that came. Its Lease and its look at the API server are three calls
// every two seconds.
func (b *bench) rest() error {
	const look, still, most = time.Second, 4, 5.0
	end := time.Now().Add(patience)
	before, err := b.calls()
	for quiet := 0; quiet < still; {
		if err != nil {
			return err
		}
		if time.Now().After(end) {
			return errors.New("Lockstep still makes call after call, long after anything was asked of it")
		}
		time.Sleep(look)
		var now float64
		now, err = b.calls()
		if quiet++; now-before > most {
			quiet = 0
		}
		before = now
	}
	return nil
}

// point measures at one size, and returns the heap in use, in bytes.
func (b *bench) point(name string, x float64, s subject) (float64, error) {
	kinds := []struct {
		name  string
		admit func(subject) error
	}{{"Deployment", b.deployment}, {"ConfigMap", b.newContent}}
	perBlock := 60
	if *short {
		perBlock = 10
	}
	for range perBlock {
		for _, kind := range kinds {
			if err := kind.admit(s); err != nil {
				return 0, err
			}
		}
	}
	times := make([][][]float64, len(kinds)) // by kind and block, in ms
	for range blocks {
		for k, kind := range kinds {
			block := make([]float64, perBlock)
			for i := range block {
				begun := time.Now()
				if err := kind.admit(s); err != nil {
					return 0, err
				}
				block[i] = float64(time.Since(begun)) / float64(time.Millisecond)
			}
			times[k] = append(times[k], block)
		}
	}
	var rows []results.Row
	for k, kind := range kinds {
		for _, quantile := range []struct {
			name string
			q    float64
		}{{"p50", 0.5}, {"p99", 0.99}} {
			var each []float64
			for _, block := range times[k] {
				each = append(each, stats.Quantile(block, quantile.q))
			}
			row := b.row(name, kind.name+" "+quantile.name, "ms", x, stats.Quantile(slices.Concat(times[k]...), quantile.q), each)
			row.Samples, row.Blocks = blocks*perBlock, blocks
			rows = append(rows, row)
		}
		calls, err := b.callsOf(func() error { return kind.admit(s) })
		if err != nil {
			return 0, err
		}
		row := b.row(name, kind.name+" calls", "", x, stats.Quantile(calls, 0.5), calls)
		row.Samples = len(calls)
		rows = append(rows, row)
	}
	heaps, resident, err := b.memory()
	if err != nil {
		return 0, err
	}
	// What is more than the least has come up since the collection.
	heap := slices.Min(heaps)
	rows = append(rows, b.row(name, "heap", "MiB", x, heap, heaps), b.row(name, "rss", "MiB", x, resident, nil))
	fmt.Printf("%-22s %6.0f ", name, x)
	for _, row := range rows {
		fmt.Printf("  %s %.4g %s", row.Metric, row.Value, row.Unit)
	}
	fmt.Println()
	return heap * mebi, b.file.Add(rows...)
}

// callsOf counts those of each admission by itself: the median knows nothing of a Lease that is renewed meanwhile. Where it
// is not the least, Lockstep was on one of its passes through all namespaces, every five minutes: then once more.
func (b *bench) callsOf(admit func() error) (calls []float64, err error) {
	for range 3 {
		if calls, err = b.callsOfEach(admit); err != nil {
			return nil, err
		}
		if stats.Quantile(calls, 0.5) == slices.Min(calls) {
			break
		}
		if err := b.rest(); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

func (b *bench) callsOfEach(admit func() error) ([]float64, error) {
	var calls []float64
	before, err := b.calls()
	if err != nil {
		return nil, err
	}
	for range counted {
		if err := admit(); err != nil {
			return nil, err
		}
		after, err := b.calls()
		if err != nil {
			return nil, err
		}
		calls = append(calls, after-before)
		before = after
	}
	return calls, nil
}

// memory is the heap in use, right after each of some collections of garbage, and what the process has of the machine.
func (b *bench) memory() (heaps []float64, resident float64, err error) {
	for range collections {
		if err := b.server.CollectGarbage(); err != nil {
			return nil, 0, err
		}
		metrics, err := b.LockstepMetrics()
		if err != nil {
			return nil, 0, err
		}
		heap := metrics.Sum("jvm_memory_used_bytes", `area="heap"`)
		if heap == 0 {
			return nil, 0, errors.New("the server does not tell how much of its heap is in use")
		}
		heaps = append(heaps, heap/mebi)
	}
	resident, err = b.server.Resident()
	return heaps, resident / mebi, err
}

// deployment has one admitted, as a dry run, so that nothing is left of it.
func (b *bench) deployment(s subject) error {
	var answer struct {
		Spec struct {
			Template struct {
				Metadata struct{ Annotations map[string]string }
				Spec     struct {
					Containers []struct {
						EnvFrom []struct{ ConfigMapRef struct{ Name string } }
					}
				}
			}
		}
	}
	path := "/apis/apps/v1/namespaces/" + s.namespace + "/deployments?dryRun=All"
	if err := b.answer("POST", path, "application/json", objects.Deployment("app", s.heads[:]...), &answer); err != nil {
		return err
	}
	template := answer.Spec.Template
	var names []string
	for _, container := range template.Spec.Containers {
		for _, from := range container.EnvFrom {
			names = append(names, from.ConfigMapRef.Name)
		}
	}
	want := []string{objects.VersionName(s.heads[0], s.version), objects.VersionName(s.heads[1], 0)}
	if !slices.Equal(names, want) || template.Metadata.Annotations["lockstep.dev/bindings"] == "" {
		return fmt.Errorf("a Deployment in %s reads %v (%v), not %v", s.namespace, names, template.Metadata.Annotations, want)
	}
	return nil
}

// newContent has new content admitted, as a dry run, so that it is new the next time, too.
func (b *bench) newContent(s subject) error {
	b.content++
	data := objects.Content(fmt.Sprintf("new %d", b.content), 0, bytes)
	var answer struct {
		Data     map[string]string
		Metadata struct{ Labels map[string]string }
	}
	path := "/api/v1/namespaces/" + s.namespace + "/configmaps/" + s.heads[0] + "?dryRun=All"
	err := b.answer("PATCH", path, "application/merge-patch+json", objects.Object{"data": data}, &answer)
	if err != nil {
		return err
	}
	labels := answer.Metadata.Labels
	if answer.Data["KEY"] != data["KEY"] || labels["lockstep.dev/version"] != objects.Number(s.version+1) ||
		labels["lockstep.dev/content"] != objects.Hash(data) {
		return fmt.Errorf("new content of %s in %s has the labels %v, not those of %s", s.heads[0], s.namespace, labels,
			objects.Number(s.version+1))
	}
	return nil
}

func (b *bench) answer(method, path, contentType string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := b.Do(method, path, contentType, text)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
