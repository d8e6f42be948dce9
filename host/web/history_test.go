package web

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/model"
)

// TestHistory compares every point with the mean over its steps, and a page that
// looks now and then with one that sees all at the end.
func TestHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Int64Range(1, 5000).Draw(t, "first")
		n := rapid.Int64Range(1, 5000).Draw(t, "steps")
		looks := rapid.Int64Range(1, 700).Draw(t, "looks")
		h := newHistory(1)
		var c cursor
		var seen []int64
		for step := first; step < first+n; step++ {
			h.add(step, []float64{math.Sin(float64(step))})
			if step%looks == 0 {
				seen = read(h, &c, seen)
			}
		}
		seen = read(h, &c, seen)
		if h.since(&c) != nil {
			t.Fatal("there is news where nothing has happened")
		}
		if len(h.steps) > mostPoints || h.steps[len(h.steps)-1] != first+n-1 || len(seen) != len(h.steps) {
			t.Fatalf("%d points up to step %d, of which a page has %d", len(h.steps), h.steps[len(h.steps)-1], len(seen))
		}
		from := first
		for i, last := range h.steps {
			sum := 0.0
			for step := from; step <= last; step++ {
				sum += math.Sin(float64(step))
			}
			if mean := sum / float64(last-from+1); math.Abs(mean-h.values[i]) > 1e-12 || seen[i] != last {
				t.Fatalf("point %d of steps %d to %d is %v, want %v; a page has step %d", i, from, last, h.values[i], mean, seen[i])
			}
			from = last + 1
		}
	})
}

// read is what a page does.
func read(h *history, c *cursor, seen []int64) []int64 {
	if p := h.since(c); p != nil {
		seen = append(seen[:p.From:p.From], p.Steps...)
	}
	return seen
}

func TestDecimal(t *testing.T) {
	text, err := json.Marshal([]decimal{1.23456789, decimal(math.NaN()), decimal(math.Inf(-1)), 0})
	if err != nil || string(text) != "[1.23457,null,null,0]" {
		t.Errorf("%s, %v", text, err)
	}
}

// TestHistogram compares bins with counts of values.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]float64{0.1, 10, 1e6}).Draw(t, "scale")
		all := rapid.SliceOf(rapid.Float64Range(-scale, scale)).Draw(t, "values")
		spoiled := append([]float64{math.NaN(), math.Inf(1)}, all...)
		d := model.Distribution{Width: 0.25}
		h := histogramOf(&d, spoiled, "now", 3)
		if len(h.Counts) > shownBins {
			t.Fatalf("%d bins", len(h.Counts))
		}
		counted := h.Below + h.Above
		for i, n := range h.Counts {
			lower, want := h.Lower+float64(i)*h.Width, int64(0)
			for _, v := range all {
				if v >= lower && v < lower+h.Width {
					want++
				}
			}
			if n != want || math.Mod(lower, h.Width) != 0 {
				t.Fatalf("bin %d from %v on has %d values, want %d", i, lower, n, want)
			}
			counted += n
		}
		if counted != int64(len(all)) {
			t.Fatalf("%d of %d values are counted", counted, len(all))
		}
		if most := int64(0.005 * float64(len(all))); h.Below > most || h.Above > most {
			t.Fatalf("%d and %d of %d values are left out", h.Below, h.Above, len(all))
		}
	})
}
