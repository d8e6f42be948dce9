package sorn

import (
	"math/bits"
	"sort"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/sorn"
)

// doColumns applies the rules to the synapses of the excitatory units of parts and
// computes their next drive. Device twins: sorn_rules, sorn_finish.
func (r *replica[F]) doColumns(thread, from, to int) {
	r.doRules(thread, from, to)
	r.doFinish(thread, from, to)
}

// doRules applies the rules up to scaling.
func (r *replica[F]) doRules(thread, from, to int) {
	count := &r.tallies[thread].counts
	for k := from; k < to; k++ {
		p := &r.parts[k]
		first := sort.Search(len(r.births), func(k int) bool { return int(r.births[k].I) >= p.from })
		births := r.births[first:]
		if r.regime.IP {
			r.ip(p.from, p.to)
		}
		for i := p.from; i < p.to; i++ {
			count[sorn.SumEE] += int(r.ee.size[i])
			count[sorn.SumEI] += int(r.ei.size[i])
			if r.regime.STDP && (r.x[i]|r.xNext[i] != 0 || !r.ee.within[i]) {
				r.stdp(p, i, count)
			}
			for len(births) > 0 && int(births[0].I) == i {
				r.ee.insert(p.ee, births[0], r.c.Born)
				count[sorn.SumBorn]++
				births = births[1:]
			}
		}
		if r.regime.ISTDP {
			r.istdp(p, count)
		}
	}
}

// doFinish scales, and computes the next drive.
func (r *replica[F]) doFinish(thread, from, to int) {
	count := &r.tallies[thread].counts
	for k := from; k < to; k++ {
		p := &r.parts[k]
		switch {
		case r.regime.SS && r.c.Mix > 0:
			for i := p.from; i < p.to; i++ {
				r.mix(i)
			}
		case r.regime.SS:
			r.ee.scaleAll(p.from, p.to)
		default:
			r.ee.settleAll(p.from, p.to)
		}
		if r.regime.SS && r.spec.Sorn.EIScaling {
			r.ei.scaleAll(p.from, p.to)
		} else {
			r.ei.settleAll(p.from, p.to)
		}
		count[sorn.SumEmptyEE] += empty(r.ee.size[p.from:p.to])
		count[sorn.SumEmptyEI] += empty(r.ei.size[p.from:p.to])
		r.drive(p)
	}
}

// empty counts the columns without synapses.
func empty(sizes []int32) (n int) {
	for _, size := range sizes {
		if size == 0 {
			n++
		}
	}
	return n
}

// stdp changes the synapses of a unit by the order of spikes, and holds the limits.
// Device twin: sorn_stdp.
func (r *replica[F]) stdp(p *part, i int, count *[sorn.Counts]int) {
	c := &r.ee
	if r.x[i]|r.xNext[i] != 0 {
		from, _ := c.column(i)
		for first := 0; first < len(from); first += 64 {
			some := from[first:min(first+64, len(from))]
			up, down := uint64(0), uint64(0)
			if r.xNext[i] != 0 {
				up = hears(some, r.x)
			}
			if r.x[i] != 0 {
				down = hears(some, r.xNext)
			}
			up, down = up&^down, down&^up
			count[sorn.SumPotentiated] += bits.OnesCount64(up)
			count[sorn.SumDepressed] += bits.OnesCount64(down)
			c.changeAll(i, first, up, r.c.STDP)
			c.changeAll(i, first, down, -r.c.STDP)
		}
	}
	if !c.within[i] {
		c.limit(p.ee, i, 0, r.spec.Sorn.Prune, &count[sorn.SumPrunedEE], &count[sorn.SumClipped])
	}
}

// ip moves the thresholds of the units from one up to another. Device twin: sorn_ip.
func (r *replica[F]) ip(from, to int) {
	change := [2]F{r.c.Silent, r.c.Active}
	next := r.xNext[from:to]
	for k := range r.te[from:to] {
		if r.rates != nil {
			change[0], change[1] = sorn.Steps(&r.spec.Sorn, r.rates[from+k])
		}
		r.te[from+k] += change[next[k]&1]
	}
	if r.spec.Sorn.Clamp {
		for i := from; i < to; i++ {
			r.te[i] = min(max(r.te[i], r.c.TeMin), r.c.TeMax)
		}
	}
}

// istdp changes the synapses of the units of a part from inhibitory units that were
// active, and holds the limits. Device twin: sorn_istdp.
func (r *replica[F]) istdp(p *part, count *[sorn.Counts]int) {
	c := &r.ei
	for _, k := range r.activeI {
		for _, s := range p.ei[k] {
			less := r.c.Weaken
			if r.xNext[s.unit] != 0 {
				less = r.c.Strengthen
			}
			c.change(int(s.unit), int(s.slot), -less)
		}
	}
	for i := p.from; i < p.to; i++ {
		if !c.within[i] {
			c.limit(p.ei, i, r.c.Floor, r.spec.Sorn.Prune, &count[sorn.SumPrunedEI], &count[sorn.SumClipped])
		}
	}
}

// addOutgoing adds up the weights of each unit's outgoing synapses, ascending by
// postsynaptic unit. Device twin: sorn_outgoing.
func (r *replica[F]) addOutgoing() {
	if r.outgoing == nil {
		r.outgoing = make([]F, r.n)
	}
	clear(r.outgoing)
	for k := range r.parts {
		for j, row := range r.parts[k].ee {
			for _, s := range row {
				r.outgoing[j] += r.ee.w[int(s.unit)*r.ee.room+int(s.slot)]
			}
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
	from, w := c.column(i)
	incoming := F(0)
	for _, v := range w {
		incoming += v
	}
	incoming = max(incoming, least)
	for s, v := range w {
		mean := F((incoming + max(r.outgoing[from[s]], least)) / 2)
		w[s] = F(r.c.Rest*v) + F(r.c.Mix*v)/mean
	}
	c.measure(i)
	c.within[i] = false
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
