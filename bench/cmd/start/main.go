// Command start measures how fast a server starts, and how much memory it takes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/results"
	"lockstep.dev/bench/internal/stats"
)

var (
	runs    = flag.Int("runs", 20, "starts of each contestant; 0 measures memory alone")
	steady  = flag.Int("steady", 6, "starts of each after which requests are measured, too")
	reviews = flag.Int("reviews", 100_000, "reviews before memory is measured last, of the contestant that comes last")
	limits  = flag.String("limits", "128,160,192,224,256,320,384,512", "memory limits that are tried, in MiB")
)

// Requests are sent at 50/s, the first hundred and those of the steady state.
const (
	between  = 20 * time.Millisecond
	first    = 100
	warming  = 2000
	measured = 400
)

func main() {
	// The kernel ends the server with the thread that started it.
	runtime.LockOSThread()
	log.SetFlags(0)
	log.SetPrefix("bench/start: ")
	flag.Parse()
	if flag.NArg() < 2 {
		log.Fatal("usage: start [FLAG...] DIR RESULTS CONTESTANT...")
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cleanUp()
		os.Exit(1)
	}()
	err := run(flag.Arg(0), flag.Arg(1), flag.Args()[2:])
	cleanUp()
	if err != nil {
		log.Fatal(err)
	}
}

func run(dir, file string, names []string) error {
	out, err := results.Append(file)
	if err != nil {
		return err
	}
	defer out.Close()
	c, err := cluster.Open(dir)
	if err != nil {
		return err
	}
	var contestants []contestant
	for _, name := range names {
		one, err := find(dir, name)
		if err != nil {
			return err
		}
		contestants = append(contestants, one)
	}
	all, err := fill(c)
	if err != nil {
		return err
	}
	if *runs > 0 {
		if err := starts(contestants, all, out); err != nil {
			return err
		}
	}
	if err := all.fillMore(c); err != nil {
		return err
	}
	for i, one := range contestants {
		more := 0
		if i == len(contestants)-1 {
			more = *reviews
		}
		if err := memory(one, all, more, out); err != nil {
			return err
		}
	}
	limited, err := find(dir, "limited")
	if err != nil {
		return err
	}
	return smallest(limited, all, out)
}

// add adds a figure of several runs: their median, and between what they lie.
func add(out *results.File, bench, what, who, metric, unit string, values []float64) error {
	row := results.Row{Bench: bench, Case: what, Contestant: who, Metric: metric, Unit: unit,
		Value: stats.Quantile(values, 0.5), Low: stats.Quantile(values, 0), High: stats.Quantile(values, 1), Samples: len(values)}
	log.Printf("%s: %s, %s: %s %s", who, what, metric, stats.Spread(values, "%.3g"), unit)
	return out.Add(row)
}

// --- Start -----------------------------------------------------------------------------------------------------------

type started struct{ answer, ready, early, most, p99, steady, ratio, wrong []float64 }

// starts starts each contestant several times, in turns.
func starts(contestants []contestant, all *mix, out *results.File) error {
	figures := make([]started, len(contestants))
	for run := range *runs {
		for i, one := range contestants {
			if err := startOnce(one, all, run < *steady, &figures[i]); err != nil {
				return err
			}
		}
	}
	for i, one := range contestants {
		f := figures[i]
		err := errors.Join(
			add(out, "start", "process", one.name, "first right answer", "s", f.answer),
			add(out, "start", "process", one.name, "ready", "s", f.ready),
			add(out, "start", "process", one.name, "right answer before ready", "s", f.early),
			add(out, "start", "first 100 requests, 50/s", one.name, "max", "ms", f.most),
			add(out, "start", "first 100 requests, 50/s", one.name, "p99", "ms", f.p99),
			add(out, "start", "first 100 requests, 50/s", one.name, "wrong answers", "", f.wrong),
			add(out, "start", "after 2000 requests, 50/s", one.name, "p99", "ms", f.steady),
			add(out, "start", "first 100 requests, 50/s", one.name, "ratio of max to p99 after 2000", "", f.ratio))
		if err != nil {
			return err
		}
	}
	return nil
}

func startOnce(one contestant, all *mix, more bool, f *started) error {
	s, err := one.start("")
	if err != nil {
		return err
	}
	defer s.stop()
	answer, ready, err := s.firsts(all.unchanged)
	if err != nil {
		return err
	}
	f.answer = append(f.answer, answer)
	f.ready = append(f.ready, ready)
	f.early = append(f.early, ready-answer)
	if !more {
		return nil
	}
	begin, wrong := s.openLoop(all, first)
	for _, err := range wrong {
		log.Printf("%s, right after readiness: %s", one.name, err)
	}
	if err := s.closedLoop(warming, 4, func(i int) review { return all.small(i) }); err != nil {
		return s.failed(err)
	}
	later, failures := s.openLoop(all, measured)
	if len(failures) > 0 {
		return s.failed(errors.Join(failures...))
	}
	f.wrong = append(f.wrong, float64(len(wrong)))
	f.most = append(f.most, slices.Max(begin))
	f.p99 = append(f.p99, stats.Quantile(begin, 0.99))
	f.steady = append(f.steady, stats.Quantile(later, 0.99))
	f.ratio = append(f.ratio, slices.Max(begin)/stats.Quantile(later, 0.99))
	return nil
}

