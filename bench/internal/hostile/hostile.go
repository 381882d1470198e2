// Package hostile measures what callers who mean no good take from a server: its memory, and the time of others. The server
// has the memory that the chart gives it.
package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/command"
	"lockstep.dev/bench/internal/objects"
	"lockstep.dev/bench/internal/process"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
	"lockstep.dev/bench/internal/targets"
)

var (
	flags   = flag.NewFlagSet("hostile", flag.ContinueOnError)
	target  = flags.String("target", "jdk17", "what runs, for the results")
	pairs   = flags.Int("pairs", 5, "blocks under each attack, each after one without")
	seconds = flags.Int("seconds", 6, "length of a block")
	large   = flags.Int("large", 32, "objects of about 1 MiB that a review names")
	seed    = flags.Uint64("seed", uint64(time.Now().UnixNano()), "what broken reviews are made from")
)

// Command is its subcommand.
var Command = command.Command{
	Flags:     flags,
	Arguments: "DIR RESULTS",
	Does:      "Measures what hostile callers take from a server, and from those who are served beside them.",
	Run:       func(arguments []string) error { return run(arguments[0], arguments[1]) },
}

const (
	attacker, bystander = "hostile-attacker", "hostile-bystander"
	// An object of about 1 MiB that is as costly as one can be: its keys are many.
	keys = 55_000
	uid  = "5d2f4f0e-7a3c-4f5b-9d7e-0c1b2a3d4e5f"
	// What the chart's webhooks have: who has no answer by then has failed.
	timeout  = 10 * time.Second
	patience = time.Minute
	warming  = 10 * time.Second
	mebi     = 1 << 20
)

// attack is what so many clients send, one review after the other.
type attack struct {
	name    string
	clients int
	next    func(*rand.Rand) (path string, review []byte)
}

type bench struct {
	url       string
	dir       string
	ordinary  []byte // the bystander's review
	server    process.Process
	file      *results.File
	transport *http.Client
}

func run(dir, file string) error {
	c, err := cluster.Open(dir)
	if err != nil {
		return err
	}
	url, err := os.ReadFile(filepath.Join(dir, "lockstep-ready"))
	if err != nil {
		return err
	}
	server, err := process.In(filepath.Join(dir, "server"))
	if err != nil {
		return err
	}
	rows, err := results.Append(file)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := fill(c); err != nil {
		return err
	}
	b := &bench{url: strings.TrimSpace(string(url)), dir: dir, server: server, file: rows,
		ordinary: deployment(bystander, "head-0", "head-1")}
	if b.transport, err = targets.Client(dir, 1); err != nil {
		return err
	}
	if err := b.warmUp(); err != nil {
		return err
	}
	log.Printf("-seed=%d", *seed)
	for _, each := range attacks() {
		if err := b.measure(each); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
	}
	return nil
}

// fill makes the attacker's large objects, which are immutable and therefore get no version, while nobody has opted in; then
// the bystander's two small heads.
func fill(c *cluster.Cluster) error {
	for _, name := range []string{attacker, bystander} {
		if err := c.Send("POST", "/api/v1/namespaces", objects.Namespace(name, nil)); err != nil {
			return err
		}
	}
	log.Printf("making %d objects of %d keys", *large, keys)
	data := map[string]string{}
	for i := range keys {
		data[fmt.Sprintf("k%06d", i)] = ""
	}
	err := cluster.Each(*large, 2, func(i int) error {
		object := objects.ConfigMap(largeName(i), data)
		object["immutable"] = true
		return post(c, attacker, object)
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"head-0", "head-1"} {
		if err := post(c, bystander, objects.ConfigMap(name, objects.Content(name, 0, 512))); err != nil {
			return err
		}
	}
	optIn := objects.Object{"metadata": objects.Object{"labels": objects.OptedIn}}
	for _, name := range []string{attacker, bystander} {
		if err := c.Patch("/api/v1/namespaces/"+name, optIn); err != nil {
			return err
		}
	}
	return nil
}

func post(c *cluster.Cluster, namespace string, object objects.Object) error {
	return c.Send("POST", "/api/v1/namespaces/"+namespace+"/configmaps", object)
}

func largeName(i int) string { return fmt.Sprintf("large-%02d", i) }

func deployment(namespace string, configMaps ...string) []byte {
	object := objects.Deployment("app", configMaps...)
	object["kind"] = "Deployment"
	return objects.Review(uid, namespace, "CREATE", "apps", "deployments", object, nil)
}

func attacks() []attack {
	var names []string
	for i := range *large {
		names = append(names, largeName(i))
	}
	lookUps := deployment(attacker, names...)
	small := deployment(attacker, "nothing")
	sendLookUps := func(*rand.Rand) (string, []byte) { return "/mutate/workloads", lookUps }
	return []attack{
		{fmt.Sprintf("%d large look-ups, 1 client", *large), 1, sendLookUps},
		{fmt.Sprintf("%d large look-ups, 64 clients", *large), 64, sendLookUps},
		{"broken reviews, 8 clients", 8, func(random *rand.Rand) (string, []byte) {
			paths := []string{"/mutate/heads", "/mutate/workloads", "/validate/versions"}
			return paths[random.IntN(len(paths))], broken(random, small)
		}},
	}
}

// broken is a review that is none: cut off, with wrong bytes in it, nested without an end, or huge.
func broken(random *rand.Rand, good []byte) []byte {
	switch random.IntN(5) {
	case 0:
		return good[:random.IntN(len(good))]
	case 1:
		scratched := bytes.Clone(good)
		for range 1 + random.IntN(5) {
			scratched[random.IntN(len(scratched))] = byte(random.IntN(256))
		}
		return scratched
	case 2:
		depth := 1 + random.IntN(100_000)
		return within(good, strings.Repeat("[", depth)+"1"+strings.Repeat("]", depth))
	case 3:
		return within(good, `"`+strings.Repeat("x", 1+random.IntN(15*mebi))+`"`)
	default:
		return within(good, "["+strings.Repeat(`{"a":0},`, random.IntN(mebi))+"{}]")
	}
}

// within puts this JSON into the place of the name of the image.
func within(good []byte, json string) []byte {
	return bytes.Replace(good, []byte(`"image":"app"`), []byte(`"image":`+json), 1)
}

// warmUp also waits until the server knows of the namespace.
func (b *bench) warmUp() error {
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = b.ask(); err == nil {
			break
		}
	}
	for end := time.Now().Add(warming); time.Now().Before(end) && err == nil; {
		err = b.ask()
	}
	return err
}

