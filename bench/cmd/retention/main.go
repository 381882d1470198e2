// Command retention fills a cluster with versions, and measures what retention's sweeps through them cost.
package main

import (
	"flag"
	"fmt"
	"log"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/objects"
	"lockstep.dev/bench/internal/stats"
)

var (
	namespaces = flag.Int("namespaces", 200, "opted-in namespaces")
	heads      = flag.Int("heads", 20, "ConfigMaps in each")
	versions   = flag.Int("versions", 10, "versions of each")
	size       = flag.Int("bytes", 1024, "content of each")
	pairs      = flag.Int("pairs", 5, "sweeps that are measured, with admissions beside them, and again without")
)

const workers = 16

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench/retention: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: retention [FLAG...] fill|measure DIR")
	}
	c, err := cluster.Open(flag.Arg(1))
	if err == nil {
		switch flag.Arg(0) {
		case "fill":
			err = fill(c)
		case "measure":
			err = measure(c)
		default:
			err = fmt.Errorf("unknown command %s", flag.Arg(0))
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

func namespace(i int) string { return fmt.Sprintf("bench-%03d", i) }
func head(i int) string      { return fmt.Sprintf("config-%02d", i) }

// fill makes everything as Lockstep would have made it over time, before Lockstep is there: no admission is needed.
func fill(c *cluster.Cluster) error {
	begun := time.Now()
	err := cluster.Each(*namespaces, workers, func(n int) error {
		return c.Send("POST", "/api/v1/namespaces", objects.Namespace(namespace(n), objects.OptedIn))
	})
	if err != nil {
		return err
	}
	err = cluster.Each(*namespaces**heads, workers, func(i int) error {
		return fillHead(c, namespace(i / *heads), i%*heads)
	})
	if err != nil {
		return err
	}
	log.Printf("%d versions made in %.0f s", *namespaces**heads**versions, time.Since(begun).Seconds())
	return nil
}

func fillHead(c *cluster.Cluster, ns string, h int) error {
	var names []string
	for v := range *versions {
		object := objects.Version(head(h), v, objects.Content(head(h), v, *size))
		if err := c.Send("POST", "/api/v1/namespaces/"+ns+"/configmaps", object); err != nil {
			return err
		}
		names = append(names, objects.VersionName(head(h), v))
	}
	newest := *versions - 1
	object := objects.Head(head(h), newest, objects.Content(head(h), newest, *size))
	if err := c.Send("POST", "/api/v1/namespaces/"+ns+"/configmaps", object); err != nil {
		return err
	}
	return c.Send("POST", "/apis/apps/v1/namespaces/"+ns+"/replicasets", history(head(h), names))
}

// history keeps all versions of a head from going: a ReplicaSet that is scaled to zero, as a Deployment leaves them.
func history(name string, names []string) cluster.Object {
	set := objects.Deployment(name, names...)
	set["spec"].(cluster.Object)["replicas"] = 0
	return set
}

// sweep is one through all namespaces.
type sweep struct{ begun, ended time.Time }

func (s sweep) seconds() float64 { return s.ended.Sub(s.begun).Seconds() }

// next waits for the end of the next sweep.
func next(c *cluster.Cluster) (sweep, error) {
	before := -1.0
	for {
		metrics, err := c.LockstepMetrics()
		if err != nil {
			return sweep{}, err
		}
		count := metrics.Sum("lockstep_retention_sweeps_total")
		if before >= 0 && count > before {
			ended := time.Now()
			took := time.Duration(metrics.Sum("lockstep_retention_sweep_seconds") * float64(time.Second))
			return sweep{ended.Add(-took), ended}, nil
		}
		before = count
		time.Sleep(50 * time.Millisecond)
	}
}

func measure(c *cluster.Cluster) error {
	log.Print("two sweeps for everything to come to rest")
	for range 2 {
		if _, err := next(c); err != nil {
			return err
		}
	}
	if err := costs(c); err != nil {
		return err
	}
	return latencies(c)
}

// costs measures sweeps while nothing else happens.
func costs(c *cluster.Cluster) error {
	var seconds, calls, bytes []float64
	lists := []string{`verb="LIST"`, `scope="namespace"`}
	before, err := c.APIServerMetrics()
	if err != nil {
		return err
	}
	for range *pairs {
		one, err := next(c)
		if err != nil {
			return err
		}
		after, err := c.APIServerMetrics()
		if err != nil {
			return err
		}
		seconds = append(seconds, one.seconds())
		calls = append(calls, after.Sum("apiserver_request_total", lists...)-before.Sum("apiserver_request_total", lists...))
		bytes = append(bytes,
			(after.Sum("apiserver_response_sizes_sum", lists...)-before.Sum("apiserver_response_sizes_sum", lists...))/1e6)
		before = after
	}
	fmt.Printf("%d namespaces, %d heads in each, %d versions of each; %d sweeps, median (all between)\n",
		*namespaces, *heads, *versions, *pairs)
	fmt.Printf("wall time of a sweep   %s s\n", stats.Spread(seconds, "%.1f"))
	fmt.Printf("API calls              %s\n", stats.Spread(calls, "%.0f"))
	fmt.Printf("bytes of the answers   %s MB\n", stats.Spread(bytes, "%.1f"))
	return nil
}

type admission struct {
	begun   time.Time
	seconds float64
}

// latencies measures admissions, one after the other, between sweeps and during them.
func latencies(c *cluster.Cluster) error {
	stop := make(chan bool)
	all := make(chan []admission)
	failed := make(chan error, 1)
	go func() {
		var done []admission
		for i := 0; ; i++ {
			select {
			case <-stop:
				all <- done
				return
			default:
			}
			begun := time.Now()
			if err := admit(c, i); err != nil {
				failed <- err
				<-stop
				all <- done
				return
			}
			done = append(done, admission{begun, time.Since(begun).Seconds()})
		}
	}()
	var sweeps []sweep
	for range *pairs + 1 {
		one, err := next(c)
		if err != nil {
			return err
		}
		sweeps = append(sweeps, one)
	}
	close(stop)
	done := <-all
	if len(failed) > 0 {
		return <-failed
	}
	for _, q := range []float64{0.5, 0.9} {
		tell(sweeps, done, q)
	}
	return nil
}

// tell compares each sweep with the time between the one before it and itself.
func tell(sweeps []sweep, done []admission, q float64) {
	var idle, busy, ratios []float64
	for i := 1; i < len(sweeps); i++ {
		between, amid := within(done, sweeps[i-1].ended, sweeps[i].begun), within(done, sweeps[i].begun, sweeps[i].ended)
		if len(between) == 0 || len(amid) == 0 {
			continue // One sweep began as the one before it ended: there is nothing to compare with.
		}
		without, during := stats.Quantile(between, q), stats.Quantile(amid, q)
		idle = append(idle, without*1000)
		busy = append(busy, during*1000)
		ratios = append(ratios, during/without)
	}
	mean, low, high := stats.Ratio(ratios)
	fmt.Printf("admission, quantile %.1f: without a sweep %s ms, during one %s ms, ratio %.2f (95 %%: %.2f to %.2f)\n",
		q, stats.Spread(idle, "%.1f"), stats.Spread(busy, "%.1f"), mean, low, high)
}

func within(done []admission, from, to time.Time) []float64 {
	var seconds []float64
	for _, one := range done {
		if one.begun.After(from) && one.begun.Before(to) {
			seconds = append(seconds, one.seconds)
		}
	}
	return seconds
}

// admit has a Deployment with two references bound by the webhook; a dry run, so that nothing is left of it.
func admit(c *cluster.Cluster, i int) error {
	return c.Send("POST", "/apis/apps/v1/namespaces/"+namespace(i%*namespaces)+"/deployments?dryRun=All",
		objects.Deployment("my-app", head(0), head(1)))
}
