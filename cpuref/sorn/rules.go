package sorn

import (
	"sort"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/sorn"
)

// doColumns applies the rules to the synapses of excitatory units and computes their
// next drive. Device twins: sorn_rules, sorn_finish.
func (r *replica[F]) doColumns(thread, from, to int) {
	r.doRules(thread, from, to)
	r.doFinish(thread, from, to)
}

// doRules applies the rules up to scaling.
func (r *replica[F]) doRules(thread, from, to int) {
	count := &r.tallies[thread].counts
	first := sort.Search(len(r.births), func(k int) bool { return int(r.births[k].I) >= from })
	births := r.births[first:]
	for i := from; i < to; i++ {
		count[sorn.SumEE] += int(r.ee.size[i])
		count[sorn.SumEI] += int(r.ei.size[i])
		if r.regime.STDP && (r.change[i] != 0 || !r.ee.settled[i]) {
			r.stdp(i, count)
		}
		if r.regime.IP {
			r.ip(i)
		}
		for len(births) > 0 && int(births[0].I) == i {
			r.insert(births[0], count)
			births = births[1:]
		}
		if r.regime.ISTDP {
			r.istdp(i, count)
		}
	}
}

// doFinish scales, and computes the next drive.
func (r *replica[F]) doFinish(thread, from, to int) {
	count := &r.tallies[thread].counts
	mix, ei := r.c.Mix > 0, r.spec.Sorn.EIScaling
	for i := from; i < to; i++ {
		switch {
		case r.regime.SS && mix:
			r.mix(i)
		case r.ee.settled[i]:
		case r.regime.SS:
			r.ee.scale(i)
		default:
			r.ee.settle(i)
		}
		if !r.ei.settled[i] {
			if r.regime.SS && ei {
				r.ei.scale(i)
			} else {
				r.ei.settle(i)
			}
		}
		if r.ee.size[i] == 0 {
			count[sorn.SumEmptyEE]++
		}
		if r.ei.size[i] == 0 {
			count[sorn.SumEmptyEI]++
		}
		r.driveUnit(i)
	}
}

// stdp changes the synapses of a unit by the order of spikes, and holds the limits:
// weights of 0 or below are gone, those above w_max are cut. Device twin: sorn_stdp.
func (r *replica[F]) stdp(i int, count *[sorn.Counts]int) {
	c := &r.ee
	at, size := i*c.room, int(c.size[i])
	from, w := c.from[at:at+size], c.w[at:at+size]
	changes, signs := &r.changes[r.change[i]], &r.signs[r.change[i]]
	touched, kept := false, 0
	for s, j := range from {
		v := w[s]
		if code := r.change[j]; signs[code] != 0 {
			v += changes[code]
			touched = true
			if signs[code] > 0 {
				count[sorn.SumPotentiated]++
			} else {
				count[sorn.SumDepressed]++
			}
		}
		if !(v > 0) {
			if r.spec.Sorn.Prune {
				count[sorn.SumPrunedEE]++
				touched = true
				continue
			}
			v = 0
		} else if v > r.c.Largest {
			v = r.c.Largest
			count[sorn.SumClipped]++
			touched = true
		}
		from[kept], w[kept] = j, v
		kept++
	}
	c.cut(i, kept)
	if touched {
		c.settled[i] = false
	}
}

// cut frees the slots of a unit from one on.
func (c *columns[F]) cut(i, kept int) {
	for s := i*c.room + kept; s < i*c.room+int(c.size[i]); s++ {
		c.from[s], c.w[s] = sorn.Free, 0
	}
	c.size[i] = int32(kept)
}

// ip moves the threshold of a unit. Device twin: sorn_ip.
func (r *replica[F]) ip(i int) {
	silent, active := r.c.Silent, r.c.Active
	if r.rates != nil {
		silent, active = sorn.Steps(&r.spec.Sorn, r.rates[i])
	}
	change := silent
	if r.xNext[i] != 0 {
		change = active
	}
	r.te[i] += change
	if r.spec.Sorn.Clamp {
		r.te[i] = min(max(r.te[i], r.c.TeMin), r.c.TeMax)
	}
}

// insert gives a unit a synapse, in its place. Device twin: sorn_insert.
func (r *replica[F]) insert(b sorn.Birth, count *[sorn.Counts]int) {
	c := &r.ee
	at := int(b.I) * c.room
	s := at + int(c.size[b.I])
	for ; s > at && c.from[s-1] > b.J; s-- {
		c.from[s], c.w[s] = c.from[s-1], c.w[s-1]
	}
	c.from[s], c.w[s] = b.J, r.c.Born
	c.size[b.I]++
	c.settled[b.I] = false
	count[sorn.SumBorn]++
}

