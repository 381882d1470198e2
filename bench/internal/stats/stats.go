// Package stats is the little statistics that the benches need.
package stats

import (
	"fmt"
	"math"
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
