// Package plot draws curves as SVG, against a logarithmic x axis, for light and dark pages.
package plot

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strconv"
)

// Point is a figure with its spread.
type Point struct{ X, Y, Low, High float64 }

// Line has the colour of that number, from 0 to 3.
type Line struct {
	Name   string
	Color  int
	Dashed bool
	Points []Point
}

// Panel is one pair of axes. Units belong into the names of the axes; Top is the largest value that has to fit.
type Panel struct {
	X, Y  string
	Top   float64
	Lines []Line
}

// In pixels.
const (
	width, height             = 290, 230
	left, right, above, below = 46, 18, 50, 46
	legend                    = 118
	heading                   = 30
)

const style = `
text { font: 11px sans-serif; fill: #1f2328 }
.heading { font-size: 14px; font-weight: bold } .name { font-weight: bold }
.page { fill: #ffffff } .grid { stroke: #d8dee4 } .axis { stroke: #59636e }
.c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 } .c3 { stroke: #8250df }
.line { fill: none; stroke-width: 1.8 } .spread { stroke-width: 1; opacity: .55 } .dashed { stroke-dasharray: 5 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .page { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #9198a1 }
  .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .c3 { stroke: #bc8cff }
}
`

// SVG of rows of panels.
func SVG(title string, rows [][]Panel) []byte {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	d := &drawing{}
	w, h := columns*width, heading+len(rows)*height
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, w, h, w, h)
	d.add(`<title>%s</title><style>%s</style>`, html.EscapeString(title), style)
	d.add(`<rect class="page" width="%d" height="%d"/>`, w, h)
	d.text("heading", "start", 10, 20, title)
	for r, row := range rows {
		for c, panel := range row {
			d.add(`<g transform="translate(%d %d)">`, c*width, heading+r*height)
			d.panel(panel)
			d.add(`</g>`)
		}
	}
	d.add(`</svg>`)
	return d.Bytes()
}

type drawing struct{ bytes.Buffer }

func (d *drawing) add(format string, values ...any) { fmt.Fprintf(d, format+"\n", values...) }

func (d *drawing) text(class, anchor string, x, y float64, text string) {
	d.add(`<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, class, anchor, x, y, html.EscapeString(text))
}

func (d *drawing) stroke(class string, x1, y1, x2, y2 float64) {
	d.add(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

func (d *drawing) panel(p Panel) {
	low, high := decades(p.Lines)
	step := step(p.Top)
	top := math.Ceil(p.Top/step) * step
	x := func(v float64) float64 { return left + (math.Log10(v)-low)/(high-low)*(width-left-right) }
	y := func(v float64) float64 { return height - below - v/top*(height-above-below) }

	d.text("name", "start", 10, 12, p.Y)
	d.text("", "middle", (left+width-right)/2, height-14, p.X)
	for i := range int(math.Round(top/step)) + 1 {
		value := float64(i) * step
		d.stroke("grid", left, y(value), width-right, y(value))
		d.text("", "end", left-5, y(value)+4, strconv.FormatFloat(value, 'g', 6, 64))
	}
	for decade := math.Ceil(low); decade <= high; decade++ {
		value := math.Pow(10, decade)
		d.stroke("axis", x(value), height-below, x(value), height-below+4)
		d.text("", "middle", x(value), height-below+16, thousands(value))
	}
	d.stroke("axis", left, y(0), width-right, y(0))
	for i, line := range p.Lines {
		d.line(line, x, y)
		// The legend: two a row.
		at, down := left+float64(i%2)*legend, 27+float64(i/2)*12
		d.stroke(line.class(), at, down-4, at+18, down-4)
		d.text("", "start", at+22, down, line.Name)
	}
}

func (l Line) class() string {
	class := fmt.Sprintf("line c%d", l.Color)
	if l.Dashed {
		class += " dashed"
	}
	return class
}

func (d *drawing) line(line Line, x, y func(float64) float64) {
	var path bytes.Buffer
	for i, p := range line.Points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], x(p.X), y(p.Y))
		if p.Low < p.High {
			d.stroke(fmt.Sprintf("spread c%d", line.Color), x(p.X), y(p.Low), x(p.X), y(p.High))
		}
	}
	d.add(`<path class="%s" d="%s"/>`, line.class(), path.String())
}

// decades between which all x lie, as logarithms; the axis reaches a little further.
func decades(lines []Line) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, line := range lines {
		for _, point := range line.Points {
			low, high = min(low, math.Log10(point.X)), max(high, math.Log10(point.X))
		}
	}
	return low - 0.1, high + 0.1
}

// step between lines of the grid, of which there are four to eight: 1, 2 or 5 times a power of ten.
func step(top float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(top/4)))
	for _, factor := range []float64{1, 2, 5} {
		if top/(power*factor) <= 8 {
			return power * factor
		}
	}
	return power * 10
}

func thousands(value float64) string {
	text := strconv.FormatFloat(value, 'f', 0, 64)
	if len(text) > 3 {
		text = text[:len(text)-3] + "," + text[len(text)-3:]
	}
	return text
}
