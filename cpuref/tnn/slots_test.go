package tnn_test

import (
	"fmt"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

// TestFourCompartments runs the oracle beside the reference: the two slots in
// which the reference stores four compartments lose nothing.
func TestFourCompartments(t *testing.T) {
	var seen coverage
	for _, c := range tnntest.Catalogue() {
		net := c.Network(t)
		t.Run(c.Name+"/single", func(t *testing.T) { beside[float32](t, net, state.Single, &seen) })
		t.Run(c.Name+"/double", func(t *testing.T) { beside[float64](t, net, state.Double, &seen) })
	}
	t.Logf("%+v", seen)
	if seen.bothSlots == 0 || seen.otherSign == 0 {
		t.Errorf("nothing that is hard to store was seen: %+v", seen)
	}
}

func beside[F fmath.Float](t *testing.T, net *tnn.Network, p state.Precision, seen *coverage) {
	const seed = 1<<33 + 7
	b, err := cpuref.New(net, backend.Options{Precision: p, Seeds: []uint64{seed}})
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle[F](net, seed, net.Start(p, []uint64{seed}))
	for step := int64(0); step <= 150; step++ {
		if step > 0 {
			if _, err := b.Advance(1); err != nil {
				t.Fatal(err)
			}
			o.step(step)
		}
		s, err := b.State()
		if err != nil {
			t.Fatal(err)
		}
		o.inspect(t, step)
		dropZeroSigns(s)
		if d := backendtest.Differ(net, o.packed(s), s); d != "" {
			t.Fatalf("oracle against reference at step %d: %s", step, d)
		}
	}
	seen.occupied += o.seen.occupied
	seen.bothSlots += o.seen.bothSlots
	seen.otherSign += o.seen.otherSign
	seen.nodeVisits += o.seen.nodeVisits
}

// dropZeroSigns makes the zeros of empty compartments, whose sign means nothing,
// positive.
func dropZeroSigns(s *state.State) {
	for i := range s.Arrays {
		if a := &s.Arrays[i]; a.Space == state.HalfEdge {
			for k := range a.Len() {
				a.Set(k, a.At(k)+0)
			}
		}
	}
}

// inspect checks what docs/model.md section 11 proves, and counts.
func (o *oracle[F]) inspect(t *testing.T, step int64) {
	for id := range o.nodes {
		n := &o.nodes[id]
		for i := range n.halves {
			h := &n.halves[i]
			occupied := 0
			for x, c := range h.stored {
				if c.q == 0 {
					continue
				}
				occupied++
				if o.weight[h.edge] > 0 != (x == plusPlus || x == minusPlus) {
					o.seen.otherSign++
				}
				// A positive voltage charges ++ and --, a negative one +- and -+.
				positive := x == plusPlus || x == minusMinus
				if o.net.Spec.Network.Rule == tnn.Hylton2020 && (n.equilibrated == 0 || positive != (n.equilibrated > 0)) {
					t.Fatalf("at step %d node %d, last equilibrated at %v, has charge in compartment %d", step, id, n.equilibrated, x)
				}
			}
			if occupied > 0 {
				o.seen.occupied++
			}
			if occupied > 1 {
				o.seen.bothSlots++
			}
			if err := h.fits(o.net.Spec.Network.Rule); err != nil {
				t.Fatalf("at step %d node %d: %v", step, id, err)
			}
		}
	}
}

// fits checks that no slot would have to hold two compartments.
func (h *half[F]) fits(rule tnn.Rule) error {
	for slot, pair := range slots(rule) {
		if h.stored[pair[0]].q != 0 && h.stored[pair[1]].q != 0 {
			return fmt.Errorf("slot %d of its edge %d would have to hold two charges", slot, h.edge)
		}
	}
	return nil
}

// slots gives the compartments that share a slot.
func slots(rule tnn.Rule) [2][2]int {
	if rule == tnn.Hylton2019 {
		return [2][2]int{{plusPlus, plusMinus}, {minusPlus, minusMinus}}
	}
	return [2][2]int{{plusPlus, minusPlus}, {plusMinus, minusMinus}}
}

// packed puts the oracle's state into the arrays of a backend's, of which it
// takes the shape.
func (o *oracle[F]) packed(like *state.State) *state.State {
	net, l := o.net, o.net.Layout
	s := net.NewState(like.Precision, 1)
	s.Step = like.Step
	set := func(field string, at int, v F) {
		if a := s.Array(field); a != nil {
			a.Set(at, float64(v))
		}
	}
	for id := range o.nodes {
		n, at := &o.nodes[id], int(l.Position[id])
		for field, v := range map[string]F{"state": n.state, "energy": n.energy, "dissipation": n.dissipation, "transport": n.transport,
			"quality_numerator": n.numerator, "quality_denominator": n.denominator, "adapted_state": n.adapted, "offered_state": n.offered} {
			set(field, at, v)
		}
		for i := range n.halves {
			at := n.halves[i].at
			for slot, pair := range slots(net.Spec.Network.Rule) {
				for _, x := range pair {
					if c := n.halves[i].stored[x]; c.q != 0 {
						set([]string{"charge0", "charge1"}[slot], at, c.q)
						set([]string{"memory0", "memory1"}[slot], at, c.m)
						set([]string{"potential0", "potential1"}[slot], at, c.p)
					}
				}
			}
		}
	}
	for i, w := range o.weight {
		set("weight", int(l.EdgeWeight[i]), w)
	}
	return s
}
