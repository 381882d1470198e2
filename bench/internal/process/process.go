// Package process looks at a process of this machine from outside, as Linux tells of it.
package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// Process is one, by its number.
type Process int

// In finds the one process that works in a folder: a server of cluster/lockstep has one of its own.
func In(folder string) (Process, error) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return 0, err
	}
	var found []Process
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == folder {
			number, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			if err != nil {
				return 0, err
			}
			found = append(found, Process(number))
		}
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("%d processes work in %s, not one", len(found), folder)
	}
	return found[0], nil
}

func (p Process) file(name string) string { return fmt.Sprintf("/proc/%d/%s", p, name) }

// Resident is its memory, in bytes.
func (p Process) Resident() (float64, error) {
	status, err := os.ReadFile(p.file("status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "\nVmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("%s has no VmRSS", p.file("status"))
	}
	kilobytes, err := strconv.ParseFloat(fields[0], 64)
	return kilobytes * 1024, err
}

// CPU is the time that it has run since it began, to the nanosecond, unlike that in /proc.
func (p Process) CPU() (time.Duration, error) {
	// CPUCLOCK_SCHED of another process, as clock_getcpuclockid(3) makes it.
	clock := ^uintptr(p)<<3 | 2
	var spent syscall.Timespec
	if _, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&spent)), 0); failed != 0 {
		return 0, fmt.Errorf("CPU time of process %d: %w", p, failed)
	}
	return time.Duration(spent.Nano()), nil
}

// CollectGarbage has a JVM do so, by the jcmd of the JDK that it runs on; a JRE has none.
func (p Process) CollectGarbage() error {
	java, err := os.Readlink(p.file("exe"))
	if err != nil {
		return err
	}
	answer, err := exec.Command(filepath.Join(filepath.Dir(java), "jcmd"), strconv.Itoa(int(p)), "GC.run").CombinedOutput()
	if err != nil {
		return fmt.Errorf("jcmd %d GC.run: %w: %.300s", p, err, answer)
	}
	return nil
}
