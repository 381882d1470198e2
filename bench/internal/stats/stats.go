// Package stats gives the benches their figures with intervals, by the library of benchstat. Whatever takes turns is measured
// in blocks, and each block gives one value: blocks are independent of each other, the requests inside one are not.
package stats

import (
	"fmt"
	"math"
	"slices"

	moremath "github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
)

// Interval is a figure with its 95 % confidence interval.
type Interval struct{ Value, Low, High float64 }

func (i Interval) String() string { return fmt.Sprintf("%.3f (%.3f to %.3f)", i.Value, i.Low, i.High) }

const confidence = 0.95

// Quantile of values, which need not be sorted; NaN of none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return moremath.Sample{Xs: slices.Sorted(slices.Values(values)), Sorted: true}.Quantile(q)
}

// Quantiles is that quantile of each block.
func Quantiles(blocks [][]float64, q float64) []float64 {
	each := make([]float64, len(blocks))
	for i, block := range blocks {
		each[i] = Quantile(block, q)
	}
	return each
}

// Mean of one value a block, of which there must be two at least.
func Mean(values []float64) Interval {
	if len(values) < 2 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	// The library sorts what it is given.
	summary := benchmath.AssumeNormal.Summary(
		benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds), confidence)
	return Interval{summary.Center, summary.Lo, summary.Hi}
}

// Difference is ours less theirs, by pairs of blocks that took turns.
func Difference(ours, theirs []float64) Interval {
	return Mean(pairs(ours, theirs, func(a, b float64) float64 { return a - b }))
}

// Ratio is ours to theirs, by pairs of blocks that took turns: the geometric mean.
func Ratio(ours, theirs []float64) Interval {
	return GeometricMean(pairs(ours, theirs, func(a, b float64) float64 { return a / b }))
}

// GeometricMean of ratios, one of each pair of blocks.
func GeometricMean(ratios []float64) Interval {
	logs := make([]float64, len(ratios))
	for i, ratio := range ratios {
		logs[i] = math.Log(ratio)
	}
	mean := Mean(logs)
	return Interval{math.Exp(mean.Value), math.Exp(mean.Low), math.Exp(mean.High)}
}

func pairs(ours, theirs []float64, of func(a, b float64) float64) []float64 {
	each := make([]float64, min(len(ours), len(theirs)))
	for i := range each {
		each[i] = of(ours[i], theirs[i])
	}
	return each
}

// Spread tells the median, and between what all values lie.
func Spread(values []float64, format string) string {
	f := func(v float64) string { return fmt.Sprintf(format, v) }
	return fmt.Sprintf("%s (%s to %s)", f(Quantile(values, 0.5)), f(Quantile(values, 0)), f(Quantile(values, 1)))
}