// istdp changes the synapses of a unit from inhibitory units that were active, and holds
// the limits. Device twin: sorn_istdp.
func (r *replica[F]) istdp(i int, count *[sorn.Counts]int) {
	c := &r.ei
	at, size := i*c.room, int(c.size[i])
	from, w := c.from[at:at+size], c.w[at:at+size]
	less := r.c.Weaken
	if r.xNext[i] != 0 {
		less = r.c.Strengthen
	}
	touched := !c.settled[i]
	for _, k := range from {
		touched = touched || r.y[k] != 0
	}
	if !touched {
		return
	}
	c.settled[i] = false
	kept := 0
	for s, k := range from {
		v := w[s]
		if r.y[k] != 0 {
			v -= less
		}
		if !(v > 0) {
			switch {
			case r.c.Floor > 0:
				v = r.c.Floor
			case r.spec.Sorn.Prune:
				count[sorn.SumPrunedEI]++
				continue
			default:
				v = 0
			}
		} else if v > r.c.Largest {
			v = r.c.Largest
			count[sorn.SumClipped]++
		}
		from[kept], w[kept] = k, v
		kept++
	}
	c.cut(i, kept)
}

// scale divides the weights of a unit by their sum. Where that leaves all bits as they
// were, the unit is settled. Device twin: sorn_scale.
func (c *columns[F]) scale(i int) {
	at := i * c.room
	w := c.w[at : at+int(c.size[i])]
	total := F(0)
	for _, v := range w {
		total += v
	}
	if !(total > 0) {
		c.settle(i)
		return
	}
	same, sum, squares := true, F(0), F(0)
	for s, v := range w {
		scaled := v / total
		same = same && scaled == v
		w[s] = scaled
		sum += scaled
		squares += F(scaled * scaled)
	}
	c.settled[i], c.sum[i], c.squares[i] = same, sum, squares
}

// settle takes the weights of a unit as they are.
func (c *columns[F]) settle(i int) {
	c.measure(i)
	c.settled[i] = true
}

// addOutgoing adds up the weights of each unit's outgoing synapses, ascending by
// postsynaptic unit. Device twin: sorn_outgoing.
func (r *replica[F]) addOutgoing() {
	if r.outgoing == nil {
		r.outgoing = make([]F, r.n)
	}
	clear(r.outgoing)
	for i := range r.n {
		at := i * r.ee.room
		for s := at; s < at+int(r.ee.size[i]); s++ {
			r.outgoing[r.ee.from[s]] += r.ee.w[s]
		}
	}
}

// least is what sums of weights are taken for where they are smaller and weights are
// divided by them.
const least = 1e-6

// mix scales the weights of a unit by its incoming and, with a part, by their own units'
// outgoing weights (docs/sorn.md section 4). Device twin: sorn_mix.
func (r *replica[F]) mix(i int) {
	c := &r.ee
	at := i * c.room
	incoming := F(0)
	for s := at; s < at+int(c.size[i]); s++ {
		incoming += c.w[s]
	}
	incoming = max(incoming, least)
	for s := at; s < at+int(c.size[i]); s++ {
		w := c.w[s]
		mean := F((incoming + max(r.outgoing[c.from[s]], least)) / 2)
		c.w[s] = F(r.c.Rest*w) + F(r.c.Mix*w)/mean
	}
	c.measure(i)
}

// sums fills in the sums of the step. Device twin: sorn_sums.
func (r *replica[F]) sums(row []float64) {
	total := &r.tallies[0].counts
	for k := 1; k < len(r.tallies); k++ {
		for s, n := range r.tallies[k].counts {
			total[s] += n
		}
	}
	total[sorn.SumDropped] = r.dropped
	for s, n := range total {
		row[s] = float64(n)
	}
	lowest, highest := r.te[0], r.te[0]
	for _, v := range r.te {
		lowest, highest = min(lowest, v), max(highest, v)
	}
	row[sorn.SumTeMin], row[sorn.SumTeMax] = float64(lowest), float64(highest)
	row[sorn.SumTe] = r.total(r.te)
	row[sorn.SumW] = r.total(r.ee.sum)
	row[sorn.SumSquaresEE] = r.total(r.ee.squares)
	row[sorn.SumSquaresEI] = r.total(r.ei.squares)
}

// total adds values in pairs.
func (r *replica[F]) total(values []F) float64 {
	copy(r.scratch, values)
	return float64(fmath.Total(r.scratch))
}
