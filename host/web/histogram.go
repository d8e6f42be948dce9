package web

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Histogram counts the values of a distribution in bins of equal width. The
// outermost values are counted in Below and Above only: a few far away would leave
// no room for all others.
type Histogram struct {
	Name   string  `json:"name"`
	When   string  `json:"when"`  // start, now or end
	Swept  float64 `json:"swept"` // value of the key that is swept
	Step   int64   `json:"step"`
	Lower  float64 `json:"lower"` // edge of the first bin
	Width  float64 `json:"width"`
	Counts []int64 `json:"counts"`
	Below  int64   `json:"below"`
	Above  int64   `json:"above"`
}

// Bins are joined two by two where there would be more.
const (
	countedBins = 1 << 16
	shownBins   = 256
)

// histogramKey tells the histograms of a run apart.
type histogramKey struct {
	name, when string
	swept      float64
}

func (h *Histogram) key() histogramKey { return histogramKey{h.Name, h.When, h.Swept} }

// histograms counts the values of a distribution over the replicas of each value of
// the key that is swept.
func (n *profile) histograms(d *model.Distribution, a *state.Array, when string, step int64) []*Histogram {
	var out []*Histogram
	replicas := len(n.Seeds)
	for _, point := range n.Sweep.Points(replicas) {
		var values []float64
		for _, r := range point {
			values = d.Values(values, d.Whole(a, r, replicas))
		}
		h := histogramOf(d, values, when, step)
		if n.Sweep != nil {
			h.Swept = n.Sweep.Values[point[0]]
		}
		out = append(out, h)
	}
	return out
}

// histogramOf counts the values of a distribution. Those that are not finite are
// left out.
func histogramOf(d *model.Distribution, all []float64, when string, step int64) *Histogram {
	h := &Histogram{Name: d.Name, When: when, Step: step, Width: d.Width}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range all {
		if v-v == 0 { // finite
			low, high = min(low, v), max(high, v)
		}
	}
	if !(low <= high) {
		return h
	}
	for math.Floor(high/h.Width)-math.Floor(low/h.Width) >= countedBins {
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
	h.trim()
	return h
}

// trim leaves as many bins as are shown.
func (h *Histogram) trim() {
	const outermost = 0.005 // on either side
	var total int64
	for _, n := range h.Counts {
		total += n
	}
	most := int64(outermost * float64(total))
	from, to := 0, len(h.Counts)
	for from < to && h.Below+h.Counts[from] <= most {
		h.Below += h.Counts[from]
		from++
	}
	for to > from && h.Above+h.Counts[to-1] <= most {
		to--
		h.Above += h.Counts[to]
	}
	h.Lower += float64(from) * h.Width
	h.Counts = h.Counts[from:to]
	for len(h.Counts) > shownBins {
		h.join()
	}
}

// join makes bins of twice the width, whose edges are multiples of it.
func (h *Histogram) join() {
	first := math.Floor(h.Lower / (2 * h.Width))
	shift := int(math.Round(h.Lower/h.Width - 2*first))
	joined := make([]int64, (len(h.Counts)+shift+1)/2)
	for i, n := range h.Counts {
		joined[(i+shift)/2] += n
	}
	h.Width *= 2
	h.Lower, h.Counts = first*h.Width, joined
}
