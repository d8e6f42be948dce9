package tnn_test

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// What follows draws a state as cpuref/tnn does: energies relative to the
// lowest one, weights added from the ends inwards, those too small left out.

// draw2020 is section 2 steps 4 to 6.
func draw2020[F fmath.Float](depthMinus, depthPlus, u F, p *tnn.NodeParameters[F]) F {
	minus, plus := wells(depthMinus, depthPlus, p)
	lowest := F(0)
	for _, w := range []well[F]{minus, plus} {
		if w.count > 0 {
			lowest = min(lowest, -w.depth)
		}
	}
	below, above := minus.weights(lowest, p.Cut), plus.weights(lowest, p.Cut)
	hasZero, zero := max(minus.levels, plus.levels) <= p.Levels, F(0)
	if hasZero {
		zero = fmath.Exp(lowest)
	}
	sumBelow, sumAbove := sum(below), sum(above)
	z := sumBelow + zero + sumAbove
	target := F(u * z)
	if len(below) > 0 && target <= sumBelow {
		return -(minus.levels - F(reach(below, target))) / minus.levels
	}
	if len(above) > 0 && target > sumBelow+zero || !hasZero {
		return (plus.levels - F(reach(above, z-target))) / plus.levels
	}
	return 0
}

// well is the candidate states on one side: the count outermost of its levels.
type well[F fmath.Float] struct{ depth, levels, count F }

func wells[F fmath.Float](depthMinus, depthPlus F, p *tnn.NodeParameters[F]) (minus, plus well[F]) {
	n, m := max(1, floorOf(depthMinus/p.Threshold)), max(1, floorOf(depthPlus/p.Threshold))
	deep := max(n, m)
	count := func(levels F) F {
		if deep <= p.Levels {
			return levels
		}
		return max(0, p.Levels-(deep-levels))
	}
	return well[F]{depthMinus, n, count(n)}, well[F]{depthPlus, m, count(m)}
}

// weights are the Boltzmann weights of the candidates, from the outermost
// inwards.
func (w well[F]) weights(lowest, cut F) (weights []F) {
	rise := w.depth / w.levels
	weight, ratio := fmath.Exp(w.depth+lowest), fmath.Exp(-rise)
	for j := F(0); j < w.count; j++ {
		if F(w.count*rise) > cut && j > floorOf(cut/rise) {
			break
		}
		weights = append(weights, weight)
		weight *= ratio
	}
	return weights
}

// draw2019 draws one of the fixed levels.
func draw2019[F fmath.Float](depthMinus, depthPlus, u F, p *tnn.NodeParameters[F]) F {
	levels := int(p.Levels)
	lowest := min(-depthMinus, -depthPlus)
	weigh := func(l int) F {
		e := energy2019(level2019(l, p), depthMinus, depthPlus) - lowest
		if e > p.Cut {
			return 0
		}
		return fmath.Exp(-e)
	}
	var below, above []F // to zero from below, and from above without zero
	for l := 0; 2*l <= levels-1; l++ {
		below = append(below, weigh(l))
	}
	for l := levels - 1; 2*l > levels-1; l-- {
		above = append(above, weigh(l))
	}
	z := sum(below) + sum(above)
	target := F(u * z)
	if target > sum(below) {
		return level2019(levels-1-reach(above, z-target), p)
	}
	return level2019(reach(below, target), p)
}

func level2019[F fmath.Float](l int, p *tnn.NodeParameters[F]) F {
	return F(2*l)/(p.Levels-1) - 1
}

func energy2019[F fmath.Float](x, depthMinus, depthPlus F) F {
	if x < 0 {
		return -F(depthMinus * F(F(x*x)*-x))
	}
	return -F(depthPlus * F(F(x*x)*x))
}

func sum[F fmath.Float](weights []F) (total F) {
	for _, w := range weights {
		total += w
	}
	return total
}

// reach is the index at which the running sum exceeds mass, or that of the last
// weight that is not zero.
func reach[F fmath.Float](weights []F, mass F) int {
	total, last := F(0), 0
	for i, w := range weights {
		if w == 0 {
			break
		}
		last = i
		if total += w; total > mass {
			break
		}
	}
	return last
}

func floorOf[F fmath.Float](x F) F { return F(int64(x)) }
