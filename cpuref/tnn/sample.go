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
// energy, so their Boltzmann weights, relative to the lowest energy of all candidates,
// are a geometric series: first, first*ratio, first*ratio^2, ...
type wing[F fmath.Float] struct {
	depth  F // D of docs/model.md section 2 step 3
	levels F // N
	count  F // how many of them are candidates

	first, ratio       F
	terms              int // how many of the weights matter
	total, energyTotal F   // of the weights, and of them times energies above the lowest
}

// wings are those below and above zero. They are found by index, not by branches: which of
// them is the deeper one is as good as random, and what is done first with the one of
// more states and then with the other takes the same way nearly always.
type wings[F fmath.Float] [2]wing[F]

// count applies docs/model.md section 2 step 4. deeper is the index of the wing of more
// states, hasZero tells whether the state 0 is a candidate.
func (w *wings[F]) count(depthMinus, depthPlus F, p *tnn.NodeParameters[F]) (deeper int, hasZero bool) {
	n, m := floor(depthMinus/p.Threshold), floor(depthPlus/p.Threshold)
	if n < 1 {
		n = 1
	}
	if m < 1 {
		m = 1
	}
	if deeper = 1; n > m {
		deeper = 0
	}
	w[0].depth, w[0].levels = depthMinus, n
	w[1].depth, w[1].levels = depthPlus, m
	deep, shallow := &w[deeper], &w[1-deeper]
	// Where the deeper side has more than S states, it keeps its S outermost, and
	// the shallower side loses as many of its innermost as the deeper one. Counted
	// from the outside, since with very many states n-(n-S) would not be S.
	deep.count, shallow.count = deep.levels, shallow.levels
	if hasZero = deep.levels <= p.Levels; !hasZero {
		deep.count = p.Levels
		shallow.count = p.Levels - abs(n-m)
		if shallow.count < 0 {
			shallow.count = 0
		}
	}
	return deeper, hasZero
}

// weigh sums the weights. Those too small to matter are left out.
func (w *wing[F]) weigh(lowest, cut F) {
	if w.count < 1 {
		return
	}
	energy, rise := -w.depth-lowest, w.depth/w.levels
	w.first, w.ratio = 1, fmath.Exp(-rise)
	if energy != 0 { // as it is where nothing is deeper
		w.first = fmath.Exp(-energy)
	}
	count := w.count
	if F(count*rise) > cut {
		count = floor(cut/rise) + 1
	}
	w.terms = int(count)
	weight, total, energyTotal := w.first, F(0), F(0)
	for range w.terms {
		total += weight
		energyTotal += F(weight * energy)
		weight *= w.ratio
		energy += rise
	}
	w.total, w.energyTotal = total, energyTotal
}

// index of the term in which the running sum of weights exceeds mass.
func (w *wing[F]) index(mass F) int {
	weight, sum := w.first, F(0)
	for i := range w.terms - 1 {
		sum += weight
		if sum > mass {
			return i
		}
		weight *= w.ratio
	}
	return w.terms - 1
}

// sample2020 draws a state by docs/model.md section 2 steps 4 to 7. u is the
// uniform deviate. Device twin: tnn_sample2020 in kernels.cl.
func sample2020[F fmath.Float](depthMinus, depthPlus, u F, p *tnn.NodeParameters[F]) sample[F] {
	var both wings[F]
	deeper, hasZero := both.count(depthMinus, depthPlus, p)
	deep, shallow := &both[deeper], &both[1-deeper]
	lowest := -deep.depth
	if shallow.count >= 1 && -shallow.depth < lowest {
		lowest = -shallow.depth
	}
	deep.weigh(lowest, p.Cut)
	shallow.weigh(lowest, p.Cut)
	zero := F(0)
	if hasZero {
		zero = fmath.Exp(lowest)
	}
	minus, plus := &both[0], &both[1]
	z := minus.total + zero + plus.total
	energyTotal := minus.energyTotal + F(zero*-lowest) + plus.energyTotal

	x, depth := F(0), F(0)
	target, side := F(u*z), 0
	if target > minus.total || minus.terms == 0 {
		side = 1
	}
	if side == 0 || !hasZero || target > minus.total+zero && plus.terms > 0 {
		drawn := &both[side]
		mass, sign := [2]F{target, z - target}, [2]F{-1, 1}
		x = F(sign[side] * ((drawn.levels - F(drawn.index(mass[side]))) / drawn.levels))
		depth = drawn.depth
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

// draw2019 draws one of the fixed levels; z is the sum of the Boltzmann weights, relative to
// the lowest energy, and energyTotal that of weights times energies above it. Energy falls
// monotonically from zero to either end, so both sides are walked from their ends inwards
// until a level has no weight. sums is room for a number for each level.
func draw2019[F fmath.Float](depthMinus, depthPlus, u F, states *ladder[F], sums []F, p *tnn.NodeParameters[F]) (x, z, energyTotal F) {
	deepest := greater(depthMinus, depthPlus)
	below, energyBelow := weigh2019(states.below, sums, depthMinus, deepest, p.Cut)
	above, energyAbove := weigh2019(states.above, sums[len(states.below):], depthPlus, deepest, p.Cut)
	low := last(below)
	z = low + last(above)
	target := F(u * z)
	l := 0
	if target > low {
		l = int(p.Levels) - 1 - reach(above, z-target)
	} else {
		l = reach(below, target)
	}
	return level(l, p.Levels), z, energyBelow + energyAbove
}

// sample2019 draws one of the fixed levels, and says what is recorded of the draw. Device
// twin: tnn_sample2019 in kernels.cl.
func sample2019[F fmath.Float](depthMinus, depthPlus, u F, states *ladder[F], sums []F, p *tnn.NodeParameters[F]) sample[F] {
	x, z, energyTotal := draw2019(depthMinus, depthPlus, u, states, sums, p)
	depth := depthPlus
	if x < 0 {
		depth = depthMinus
	}
	logZ := fmath.Log(z)
	return sample[F]{
		x:       x,
		energy:  -F(depth * cube(x)),
		free:    -greater(depthMinus, depthPlus) - logZ,
		entropy: (energyTotal/z + logZ) / p.LogLevels,
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
