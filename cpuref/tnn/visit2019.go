package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// held is what a half-edge holds in a visit of hylton2019, after the input has
// arrived: its two compartments of the present sign of the weight.
type held[F fmath.Float] struct {
	q0, p0 F // positive charge
	q1, p1 F // negative charge
}

// hold drops what was charged under another sign of the weight, then adds the
// input v (docs/model.md section 3). A potential has the sign of charge times
// weight. Device twin: tnn_charge2019 in kernels.cl.
func hold[F fmath.Float](q0, p0, q1, p1, v, w F) held[F] {
	if w == 0 {
		return held[F]{}
	}
	// Indices instead of branches, as in visit2020: 0 and 1 are the slots, 2 and 3
	// what is dropped of either, or an input of no charge.
	var q, p [4]F
	below := minusBit(w)
	at0, at1 := 2*(minusBit(p0)^below), 3-2*(minusBit(p1)^below)
	q[at0], p[at0] = q0, p0
	q[at1], p[at1] = q1, p1
	input := F(v * w)
	to := minusBit(input)
	if input == 0 {
		to = 2
	}
	q[to], p[to] = clamp(q[to]+input, abs(w)), clamp(p[to]+v, 1)
	return held[F]{q[0], p[0], q[1], p[1]}
}

// places are the compartments that the charges of a half-edge are in, nowhere where
// there is none.
func (c *held[F]) places(w F) (plus, minus int) {
	plus = 2 * minusBit(w)
	minus = plus + 1
	if c.q0 == 0 {
		plus = nowhere
	}
	if c.q1 == 0 {
		minus = nowhere
	}
	return plus, minus
}

// pairSums is one of the two pairs of compartments, A of positive and B of
// negative charge: charges, weights, potentials and numbers of its members.
type pairSums[F fmath.Float] struct {
	chargeA, chargeB       F
	capacityA, capacityB   F
	potentialA, potentialB F
	membersA, membersB     F
}

// charge2019 charges half-edges tentatively, those from row on, one for each of edges: hold
// without potentials.
func (r *replica[F]) charge2019(s *sweep[F], row int, basis F, edges []charged[F]) {
	if len(edges) == 0 {
		return // where a last slice has none, row is beyond the arrays
	}
	n := (len(edges)-1)*tnn.Lanes + 1
	neighbour, weightOf := r.neighbour[row:][:n], r.weightOf[row:][:n]
	charge0, potential0 := r.charge0[row:][:n], r.potential0[row:][:n]
	charge1, potential1 := r.charge1[row:][:n], r.potential1[row:][:n]
	for i, h := 0, 0; h < n; i, h = i+1, h+tnn.Lanes {
		c := &edges[i]
		c.q = quad[F]{}
		c.m = quad[F]{}
		w := r.weight[weightOf[h]]
		if w == 0 {
			continue
		}
		below := minusBit(w)
		plus, minus := 2*below, 2*below+1
		c.q[plus|nowhere*(minusBit(potential0[h])^below)] = charge0[h]
		c.q[minus|nowhere*(1-(minusBit(potential1[h])^below))] = charge1[h]
		input := F(r.input(s, neighbour[h], basis) * w)
		to := 2*below + minusBit(input)
		if input == 0 {
			to = nowhere
		}
		c.q[to] = clamp(c.q[to]+input, abs(w))
		if c.q[plus] == 0 {
			plus = nowhere
		}
		if c.q[minus] == 0 {
			minus = nowhere
		}
		c.m[plus], c.m[minus] = w, w
	}
}

// hold charges half-edge h, which leads to node n.
func (r *replica[F]) hold(s *sweep[F], h int, n int32, basis, w F) held[F] {
	return hold(r.charge0[h], r.potential0[h], r.charge1[h], r.potential1[h], r.input(s, n, basis), w)
}

// members gives what an adapting visit needs besides: the sums of the members'
// potentials, their numbers, and the mean square of all weights.
func (r *replica[F]) members(s *sweep[F], row, degree int, basis F) (potential, number quad[F], w2 F) {
	edges := F(0)
	for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		w := r.weight[r.weightOf[h]]
		c := r.hold(s, h, n, basis, w)
		plus, minus := c.places(w)
		potential[plus] += abs(c.p0)
		number[plus]++
		potential[minus] += abs(c.p1)
		number[minus]++
		w2 += F(w * w)
		edges++
	}
	return potential, number, w2 / edges
}

// basis is the own state that external nodes which predict look at: that of the
// beginning of the last relaxation sweep.
func (r *replica[F]) basis(s *sweep[F], pos int32, old F) F {
	if s.adapting {
		return r.offered[pos]
	}
	return old
}

