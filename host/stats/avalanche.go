package stats

import "math"

// Avalanche is a maximal run of steps in which the activity is above a threshold
// (Del Papa et al. 2017).
type Avalanche struct {
	Duration int     // steps
	Size     float64 // sum of activity less threshold
}

// Threshold is half the mean of an activity, rounded; halves go to even.
func Threshold(activity []float64) float64 {
	return math.RoundToEven(Mean(activity).Mean / 2)
}

// WholeAvalanches are those of an activity above a threshold, in their order, that neither
// end of the series cuts: one that is under way at the first step is dropped, and one that
// is not over at the last.
func WholeAvalanches(activity []float64, threshold float64) []Avalanche {
	for i, c := range activity {
		if !(c > threshold) {
			return Avalanches(activity[i:], threshold)
		}
	}
	return nil
}

// Avalanches are those above a threshold of an activity that has just begun, in their
// order. One that is not over at the end is dropped.
func Avalanches(activity []float64, threshold float64) []Avalanche {
	var out []Avalanche
	var at Avalanche
	for _, c := range activity {
		if c > threshold {
			at.Duration++
			at.Size += c - threshold
			continue
		}
		if at.Duration > 0 {
			out = append(out, at)
		}
		at = Avalanche{}
	}
	return out
}

// Durations are those of avalanches, in steps.
func Durations(avalanches []Avalanche) []float64 {
	out := make([]float64, len(avalanches))
	for i, a := range avalanches {
		out[i] = float64(a.Duration)
	}
	return out
}

// Sizes are those of avalanches.
func Sizes(avalanches []Avalanche) []float64 {
	out := make([]float64, len(avalanches))
	for i, a := range avalanches {
		out[i] = a.Size
	}
	return out
}

// SizeOfDuration is the mean size of avalanches by their duration.
func SizeOfDuration(avalanches []Avalanche) map[int]Estimate {
	sizes := make(map[int][]float64)
	for _, a := range avalanches {
		sizes[a.Duration] = append(sizes[a.Duration], a.Size)
	}
	out := make(map[int]Estimate, len(sizes))
	for d, s := range sizes {
		out[d] = Mean(s)
	}
	return out
}
