package sorn

import (
	"math/bits"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// columns are the synapses of units, ascending by presynaptic unit.
type columns[F fmath.Float] struct {
	room    int
	from    []int32
	w       []F
	size    []int32
	largest F      // weight
	settled []bool // scaling leaves the weights as they are
	within  []bool // and the limits do
	sum     []F    // of the weights
	squares []F
	vectors bool // eight columns are scaled side by side
}

// rows are, by presynaptic unit, its synapses to the units of a part of a network,
// ascending by unit. Only what active units do to others is looked at in most of a step.
type rows [][]synapse

// synapse is in a slot of a unit.
type synapse struct{ unit, slot int32 }

// bind takes the slots of replica i from a state.
func (c *columns[F]) bind(s *state.State, from, weight string, i, units int) {
	length := s.Array(from).Len() / s.Replicas
	c.room = length / units
	c.from, c.w = s.Array(from).Ints[i*length:][:length], state.Values[F](s.Array(weight))[i*length:][:length]
	c.size, c.settled, c.within = make([]int32, units), make([]bool, units), make([]bool, units)
	c.sum, c.squares = make([]F, units), make([]F, units)
	for u := range units {
		at := u * c.room
		for c.size[u] < int32(c.room) && c.from[at+int(c.size[u])] != sorn.Free {
			c.size[u]++
		}
		c.measure(u)
	}
}

// grow gives each unit so many slots, in arrays of their own.
func (c *columns[F]) grow(room int) {
	from, w := make([]int32, len(c.size)*room), make([]F, len(c.size)*room)
	for u := range c.size {
		copy(w[u*room:], c.w[u*c.room:(u+1)*c.room])
		for s := copy(from[u*room:], c.from[u*c.room:(u+1)*c.room]); s < room; s++ {
			from[u*room+s] = sorn.Free
		}
	}
	c.room, c.from, c.w = room, from, w
}

// place puts the slots of all units into the arrays of replica i of a state, and keeps
// them there from then on.
func (c *columns[F]) place(s *state.State, from, weight string, i int) {
	length := s.Array(from).Len() / s.Replicas
	c.grow(length / len(c.size))
	slots, w := s.Array(from).Ints[i*length:][:length], state.Values[F](s.Array(weight))[i*length:][:length]
	copy(slots, c.from)
	copy(w, c.w)
	c.from, c.w = slots, w
}

// rows finds those of the units from one up to another, which hear so many units.
func (c *columns[F]) rows(from, to, heard int) rows {
	counts, all := make([]int32, heard), 0
	for i := from; i < to; i++ {
		of, _ := c.column(i)
		for _, j := range of {
			counts[j]++
		}
		all += len(of)
	}
	const spare = 2 // for births
	out, free := make(rows, heard), make([]synapse, all+spare*heard)
	for j, n := range counts {
		out[j], free = free[:0:n+spare], free[n+spare:]
	}
	for i := from; i < to; i++ {
		of, _ := c.column(i)
		for s, j := range of {
			out[j] = append(out[j], synapse{int32(i), int32(s)})
		}
	}
	return out
}

// find is the place of a unit in a row.
func (r rows) find(j int32, unit int) int {
	at, _ := slices.BinarySearchFunc(r[j], int32(unit), func(s synapse, unit int32) int { return int(s.unit - unit) })
	return at
}

// move puts the synapse of a unit from unit j into another slot.
func (r rows) move(j int32, unit, slot int) { r[j][r.find(j, unit)].slot = int32(slot) }

// add gives unit j a synapse.
func (r rows) add(j int32, unit, slot int) {
	r[j] = slices.Insert(r[j], r.find(j, unit), synapse{int32(unit), int32(slot)})
}

// remove takes one from it.
func (r rows) remove(j int32, unit int) {
	at := r.find(j, unit)
	r[j] = slices.Delete(r[j], at, at+1)
}

// column are the synapses of a unit.
func (c *columns[F]) column(i int) (from []int32, w []F) {
	at, size := i*c.room, int(c.size[i])
	return c.from[at : at+size], c.w[at : at+size]
}

// drive adds to units what their synapses from active units, which ascend, give them.
// So each sum ascends (docs/sorn.md section 8).
func (c *columns[F]) drive(r rows, active []int32, into []F) {
	for _, j := range active {
		for _, s := range r[j] {
			into[s.unit] += c.w[int(s.unit)*c.room+int(s.slot)]
		}
	}
}

// measure adds up the weights of a unit, and their squares.
func (c *columns[F]) measure(i int) {
	_, w := c.column(i)
	sum, squares := F(0), F(0)
	for _, v := range w {
		sum += v
		squares += F(v * v)
	}
	c.sum[i], c.squares[i] = sum, squares
}

// hears tells which of up to 64 synapses come from active units: bit s is synapse s. Few
// do, and no processor foresees which: it is found without a branch.
func hears(from []int32, x []uint8) (heard uint64) {
	for s, j := range from {
		heard |= uint64(x[j]) << (s & 63)
	}
	return heard
}

// change adds to the weight in a slot of a unit.
func (c *columns[F]) change(i, slot int, by F) {
	at := i*c.room + slot
	v := c.w[at] + by
	c.w[at] = v
	c.settled[i] = false
	if !(v > 0 && v <= c.largest) {
		c.within[i] = false
	}
}

// changeAll adds to the weights of a unit, from a slot on, whose bits are set.
func (c *columns[F]) changeAll(i, first int, which uint64, by F) {
	for ; which != 0; which &= which - 1 {
		c.change(i, first+bits.TrailingZeros64(which), by)
	}
}

// limit holds the limits of a unit's weights. One of 0 or below is that of no synapse
// any more, or becomes floor, where that is more than 0 or synapses stay; one above w_max
// is cut. Device twins: sorn_stdp, sorn_istdp.
func (c *columns[F]) limit(r rows, i int, floor F, prune bool, pruned, clipped *int) {
	from, w := c.column(i)
	kept := 0
	for s, j := range from {
		v := w[s]
		if !(v > 0) {
			if floor == 0 && prune {
				*pruned++
				r.remove(j, i)
				continue
			}
			v = floor
		} else if v > c.largest {
			v = c.largest
			*clipped++
		}
		if kept < s {
			r.move(j, i, kept)
		}
		from[kept], w[kept] = j, v
		kept++
	}
	for s := kept; s < len(from); s++ {
		from[s], w[s] = sorn.Free, 0
	}
	c.size[i] = int32(kept)
	c.settled[i], c.within[i] = false, true
}

// insert gives a unit a synapse, in its place. Device twin: sorn_insert.
func (c *columns[F]) insert(r rows, b sorn.Birth, weight F) {
	i := int(b.I)
	c.size[i]++
	from, w := c.column(i)
	s := len(from) - 1
	for ; s > 0 && from[s-1] > b.J; s-- {
		from[s], w[s] = from[s-1], w[s-1]
		r.move(from[s], i, s)
	}
	from[s], w[s] = b.J, weight
	r.add(b.J, i, s)
	c.settled[i], c.within[i] = false, false
}

// scaleAll scales the weights of the units from one up to another that are not settled.
func (c *columns[F]) scaleAll(from, to int) {
	var some [8]int32
	n := 0
	for i := from; i < to; i++ {
		size := int(c.size[i])
		switch {
		case c.settled[i]:
		case !c.vectors || size == 0 || (size+3)&^3 > c.room:
			c.scale(i)
		case n < len(some)-1:
			some[n] = int32(i)
			n++
		default:
			some[n], n = int32(i), 0
			if !c.scaleEight(&some) {
				c.scaleEach(some[:])
			}
		}
	}
	c.scaleEach(some[:n])
}

func (c *columns[F]) scaleEach(of []int32) {
	for _, i := range of {
		c.scale(int(i))
	}
}

// scale divides the weights of a unit by their sum. Where that leaves all bits as they
// were, the unit is settled. Device twin: sorn_scale.
func (c *columns[F]) scale(i int) {
	_, w := c.column(i)
	total := F(0)
	for _, v := range w {
		total += v
	}
	if !(total > 0) {
		c.settle(i)
		return
	}
	same, within, sum, squares := true, true, F(0), F(0)
	for s, v := range w {
		scaled := v / total
		if scaled != v {
			same = false
		}
		if !(scaled > 0 && scaled <= c.largest) {
			within = false
		}
		w[s] = scaled
		sum += scaled
		squares += F(scaled * scaled)
	}
	c.settled[i], c.within[i], c.sum[i], c.squares[i] = same, within, sum, squares
}

// settleAll takes the weights of the units from one up to another as they are.
func (c *columns[F]) settleAll(from, to int) {
	for i := from; i < to; i++ {
		if !c.settled[i] {
			c.settle(i)
		}
	}
}

// settle takes the weights of a unit as they are.
func (c *columns[F]) settle(i int) {
	c.measure(i)
	c.settled[i] = true
}