// visit2019 is one visit of the node at a position (docs/model.md section 3). sums
// is room for a number for each level. Device twin: tnn_visit in section 9 of kernels.cl.
func (r *replica[F]) visit2019(s *sweep[F], pos int32, edges []charged[F], sums []F, out *nodeSums[F]) {
	old := r.state[pos]
	row, degree := r.halfEdges(pos)
	basis := r.basis(s, pos, old)
	edges = edges[:degree]
	r.charge2019(s, row, basis, edges)
	q, m := sumsOf(edges)
	depthMinus := F(s.node.Four * abs(F(q[plusPlus]*m[minusMinus])+F(q[minusMinus]*m[plusPlus])))
	depthPlus := F(s.node.Four * abs(F(q[plusMinus]*m[minusPlus])+F(q[minusPlus]*m[plusMinus])))
	x0, _, _, _ := rng.Draw(uint32(r.id[pos]), 0, s.k, rng.NodeState, r.key)
	u := rng.Uniform[F](x0)
	if !s.adapting {
		r.offered[pos] = old
		r.state[pos], _, _ = draw2019(depthMinus, depthPlus, u, s.states, sums, s.node)
		return
	}
	draw := sample2019(depthMinus, depthPlus, u, s.states, sums, s.node)
	draw.energy += depthPlus + depthMinus
	out.draw(&draw, draw.x-r.adapted[pos])
	r.relax(s, pos, row, degree, basis, draw.x, &q, &m, out)
	r.state[pos], r.adapted[pos], r.energy[pos] = draw.x, draw.x, draw.energy
	r.sumEdges(pos, row, degree, draw.x, out)
	for _, w := range []struct {
		field []F
		value F
	}{{r.watched.entropy, draw.entropy}, {r.watched.dissipation, out.dissipation}, {r.watched.transport, out.transport}} {
		if w.field != nil {
			w.field[pos] = w.value
		}
	}
}

// correction is what the update of a pair's members needs.
type correction[F fmath.Float] struct {
	e1, e2 F
	sigma  F
	keep   F    // 1 - h
	skip   bool // nothing is updated or multiplied
}

// settle computes a pair's residuals and its part of the observables.
func (p *pairSums[F]) settle(h, x, sigma F, out *nodeSums[F]) correction[F] {
	r1, r2 := p.chargeA-F(p.capacityB*x), p.chargeB-F(p.capacityA*x)
	t1, t2 := p.chargeA+F(p.capacityB*x), p.chargeB+F(p.capacityA*x)
	hh := F(h * h)
	out.dissipation += F(hh * (F(r1*r1) + F(r2*r2)))
	out.transport += F(hh * (F(t1*t1) + F(t2*t2)) * 0.25)
	out.qualityNumerator += F(h * (abs(t1) + abs(t2)))
	out.qualityDenominator += F(h * (abs(r1) + abs(r2)))
	d1, d2 := p.potentialA+F(p.membersB*abs(x)), p.potentialB+F(p.membersA*abs(x))
	if d1 <= 0 || d2 <= 0 {
		return correction[F]{skip: true, keep: 1}
	}
	return correction[F]{e1: -F(h*r1) / d1, e2: -F(h*r2) / d2, sigma: sigma, keep: 1 - h}
}

// err is the error of a member with potential p. x is signed.
func (c *correction[F]) err(own, opposite, p, x F) F {
	pp, xx := F(p*p), F(x*x)
	if pp+xx == 0 {
		return 0
	}
	if x > 0 {
		opposite = -opposite
	}
	return F((F(F(c.sigma*own)*pp) + F(opposite*xx)) / (pp + xx) * 0.5)
}

// relax updates the weights over both pairs and stores charges and potentials.
// Device twin: tnn_relax in kernels.cl.
func (r *replica[F]) relax(s *sweep[F], pos int32, row, degree int, basis, x F, q, m *quad[F], out *nodeSums[F]) {
	p, n, w2 := r.members(s, row, degree, basis)
	pair := func(a, b int) *pairSums[F] {
		return &pairSums[F]{q[a], q[b], m[a], m[b], p[a], p[b], n[a], n[b]}
	}
	first, second := pair(plusPlus, minusMinus), pair(plusMinus, minusPlus)
	hFirst, hSecond := F(0), F(0)
	if x < 0 {
		hFirst = -x
	} else {
		hSecond = x
	}
	c1, c2 := first.settle(hFirst, x, 1, out), second.settle(hSecond, x, -1, out)
	loops := uint32(0)
	for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		at := r.weightOf[h]
		w := r.weight[at]
		c := r.hold(s, h, n, basis, w)
		j := uint32(r.id[n])
		if n == pos {
			j = rng.SelfLoop(loops)
			loops++
		}
		// The positive charge is in A of the pair of its weight's sign, the
		// negative one in B of the other.
		a, b := &c1, &c2
		if w < 0 {
			a, b = &c2, &c1
		}
		if s.adapt && s.edge.kind != tnn.Fixed && r.isActive(n) {
			r.weight[at] = r.update2019(s, uint32(r.id[pos]), j, w, w2, x, &c, a, b)
		}
		r.charge0[h], r.potential0[h] = F(c.q0*a.keep), F(c.p0*a.keep)
		r.charge1[h], r.potential1[h] = F(c.q1*b.keep), F(c.p1*b.keep)
	}
}

// update2019 changes one weight: by the first pair, then by the second. w > 0
// has its positive charge in the first pair, w < 0 its negative one.
func (r *replica[F]) update2019(s *sweep[F], i, j uint32, w, w2, x F, c *held[F], a, b *correction[F]) F {
	inA, inB := c.q0 != 0 && !a.skip, c.q1 != 0 && !b.skip
	if !inA && !inB {
		return w
	}
	x0, x1, x2, x3 := rng.Draw(i, j, s.k, rng.WeightNoise, r.key)
	errA, errB := a.err(a.e1, a.e2, c.p0, x), b.err(b.e2, b.e1, c.p1, x)
	if w < 0 {
		inA, inB, errA, errB = inB, inA, errB, errA
	}
	if inA {
		w = s.edge.change(w, errA, w2, x0, x1)
		x0, x1 = x2, x3
	}
	if inB {
		w = s.edge.change(w, errB, w2, x0, x1)
	}
	return w
}
