package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"lockstep.dev/bench/internal/contestants"
)

// contestant is a server that can be started: what cluster/lockstep --print says.
type contestant struct {
	name, command, webhooks, management string
	client                              *http.Client
}

// find reads DIR/NAME.start.
func find(dir, name string) (contestant, error) {
	text, err := os.ReadFile(filepath.Join(dir, name+".start"))
	if err != nil {
		return contestant{}, err
	}
	client, err := contestants.Client(dir, large)
	if err != nil {
		return contestant{}, err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 3 {
		return contestant{}, fmt.Errorf("%s.start has %d lines, not 3", name, len(lines))
	}
	return contestant{name, lines[0], lines[1], lines[2], client}, nil
}

// server is a contestant that runs.
type server struct {
	contestant
	begun   time.Time
	process *exec.Cmd
	ended   chan struct{}
	log     bytes.Buffer
}

// One at a time runs. Whoever ends this program ends it, too.
var (
	running   *server
	runningMu sync.Mutex
)

// start runs it, in a cgroup if one is given.
func (c contestant) start(group string) (*server, error) {
	join := ""
	if group != "" {
		join = "echo $$ >" + filepath.Join(group, "cgroup.procs") + "; "
	}
	s := &server{contestant: c, process: exec.Command("bash", "-c", join+"exec "+c.command), ended: make(chan struct{})}
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	// A session of its own, so that Ctrl-C reaches this program alone, and the server ends even with a kill -9 of it.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	runningMu.Lock()
	defer runningMu.Unlock()
	s.begun = time.Now()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	running = s
	go func() {
		s.process.Wait()
		close(s.ended)
	}()
	return s, nil
}

func (s *server) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

func (s *server) stop() {
	s.client.CloseIdleConnections()
	s.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		s.process.Process.Kill()
		<-s.ended
	}
	runningMu.Lock()
	running = nil
	runningMu.Unlock()
}

// stopCold ends it, too, and has the system forget the files that it had mapped: whoever reads them next has them on its account.
func (s *server) stopCold() {
	maps, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", s.process.Process.Pid))
	s.stop()
	seen := map[string]bool{}
	for line := range strings.Lines(string(maps)) {
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[5][0] != '/' || seen[fields[5]] {
			continue
		}
		seen[fields[5]] = true
		if file, err := os.Open(fields[5]); err == nil {
			const dontNeed = 4 // POSIX_FADV_DONTNEED
			syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0)
			file.Close()
		}
	}
}

// failed tells what the server said last.
func (s *server) failed(err error) error {
	said := s.log.String()
	return fmt.Errorf("%s: %w; it said last:\n%s", s.name, err, said[max(0, len(said)-2000):])
}

// send sends a review; an error unless the answer is right.
func (s *server) send(one review) error {
	response, err := s.client.Post(s.webhooks+one.path, "application/json", bytes.NewReader(one.body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %.300s", one.path, response.StatusCode, text)
	}
	var answer struct {
		Response struct {
			UID     string
			Allowed bool
			Patch   []byte
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	if r := answer.Response; r.UID != uid || !r.Allowed || !strings.Contains(string(r.Patch), one.patch) {
		return fmt.Errorf("%s: not a right answer: %.300s %.300s", one.path, text, r.Patch)
	}
	return nil
}

// status is a line of /proc/PID/status, in MiB: VmRSS is what is resident, VmHWM the most that ever was.
func (s *server) status(field string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, field+":"); found {
			kibibytes, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kibibytes / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s in /proc/PID/status", field)
}

// firsts waits for the first right answer, and for readiness, in seconds since the start of the process. A server may answer
// before it is ready.
func (s *server) firsts(unchanged review) (answer, ready float64, err error) {
	const pause, patience = 10 * time.Millisecond, 2 * time.Minute
	var wait sync.WaitGroup
	first := func(is func() bool, seconds *float64) {
		wait.Go(func() {
			for time.Since(s.begun) < patience && !s.hasEnded() {
				if is() {
					*seconds = time.Since(s.begun).Seconds()
					return
				}
				time.Sleep(pause)
			}
		})
	}
	probe := &http.Client{Timeout: 5 * time.Second}
	defer probe.CloseIdleConnections()
	first(func() bool { return s.send(unchanged) == nil }, &answer)
	first(func() bool {
		response, err := probe.Get(s.management + "/q/health/ready")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		io.Copy(io.Discard, response.Body)
		return response.StatusCode == http.StatusOK
	}, &ready)
	wait.Wait()
	if answer == 0 || ready == 0 {
		return 0, 0, s.failed(fmt.Errorf("no right answer, or never ready: %.1f, %.1f s", answer, ready))
	}
	return answer, ready, nil
}

// cgroups, of the first version or of the second.
const (
	cgroups1 = "/sys/fs/cgroup/memory"
	cgroups2 = "/sys/fs/cgroup"
)

// groupOf makes a cgroup with so much memory; "" where this machine does not let us.
func groupOf(mebibytes int) (string, error) {
	root, limit := cgroups1, "memory.limit_in_bytes"
	if _, err := os.Stat(filepath.Join(root, limit)); err != nil {
		root, limit = cgroups2, "memory.max"
		controllers, err := os.ReadFile(filepath.Join(root, "cgroup.subtree_control"))
		if err != nil || !strings.Contains(string(controllers), "memory") {
			return "", nil
		}
	}
	group := filepath.Join(root, fmt.Sprintf("lockstep-bench-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); os.IsPermission(err) {
		return "", nil
	} else if err != nil && !os.IsExist(err) {
		return "", err
	}
	return group, os.WriteFile(filepath.Join(group, limit), []byte(strconv.Itoa(mebibytes*mebibyte)), 0o644)
}

// cleanUp ends what runs, and removes the cgroup.
func cleanUp() {
	runningMu.Lock()
	defer runningMu.Unlock()
	if running != nil {
		running.process.Process.Kill()
		<-running.ended
	}
	for _, root := range []string{cgroups1, cgroups2} {
		group := filepath.Join(root, fmt.Sprintf("lockstep-bench-%d", os.Getpid()))
		// The kernel may take a moment until nothing is in there any more.
		for range 100 {
			if err := os.Remove(group); err == nil || os.IsNotExist(err) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
