// Package results keeps what the benches measure: one JSON object a line, so that each bench adds its own.
package results

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
)

// Row is one figure. Low and High are its 95 % interval, or, of a plain figure, between what its blocks lie; Samples is how many
// measurements it is made of, Blocks in how many blocks.
type Row struct {
	Bench      string  `json:"bench"`       // which part: through, straight, start, memory, growth, apply, micro
	Case       string  `json:"case"`        // what is done: "Deployment created, 2 references, 20/s"
	Contestant string  `json:"contestant"`  // none, floor, jdk17, jdk25, jdk25-aot
	Metric     string  `json:"metric"`      // p50, p99, difference of p50 to none, ratio of p50 to floor, ...
	Unit       string  `json:"unit"`        // ms, s, MiB, 1/s, "" of a ratio
	X          float64 `json:"x,omitempty"` // where on a growth curve
	Value      float64 `json:"value"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Samples    int     `json:"samples,omitempty"`
	Blocks     int     `json:"blocks,omitempty"`
}

// File is where rows are added to.
type File struct{ file *os.File }

// Append opens a file for more rows.
func Append(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	return &File{file}, nil
}

// Add writes rows at once, so that what was measured is there if what comes next fails.
func (f *File) Add(rows ...Row) error {
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := f.file.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// Close ends it.
func (f *File) Close() error { return f.file.Close() }

// Read reads all rows of a file; of one that isn't there, none.
func Read(path string) ([]Row, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rows []Row
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row Row
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}
