package tnntest

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Numbers compares, in bits, runs in which eras change numbers of the network, and runs in
// which controls give the numbers the same values before the same steps, and take them
// back.
func Numbers(t *testing.T, open backend.Open) {
	changed := map[string]float64{
		"group[0].inverse_temperature": 0.7, "group[0].threshold": 0.3, "edge.inverse_temperature": 2.5, "edge.size_mass": 0.2,
		"edge.change_mass": 0.4, "edge.bound": 1.5, "external[0].weight": 7,
	}
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		spec := groups(rule)
		spec.Eras = nil
		for range 3 {
			spec.Eras = append(spec.Eras, tnn.EraSpec{Steps: 20, Adapt: true, Mode: tnn.Driven})
		}
		plain, err := tnn.Build(spec, graphSeed)
		if err != nil {
			t.Fatal(err)
		}
		told := *spec
		told.Eras = append([]tnn.EraSpec{}, spec.Eras...)
		own := make(map[string]float64)
		for _, c := range plain.Describe().Controls {
			if c.Number {
				own[c.Name] = c.Own
			}
		}
		for key, v := range changed {
			if _, has := own[key]; !has {
				t.Fatalf("no control %s", key)
			}
			told.Eras[1].Change = append(told.Eras[1].Change, fmt.Sprintf("%s=%v", key, v))
			told.Eras[2].Change = append(told.Eras[2].Change, fmt.Sprintf("%s=%v", key, own[key]))
		}
		byEras, err := tnn.Build(&told, graphSeed)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []state.Precision{state.Single, state.Double} {
			o := backend.Options{Precision: p, Seeds: []uint64{5, 6}}
			a, b := start(t, open, byEras, o), start(t, open, plain, o)
			untouched := start(t, open, plain, o)
			for era := range 3 {
				for key, v := range changed {
					switch era {
					case 1:
						err = b.Control(key, v)
					case 2:
						err = b.Control(key, math.NaN())
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				advanceBy(t, 20, a, b, untouched)
				if d, err := state.Diff(stateOf(t, a), stateOf(t, b)); d != nil || err != nil {
					t.Fatalf("%s, %s, era %d: the state differs: %v, %v", rule, p, era, d, err)
				}
			}
			if d, err := state.Diff(stateOf(t, a), stateOf(t, untouched)); d == nil || err != nil {
				t.Errorf("%s, %s: the changes change nothing, %v", rule, p, err)
			}
			for key, v := range map[string]float64{"edge.bound": -1, "group[0].inverse_temperature": -1, "external[0].weight": 0} {
				if b.Control(key, v) == nil {
					t.Errorf("%s is set to %v", key, v)
				}
			}
		}
	}
}

func advanceBy(t *testing.T, steps int, all ...backend.Backend) {
	t.Helper()
	for _, b := range all {
		if _, err := b.Advance(steps); err != nil {
			t.Fatal(err)
		}
	}
}

func stateOf(t *testing.T, b backend.Backend) *state.State {
	t.Helper()
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
