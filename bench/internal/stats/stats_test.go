package stats

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.005 {
		t.Errorf("%s is %.4f, not %.4f", what, got, want)
	}
}

func TestQuantilesNeedNoOrder(t *testing.T) {
	values := []float64{5, 1, 4, 2, 3}

	near(t, "median", Quantile(values, 0.5), 3)
	near(t, "least", Quantile(values, 0), 1)
	near(t, "most", Quantile(values, 1), 5)
	if values[0] != 5 {
		t.Error("the values were sorted in their place")
	}
	if !math.IsNaN(Quantile(nil, 0.5)) {
		t.Error("nothing has a median")
	}
}

func TestMeanHasStudentsInterval(t *testing.T) {
	// Four values, mean 10, standard deviation 2: 3.182 (t of 3 degrees of freedom) times 2 / sqrt(4).
	values := []float64{10 - math.Sqrt(6), 10, 10, 10 + math.Sqrt(6)}

	mean := Mean(values)

	near(t, "mean", mean.Value, 10)
	near(t, "low", mean.Low, 10-3.182)
	near(t, "high", mean.High, 10+3.182)
}

func TestOneBlockTellsNothing(t *testing.T) {
	for what, of := range map[string]Interval{"mean": Mean([]float64{1}), "ratio": Ratio([]float64{1}, []float64{2})} {
		if !math.IsNaN(of.Value) || !math.IsNaN(of.Low) || !math.IsNaN(of.High) {
			t.Errorf("%s of one block is %v", what, of)
		}
	}
}

func TestRatioIsOfPairs(t *testing.T) {
	// The machine became ten times slower meanwhile, for both: pairs don't mind.
	ours, theirs := []float64{2, 20, 200}, []float64{1, 10, 100}

	ratio := Ratio(ours, theirs)

	near(t, "ratio", ratio.Value, 2)
	near(t, "low", ratio.Low, 2)
	near(t, "high", ratio.High, 2)
}

func TestRatioAndItsInverseAgree(t *testing.T) {
	ours, theirs := []float64{1.1, 1.4, 0.9, 1.3}, []float64{1, 1.2, 1, 0.8}

	there, back := Ratio(ours, theirs), Ratio(theirs, ours)

	near(t, "value", there.Value, 1/back.Value)
	near(t, "low", there.Low, 1/back.High)
	near(t, "high", there.High, 1/back.Low)
}

func TestDifferenceIsInTheUnitOfItsSamples(t *testing.T) {
	difference := Difference([]float64{11, 22, 33}, []float64{10, 20, 30})

	near(t, "difference", difference.Value, 2)
	near(t, "low", difference.Low, 2-4.303/math.Sqrt(3))
}
