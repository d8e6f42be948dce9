package tnntest

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Run runs the suite that every backend must pass, and what the TNN asks besides, on
// each of the networks.
func Run(t *testing.T, open backend.Open, precisions backendtest.Precisions, networks []Case) {
	for i, c := range networks {
		for _, p := range precisions(i) {
			t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
				net := c.Network(t)
				s := &suite{backendtest.New(t, open, net, p, steps), net}
				defer s.Close()
				s.All()
				if len(net.Graph.Edges) > 0 && !s.Differs() {
					s.Error("replicas of two keys are alike")
				}
				s.addUp()
				s.controlsAdapt()
				s.controlsExternals()
				s.refusesOtherNodes()
			})
		}
	}
}

// Resume checks that runs of 200 steps are the same where one backend takes up what
// another has left. Networks take turns in precision.
func Resume(t *testing.T, legs ...backend.Open) {
	for i, c := range Catalogue() {
		p := [...]state.Precision{state.Single, state.Double}[i%2]
		t.Run(c.Name+"/"+p.String(), func(t *testing.T) { backendtest.Resume(t, c.Network(t), p, 200, legs...) })
	}
}

// steps is how many steps most parts of the suite make. It is more than the first
// era of everyMode has.
const steps = 24

type suite struct {
	*backendtest.Suite
	net *tnn.Network
}

func (s *suite) control(name string, value float64) {
	s.Helper()
	if err := s.Backend.Control(name, value); err != nil {
		s.Fatal(err)
	}
}

// addUp: derived fields add up to the sums of the step.
func (s *suite) addUp() {
	var names []string
	for _, f := range s.net.Describe().Fields {
		if f.Derived {
			names = append(names, f.Name)
		}
	}
	s.Rewind()
	if err := s.Backend.Watch(names...); err != nil {
		s.Fatal(err)
	}
	rows := s.Advance()
	for _, name := range names {
		s.addsUp(name, rows[(steps-1)*len(backendtest.Keys())*s.net.StepSums():])
	}
	if err := s.Backend.Watch(); err != nil {
		s.Fatal(err)
	}
}

// addsUp compares a derived field of the last step with the sums of that step.
func (s *suite) addsUp(name string, last []float64) {
	a, err := s.Backend.Field(name, nil)
	if err != nil {
		s.Fatal(err)
	}
	if a.Name != name || a.Space != state.Node || a.Len() != len(backendtest.Keys())*s.net.Layout.Positions || a.Precision() != s.Precision {
		s.Fatalf("field %s is %q of %d values per %s", name, a.Name, a.Len(), a.Space)
	}
	sum := map[string]tnn.Sum{"entropy": tnn.SumEntropy, "fluctuating": tnn.SumFluctuating,
		"dissipation": tnn.SumDissipation, "transport": tnn.SumTransport}[name]
	// Every addition rounds, to half a unit in the last place of a sum.
	rounding := map[state.Precision]float64{state.Single: 0x1p-24, state.Double: 0x1p-53}[s.Precision]
	for r := range backendtest.Keys() {
		total, magnitude := 0.0, 0.0
		for at := range s.net.Layout.Positions {
			v := a.At(r*s.net.Layout.Positions + at)
			s.plausible(a, at, v)
			total += v
			magnitude += math.Abs(v)
		}
		want := last[r*s.net.StepSums()+int(sum)]
		if !(math.Abs(total-want) <= float64(s.net.Graph.Nodes)*rounding*magnitude) {
			s.Errorf("%s of all nodes of replica %d is %v, but the step's sum is %v", name, r, total, want)
		}
	}
}

func (s *suite) plausible(a *state.Array, at int, v float64) {
	name := a.Name
	network := s.net.Layout.ID[at] >= 0 && s.net.IsNetwork(s.net.Layout.ID[at])
	// The entropy of n levels is at most ln n, up to rounding, and it is divided by
	// the logarithm of about as many levels or of 3.
	ok := v >= -1e-5 && !math.IsInf(v, 0)
	switch {
	case !network:
		ok = v == 0
	case name == "entropy":
		ok = ok && v <= 1.2
	case name == "fluctuating":
		ok = v == 0 || v == 1
	}
	if !ok {
		s.Errorf("%s of %s is %v", name, backendtest.Place(s.net, a, at, len(backendtest.Keys())), v)
	}
}

// sameWeights tells whether the weights between network nodes are those of the start.
// Eras may change those of external nodes.
func (s *suite) sameWeights(now *state.State) bool {
	a, b := now.Array("weight"), s.Start.Array("weight")
	for i, e := range s.net.Graph.Edges {
		if !s.net.IsNetwork(e.A) || !s.net.IsNetwork(e.B) {
			continue
		}
		for r := range backendtest.Keys() {
			at := r*s.net.Layout.Weights + int(s.net.Layout.EdgeWeight[i])
			if a.At(at) != b.At(at) {
				return false
			}
		}
	}
	return true
}

// controlsAdapt: without adaptation weights stay, and what was never changed and
// what was changed back are the same.
func (s *suite) controlsAdapt() {
	s.Rewind()
	rows := s.Advance()
	want := backendtest.Moment(s.T, s.Backend)

	s.Rewind()
	s.control("adapt", 0)
	s.Advance()
	frozen := backendtest.Moment(s.T, s.Backend)
	if !s.sameWeights(frozen) {
		s.Error("weights change without adaptation")
	}
	plastic := s.net.Spec.Edge.Kind != tnn.Fixed && s.net.Counts().Plastic > 0
	if plastic == s.sameWeights(want) {
		s.Errorf("weights change with adaptation: %v, want %v", !plastic, plastic)
	}
	s.Rewind()
	s.control("adapt", math.NaN())
	s.ExpectRows(rows, s.Advance(), 0, "with the control adapt taken back")
	s.Expect(want, "with the control adapt taken back")
}

// controlsExternals: an external node stays where it is held, in every replica,
// until it is let go.
func (s *suite) controlsExternals() {
	s.Rewind()
	if len(s.net.Externals) == 0 {
		return
	}
	s.Advance()
	want := backendtest.Moment(s.T, s.Backend)
	s.Rewind()
	name := fmt.Sprintf("external:%d", s.net.Externals[0].ID)
	at := int(s.net.Layout.Position[s.net.Externals[0].ID])
	for _, v := range []float64{0.25, -1} {
		s.control(name, v)
		backendtest.Advance(s.T, s.Backend, 1)
		field, err := s.Backend.Field("state", nil)
		if err != nil {
			s.Fatal(err)
		}
		for r := range backendtest.Keys() {
			if got := field.At(r*s.net.Layout.Positions + at); got != v {
				s.Errorf("replica %d: the external node is held at %v and is at %v", r, v, got)
			}
		}
	}
	s.control(name, math.NaN())
	s.Rewind()
	s.Advance()
	s.Expect(want, "with the external node let go")
	for _, v := range []float64{1.5, math.Inf(1)} {
		if s.Backend.Control(name, v) == nil {
			s.Errorf("an external node can be held at %v", v)
		}
	}
}

// refusesOtherNodes: only external nodes can be held.
func (s *suite) refusesOtherNodes() {
	network := s.net.Schedule[0][0]
	for _, name := range []string{"temperature", "external:", "external:x", "external:-1",
		fmt.Sprintf("external:%d", network), fmt.Sprintf("external:%d", s.net.Graph.Nodes)} {
		if err := s.Backend.Control(name, 0); !errors.Is(err, model.ErrUnknownControl) {
			s.Errorf("control %q: %v, want ErrUnknownControl", name, err)
		}
	}
}
