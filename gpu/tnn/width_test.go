//go:build opencl && cgo

package tnn

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// widthNetworks differ in what the kernels are built with: lattice arithmetic or
// tables, external nodes, self-loops, kept half-edges or not, either rule.
func widthNetworks() map[string]func(*tnn.Spec) {
	return map[string]func(*tnn.Spec){
		"lattice": func(s *tnn.Spec) {},
		"lattice3": func(s *tnn.Spec) {
			s.Graph.Sides, s.Groups[0].Connections = []int{6, 4, 10}, 6
		},
		"line":   func(s *tnn.Spec) { s.Graph.Sides, s.Groups[0].Connections = []int{70}, 2 },
		"loops":  func(s *tnn.Spec) { s.Groups[0].SelfLoops = 2 },
		"random": func(s *tnn.Spec) { s.Graph.Kind, s.Groups[0].Connections = graph.Random, 80 },
		"hubs": func(s *tnn.Spec) {
			s.Graph.Sides, s.Graph.Kind = []int{34, 34}, graph.Random
			hubs := s.Groups[0]
			hubs.Count, hubs.Connections = 3, mostShared+8
			s.Groups = append(s.Groups, hubs)
		},
		"odd": func(s *tnn.Spec) { s.Graph.Sides, s.Graph.Bipartite = []int{15, 13}, false },
		"driven": func(s *tnn.Spec) {
			s.Externals = []tnn.ExternalSpec{{Pairs: 2, Connections: 4, Periods: []int{7}, Polarity: 1, Sublattice: tnn.Even, Weight: 160}}
			s.Eras[0].Predict = true
			s.Eras = append(s.Eras, tnn.EraSpec{Steps: 10, Adapt: true, Mode: tnn.Reflect})
		},
		"relaxed": func(s *tnn.Spec) {
			s.Network = tnn.NetworkSpec{Rule: tnn.Hylton2019, Relaxations: 2}
			s.Groups[0].Levels = 21
		},
		"real2": func(s *tnn.Spec) { s.Edge.Kind, s.Edge.Bound = tnn.Real2, 0.2 },
	}
}

func widthSpec(change func(*tnn.Spec)) *tnn.Spec {
	spec := tnn.Defaults()
	spec.Graph.Sides, spec.Graph.Bipartite = []int{16, 18}, true
	spec.Groups[0].Connections = 4
	spec.Externals = nil
	spec.Eras[0].Steps = 20
	change(spec)
	return spec
}

// inTurns builds networks, which take turns in precision.
func inTurns(t *testing.T, networks map[string]func(*tnn.Spec), test func(t *testing.T, i int, net *tnn.Network, p state.Precision)) {
	for i, name := range slices.Sorted(maps.Keys(networks)) {
		net, err := tnn.Build(widthSpec(networks[name]), 5)
		must(t, err)
		for _, p := range backendtest.InTurns(i) {
			t.Run(name+"/"+p.String(), func(t *testing.T) { test(t, i, net, p) })
		}
	}
}

// However many nodes a work-item visits at once, the bits are the reference's. Networks
// take turns in width, as every width is a program, and in whether a launch makes whole
// steps; TNN_SOAK=1 has all widths of each.
func TestVectorWidths(t *testing.T) {
	devicetest.Open(t)
	widths := map[state.Precision][]int{state.Single: {1, 2, 16}, state.Double: {1, 4}}
	inTurns(t, widthNetworks(), func(t *testing.T, i int, net *tnn.Network, precision state.Precision) {
		o := backend.Options{Precision: precision, Seeds: []uint64{5, 6}}
		want := advanced(t, func() (backend.Backend, error) { return cpuref.New(net, o) })
		all, units := widths[precision], []int{1, 3} // with which whole steps of two replicas are a launch, or not
		if !backendtest.Soak() {
			all, units = all[i/2%len(all):][:1], [][]int{{1}, {3}, {3}}[i%3]
		}
		for k := range len(all) * len(units) {
			width, unit := all[k/len(units)], units[k%len(units)]
			t.Run(fmt.Sprintf("%d on %d", width, unit), func(t *testing.T) {
				d := devicetest.Open(t)
				devicetest.Vector(d, width)
				d.Pretend(func(info *device.Info) { info.ComputeUnits = unit })
				if precision == state.Double && !d.Info().Double {
					t.Skip("the device has no double precision")
				}
				have := advanced(t, func() (backend.Backend, error) { return New(d, net, o) })
				if difference, err := state.Diff(want, have); err != nil || difference != nil {
					t.Errorf("reference against device: %v, %v", difference, err)
				}
			})
		}
	})
}

// advanced is the state after some steps.
func advanced(t *testing.T, open func() (backend.Backend, error)) *state.State {
	t.Helper()
	b, err := open()
	must(t, err)
	_, err = b.Advance(25)
	must(t, err)
	s, err := b.State()
	must(t, err)
	return s
}

// Replicas with parameters of their own get the reference's bits too.
func TestSweptReplicas(t *testing.T) {
	d := devicetest.Open(t)
	twoCores(d)
	spec := func(levels int, g float64) *tnn.Spec {
		s := tnn.Defaults()
		s.Graph.Sides, s.Graph.Bipartite, s.Externals = []int{12, 14}, true, nil // those of the catalogue, of which there is a program
		s.Groups[0].Connections, s.Groups[0].Levels = 4, levels
		s.Edge.InverseTemperature, s.Eras[0].Steps = g, 25
		return s
	}
	net, err := tnn.Build(spec(10, 80), 1)
	must(t, err)
	net.Variants = []*tnn.Spec{net.Spec, spec(3, 20)}
	o := backend.Options{Precision: state.Single, Seeds: []uint64{1, 2}}
	want := advanced(t, func() (backend.Backend, error) { return cpuref.New(net, o) })
	have := advanced(t, func() (backend.Backend, error) { return New(d, net, o) })
	if difference, err := state.Diff(want, have); err != nil || difference != nil {
		t.Errorf("reference against device: %v, %v", difference, err)
	}
}
