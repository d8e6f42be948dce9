package tnn

import (
	"testing"

	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

// A plan visits every slice once, after its neighbours of the sets before, and pieces that
// threads visit at the same time have no edge between them.
func TestPlanKeepsTheOrderOfNeighbours(t *testing.T) {
	for _, c := range tnntest.Catalogue() {
		net := c.Network(t)
		for _, replicas := range []int{1, 3} {
			for _, threads := range []int{1, 2, 7} {
				for _, grain := range []int{1, 4} {
					checkPlan(t, c.Name, net.Layout, newPlan(net.Layout, threads, replicas, grain))
				}
			}
		}
	}
}

// visitedAt is where a plan visits a slice.
type visitedAt struct{ stage, piece, turn int }

func checkPlan(t *testing.T, name string, l *tnn.Layout, p plan) {
	t.Helper()
	places, set := make([]visitedAt, len(l.Active)), make([]int, len(l.Active))
	seen := 0
	for i, stage := range p {
		for j, runs := range stage.pieces {
			turn := 0
			for _, run := range runs {
				for at := run.from; at < run.to; at++ {
					turn++
					if places[at].turn != 0 {
						t.Fatalf("%s: slice %d is visited twice", name, at)
					}
					if at < run.segment.First || at >= run.segment.First+run.segment.Slices {
						t.Fatalf("%s: slice %d is not of the segment from %d on", name, at, run.segment.First)
					}
					places[at], set[at] = visitedAt{i, j, turn}, run.segment.Set
					seen++
				}
			}
		}
	}
	if seen != len(places) {
		t.Fatalf("%s: %d of %d slices are visited", name, seen, len(places))
	}
	for at, own := range places {
		for _, n := range l.Neighbour[l.Rows[at]*tnn.Lanes : l.Rows[at+1]*tnn.Lanes] {
			if n < 0 || set[n/tnn.Lanes] >= set[at] {
				continue
			}
			before := places[n/tnn.Lanes]
			if before.stage > own.stage || before.stage == own.stage && (before.piece != own.piece || before.turn > own.turn) {
				t.Fatalf("%s: slice %d is visited at %+v, its neighbour of a set before at %+v", name, at, own, before)
			}
		}
	}
}

// On a lattice a slice is visited soon after its neighbours, and few wait for other pieces.
func TestPlanOfALattice(t *testing.T) {
	l := lattice(t, 1).net.Layout
	alone := newPlan(l, 1, 1, 32)
	if len(alone) != 1 || len(alone[0].pieces) != 1 {
		t.Fatalf("one thread has %d stages", len(alone))
	}
	// Rows of 128 nodes of a colour are 4 slices. Those of the second colour follow within
	// three rows and a block of the first.
	second := l.Segments[1].First
	ahead := 0
	for _, run := range alone[0].pieces[0] {
		if run.segment == &l.Segments[0] {
			ahead = run.to
		} else if at := run.from - second; ahead-at > 3*4+blockSlices && at > 4 { // the first row has the last one beside it
			t.Fatalf("slice %d of the second colour follows slice %d of the first", at, ahead)
		}
	}
	shared := newPlan(l, 2, 1, 32)
	late := 0
	for _, stage := range shared[1:] {
		for _, runs := range stage.pieces {
			late += runs[0].to - runs[0].from
		}
	}
	if n := len(shared[0].pieces); n != 16 || late == 0 || late > 16*8 {
		t.Errorf("two threads have %d pieces and %d of %d slices wait for them", n, late, len(l.Active))
	}
}
