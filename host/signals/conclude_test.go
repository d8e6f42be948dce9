package signals_test

import (
	"math"
	"testing"

	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// A run ends with what each population came to, the means over them, and their languages:
// the same numbers as in its rows and fields.
func TestConclude(t *testing.T) {
	keys := []uint64{3, 3, 3}
	for _, p := range signals.Presets() {
		net := &signals.Network{Spec: p.Spec}
		s := net.Start(state.Single, keys)
		tables, err := net.Conclude(s, keys)
		if err != nil {
			t.Fatal(err)
		}
		about := net.Conclusions()
		if len(about) != len(tables) {
			t.Fatalf("%s: %d tables, and %d are announced", p.Name, len(tables), len(about))
		}
		for i, rows := range tables {
			for _, row := range rows {
				if len(row) != len(about[i].Columns) {
					t.Fatalf("%s has a row of %d cells for %d columns", about[i].File, len(row), len(about[i].Columns))
				}
			}
		}
		metrics := tables[0]
		sums := make([]float64, len(net.Describe().Sums))
		var first []float64
		for r := range keys {
			net.Measure(sums, s, r, keys[r])
			first = append(first, sums[0])
			for k, v := range sums {
				if math.Float64bits(metrics[r][1+2*k]) != math.Float64bits(v) || !math.IsNaN(metrics[r][2+2*k]) {
					t.Errorf("%s, replica %d, measure %d: %v, not %v", p.Name, r, k, metrics[r][1+2*k], v)
				}
			}
		}
		if e, last := stats.Mean(first), metrics[len(keys)]; last[0] != -1 || last[1] != e.Mean || math.Float64bits(last[2]) != math.Float64bits(e.Error) {
			t.Errorf("%s: the means are %v, of %v", p.Name, last, first)
		}
	}
	net := &signals.Network{Spec: signals.Presets()[1].Spec}
	s := net.Start(state.Single, keys)
	tables, err := net.Conclude(s, keys)
	if err != nil {
		t.Fatal(err)
	}
	var message, trained state.Field
	for _, f := range net.Describe().Fields {
		switch f.Name {
		case signals.MessageField:
			message = f
		case signals.TrainedField:
			trained = f
		}
	}
	said, is := net.Derive(message, s, keys, nil), net.Derive(trained, s, keys, nil)
	if len(tables[1]) != 3*25 {
		t.Fatalf("%d messages", len(tables[1]))
	}
	for i, row := range tables[1] {
		if row[0] != float64(i/25) || row[1]*5+row[2] != float64(i%25) || row[3] != is.At(i) || row[4] != said.At(2*i) || row[5] != said.At(2*i+1) {
			t.Errorf("row %d is %v", i, row)
		}
	}
}
