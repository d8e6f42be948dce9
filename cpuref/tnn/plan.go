package tnn

import "tnn-gpu/host/tnn"

// plan is the order of the visits of a sweep. The sets of the schedule follow one
// another, but of this only the order of neighbours is in the bits: a slice may be visited
// as soon as all its neighbours in the sets before have been. On a lattice they are close
// to it, and their edges are still in the caches.
type plan []stage

// stage is work that threads share: pieces without an edge between them. The stages
// follow one another.
type stage struct {
	pieces [][]run // each is visited in order, by one thread
	grain  int     // pieces for which a further thread is woken
}

// run is some slices of a segment, which follow one another.
type run struct {
	segment  *tnn.Segment
	from, to int
}

// blockSlices is how many slices of a set are visited before those of the next set that
// can be.
const blockSlices = 8

// newPlan divides a sweep among threads, each of which gets grain slices of a set at least.
// Pieces of the first stage go through all sets; slices that have neighbours in several of
// them follow, set by set.
func newPlan(l *tnn.Layout, threads, replicas, grain int) plan {
	widest, sets := 1, 0
	for _, seg := range l.Segments {
		widest, sets = max(widest, seg.Slices), max(sets, seg.Set+1)
	}
	pieces := 1
	if threads > 1 {
		pieces = max(1, min((8*threads+replicas-1)/replicas, widest/grain))
	}
	p := planner{layout: l, pieces: pieces, order: make([][]run, max(pieces, widest/blockSlices)), late: make([][]run, sets),
		block: make([]int32, len(l.Active)), set: make([]int32, len(l.Active))}
	for i := range l.Segments {
		p.place(&l.Segments[i])
	}
	stages := plan{{pieces: make([][]run, pieces), grain: max(1, grain*pieces/len(l.Active))}}
	for block, runs := range p.order {
		piece := &stages[0].pieces[p.piece(block)]
		*piece = append(*piece, runs...)
	}
	for _, runs := range p.late {
		if len(runs) > 0 {
			stages = append(stages, separate(runs, max(1, grain/blockSlices)))
		}
	}
	return stages
}

// separate makes each run a piece of its own.
func separate(runs []run, grain int) stage {
	s := stage{pieces: make([][]run, len(runs)), grain: grain}
	for i := range runs {
		s.pieces[i] = runs[i : i+1]
	}
	return s
}

// planner finds a plan. A slice belongs to a block: by its place in the first set, else to
// the last one that has a neighbour of it in a set before. Blocks belong to pieces. A slice
// with neighbours in several pieces, or with one that is late, is late.
type planner struct {
	layout *tnn.Layout
	pieces int
	order  [][]run // by block
	late   [][]run // by set
	block  []int32 // by slice, or late
	set    []int32 // by slice
}

const late = -1

func (p *planner) piece(block int) int { return block * p.pieces / len(p.order) }

// place puts the slices of a segment in their places. Those of the sets before are.
func (p *planner) place(seg *tnn.Segment) {
	end := seg.First + seg.Slices
	for at := seg.First; at < end; at++ {
		p.set[at] = int32(seg.Set)
		b := p.blockOf(seg, at)
		if p.block[at] = int32(b); b == late {
			p.late[seg.Set] = extend(p.late[seg.Set], seg, at, blockSlices)
		} else {
			p.order[b] = extend(p.order[b], seg, at, seg.Slices)
		}
	}
}

// extend adds a slice to the last of runs of at most so many slices.
func extend(runs []run, seg *tnn.Segment, at, most int) []run {
	if n := len(runs) - 1; n >= 0 {
		if last := &runs[n]; last.segment == seg && last.to == at && last.to-last.from < most {
			last.to++
			return runs
		}
	}
	return append(runs, run{seg, at, at + 1})
}

func (p *planner) blockOf(seg *tnn.Segment, at int) int {
	last := int32(-2)
	for _, n := range p.layout.Neighbour[p.layout.Rows[at]*tnn.Lanes : p.layout.Rows[at+1]*tnn.Lanes] {
		if n < 0 || int(n) >= seg.First*tnn.Lanes || p.set[n/tnn.Lanes] == int32(seg.Set) {
			continue
		}
		b := p.block[n/tnn.Lanes]
		switch {
		case b == last:
		case b == late, last >= 0 && p.piece(int(b)) != p.piece(int(last)):
			return late
		default:
			last = max(last, b)
		}
	}
	if last < 0 {
		return (at - seg.First) * len(p.order) / seg.Slices
	}
	return int(last)
}