// ask sends the bystander's review; an error unless both references are bound.
func (b *bench) ask() error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	answer, err := send(ctx, b.transport, b.url+"/mutate/workloads", b.ordinary)
	if err != nil {
		return err
	}
	var review struct {
		Response struct {
			Allowed bool
			Patch   []byte
		}
	}
	if err := json.Unmarshal(answer, &review); err != nil {
		return err
	}
	for _, head := range []string{"head-0", "head-1"} {
		if !review.Response.Allowed || !bytes.Contains(review.Response.Patch, []byte(objects.VersionName(head, 0))) {
			return fmt.Errorf("a wrong answer: %.300s %.300s", answer, review.Response.Patch)
		}
	}
	return nil
}

func send(ctx context.Context, client *http.Client, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, "POST", url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// block is what the bystander had of some seconds.
type block struct {
	took   []float64 // ms; of one that failed, what it waited, or the webhook's timeout if that is more
	failed int
}

// block asks again and again. Who fails at once has waited no less than who gets no answer: kubectl apply fails, too.
func (b *bench) block() block {
	var one block
	for end := time.Now().Add(time.Duration(*seconds) * time.Second); time.Now().Before(end); {
		begun := time.Now()
		err := b.ask()
		took := time.Since(begun)
		if err != nil {
			one.failed++
			took = max(took, timeout)
		}
		one.took = append(one.took, float64(took.Microseconds())/1000)
	}
	return one
}

// under has the bystander ask while an attack goes on.
func (b *bench) under(a attack) (block, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client, err := targets.Client(b.dir, a.clients)
	if err != nil {
		return block{}, err
	}
	defer client.CloseIdleConnections()
	var wait sync.WaitGroup
	for i := range a.clients {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(*seed, uint64(i)))
			for ctx.Err() == nil {
				path, review := a.next(random)
				// Whatever comes of it: this is not who is measured.
				if _, err := send(ctx, client, b.url+path, review); err != nil && ctx.Err() == nil {
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
	time.Sleep(time.Second)
	one := b.block()
	cancel()
	wait.Wait()
	return one, nil
}

// measure takes blocks under the attack and without it in turns.
func (b *bench) measure(a attack) error {
	idle, err := b.server.Resident()
	if err != nil {
		return err
	}
	most, stop := b.watch()
	var quiet, attacked []float64
	asked, failed := 0, 0
	for range *pairs {
		before := b.block()
		if before.failed > 0 {
			stop()
			return fmt.Errorf("%d of %d reviews fail without an attack", before.failed, len(before.took))
		}
		during, err := b.under(a)
		if err != nil {
			stop()
			return err
		}
		quiet = append(quiet, stats.Quantile(before.took, 0.99))
		attacked = append(attacked, stats.Quantile(during.took, 0.99))
		asked, failed = asked+len(during.took), failed+during.failed
		if _, err := b.server.Resident(); err != nil {
			stop()
			return errors.New("the server has ended under the attack")
		}
		b.rest()
	}
	stop()
	after, err := b.server.Resident()
	if err != nil {
		return err
	}
	row := func(metric, unit string, figure stats.Interval) results.Row {
		row := results.Row{Bench: "hostile", Case: a.name, Target: *target, Metric: metric, Unit: unit,
			Samples: asked, Blocks: *pairs}
		row.Set(figure)
		return row
	}
	one := func(value float64) stats.Interval { return stats.Interval{Value: value, Low: value, High: value} }
	rows := []results.Row{
		row("p99 of others", "ms", stats.Mean(attacked)),
		row("ratio to p99 without", "", stats.Ratio(attacked, quiet)),
		row("others that failed", "%", one(100*float64(failed)/float64(max(1, asked)))),
		row("rss before", "MiB", one(idle/mebi)),
		row("rss, most", "MiB", one(*most/mebi)),
		row("rss after", "MiB", one(after/mebi)),
		row("ratio of rss after to before", "", one(after/idle)),
	}
	for _, each := range rows {
		log.Printf("%-30s %-28s %8.2f %s (%.2f to %.2f)", a.name, each.Metric, each.Value, each.Unit, each.Low, each.High)
	}
	return b.file.Add(rows...)
}

// rest waits until the server answers as ever: what an attack has left in queues is not the next block's.
func (b *bench) rest() {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if b.ask() == nil {
			return
		}
	}
}

// watch looks at the resident memory ten times a second, until it is told to stop; then most has the most that there was.
func (b *bench) watch() (most *float64, stop func()) {
	most = new(float64)
	done := make(chan bool)
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			if resident, err := b.server.Resident(); err == nil {
				*most = max(*most, resident)
			}
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	return most, func() {
		close(done)
		wait.Wait()
	}
}
