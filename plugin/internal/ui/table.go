package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Cell of a table. Where it has several items, and is in the column that may wrap, it wraps between them.
type Cell []Styled

// C is a cell of one text.
func C(text string) Cell { return Cell{{Plain, text}} }

// S is a cell of one text with a style.
func S(style Style, text string) Cell { return Cell{{style, text}} }

const (
	gap       = 2
	longest   = 42
	narrowest = 18
)

// Table is aligned, and fits in the printer's width where that is possible at all.
type Table struct {
	Header []string
	// Wraps are the columns that wrap when the others leave too little room.
	Wraps []int
	rows  [][]Cell
}

// Add adds a row. An empty cell prints as -.
func (t *Table) Add(cells ...Cell) { t.rows = append(t.rows, cells) }

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Print prints it.
func (t *Table) Print(p *Printer) {
	rows := make([][]Cell, 0, len(t.rows)+1)
	header := make([]Cell, len(t.Header))
	for i, title := range t.Header {
		header[i] = S(Bold, title)
	}
	for i, row := range append([][]Cell{header}, t.rows...) {
		rows = append(rows, t.prepared(row, p.Wide, i == 0))
	}
	widths := t.widths(rows, p)
	for _, row := range rows {
		t.printRow(p, row, widths)
	}
}

func (t *Table) wraps(column int) bool {
	for _, wrapped := range t.Wraps {
		if wrapped == column {
			return true
		}
	}
	return false
}

// prepared escapes, and shortens what can't wrap.
func (t *Table) prepared(row []Cell, wide, isHeader bool) []Cell {
	result := make([]Cell, len(row))
	for i, cell := range row {
		for _, item := range cell {
			text := Text(item.Text)
			if !wide && !t.wraps(i) {
				text = Shorten(text, longest)
			}
			if text != "" {
				result[i] = append(result[i], Styled{item.Style, text})
			}
		}
		if len(result[i]) == 0 && !isHeader {
			result[i] = C("-")
		}
	}
	return result
}

func (t *Table) widths(rows [][]Cell, p *Printer) []int {
	widths := make([]int, len(t.Header))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	if p.Wide || len(t.Wraps) == 0 {
		return widths
	}
	// The last ones that wrap give way first.
	for i := len(t.Wraps) - 1; i >= 0; i-- {
		total := gap * (len(widths) - 1)
		for _, w := range widths {
			total += w
		}
		if total <= p.Width {
			break
		}
		column := t.Wraps[i]
		widths[column] = max(widths[column]-(total-p.Width), min(widths[column], narrowest))
	}
	return widths
}

func width(cell Cell) int {
	total := 0
	for i, item := range cell {
		if i > 0 {
			total += 2
		}
		total += utf8.RuneCountInString(item.Text)
	}
	return total
}

// lines of a cell that wraps. Items are divided by commas.
func lines(cell Cell, most int) []Cell {
	var result []Cell
	var line Cell
	used := 0
	for _, item := range cell {
		length := utf8.RuneCountInString(item.Text)
		if length > most {
			item.Text = Shorten(item.Text, most)
			length = most
		}
		// A comma follows each item but the last one.
		if len(line) > 0 && used+2+length > most {
			result = append(result, line)
			line, used = nil, 0
		}
		if len(line) > 0 {
			used += 2
		}
		line = append(line, item)
		used += length
	}
	return append(result, line)
}

func (t *Table) printRow(p *Printer, row []Cell, widths []int) {
	split := make([][]Cell, len(row))
	height := 1
	for i, cell := range row {
		split[i] = []Cell{cell}
		if t.wraps(i) && !p.Wide {
			split[i] = lines(cell, widths[i])
		}
		height = max(height, len(split[i]))
	}
	for line := range height {
		var out strings.Builder
		blank := 0
		for i := range row {
			if line < len(split[i]) {
				last := line == len(split[i])-1
				text, length := join(p, split[i][line], last)
				out.WriteString(strings.Repeat(" ", blank) + text)
				blank = widths[i] - length + gap
			} else {
				blank += widths[i] + gap
			}
			blank = max(blank, gap)
		}
		fmt.Fprintln(p.Out, out.String())
	}
}

func join(p *Printer, cell Cell, last bool) (string, int) {
	var text strings.Builder
	length := 0
	for i, item := range cell {
		if i > 0 {
			text.WriteString(", ")
			length += 2
		}
		text.WriteString(p.paint(item.Style, item.Text))
		length += utf8.RuneCountInString(item.Text)
	}
	if !last {
		text.WriteString(",")
		length++
	}
	return text.String(), length
}
