package cpuref

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
// uniform deviate. Device twin: sample2020 in kernels.cl.
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

// level is the state of index l of S fixed ones from -1 to 1.
func level[F fmath.Float](l int, levels F) F { return -1 + F(2*l)/(levels-1) }

// cubic is the energy of a fixed state above the lowest one: docs/model.md
// section 3, Energies.
func cubic[F fmath.Float](x, depthMinus, depthPlus, lowest F) F {
	depth := depthPlus
	if x < 0 {
		depth = depthMinus
		x = -x
	}
	return -F(depth*F(F(x*x)*x)) - lowest
}

// sample2019 draws one of the fixed levels. Energy falls monotonically from zero
// to either end, so both sides are walked from their ends inwards until a level
// has no weight. Device twin: sample2019 in kernels.cl.
func sample2019[F fmath.Float](depthMinus, depthPlus, u F, p *tnn.NodeParameters[F]) sample[F] {
	levels := int(p.Levels)
	minus := (levels + 1) / 2 // levels at or below zero
	lowest := -depthMinus
	if depthPlus > depthMinus {
		lowest = -depthPlus
	}
	low, energyLow := weigh2019(0, 1, minus, depthMinus, depthPlus, lowest, p)
	high, energyHigh := weigh2019(levels-1, -1, levels-minus, depthMinus, depthPlus, lowest, p)
	z := low + high
	x := pick2019(depthMinus, depthPlus, lowest, F(u*z), low, z, p)
	logZ := fmath.Log(z)
	return sample[F]{
		x:       x,
		energy:  cubic(x, depthMinus, depthPlus, 0),
		free:    lowest - logZ,
		entropy: ((energyLow+energyHigh)/z + logZ) / p.LogLevels,
	}
}

// weigh2019 sums the Boltzmann weights, and those times the energy above the
// lowest, of the levels first, first+by, ... up to count of them.
func weigh2019[F fmath.Float](first, by, count int, depthMinus, depthPlus, lowest F, p *tnn.NodeParameters[F]) (total, energyTotal F) {
	for i := range count {
		e := cubic(level(first+i*by, p.Levels), depthMinus, depthPlus, lowest)
		if e > p.Cut {
			break
		}
		weight := fmath.Exp(-e)
		total += weight
		energyTotal += F(weight * e)
	}
	return total, energyTotal
}

// pick2019 finds the level at which the cumulative weight reaches target.
func pick2019[F fmath.Float](depthMinus, depthPlus, lowest, target, low, z F, p *tnn.NodeParameters[F]) F {
	levels := int(p.Levels)
	l, step, last, mass := 0, 1, (levels+1)/2-1, target
	if target > low {
		l, step, last, mass = levels-1, -1, (levels+1)/2, z-target
	}
	x, sum := level(l, p.Levels), F(0)
	for ; ; l += step {
		here := level(l, p.Levels)
		e := cubic(here, depthMinus, depthPlus, lowest)
		if e > p.Cut {
			return x
		}
		x = here
		sum += fmath.Exp(-e)
		if sum > mass || l == last {
			return x
		}
	}
}
