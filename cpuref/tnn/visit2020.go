package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// The four compartments of a half-edge in hylton2020, by (sign of charge, sign of
// weight), as indices: those of slot 0 have a positive weight, those of slot 1 a
// negative one. Indices instead of branches: the signs are as good as random, and
// a processor would guess wrong every second time.
const (
	plusPlus     = iota // ++, slot 0
	minusPlus           // -+, slot 0
	plusMinus           // +-, slot 1
	minusMinus          // --, slot 1
	nowhere             // where an input of no charge goes
	compartments = 8    // a power of two, so that a masked index needs no check
)

// quad is a value for each compartment.
type quad[F fmath.Float] [compartments]F

// charged is a half-edge in a visit: its tentative charges and their weights, and in
// hylton2020 the input that it received.
type charged[F fmath.Float] struct {
	q, m  quad[F]
	p     quad[F] // of an equilibrating node
	v, w  F
	input int // the compartment that the input fell in
}

// charge adds the inputs of a node whose state is own to what its half-edges have stored
// (docs/model.md section 2 step 1): those from row on, one for each of edges. Device twin, for
// each of them: tnn_charge2020 in kernels.cl.
func (r *replica[F]) charge(s *sweep[F], row int, own F, edges []charged[F]) {
	if len(edges) == 0 {
		return // where a last slice has none, row is beyond the arrays
	}
	n := (len(edges)-1)*tnn.Lanes + 1
	neighbour, weightOf := r.neighbour[row:][:n], r.weightOf[row:][:n]
	charge0, memory0 := r.charge0[row:][:n], r.memory0[row:][:n]
	charge1, memory1 := r.charge1[row:][:n], r.memory1[row:][:n]
	for i, h := 0, 0; h < n; i, h = i+1, h+tnn.Lanes {
		c := &edges[i]
		c.q = quad[F]{}
		c.m = quad[F]{}
		q0, q1 := charge0[h], charge1[h]
		at0, at1 := minusBit(q0), plusMinus+minusBit(q1)
		c.q[at0], c.m[at0] = q0, memory0[h]
		c.q[at1], c.m[at1] = q1, memory1[h]
		v, w := r.input(s, neighbour[h], own), r.weight[weightOf[h]]
		in := F(v * w)
		to := 2*minusBit(w) + minusBit(in)
		if in == 0 {
			to = nowhere
		}
		c.v, c.w, c.input = v, w, to
		c.q[to] = clamp(c.q[to]+in, abs(w))
		c.m[to] = w
	}
}

// sumsOf sums the compartments of half-edges. Go keeps the elements of an array in memory,
// and these in registers.
func sumsOf[F fmath.Float](edges []charged[F]) (q, m quad[F]) {
	var q0, q1, q2, q3, m0, m1, m2, m3 F
	for i := range edges {
		c := &edges[i]
		q0, q1, q2, q3 = q0+c.q[0], q1+c.q[1], q2+c.q[2], q3+c.q[3]
		m0, m1, m2, m3 = m0+c.m[0], m1+c.m[1], m2+c.m[2], m3+c.m[3]
	}
	return quad[F]{q0, q1, q2, q3}, quad[F]{m0, m1, m2, m3}
}

// visit2020 is one visit of the node at a position (docs/model.md section 2).
// Device twin: tnn_visit in section 8 of kernels.cl.
func (r *replica[F]) visit2020(s *sweep[F], pos int32, edges []charged[F], out *nodeSums[F]) {
	old := r.state[pos]
	row, degree := r.halfEdges(pos)
	// Steps 1 to 3: tentative charges, their sums, the depths.
	edges = edges[:degree]
	r.charge(s, row, old, edges)
	q, m := sumsOf(edges)
	depthMinus := F(s.node.Four * (F(q[plusPlus]*-m[minusMinus]) + F(q[minusMinus]*-m[plusPlus])))
	depthPlus := F(s.node.Four * (F(q[plusMinus]*m[minusPlus]) + F(q[minusPlus]*m[plusMinus])))

	x0, _, _, _ := rng.Draw(uint32(r.id[pos]), 0, s.k, rng.NodeState, r.key)
	draw := sample2020(depthMinus, depthPlus, rng.Uniform[F](x0), s.node)
	fluctuating := abs(draw.energy-r.energy[pos]) > s.node.Threshold
	r.energy[pos] = draw.energy

	out.draw(&draw, draw.x-old)
	if fluctuating {
		out.fluctuating = 1
	}
	if !fluctuating && s.adapt && draw.x != 0 {
		r.equilibrate(s, pos, row, edges, &q, &m, draw.x)
	}
	r.state[pos] = draw.x // not before: a self-loop's input is the old state
	out.dissipation, out.transport = r.dissipation[pos], r.transport[pos]
	out.qualityNumerator, out.qualityDenominator = r.qualityNumerator[pos], r.qualityDenominator[pos]
	r.sumEdges(pos, row, degree, draw.x, out)
	if r.watched.entropy != nil {
		r.watched.entropy[pos] = draw.entropy
	}
	if r.watched.fluctuating != nil {
		r.watched.fluctuating[pos] = out.fluctuating
	}
}

