//go:build opencl && cgo

package tnn

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/tnn"
)

// oneOfEachGraph gives a small network of every graph kind, scheduled by
// checkerboard and by colouring, with self-loops and external nodes. They take turns in
// rules; TNN_SOAK=1 has both rules of each.
func oneOfEachGraph(t *testing.T) map[string]*tnn.Network {
	t.Helper()
	specs := map[string]func(*tnn.Spec){
		"checkerboard": func(s *tnn.Spec) { s.Graph.Bipartite, s.Groups[0].Connections = true, 16 },
		"coloured":     func(s *tnn.Spec) { s.Groups[0].Connections = 12 },
		"cube":         func(s *tnn.Spec) { s.Graph.Sides, s.Groups[0].Connections = []int{4, 4, 4}, 6 },
		"random":       func(s *tnn.Spec) { s.Graph.Kind = graph.Random },
		"gaussian":     func(s *tnn.Spec) { s.Graph.Kind, s.Graph.Scale = graph.Gaussian, 2 },
		"exponential":  func(s *tnn.Spec) { s.Graph.Kind, s.Graph.Scale = graph.Exponential, 2 },
		"self-loops":   func(s *tnn.Spec) { s.Groups[0].SelfLoops = 2 },
		"driven": func(s *tnn.Spec) {
			s.Graph.Bipartite = true
			s.Externals = []tnn.ExternalSpec{{Pairs: 1, Connections: 4, Periods: []int{5}, Polarity: 1, Sublattice: tnn.Even, Weight: 160}}
		},
	}
	networks := map[string]*tnn.Network{}
	for i, name := range slices.Sorted(maps.Keys(specs)) {
		for k, rule := range []tnn.Rule{tnn.Hylton2019, tnn.Hylton2020} {
			if i%2 != k && name != "checkerboard" && !backendtest.Soak() {
				continue
			}
			s := tnn.Defaults()
			s.Network.Rule, s.Externals, s.Eras[0].Steps = rule, nil, 10
			if rule == tnn.Hylton2019 {
				s.Network.Relaxations = 2
			}
			s.Graph.Sides, s.Groups[0].Connections = []int{8, 8}, 4
			specs[name](s)
			network, err := tnn.Build(s, 1)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			networks[name+" "+string(rule)] = network
		}
	}
	return networks
}

func TestStepOfEachGraph(t *testing.T) {
	devicetest.Simulated(t)
	for name, network := range oneOfEachGraph(t) {
		t.Run(name, func(t *testing.T) { stepOnce(t, network) })
	}
}

// TestStepWithoutSchedule visits all nodes of a network at once. It computes
// something, but what it computes is chance. (The layout would part the two
// sublattices of a bipartite network all the same.)
func TestStepWithoutSchedule(t *testing.T) {
	devicetest.Simulated(t)
	network := oneOfEachGraph(t)["coloured hylton2020"]
	var all []int32
	for id := range network.Graph.Nodes {
		all = append(all, int32(id))
	}
	var err error
	network.Layout, err = tnn.NewLayout(network.Graph, graph.Schedule{all},
		func(int32) int { return 0 }, func(int32) bool { return false })
	must(t, err)
	stepOnce(t, network)
}

func stepOnce(t *testing.T, network *tnn.Network) {
	// Without the probes of New, which take a simulated device long.
	b, err := newEngine[float32](devicetest.Open(t), network, backend.Options{Seeds: []uint64{1, 2}})
	must(t, err)
	_, err = b.Advance(1)
	must(t, err)
}

// TestSchedulesLeaveNoRace is what the schedules are for.
func TestSchedulesLeaveNoRace(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestStepOfEachGraph"); report != "" {
		t.Errorf("scheduled steps give %.2000s", report)
	}
	if report := devicetest.Oclgrind(t, "TestStepWithoutSchedule"); !strings.Contains(report, "race") {
		t.Errorf("a step without a schedule gives %q, want a race", report)
	}
}
