// Package plan reads bench/plan.tsv, which lists every combination that runs.
package plan

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Line is one combination: what is done, how hard, by whom, and for how long.
type Line struct {
	Case        string
	Load        int // requests a second, or connections
	Contestants []string
	Blocks      int
	Seconds     int
}

// Read returns the lines of a bench in a mode.
func Read(path, mode, bench string) ([]Line, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []Line
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		text := scanner.Text()
		if text == "" || text[0] == '#' {
			continue
		}
		fields := strings.Fields(text)
		if len(fields) != 7 {
			return nil, fmt.Errorf("%s: %q has %d fields, not 7", path, text, len(fields))
		}
		if fields[0] != mode || fields[1] != bench {
			continue
		}
		var numbers [3]int
		for i, field := range []string{fields[3], fields[5], fields[6]} {
			if numbers[i], err = strconv.Atoi(field); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", path, text, err)
			}
		}
		lines = append(lines, Line{fields[2], numbers[0], strings.Split(fields[4], ","), numbers[1], numbers[2]})
	}
	if len(lines) == 0 && scanner.Err() == nil {
		return nil, fmt.Errorf("%s has no line of %s %s", path, mode, bench)
	}
	return lines, scanner.Err()
}
