package tnntest

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Scheduled gives a number two values, and has the first era replace it in its first step: the
// runs have the same bits just where the specification says that nothing heeds the value.
func Scheduled(t *testing.T, open backend.Open) {
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		for _, key := range []string{"group[0].inverse_temperature", "group[0].threshold", "edge.inverse_temperature", "edge.size_mass", "edge.change_mass", "edge.bound", "external[0].weight"} {
			var ends []*state.State
			var unheeded bool
			for _, value := range []float64{0.5, 7} {
				spec := groups(rule)
				spec.Eras = []tnn.EraSpec{{Steps: 20, Adapt: true, Mode: tnn.Driven, Change: []string{key + "=2"}}}
				*map[string]*float64{
					"group[0].inverse_temperature": &spec.Groups[0].InverseTemperature, "group[0].threshold": &spec.Groups[0].Threshold,
					"edge.inverse_temperature": &spec.Edge.InverseTemperature, "edge.size_mass": &spec.Edge.SizeMass, "edge.change_mass": &spec.Edge.ChangeMass,
					"edge.bound": &spec.Edge.Bound, "external[0].weight": &spec.Externals[0].Weight,
				}[key] = value
				net, err := tnn.Build(spec, graphSeed)
				if err != nil {
					t.Fatal(err)
				}
				b := start(t, open, net, backend.Options{Precision: state.Double, Seeds: []uint64{5}})
				advanceBy(t, 20, b)
				ends, unheeded = append(ends, stateOf(t, b)), spec.Unheeded(key, model.Run) != ""
			}
			d, err := state.Diff(ends[0], ends[1])
			if err != nil || (d == nil) != unheeded {
				t.Errorf("%s, %s: its value is unheeded: %v, and the runs differ by %v, %v", rule, key, unheeded, d, err)
			}
		}
	}
}
