package record

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"tnn-gpu/host/cores"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// histogram is a distribution of the replicas of a point, together.
type histogram struct {
	of      *model.Distribution
	replica int               // the first of the point
	counts  map[float64]int64 // by number of the bin
}

// count counts the values of every distribution.
func (r *Recorder) count(field func(string) *state.Array) ([]histogram, error) {
	var out []histogram
	for i := range r.about.Distributions {
		d := &r.about.Distributions[i]
		a := field(d.From)
		if a == nil {
			return nil, fmt.Errorf("field %s was not captured, but the histogram %s needs it", d.From, d.Name)
		}
		for _, replicas := range r.points {
			var parts []model.Part
			for _, k := range replicas {
				parts = split(parts, d.Whole(a, k, r.replicas))
			}
			out = append(out, histogram{d, replicas[0], countParts(d, parts)})
		}
	}
	return out, nil
}

// partItems are counted at a time, so that little memory is taken.
const partItems = 1 << 14

// split cuts the items of a replica into parts.
func split(parts []model.Part, whole model.Part) []model.Part {
	for first := whole.First; first < whole.Last; first += partItems {
		part := whole
		part.First, part.Last = first, min(first+partItems, whole.Last)
		parts = append(parts, part)
	}
	return parts
}

// countParts counts values by the number of their bin, on all cores.
func countParts(d *model.Distribution, parts []model.Part) map[float64]int64 {
	all := make([]bins, cores.Workers(len(parts)))
	values := make([][]float64, len(all))
	cores.EachOf(len(all), len(parts), func(worker, i int) {
		values[worker] = d.Values(values[worker][:0], parts[i])
		all[worker].add(values[worker], d.Width)
	})
	counts := make(map[float64]int64)
	for i := range all {
		all[i].addTo(counts)
	}
	return counts
}

// bins count values: near 0, where most are, in a table.
type bins struct {
	near [2 * nearBins]int64
	far  map[float64]int64
}

const nearBins = 1 << 11

func (b *bins) add(values []float64, width float64) {
	for _, v := range values {
		bin := math.Floor(v/width) + 0 // -0 + 0 is 0
		if bin >= -nearBins && bin < nearBins {
			b.near[int(bin)+nearBins]++
			continue
		}
		if b.far == nil {
			b.far = make(map[float64]int64)
		}
		b.far[bin]++
	}
}

func (b *bins) addTo(counts map[float64]int64) {
	for i, n := range b.near {
		if n > 0 {
			counts[float64(i-nearBins)] += n
		}
	}
	for bin, n := range b.far {
		counts[bin] += n
	}
}

// writeHistograms writes what was counted, without the bins that have no value.
func (r *Recorder) writeHistograms(when string, all []histogram) error {
	for _, h := range all {
		for _, bin := range slices.Sorted(maps.Keys(h.counts)) {
			r.histograms.text(h.of.Name)
			r.histograms.text(when)
			sweptCell(r.options.Sweep, r.histograms, h.replica)
			r.histograms.number(float64(bin * h.of.Width))
			r.histograms.number(float64((bin + 1) * h.of.Width))
			r.histograms.integer(h.counts[bin])
			if err := r.histograms.end(); err != nil {
				return err
			}
		}
	}
	return nil
}
