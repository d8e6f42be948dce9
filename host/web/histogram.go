package web

import (
	"math"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Histogram counts the values of a distribution in bins of equal width.
type Histogram struct {
	Name   string  `json:"name"`
	When   string  `json:"when"` // start, now or end
	Step   int64   `json:"step"`
	Lower  float64 `json:"lower"` // edge of the first bin
	Width  float64 `json:"width"`
	Counts []int64 `json:"counts"`
}

// mostBins is how many bins a histogram has. Where there would be more they are
// joined two by two.
const mostBins = 512

// histogramOf counts the values of a distribution over all replicas. Values that
// are not finite are left out.
func histogramOf(d *sim.Distribution, a *state.Array, replicas int, when string, step int64) *Histogram {
	h := &Histogram{Name: d.Name, When: when, Step: step, Width: d.Width}
	all := d.Values(a, replicas)
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range all {
		if v-v == 0 { // finite
			low, high = min(low, v), max(high, v)
		}
	}
	if !(low <= high) {
		return h
	}
	for math.Floor(high/h.Width)-math.Floor(low/h.Width) >= mostBins {
		h.Width *= 2
	}
	first := math.Floor(low / h.Width)
	h.Lower = first * h.Width
	h.Counts = make([]int64, int(math.Floor(high/h.Width)-first)+1)
	for _, v := range all {
		if v >= low && v <= high {
			h.Counts[int(math.Floor(v/h.Width)-first)]++
		}
	}
	return h
}
