package cluster

import (
	"errors"
	"sync/atomic"
	"testing"
)

func TestSumTakesTheSamplesThatHaveAllLabels(t *testing.T) {
	metrics := Metrics{
		`requests_total{verb="LIST",scope="namespace"}`: 1,
		`requests_total{scope="cluster",verb="LIST"}`:   2,
		`requests_total{verb="LISTEN"}`:                 4,
		`requests_total`:                                8,
		`requests_total_other{verb="LIST"}`:             16,
	}
	for want, labels := range map[float64][]string{
		15: nil,
		3:  {`verb="LIST"`},
		1:  {`scope="namespace"`, `verb="LIST"`},
		0:  {`verb="WATCH"`},
	} {
		if sum := metrics.Sum("requests_total", labels...); sum != want {
			t.Errorf("%v: %.0f, not %.0f", labels, sum, want)
		}
	}
}

func TestEachDoesEverythingOnce(t *testing.T) {
	var done [100]atomic.Int32
	err := Each(len(done), 7, func(i int) error {
		done[i].Add(1)
		return nil
	})
	for i := range done {
		if err != nil || done[i].Load() != 1 {
			t.Fatalf("%d was done %d times, %v", i, done[i].Load(), err)
		}
	}
}

func TestEachReturnsWhatFailed(t *testing.T) {
	failure := errors.New("the third")
	err := Each(1000, 4, func(i int) error {
		if i == 2 {
			return failure
		}
		return nil
	})
	if !errors.Is(err, failure) {
		t.Error(err)
	}
}
