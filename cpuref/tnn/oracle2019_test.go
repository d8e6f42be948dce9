package tnn_test

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// relax is a relaxing visit of docs/model.md section 3.
func (o *oracle[F]) relax(id int, k uint32, era tnn.EraSpec) {
	n := &o.nodes[id]
	x, _, _ := o.sample2019(id, k, o.charge2019(n, n.state, era))
	n.offered = n.state
	n.state = x
}

// charge2019 is the half-edges as they are after what was charged under another
// sign of the weight was dropped and the inputs arrived.
func (o *oracle[F]) charge2019(n *oracleNode[F], own F, era tnn.EraSpec) [][compartments]compartment[F] {
	tentative := make([][compartments]compartment[F], len(n.halves))
	for i := range n.halves {
		h, c := &n.halves[i], &tentative[i]
		*c = h.stored
		v, w := o.input(h, own, era), o.weight[h.edge]
		if w >= 0 {
			c[plusMinus], c[minusMinus] = compartment[F]{}, compartment[F]{}
		}
		if w <= 0 {
			c[plusPlus], c[minusPlus] = compartment[F]{}, compartment[F]{}
		}
		input := F(v * w)
		if input == 0 {
			continue
		}
		x, bound := &c[compartmentOf(input, w)], max(w, -w)
		x.q = max(min(x.q+input, bound), -bound)
		x.p = max(min(x.p+v, 1), -1)
	}
	return tentative
}

// oraclePair is one pair of compartments, a of positive and b of negative charge.
type oraclePair[F fmath.Float] struct {
	a, b                   int
	sigma                  F
	qa, qb, wa, wb, pa, pb F // sums of charge, weight and |potential|
	na, nb                 F // members
	h                      F // strength
}

// sample2019 is charges, energies and the draw of section 3. It gives the state
// and the sums of both pairs, and the recorded energy.
func (o *oracle[F]) sample2019(id int, k uint32, tentative [][compartments]compartment[F]) (x, energy F, pairs [2]oraclePair[F]) {
	n := &o.nodes[id]
	o.seen.nodeVisits++
	pairs = [2]oraclePair[F]{{a: plusPlus, b: minusMinus, sigma: 1}, {a: plusMinus, b: minusPlus, sigma: -1}}
	for i := range pairs {
		p := &pairs[i]
		for j, c := range tentative {
			w := o.weight[n.halves[j].edge]
			if a := c[p.a]; a.q != 0 {
				p.qa, p.wa, p.pa, p.na = p.qa+a.q, p.wa+w, p.pa+max(a.p, -a.p), p.na+1
			}
			if b := c[p.b]; b.q != 0 {
				p.qb, p.wb, p.pb, p.nb = p.qb+b.q, p.wb+w, p.pb+max(b.p, -b.p), p.nb+1
			}
		}
	}
	uMinus := F(pairs[0].qa*pairs[0].wb) + F(pairs[0].qb*pairs[0].wa)
	uPlus := F(pairs[1].qa*pairs[1].wb) + F(pairs[1].qb*pairs[1].wa)
	f := n.parameters.Four
	depthMinus, depthPlus := F(f*-uMinus), F(f*uPlus)
	word := rng.Philox([4]uint32{uint32(id), 0, k, uint32(rng.NodeState)}, o.key)[0]
	x = draw2019(depthMinus, depthPlus, rng.Uniform[F](word), n.parameters)
	energy = energy2019(x, depthMinus, depthPlus) + (depthPlus + depthMinus)
	return x, energy, pairs
}

// adapt is an adapting visit.
func (o *oracle[F]) adapt(id int, k uint32, era tnn.EraSpec) {
	n := &o.nodes[id]
	tentative := o.charge2019(n, n.offered, era)
	x, energy, pairs := o.sample2019(id, k, tentative)
	var w2 F
	for i := range n.halves {
		h := &n.halves[i]
		h.stored = tentative[i]
		w2 += F(o.weight[h.edge] * o.weight[h.edge])
	}
	w2 /= F(len(n.halves))
	updates := make([]int, len(n.halves))
	for i := range pairs {
		p := &pairs[i]
		if i == 0 && x < 0 || i == 1 && x > 0 {
			p.h = max(x, -x)
		}
		o.settle(n, id, k, x, w2, p, updates, era)
	}
	n.state, n.adapted, n.energy = x, x, energy
}

// settle works on one pair.
func (o *oracle[F]) settle(n *oracleNode[F], id int, k uint32, x, w2 F, p *oraclePair[F], updates []int, era tnn.EraSpec) {
	size := max(x, -x)
	r1, r2 := p.qa-F(p.wb*x), p.qb-F(p.wa*x)
	d1, d2 := p.pa+F(p.nb*size), p.pb+F(p.na*size)
	if d1 <= 0 || d2 <= 0 {
		return
	}
	e1, e2 := -F(p.h*r1)/d1, -F(p.h*r2)/d2
	sign := F(1)
	if x < 0 {
		sign = -1
	}
	for _, side := range [2]struct {
		x        int
		own, opp F
	}{{p.a, e1, e2}, {p.b, e2, e1}} {
		for i := range n.halves {
			c := &n.halves[i].stored[side.x]
			if c.q == 0 {
				continue
			}
			if era.Adapt {
				pp, xx, err := F(c.p*c.p), F(x*x), F(0)
				if pp+xx != 0 {
					err = (F(F(p.sigma*side.own)*pp) - F(F(side.opp*sign)*xx)) / (pp + xx) / 2
				}
				o.changeWeight(&n.halves[i], id, k, err, w2, updates[i])
				updates[i]++
			}
			c.q, c.p = F(c.q*(1-p.h)), F(c.p*(1-p.h))
		}
	}
}
