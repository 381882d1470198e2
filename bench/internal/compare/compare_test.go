package compare

import (
	"testing"

	"lockstep.dev/bench/internal/stats"
)

func TestVerdict(t *testing.T) {
	alike := stats.Interval{Value: 1, Low: 0.98, High: 1.02}
	for name, each := range map[string]struct {
		newer, again stats.Interval
		want         int
	}{
		"as fast":                               {stats.Interval{Value: 1, Low: 0.97, High: 1.03}, alike, 0},
		"slower for sure":                       {stats.Interval{Value: 1.3, Low: 1.2, High: 1.4}, alike, isSlower},
		"slower by less than counts":            {stats.Interval{Value: 1.08, Low: 1.05, High: 1.12}, alike, 0},
		"slower perhaps":                        {stats.Interval{Value: 1.15, Low: 1.05, High: 1.25}, alike, 0},
		"like servers differ":                   {stats.Interval{Value: 1, Low: 0.9, High: 1.1}, stats.Interval{Value: 1, Low: 0.85, High: 1.15}, isTooNoisy},
		"like servers differ one way":           {stats.Interval{Value: 1, Low: 0.9, High: 1.1}, stats.Interval{Value: 0.86, Low: 0.85, High: 0.87}, isTooNoisy},
		"slower than what like servers do":      {stats.Interval{Value: 2, Low: 1.8, High: 2.2}, stats.Interval{Value: 1.1, Low: 1, High: 1.2}, isSlower},
		"not slower than what like servers do":  {stats.Interval{Value: 1.18, Low: 1.15, High: 1.2}, stats.Interval{Value: 1.1, Low: 1, High: 1.2}, isTooNoisy},
		"faster, which is never too noisy here": {stats.Interval{Value: 0.5, Low: 0.4, High: 0.6}, alike, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if code := verdict(each.newer, each.again); code != each.want {
				t.Errorf("%s, not %s", words[code], words[each.want])
			}
		})
	}
}
