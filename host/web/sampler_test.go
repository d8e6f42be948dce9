package web

import (
	"slices"
	"testing"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// newSampler is one of a ring that no run makes, with a page that shows the states.
func newSampler() (*sampler, *client) {
	l := NewLive(Subject{Model: simtest.Model{Nodes: nodes}, Seeds: []uint64{1}})
	c := &client{live: l, poked: make(chan struct{}, 1), node: -1, ready: true, view: &View{Field: "state", W: 1, H: 1, Width: 1, Height: 1}}
	l.clients[c] = struct{}{}
	return &sampler{live: l, spare: make(map[string]*state.Array)}, c
}

// TestNextPicture: while the run goes on the next picture is asked for although its
// step is not made yet, so that it can be one of every step; in a pause there is none.
func TestNextPicture(t *testing.T) {
	s, c := newSampler()
	l := s.live
	wanted := func() bool { w := s.wants(); return slices.Contains(w.pictures, "state") }
	l.taken.pictures["state"], l.status.Step = &shot{moment: moment{step: 5}}, 5
	if !wanted() {
		t.Error("the next step is not asked for while the run goes on")
	}
	l.status.Paused = true
	if wanted() {
		t.Error("the same step is asked for again in a pause")
	}
	l.status.Controls = append(l.status.Controls, state.Control{Step: 5, Name: "flip:0", Value: 1})
	if !wanted() {
		t.Error("what an intervention in a pause has changed is not asked for")
	}
	l.taken.pictures["state"].changes = 1
	l.status.Step = 6
	if !wanted() {
		t.Error("a single step is not asked for")
	}
	c.ready = false
	if wanted() {
		t.Error("a picture is asked for that no page is ready for")
	}
}

// TestSpareArrays: pictures take turns with their arrays, except where something
// else has one or a page still reads it.
func TestSpareArrays(t *testing.T) {
	s, _ := newSampler()
	step := int64(0)
	keep := func(w wants) *shot {
		w.pictures = []string{"state"}
		a := s.spare["state"]
		delete(s.spare, "state")
		step++
		s.keep(&w, &sim.Snapshot{Step: step, Arrays: []*state.Array{a.Reuse(state.Field{Name: "state"}, state.Double, nodes+1)}})
		return s.live.taken.pictures["state"]
	}
	first, second := keep(wants{}), keep(wants{})
	if second.array == first.array {
		t.Error("the last picture is written over while the next is made")
	}
	third := keep(wants{})
	if third.array != first.array {
		t.Error("the array of the first picture is not used for the third")
	}
	third.readers = 1
	keep(wants{inspect: true})
	if s.spare["state"] != nil {
		t.Error("an array that a page reads is to be used again")
	}
	keep(wants{})
	if s.spare["state"] != nil {
		t.Error("an array with inspected nodes is to be used again")
	}
}