// small are reviews with and without calls to the API server, in turns.
func (m *mix) small(i int) review {
	if i%2 == 0 {
		return m.deployment
	}
	return m.unchanged
}

// openLoop sends reviews at a steady rate, whoever waits, and returns how long each took in ms, from when it was due, and what
// was wrong with answers.
func (s *server) openLoop(all *mix, count int) ([]float64, []error) {
	took := make([]float64, count)
	failures := make([]error, count)
	var wait sync.WaitGroup
	begun := time.Now()
	for i := range count {
		due := begun.Add(time.Duration(i) * between)
		time.Sleep(time.Until(due))
		wait.Go(func() {
			failures[i] = s.send(all.small(i))
			took[i] = float64(time.Since(due).Microseconds()) / 1000
		})
	}
	wait.Wait()
	return took, slices.DeleteFunc(failures, func(err error) bool { return err == nil })
}

// closedLoop sends so many reviews from so many clients, each after the answer to the one before.
func (s *server) closedLoop(count, clients int, next func(int) review) error {
	return cluster.Each(count, clients, func(i int) error { return s.send(next(i)) })
}

// --- Memory ----------------------------------------------------------------------------------------------------------

// one is what comes as the i-th of a mix: in 1,000 reviews there are 600 small ones, 250 Deployments, 145 new contents, and 5 of
// 1 MiB.
func (m *mix) one(i int) review {
	i = i * 389 % 1000 // Spread out; 389 and 1,000 have no common divisor.
	switch {
	case i < 600:
		return m.unchanged
	case i < 850:
		return m.deployment
	case i < 995:
		return m.updates[i%len(m.updates)]
	default:
		return m.large[i%len(m.large)]
	}
}

// mixed is long enough for everything to have come many times.
const (
	mixed   = 5000
	clients = 8
)

// memory of a server idle, in a mix, and after more reviews of that mix.
func memory(one contestant, all *mix, more int, out *results.File) error {
	s, err := one.start("")
	if err != nil {
		return err
	}
	defer s.stopCold()
	if _, _, err := s.firsts(all.unchanged); err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	idle, err := s.status("VmRSS")
	if err != nil {
		return err
	}
	var most atomic.Int64
	stop := make(chan bool)
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			if resident, err := s.status("VmRSS"); err == nil {
				most.Store(max(most.Load(), int64(resident*1024)))
			}
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	err = s.closedLoop(mixed, clients, all.one)
	close(stop)
	wait.Wait()
	if err != nil {
		return s.failed(err)
	}
	if err := s.closedLoop(more, clients, all.one); err != nil {
		return s.failed(err)
	}
	after, err := s.status("VmRSS")
	if err != nil {
		return err
	}
	peak, err := s.status("VmHWM")
	if err != nil {
		return err
	}
	return errors.Join(
		add(out, "memory", "resident, idle after readiness", one.name, "VmRSS", "MiB", []float64{idle}),
		add(out, "memory", "resident, most in a mix", one.name, "VmRSS", "MiB", []float64{float64(most.Load()) / 1024}),
		add(out, "memory", fmt.Sprintf("resident after %d reviews", mixed+more), one.name, "VmRSS", "MiB", []float64{after}),
		add(out, "memory", "resident, peak", one.name, "VmHWM", "MiB", []float64{peak}))
}

// smallest finds the smallest limit that holds.
func smallest(one contestant, all *mix, out *results.File) error {
	for text := range strings.SplitSeq(*limits, ",") {
		limit, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		group, err := groupOf(limit)
		if err != nil {
			return err
		}
		if group == "" {
			log.Print("the smallest memory limit is not measured: it takes root, and cgroups for memory")
			return nil
		}
		err = holds(one, group, all)
		if err == nil {
			return add(out, "memory", "smallest limit that holds", "jdk25-aot", "limit", "MiB", []float64{float64(limit)})
		}
		log.Printf("%d MiB are too few: %.400s", limit, err)
	}
	return errors.New("no memory limit holds")
}

// holds says whether everything is answered: the mix, and then 25 new contents of 1 MiB at once.
func holds(one contestant, group string, all *mix) error {
	s, err := one.start(group)
	if err != nil {
		return err
	}
	defer s.stopCold()
	if _, _, err := s.firsts(all.unchanged); err != nil {
		return err
	}
	if err := s.closedLoop(mixed, clients, all.one); err != nil {
		return fmt.Errorf("under the mix: %w", err)
	}
	for range 3 {
		if err := s.closedLoop(large, large, func(i int) review { return all.large[i] }); err != nil {
			return fmt.Errorf("%d new contents of 1 MiB at once: %w", large, err)
		}
	}
	return nil
}
