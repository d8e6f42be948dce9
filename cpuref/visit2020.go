package cpuref

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// charging is the four tentative compartments of a half-edge in a visit of
// hylton2020: charge and remembered weight by (sign of charge, sign of weight).
// Those of slot 0 have a positive weight, those of slot 1 a negative one.
type charging[F fmath.Float] struct {
	pp, mp, pm, mm     F // charge
	wpp, wmp, wpm, wmm F // remembered weight
}

// charge adds the input v over weight w to what the half-edge has stored
// (docs/model.md section 2 step 1). Device twin: charge2020 in kernels.cl.
func charge[F fmath.Float](q0, m0, q1, m1, v, w F) charging[F] {
	var c charging[F]
	if q0 > 0 {
		c.pp, c.wpp = q0, m0
	} else {
		c.mp, c.wmp = q0, m0
	}
	if q1 > 0 {
		c.pm, c.wpm = q1, m1
	} else {
		c.mm, c.wmm = q1, m1
	}
	input := F(v * w)
	switch {
	case input > 0 && w > 0:
		c.pp, c.wpp = lesser(c.pp+input, w), w
	case input > 0:
		c.pm, c.wpm = lesser(c.pm+input, -w), w
	case input < 0 && w > 0:
		c.mp, c.wmp = greater(c.mp+input, -w), w
	case input < 0:
		c.mm, c.wmm = greater(c.mm+input, w), w
	}
	return c
}

func lesser[F fmath.Float](a, b F) F {
	if a > b {
		return b
	}
	return a
}

func greater[F fmath.Float](a, b F) F {
	if a < b {
		return b
	}
	return a
}

// visit2020 is one visit of the node at a position (docs/model.md section 2).
// Device twin: visit2020 in kernels.cl.
func (r *replica[F]) visit2020(s *sweep[F], pos int32, row, slots int, out *nodeSums[F]) {
	old := r.state[pos]
	// Steps 1 to 3: tentative charges, their sums, the depths.
	var sum charging[F]
	for h := row; h < row+slots*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		if n < 0 {
			break
		}
		c := charge(r.charge0[h], r.memory0[h], r.charge1[h], r.memory1[h], r.input(s, n, old), r.weight[r.weightOf[h]])
		sum.add(&c)
	}
	depthMinus := F(s.node.Four * (F(sum.pp*-sum.wmm) + F(sum.mm*-sum.wpp)))
	depthPlus := F(s.node.Four * (F(sum.pm*sum.wmp) + F(sum.mp*sum.wpm)))

	id := uint32(r.id[pos])
	word := rng.Philox([4]uint32{id, 0, s.k, uint32(rng.NodeState)}, r.key)
	draw := sample2020(depthMinus, depthPlus, rng.Uniform[F](word[0]), s.node)
	fluctuating := abs(draw.energy-r.energy[pos]) > s.node.Threshold
	r.energy[pos] = draw.energy

	out.draw(&draw, draw.x-old)
	if fluctuating {
		out.fluctuating = 1
	}
	if !fluctuating && s.adapt && draw.x != 0 {
		r.equilibrate(s, pos, row, slots, &sum, old, draw.x)
	}
	r.state[pos] = draw.x // not before: a self-loop's input is the old state
	out.dissipation, out.transport = r.dissipation[pos], r.transport[pos]
	out.qualityNumerator, out.qualityDenominator = r.qualityNumerator[pos], r.qualityDenominator[pos]
	r.sumEdges(pos, row, slots, draw.x, out)
	if r.watched.entropy != nil {
		r.watched.entropy[pos] = draw.entropy
	}
	if r.watched.fluctuating != nil {
		r.watched.fluctuating[pos] = out.fluctuating
	}
}

func (c *charging[F]) add(d *charging[F]) {
	c.pp += d.pp
	c.mp += d.mp
	c.pm += d.pm
	c.mm += d.mm
	c.wpp += d.wpp
	c.wmp += d.wmp
	c.wpm += d.wpm
	c.wmm += d.wmm
}

// side is one half-edge as the chosen pair of compartments sees it: what it has
// in compartment A (positive charge) and B (negative charge), and what stays
// stored in the slots that A and B are taken from.
type side[F fmath.Float] struct {
	qa, pa, qb, pb F
	restA, restB   kept[F] // of the slot of A, of the slot of B
}

// kept is the content of a slot.
type kept[F fmath.Float] struct{ q, m, p F }

