package tnngolden_test

import (
	"errors"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnngolden"
)

func golden(t *testing.T, name string) *tnngolden.Golden {
	t.Helper()
	g, err := tnngolden.Open("../../../testdata/golden/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func open(t *testing.T, g *tnngolden.Golden, p state.Precision) backend.Backend {
	t.Helper()
	b, err := cpuref.New(g.Network, backend.Options{Precision: p, Seeds: []uint64{g.Seed}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// spoiled is a backend whose steps are wrong now and then.
type spoiled struct {
	backend.Backend
	every int // steps
	add   float64
	made  *int
}

func (s spoiled) Advance(n int) ([]float64, error) {
	sums, err := s.Backend.Advance(n)
	if *s.made++; *s.made%s.every == 0 {
		sums[tnn.SumWeight2] += s.add
	}
	return sums, err
}

// failing is a backend that makes no step.
type failing struct {
	backend.Backend
	err error
}

func (f failing) Advance(int) ([]float64, error) { return nil, f.err }

// TestSteps: single precision agrees with what was recorded far better than the
// trajectories of a network whose temperature is off by a percent.
func TestSteps(t *testing.T) {
	for _, name := range []string{"2020-driven", "2020-real2", "2019-predict", "2019-lattice16"} {
		g := golden(t, name)
		d, err := tnngolden.Steps(g, open(t, g, state.Double), open(t, g, state.Single))
		if err != nil || !(d.Worst < 1e-5) {
			t.Errorf("%s deviates by %v, %v", name, d, err)
		}
		hot := golden(t, name)
		hot.Network.Spec.Groups[0].InverseTemperature *= 1.01
		d, err = tnngolden.Steps(g, open(t, g, state.Double), open(t, hot, state.Single))
		if err != nil || !(d.Worst > 1e-4) {
			t.Errorf("%s at another temperature deviates by %v, %v", name, d, err)
		}
	}
}

// TestMostSteps: a sample that tips over now and then is passed over, what happens
// in every fifth step is not.
func TestMostSteps(t *testing.T) {
	g := golden(t, "2020-binary")
	for every, seen := range map[int]bool{5: true, 20: false} {
		b := spoiled{open(t, g, state.Single), every, 1e3, new(int)}
		d, err := tnngolden.Steps(g, open(t, g, state.Double), b)
		if err != nil || (d.Worst > 1e-3) != seen || seen && d.Quantity != "weight2" {
			t.Errorf("with every %dth step wrong it deviates by %v, %v", every, d, err)
		}
	}
}

func TestStepsFail(t *testing.T) {
	g := golden(t, "2020-binary")
	gone := errors.New("the device is gone")
	if _, err := tnngolden.Steps(g, open(t, g, state.Double), failing{open(t, g, state.Single), gone}); !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
	if _, err := tnngolden.Steps(g, open(t, g, state.Single), open(t, g, state.Single)); err == nil {
		t.Error("a reference in single precision is taken")
	}
}
