package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// sample is what a node draws: its state and what is recorded of the draw.
type sample[F fmath.Float] struct {
	x, energy, free, entropy F
}

// wing is the candidate states on one side of zero: count of them, from the
// outermost inwards, the outermost at energy -depth. They are equally spaced in
// energy, so their Boltzmann weights are a geometric series.
type wing[F fmath.Float] struct {
	depth  F // D of docs/model.md section 2 step 3
	levels F // N
	count  F // how many of them are candidates
}

// wings applies docs/model.md section 2 step 4. hasZero tells whether the state
// 0 is a candidate.
func wings[F fmath.Float](depthMinus, depthPlus F, p *tnn.NodeParameters[F]) (minus, plus wing[F], hasZero bool) {
	n, m := floor(depthMinus/p.Threshold), floor(depthPlus/p.Threshold)
	if n < 1 {
		n = 1
	}
	if m < 1 {
		m = 1
	}
	deep, shallow := m, n
	if n > m {
		deep, shallow = n, m
	}
	// Where the deeper side has more than S states, it keeps its S outermost, and
	// the shallower side loses as many of its innermost as the deeper one. Counted
	// from the outside, since with very many states n-(n-S) would not be S.
	inner := shallow
	if hasZero = deep <= p.Levels; !hasZero {
		deep = p.Levels
		inner = p.Levels - abs(n-m)
		if inner < 0 {
			inner = 0
		}
	}
	minus, plus = wing[F]{depthMinus, n, inner}, wing[F]{depthPlus, m, deep}
	if n > m {
		minus.count, plus.count = deep, inner
	}
	return minus, plus, hasZero
}

// series is a wing's Boltzmann weights relative to the lowest energy of all
// candidates: first, first*ratio, first*ratio^2, ...
type series[F fmath.Float] struct {
	first, ratio       F
	energy, rise       F // energy of the outermost above the lowest, and from one to the next
	terms              int
	total, energyTotal F
}

// weigh sums a wing's series. Terms too small to matter are left out.
func (w wing[F]) weigh(lowest, cut F) series[F] {
	s := series[F]{rise: w.depth / w.levels}
	if w.count < 1 {
		return s
	}
	s.energy = -w.depth - lowest
	s.first, s.ratio = fmath.Exp(-s.energy), fmath.Exp(-s.rise)
	count := w.count
	if F(count*s.rise) > cut {
		count = floor(cut/s.rise) + 1
	}
	s.terms = int(count)
	weight, energy := s.first, s.energy
	for range s.terms {
		s.total += weight
		s.energyTotal += F(weight * energy)
		weight *= s.ratio
		energy += s.rise
	}
	return s
}

// index of the term in which the running sum of weights exceeds mass.
func (s series[F]) index(mass F) int {
	weight, sum := s.first, F(0)
	for i := range s.terms - 1 {
		sum += weight
		if sum > mass {
			return i
		}
		weight *= s.ratio
	}
	return s.terms - 1
}

// sample2020 draws a state by docs/model.md section 2 steps 4 to 7. u is the
// uniform deviate. Device twin: tnn_sample2020 in kernels.cl.
func sample2020[F fmath.Float](depthMinus, depthPlus, u F, p *tnn.NodeParameters[F]) sample[F] {
	minus, plus, hasZero := wings(depthMinus, depthPlus, p)
	lowest := F(0)
	if minus.count >= 1 {
		lowest = -depthMinus
	}
	if plus.count >= 1 && -depthPlus < lowest {
		lowest = -depthPlus
	}
	sm, sp := minus.weigh(lowest, p.Cut), plus.weigh(lowest, p.Cut)
	zero := F(0)
	if hasZero {
		zero = fmath.Exp(lowest)
	}
	z := sm.total + zero + sp.total
	energyTotal := sm.energyTotal + F(zero*-lowest) + sp.energyTotal

	var x, depth F
	target := F(u * z)
	switch {
	case target <= sm.total && sm.terms > 0:
		x, depth = -((minus.levels - F(sm.index(target))) / minus.levels), depthMinus
	case target > sm.total+zero && sp.terms > 0, !hasZero:
		x, depth = (plus.levels-F(sp.index(z-target)))/plus.levels, depthPlus
	}
	logZ := fmath.Log(z)
	size := floor((depthPlus + depthMinus + 1) / p.Threshold)
	if size < 3 {
		size = 3
	}
	return sample[F]{
		x:       x,
		energy:  -F(depth * abs(x)),
		free:    lowest - logZ,
		entropy: (energyTotal/z + logZ) / fmath.Log(size),
	}
}

