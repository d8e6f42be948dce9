package tnnbench_test

import (
	"context"
	"testing"
	"time"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// TestRun has the figures of one run agree with one another.
func TestRun(t *testing.T) {
	for i, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		series := tnnbench.Series()[i]
		target := bench.Target{Open: cpuref.New, Options: backend.Options{Threads: 1}, Processor: true, Tables: true,
			Stream: bench.Speed{PerSecond: bench.Spread{Median: 1e9}, PerProcessorSecond: bench.Spread{Median: 2e9}}}
		r, err := bench.Run(context.Background(), series.Case([]int{16, 4}, state.Double, 3), target, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		rate := r.Rate.PerSecond.Median
		if r.Series != string(rule) || r.Backend != "cpu" || r.Memory <= 0 || rate <= 0 || r.Bandwidth != r.Bytes*rate || r.Size.Value != 256 {
			t.Errorf("%s: %+v", rule, r)
		}
		want := r.Rate.PerProcessorSecond.Median * r.Bytes / 2e9
		if r.Rate.PerProcessorSecond.Median == 0 { // the system does not tell
			want = rate * r.Bytes / 2e9
		}
		if r.Fraction != want {
			t.Errorf("%s: the fraction of the stream is %v, not %v", rule, r.Fraction, want)
		}
		a := tnnbench.Activity{Nodes: r.Figures[1].Value, Sectors: r.Figures[2].Value}
		if want := tnnbench.Model(tnnbench.Spec(rule, 16, 4), state.Double, true, a).Bytes(4); r.Bytes != want || r.Figures[0].Value != 4 {
			t.Errorf("%s: an update takes %v bytes, not %v; %v", rule, r.Bytes, want, r.Figures)
		}
		if rule == tnn.Hylton2020 && (a.Nodes <= 0 || a.Sectors <= a.Nodes || a.Sectors > 1) {
			t.Errorf("the activity is %+v", a)
		}
	}
}
