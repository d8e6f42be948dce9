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
		c := bench.Case{Rule: string(rule), Size: 16, Connections: 4, Precision: state.Double, Replicas: 3, Work: tnnbench.Series()[i].New(16, 4)}
		target := bench.Target{Open: cpuref.New, Options: backend.Options{Threads: 1}, Processor: true, Tables: true,
			Stream: bench.Speed{PerSecond: bench.Spread{Median: 1e9}, PerProcessorSecond: bench.Spread{Median: 2e9}}}
		r, err := bench.Run(context.Background(), c, target, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		rate := r.Updates.PerSecond.Median
		if r.Case != c || r.Backend != "cpu" || r.Memory <= 0 || rate <= 0 || r.EdgeEnds != 4*rate || r.Bandwidth != r.Bytes*rate {
			t.Errorf("%s: %+v", rule, r)
		}
		want := r.Updates.PerProcessorSecond.Median * r.Bytes / 2e9
		if r.Updates.PerProcessorSecond.Median == 0 { // the system does not tell
			want = rate * r.Bytes / 2e9
		}
		if r.Fraction != want {
			t.Errorf("%s: the fraction of the stream is %v, not %v", rule, r.Fraction, want)
		}
		spec := tnnbench.Spec(rule, 16, 4)
		if want := tnnbench.Model(spec, state.Double, true, r.Activity).Bytes(4); r.Bytes != want {
			t.Errorf("%s: an update takes %v bytes, not %v", rule, r.Bytes, want)
		}
		if a := r.Activity; rule == tnn.Hylton2020 && (a.Nodes <= 0 || a.Sectors <= a.Nodes || a.Sectors > 1) {
			t.Errorf("the activity is %+v", a)
		}
	}
}