// potentials finds the potential of each compartment of half-edge h, the input's
// included. A stored potential belongs to the compartment that its slot's charge
// is in.
func (r *replica[F]) potentials(c *charged[F], h int) {
	c.p = quad[F]{}
	c.p[minusBit(r.charge0[h])] = r.potential0[h]
	c.p[plusMinus+minusBit(r.charge1[h])] = r.potential1[h]
	c.p[c.input] = clamp(c.p[c.input]+c.v, 1)
}

// pair says which compartments the sign of a state connects: A of positive and B
// of negative charge, and which stay stored in either slot.
type pair struct{ a, b, rest0, rest1 int }

func pairOf[F fmath.Float](x F) pair {
	if x < 0 {
		return pair{plusPlus, minusMinus, minusPlus, plusMinus}
	}
	return pair{plusMinus, minusPlus, plusPlus, minusMinus}
}

// equilibrate is docs/model.md section 2 step 9. Device twin: tnn_equilibrate in
// kernels.cl.
func (r *replica[F]) equilibrate(s *sweep[F], pos int32, row int, edges []charged[F], q, m *quad[F], x F) {
	on := pairOf(x)
	var potentialA, potentialB, weightA, weightB, membersA, membersB F
	for i := range edges {
		c := &edges[i]
		r.potentials(c, row+i*tnn.Lanes)
		if c.q[on.a] != 0 {
			potentialA += abs(c.p[on.a])
			weightA += F(c.w * c.w)
			membersA++
		}
		if c.q[on.b] != 0 {
			potentialB += abs(c.p[on.b])
			weightB += F(c.w * c.w)
			membersB++
		}
	}
	r1, r2 := q[on.a]-F(m[on.b]*x), q[on.b]-F(m[on.a]*x)
	t1, t2 := q[on.a]+F(m[on.b]*x), q[on.b]+F(m[on.a]*x)
	r.dissipation[pos] = F(s.node.Temperature * (F(r1*r1) + F(r2*r2)))
	r.transport[pos] = F(s.node.Temperature * (F(t1*t1) + F(t2*t2)) * 0.25)
	r.qualityNumerator[pos] = abs(t1) + abs(t2)
	r.qualityDenominator[pos] = abs(r1) + abs(r2)

	// Without members nothing is cleared or changed, and with them both of these
	// are positive, as a charge never stands without a potential.
	d1, d2 := potentialA+F(membersB*abs(x)), potentialB+F(membersA*abs(x))
	fix := repair[F]{pair: on, w2: (weightA + weightB) / (membersA + membersB), xx: F(x * x), sigma: 1}
	if d1 > 0 && d2 > 0 {
		fix.e1, fix.e2 = -r1/(2*d1), -r2/(2*d2)
	}
	if x > 0 {
		fix.sigma = -1
	}
	loops := uint32(0)
	for i := range edges {
		h, c := row+i*tnn.Lanes, &edges[i]
		p := &c.p
		r.charge0[h], r.memory0[h], r.potential0[h] = c.q[on.rest0], c.m[on.rest0], p[on.rest0]
		r.charge1[h], r.memory1[h], r.potential1[h] = c.q[on.rest1], c.m[on.rest1], p[on.rest1]
		n := r.neighbour[h]
		j := uint32(r.id[n])
		if n == pos {
			j = rng.SelfLoop(loops)
			loops++
		}
		if (c.q[on.a] != 0 || c.q[on.b] != 0) && s.edge.kind != tnn.Fixed && r.isActive(n) {
			r.weight[r.weightOf[h]] = fix.weight(s, c, uint32(r.id[pos]), j, r.key)
		}
	}
}

// repair is what changes the weights of an equilibrating node's members.
type repair[F fmath.Float] struct {
	pair
	e1, e2, sigma, w2, xx F
}

// weight changes the weight of a half-edge between nodes i and j that is a member
// of A, of B, or of both.
func (f *repair[F]) weight(s *sweep[F], c *charged[F], i, j uint32, key [2]uint32) F {
	x0, x1, x2, x3 := rng.Draw(i, j, s.k, rng.WeightNoise, key)
	w := c.w
	if c.q[f.a] != 0 {
		pp := F(c.p[f.a] * c.p[f.a])
		w = s.edge.change(w, F(f.sigma*(F(f.e1*pp)+F(f.e2*f.xx)))/(pp+f.xx), f.w2, x0, x1)
		x0, x1 = x2, x3
	}
	if c.q[f.b] != 0 {
		pp := F(c.p[f.b] * c.p[f.b])
		w = s.edge.change(w, F(f.sigma*(F(f.e2*pp)+F(f.e1*f.xx)))/(pp+f.xx), f.w2, x0, x1)
	}
	return w
}