// chosen splits the charged half-edge h by the sign of x: (++, --) for x < 0,
// (+-, -+) for x > 0. Charges and potentials include the input v.
func (r *replica[F]) chosen(h int, v, w, x F) side[F] {
	c := charge(r.charge0[h], r.memory0[h], r.charge1[h], r.memory1[h], v, w)
	// A stored potential belongs to the compartment that its slot's charge is in.
	var ppp, pmp, ppm, pmm F
	if r.charge0[h] > 0 {
		ppp = r.potential0[h]
	} else {
		pmp = r.potential0[h]
	}
	if r.charge1[h] > 0 {
		ppm = r.potential1[h]
	} else {
		pmm = r.potential1[h]
	}
	input := F(v * w)
	switch {
	case input > 0 && w > 0:
		ppp = clamp(ppp+v, 1)
	case input > 0:
		ppm = clamp(ppm+v, 1)
	case input < 0 && w > 0:
		pmp = clamp(pmp+v, 1)
	case input < 0:
		pmm = clamp(pmm+v, 1)
	}
	if x < 0 {
		return side[F]{c.pp, ppp, c.mm, pmm, kept[F]{c.mp, c.wmp, pmp}, kept[F]{c.pm, c.wpm, ppm}}
	}
	return side[F]{c.pm, ppm, c.mp, pmp, kept[F]{c.mm, c.wmm, pmm}, kept[F]{c.pp, c.wpp, ppp}}
}

// equilibrate is docs/model.md section 2 step 9. Device twin: equilibrate in
// kernels.cl.
func (r *replica[F]) equilibrate(s *sweep[F], pos int32, row, slots int, sum *charging[F], old, x F) {
	var potentialA, potentialB, weightA, weightB, membersA, membersB F
	for h := row; h < row+slots*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		if n < 0 {
			break
		}
		w := r.weight[r.weightOf[h]]
		m := r.chosen(h, r.input(s, n, old), w, x)
		if m.qa != 0 {
			potentialA += abs(m.pa)
			weightA += F(w * w)
			membersA++
		}
		if m.qb != 0 {
			potentialB += abs(m.pb)
			weightB += F(w * w)
			membersB++
		}
	}
	chargeA, chargeB, capacityA, capacityB := sum.pp, sum.mm, sum.wpp, sum.wmm
	sigma := F(1)
	if x > 0 {
		chargeA, chargeB, capacityA, capacityB = sum.pm, sum.mp, sum.wpm, sum.wmp
		sigma = -1
	}
	r1, r2 := chargeA-F(capacityB*x), chargeB-F(capacityA*x)
	t1, t2 := chargeA+F(capacityB*x), chargeB+F(capacityA*x)
	r.dissipation[pos] = F(s.node.Temperature * (F(r1*r1) + F(r2*r2)))
	r.transport[pos] = F(s.node.Temperature * (F(t1*t1) + F(t2*t2)) * 0.25)
	r.qualityNumerator[pos] = abs(t1) + abs(t2)
	r.qualityDenominator[pos] = abs(r1) + abs(r2)

	// Nothing is cleared or changed without members, and with them both of these
	// are positive, as a charge never stands without a potential.
	d1, d2 := potentialA+F(membersB*abs(x)), potentialB+F(membersA*abs(x))
	e1, e2 := F(0), F(0)
	if d1 > 0 && d2 > 0 {
		e1, e2 = -r1/(2*d1), -r2/(2*d2)
	}
	w2 := (weightA + weightB) / (membersA + membersB)
	xx := F(x * x)
	loops := uint32(0)
	for h := row; h < row+slots*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		if n < 0 {
			break
		}
		at := r.weightOf[h]
		w := r.weight[at]
		m := r.chosen(h, r.input(s, n, old), w, x)
		a, b := &m.restA, &m.restB
		if x > 0 {
			a, b = b, a
		}
		r.charge0[h], r.memory0[h], r.potential0[h] = a.q, a.m, a.p
		r.charge1[h], r.memory1[h], r.potential1[h] = b.q, b.m, b.p
		j := uint32(r.id[n])
		if n == pos {
			j = rng.SelfLoop(loops)
			loops++
		}
		if m.qa == 0 && m.qb == 0 || s.edge.kind == tnn.Fixed || !r.isActive(n) {
			continue
		}
		word := noiseWords(uint32(r.id[pos]), j, s.k, r.key)
		if m.qa != 0 {
			pp := F(m.pa * m.pa)
			w = s.edge.change(w, F(sigma*(F(e1*pp)+F(e2*xx)))/(pp+xx), w2, word[0], word[1])
			word[0], word[1] = word[2], word[3]
		}
		if m.qb != 0 {
			pp := F(m.pb * m.pb)
			w = s.edge.change(w, F(sigma*(F(e2*pp)+F(e1*xx)))/(pp+xx), w2, word[0], word[1])
		}
		r.weight[at] = w
	}
}