// ladder is the fixed states of hylton2019: the cubes of their magnitudes, from
// either end inwards. Zero is below.
type ladder[F fmath.Float] struct{ below, above []F }

func ladderOf[F fmath.Float](levels int) ladder[F] {
	r := ladder[F]{make([]F, (levels+1)/2), make([]F, levels/2)}
	for l := range r.below {
		r.below[l] = cube(level(l, F(levels)))
	}
	for i := range r.above {
		r.above[i] = cube(level(levels-1-i, F(levels)))
	}
	return r
}

// level is the state of index l of S fixed ones from -1 to 1.
func level[F fmath.Float](l int, levels F) F { return -1 + F(2*l)/(levels-1) }

// cube is |x|^3.
func cube[F fmath.Float](x F) F {
	x = abs(x)
	return F(F(x*x) * x)
}

// sample2019 draws one of the fixed levels. Energy falls monotonically from zero
// to either end, so both sides are walked from their ends inwards until a level
// has no weight. sums is room for a number for each level. Device twin: tnn_sample2019
// in kernels.cl.
func sample2019[F fmath.Float](depthMinus, depthPlus, u F, states *ladder[F], sums []F, p *tnn.NodeParameters[F]) sample[F] {
	deepest := greater(depthMinus, depthPlus)
	below, energyBelow := weigh2019(states.below, sums, depthMinus, deepest, p.Cut)
	above, energyAbove := weigh2019(states.above, sums[len(states.below):], depthPlus, deepest, p.Cut)
	low := last(below)
	z := low + last(above)
	target := F(u * z)
	l := 0
	if target > low {
		l = int(p.Levels) - 1 - reach(above, z-target)
	} else {
		l = reach(below, target)
	}
	x, depth := level(l, p.Levels), depthPlus
	if x < 0 {
		depth = depthMinus
	}
	logZ := fmath.Log(z)
	return sample[F]{
		x:       x,
		energy:  -F(depth * cube(x)),
		free:    -deepest - logZ,
		entropy: ((energyBelow+energyAbove)/z + logZ) / p.LogLevels,
	}
}

// weigh2019 gives the running sums of the Boltzmann weights of one side's levels,
// up to the first that has none, and the sum of weights times energies above the
// lowest, which is -deepest. On a side without depth all levels have one weight.
func weigh2019[F fmath.Float](cubes, room []F, depth, deepest, cut F) (sums []F, energyTotal F) {
	room = room[:len(cubes)]
	total, weight, energy := F(0), F(1), F(0)
	for i, c := range cubes {
		e := deepest - F(depth*c)
		if e > cut {
			return room[:i], energyTotal
		}
		if e != energy {
			weight, energy = fmath.Exp(-e), e
		}
		total += weight
		energyTotal += F(weight * e)
		room[i] = total
	}
	return room, energyTotal
}

// last is the total that running sums come to.
func last[F fmath.Float](sums []F) F {
	if len(sums) == 0 {
		return 0
	}
	return sums[len(sums)-1]
}

// reach is the index of the first running sum that exceeds mass, or the last index.
func reach[F fmath.Float](sums []F, mass F) int {
	for i, sum := range sums {
		if sum > mass {
			return i
		}
	}
	return len(sums) - 1
}
