// Package stats is the little statistics that the benches need.
package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Quantile of values, which need not be sorted; NaN of none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 == len(sorted) {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Spread tells the median, and between what all values lie.
func Spread(values []float64, format string) string {
	f := func(v float64) string { return fmt.Sprintf(format, v) }
	return fmt.Sprintf("%s (%s to %s)", f(Quantile(values, 0.5)), f(Quantile(values, 0)), f(Quantile(values, 1)))
}

// Two-sided 95 % of Student's t distribution, by degrees of freedom from 1.
var student = []float64{12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13}

// Ratio is the geometric mean of ratios, one of each pair of blocks, with its 95 % interval.
func Ratio(ratios []float64) (mean, low, high float64) {
	n := len(ratios)
	if n < 2 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	sum, squares := 0.0, 0.0
	for _, ratio := range ratios {
		sum += math.Log(ratio)
	}
	center := sum / float64(n)
	for _, ratio := range ratios {
		squares += (math.Log(ratio) - center) * (math.Log(ratio) - center)
	}
	t := student[min(n-1, len(student))-1]
	half := t * math.Sqrt(squares/float64(n-1)/float64(n))
	return math.Exp(center), math.Exp(center - half), math.Exp(center + half)
}

// Bootstrap is what f makes of two sets of samples, each of them taken in blocks that took turns, with its 95 % interval:
// pairs of blocks are drawn again and again. So it knows that what is near in time is alike.
func Bootstrap(ours, theirs [][]float64, f func(ours, theirs []float64) float64) (value, low, high float64) {
	const draws = 1000
	random := rand.New(rand.NewPCG(1, 2))
	blocks := min(len(ours), len(theirs))
	drawn := make([]float64, draws)
	for i := range drawn {
		var a, b []float64
		for range blocks {
			block := random.IntN(blocks)
			a = append(a, ours[block]...)
			b = append(b, theirs[block]...)
		}
		drawn[i] = f(a, b)
	}
	return f(slices.Concat(ours...), slices.Concat(theirs...)), Quantile(drawn, 0.025), Quantile(drawn, 0.975)
}

// QuantileRatio and QuantileDifference are for Bootstrap.
func QuantileRatio(q float64) func(ours, theirs []float64) float64 {
	return func(ours, theirs []float64) float64 { return Quantile(ours, q) / Quantile(theirs, q) }
}

// QuantileDifference is in the unit of the samples.
func QuantileDifference(q float64) func(ours, theirs []float64) float64 {
	return func(ours, theirs []float64) float64 { return Quantile(ours, q) - Quantile(theirs, q) }
}
