package plot

import (
	"math"
	"slices"
)

// parts are those of a curve in which a column says something: where its values are only
// held over from before, as its phase tells, nothing is drawn.
func (s *series) parts(c Curve, column string, steps []float64) []Curve {
	if len(s.runs) > 1 || len(steps) != len(c.X) {
		return []Curve{c}
	}
	var out []Curve
	from := 0
	for _, p := range append(s.heldSpans(column), [2]float64{math.Inf(1), math.Inf(1)}) {
		to, _ := slices.BinarySearch(steps, p[0])
		if to > from {
			out = append(out, c.between(from, to))
		}
		if from, _ = slices.BinarySearch(steps, p[1]); from >= len(steps) {
			break
		}
	}
	return out
}

// heldSpans are the steps, from the first up to one that is not among them, at which the
// values of a column are held.
func (s *series) heldSpans(column string) [][2]float64 {
	var out [][2]float64
	phases := s.runs[0].Metadata.Phases
	for i, p := range phases {
		if !slices.Contains(p.Held, column) {
			continue
		}
		end := math.Inf(1)
		if i+1 < len(phases) {
			end = float64(phases[i+1].First)
		}
		out = append(out, [2]float64{float64(p.First), end})
	}
	return out
}

// between is a part of a curve.
func (c Curve) between(from, to int) Curve {
	c.X, c.Y = c.X[from:to], c.Y[from:to]
	if c.Spread != nil {
		c.Spread = c.Spread[from:to]
	}
	if c.Below != nil {
		c.Below = c.Below[from:to]
	}
	return c
}

// flips are the steps in which external nodes change their signs.
func (s *series) flips() []float64 {
	if s.options.X != "step" || len(s.runs) > 1 {
		return nil
	}
	var out []float64
	for _, step := range s.runs[0].Metadata.Flips {
		if step <= s.runs[0].Metadata.Steps {
			out = append(out, float64(step))
		}
	}
	if len(out) > mostTicks {
		return nil
	}
	return out
}

// mostTicks are more than a panel tells apart.
const mostTicks = 120
