// Command compare sends the same reviews to servers of two builds in turns, straight over TLS, and says whether the newer
// one is slower.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/contestants"
	"lockstep.dev/bench/internal/objects"
	"lockstep.dev/bench/internal/process"
	"lockstep.dev/bench/internal/stats"
)

var seconds = flag.Int("seconds", 150, "how long to measure")

const (
	namespace = "compare"
	// slower is what an interval has to lie above, and how wide that of two equal servers may be.
	slower = 1.10
	// What a block takes: short, so that what takes turns sees the same machine; but a median needs some requests.
	blockTime  = 200 * time.Millisecond
	leastAsked = 20
	warmUp     = 3000 // requests of each kind, or as many as there is time for
	warmUpTime = 15 * time.Second
	patience   = 30 * time.Second // with a server, to hear of a namespace
)

// Exit codes.
const (
	isSlower   = 1
	isTooNoisy = 3
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/compare: ")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: compare [FLAG...] DIR, in which the servers old, again and new run")
	}
	code, err := run(flag.Arg(0))
	if err != nil {
		// 1 would say that it is slower.
		log.Print(err)
		code = 2
	}
	os.Exit(code)
}

func run(dir string) (int, error) {
	c, err := cluster.Open(dir)
	if err != nil {
		return 0, err
	}
	if err := fill(c); err != nil {
		return 0, err
	}
	var servers []*server
	for _, name := range []string{"old", "again", "new"} {
		s, err := open(dir, name)
		if err != nil {
			return 0, err
		}
		servers = append(servers, s)
	}
	kinds, err := allKinds()
	if err != nil {
		return 0, err
	}
	err = cluster.Each(len(servers), len(servers), func(i int) error {
		if err := servers[i].warmUp(kinds); err != nil {
			return fmt.Errorf("%s: %w", servers[i].name, err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, kind := range kinds {
		if err := kind.setPerBlock(servers[0]); err != nil {
			return 0, err
		}
	}
	blocks, err := measure(servers, kinds)
	if err != nil {
		return 0, err
	}
	return tell(kinds, blocks), nil
}

// fill makes two heads with a version each, which nobody but Lockstep may make once the namespace is opted in.
func fill(c *cluster.Cluster) error {
	if err := c.Send("POST", "/api/v1/namespaces", objects.Namespace(namespace, nil)); err != nil {
		return err
	}
	configMaps := "/api/v1/namespaces/" + namespace + "/configmaps"
	for _, name := range heads {
		if err := c.Send("POST", configMaps, objects.Version(name, 0, content(name, 0))); err != nil {
			return err
		}
	}
	optIn := objects.Object{"metadata": objects.Object{"labels": objects.OptedIn}}
	if err := c.Patch("/api/v1/namespaces/"+namespace, optIn); err != nil {
		return err
	}
	for _, name := range heads {
		if err := c.Send("POST", configMaps, objects.Head(name, 0, content(name, 0))); err != nil {
			return err
		}
	}
	return nil
}

var heads = []string{"head-0", "head-1"}

func content(head string, version int) map[string]string { return objects.Content(head, version, 512) }

// kind of review, and what its answer has to say.
type kind struct {
	name, path string
	review     []byte
	patch      []string // what is in it; nothing where there must be none
	perBlock   int      // requests
}

func allKinds() ([]*kind, error) {
	old, changed := content(heads[0], 0), content(heads[0], 1)
	// With the stamp that it has, as kubectl sends it.
	head := func(data map[string]string) objects.Object {
		object := objects.Head(heads[0], 0, old)
		object["kind"], object["data"] = "ConfigMap", data
		object["metadata"].(objects.Object)["namespace"] = namespace
		return object
	}
	deployment := objects.Deployment("app", heads...)
	deployment["kind"] = "Deployment"
	all := []*kind{
		{name: "ConfigMap with the content that it has", path: "/mutate/heads"},
		{name: "ConfigMap with new content", path: "/mutate/heads",
			patch: []string{objects.Number(1), objects.Hash(changed)}},
		{name: "Deployment with two references", path: "/mutate/workloads",
			patch: []string{objects.VersionName(heads[0], 0), objects.VersionName(heads[1], 0)}},
	}
	for i, request := range []objects.Object{
		request("UPDATE", "", "configmaps", head(old), head(old)),
		request("UPDATE", "", "configmaps", head(changed), head(old)),
		request("CREATE", "apps", "deployments", deployment, nil),
	} {
		text, err := json.Marshal(objects.Object{
			"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
		if err != nil {
			return nil, err
		}
		all[i].review = text
	}
	return all, nil
}

const uid = "5d2f4f0e-7a3c-4f5b-9d7e-0c1b2a3d4e5f"

// request is a dry run, so that nothing is written, however often it is sent.
func request(operation, group, resource string, object, oldObject objects.Object) objects.Object {
	all := objects.Object{
		"uid": uid, "operation": operation, "namespace": namespace, "dryRun": true,
		"resource": objects.Object{"group": group, "version": "v1", "resource": resource},
		"userInfo": objects.Object{"username": "jane"},
		"options":  objects.Object{"fieldManager": "kubectl"},
		"object":   object,
	}
	if oldObject != nil {
		all["oldObject"] = oldObject
	}
	return all
}

// server is one that is compared, and a client of one connection.
type server struct {
	name, url string
	process   process.Process
	client    *http.Client
}

func open(dir, name string) (*server, error) {
	url, err := contestants.URL(dir, name)
	if err != nil {
		return nil, err
	}
	client, err := contestants.Client(dir, 1)
	if err != nil {
		return nil, err
	}
	found, err := contestants.Process(dir, name)
	if err != nil {
		return nil, err
	}
	return &server{name, url, found, client}, nil
}

// ask sends one review, and returns how long the answer took, once it is found right.
func (s *server) ask(k *kind) (time.Duration, error) {
	begun := time.Now()
	response, err := s.client.Post(s.url+k.path, "application/json", bytes.NewReader(k.review))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	took := time.Since(begun)
	if err != nil {
		return 0, err
	}
	var answer struct {
		Response struct {
			UID     string
			Allowed bool
			Patch   []byte
		}
	}
	right := response.StatusCode == http.StatusOK && json.Unmarshal(body, &answer) == nil &&
		answer.Response.UID == uid && answer.Response.Allowed && (len(answer.Response.Patch) > 0) == (len(k.patch) > 0)
	for _, part := range k.patch {
		right = right && bytes.Contains(answer.Response.Patch, []byte(`"`+part+`"`))
	}
	if !right {
		return 0, fmt.Errorf("%s: a wrong answer: %s %.300s %s", k.name, response.Status, body, answer.Response.Patch)
	}
	return took, nil
}

// warmUp also waits until the server knows of the namespace.
func (s *server) warmUp(kinds []*kind) error {
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err = s.ask(kinds[len(kinds)-1]); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	for _, k := range kinds {
		end := time.Now().Add(warmUpTime)
		for asked := 0; asked < warmUp && time.Now().Before(end); asked++ {
			if _, err := s.ask(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// setPerBlock finds out how many requests make a block.
func (k *kind) setPerBlock(s *server) error {
	var took []float64
	for range leastAsked {
		one, err := s.ask(k)
		if err != nil {
			return err
		}
		took = append(took, one.Seconds())
	}
	k.perBlock = max(leastAsked, int(blockTime.Seconds()/stats.Quantile(took, 0.5)))
	return nil
}

// block is what one server took: milliseconds of wall time, the median, and of CPU time each.
type block struct{ p50, cpu float64 }

// measure has the servers take turns, each time in another order. Blocks are by kind, server and turn.
func measure(servers []*server, kinds []*kind) ([][][]block, error) {
	blocks := make([][][]block, len(kinds))
	for k := range kinds {
		blocks[k] = make([][]block, len(servers))
	}
	for turn, end := 0, time.Now().Add(time.Duration(*seconds)*time.Second); time.Now().Before(end) || turn < 3; turn++ {
		for k, kind := range kinds {
			for i := range servers {
				at := (i + turn) % len(servers)
				one, err := servers[at].block(kind)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", servers[at].name, err)
				}
				blocks[k][at] = append(blocks[k][at], one)
			}
		}
	}
	return blocks, nil
}

func (s *server) block(k *kind) (block, error) {
	before, err := s.process.CPU()
	if err != nil {
		return block{}, err
	}
	took := make([]float64, k.perBlock)
	for i := range took {
		one, err := s.ask(k)
		if err != nil {
			return block{}, err
		}
		took[i] = one.Seconds() * 1000
	}
	after, err := s.process.CPU()
	if err != nil {
		return block{}, err
	}
	cpu := (after - before).Seconds() * 1000 / float64(k.perBlock)
	if cpu <= 0 {
		return block{}, errors.New("its CPU time does not grow")
	}
	return block{stats.Quantile(took, 0.5), cpu}, nil
}

// interval is a ratio with its 95 % interval.
type interval struct{ mean, low, high float64 }

func (i interval) String() string { return fmt.Sprintf("%.3f (%.3f to %.3f)", i.mean, i.low, i.high) }

// verdict on new/old, where again/old is what two equal servers differ by.
func verdict(newer, again interval) int {
	noise := max(again.high, 1/again.low)
	switch {
	case newer.low > max(slower, noise):
		return isSlower
	case again.high/again.low > slower || noise > slower:
		return isTooNoisy
	}
	return 0
}

var words = map[int]string{0: "not slower", isSlower: "SLOWER", isTooNoisy: "too noisy to tell"}

// tell prints a line for each kind and figure, and returns how the program has to end.
func tell(kinds []*kind, blocks [][][]block) int {
	found := map[int]bool{}
	fmt.Printf("%-40s %-5s %10s   %-24s %-24s\n", "", "", "old, ms", "new/old (95 %)", "old/old (95 %)")
	for k, kind := range kinds {
		for _, figure := range []struct {
			name string
			of   func(block) float64
		}{{"p50", func(b block) float64 { return b.p50 }}, {"CPU", func(b block) float64 { return b.cpu }}} {
			var olds, news, agains []float64
			for turn, old := range blocks[k][0] {
				a, b, n := figure.of(old), figure.of(blocks[k][1][turn]), figure.of(blocks[k][2][turn])
				olds = append(olds, a)
				agains = append(agains, b/a)
				// Of two servers alike, what one JVM's compiler was lucky with counts half.
				news = append(news, n/math.Sqrt(a*b))
			}
			var newer, again interval
			newer.mean, newer.low, newer.high = stats.Ratio(news)
			again.mean, again.low, again.high = stats.Ratio(agains)
			code := verdict(newer, again)
			found[code] = true
			fmt.Printf("%-40s %-5s %10.3f   %-24s %-24s %s\n", kind.name, figure.name, stats.Quantile(olds, 0.5), newer, again,
				words[code])
		}
	}
	for _, code := range []int{isSlower, isTooNoisy} {
		if found[code] {
			return code
		}
	}
	return 0
}
