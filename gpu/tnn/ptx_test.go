//go:build opencl && cgo

package tnn

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// Rung 2 for NVIDIA, as far as it goes without one: what clang makes of the kernels for
// its GPUs computes the bits of the reference.
func TestPTX(t *testing.T) {
	networks := widthNetworks()
	networks["fixed"] = func(s *tnn.Spec) { s.Edge.Kind, s.Edge.InverseTemperature = tnn.Fixed, 4 }
	networks["cold, without noise"] = func(s *tnn.Spec) {
		s.Groups[0].InverseTemperature, s.Edge.InverseTemperature, s.Edge.Noise = 20, 500, false
	}
	inTurns(t, networks, func(t *testing.T, _ int, net *tnn.Network, p state.Precision) {
		o, open := backend.Options{Precision: p, Seeds: []uint64{5}}, openPTX[float32]
		if p == state.Double {
			open = openPTX[float64]
		}
		n, launched := open(t, net, o)
		samePTX(t, net, o, n, launched, "tnn_sweep_segment")
	})
}

// TestPTXOfSmallNetworks does so for whole steps in one launch.
func TestPTXOfSmallNetworks(t *testing.T) {
	for _, name := range []string{"lattice", "loops", "driven", "relaxed"} {
		t.Run(name, func(t *testing.T) {
			net, err := tnn.Build(widthSpec(widthNetworks()[name]), 5)
			must(t, err)
			d := devicetest.Open(t)
			d.Pretend(func(i *device.Info) { i.Kind, i.ComputeUnits = "gpu", 100 })
			n, p := onPTX[float32](t, d, net, backend.Options{Precision: state.Single, Seeds: []uint64{5, 6}})
			if !n.small || n.group != 256 {
				t.Fatalf("work-groups have %d nodes, which is small: %v", n.group, n.small)
			}
			samePTX(t, net, n.options, n, p, "tnn_run_steps")
		})
	}
}

// openPTX opens a network as a GPU computes those that are not small.
func openPTX[F float32 | float64](t *testing.T, net *tnn.Network, o backend.Options) (backend.Backend, *devicetest.PTX) {
	t.Helper()
	return onPTX[F](t, sweeping(t, len(o.Seeds)), net, o)
}

// sweeping is a device with the width of GPUs that makes steps of so many replicas sweep
// by sweep.
func sweeping(t *testing.T, replicas int) *device.Device {
	t.Helper()
	d := devicetest.Open(t)
	devicetest.Vector(d, 1)
	d.Pretend(func(i *device.Info) { i.Kind, i.ComputeUnits = "cpu", 1+replicas })
	return d
}

// onPTX opens a network on a device whose launches PTX carries out.
func onPTX[F float32 | float64](t *testing.T, d *device.Device, net *tnn.Network, o backend.Options) (*engine[F], *devicetest.PTX) {
	t.Helper()
	p := devicetest.ByPTX(t, d)
	n, err := newEngine[F](d, net, o)
	must(t, err)
	return n, p
}

// samePTX compares steps with those of the reference.
func samePTX(t *testing.T, net *tnn.Network, o backend.Options, n backend.Backend, p *devicetest.PTX, kernel string) {
	t.Helper()
	reference, err := cpuref.New(net, o)
	must(t, err)
	backendtest.Agree(t, net, reference, n, 1, 23)
	if len(p.Launches[kernel]) == 0 {
		t.Errorf("%s was not launched", kernel)
	}
}

// TestWhatAnUpdateTakes holds what limits a GPU to what docs/performance-notes.md states, on
// networks that have settled: slots for instructions, and the memory that moves, which
// is the model's.
func TestWhatAnUpdateTakes(t *testing.T) {
	for _, c := range []struct {
		rule              tnn.Rule
		graph             graph.Kind
		size, connections int
		slots             float64
	}{
		{tnn.Hylton2020, graph.Neighbor, 64, 4, 2800},
		{tnn.Hylton2020, graph.Neighbor, 64, 16, 4100},
		{tnn.Hylton2020, graph.Random, 64, 4, 3000},
		{tnn.Hylton2020, graph.Random, 64, 16, 4500},
		{tnn.Hylton2019, graph.Neighbor, 32, 4, 2000},
		{tnn.Hylton2019, graph.Neighbor, 32, 16, 3500},
	} {
		t.Run(fmt.Sprint(c.rule, c.graph, c.connections), func(t *testing.T) {
			spec := tnnbench.Spec(c.rule, c.size, c.connections)
			spec.Graph.Kind, spec.Groups[0].Levels = c.graph, 10
			net, err := tnn.Build(spec, 1)
			must(t, err)
			settled, activity := settle(t, net)
			slots, lanes, asked, moved := measureUpdate(t, net, settled)
			model := tnnbench.Model(spec, state.Single, c.graph != graph.Neighbor, activity).Bytes(float64(c.connections))
			t.Logf("an update takes %.0f slots, %.0f of them of lanes at work, asks for %.0f bytes and moves %.0f; the model has %.0f", slots, lanes, asked, moved, model)
			if slots > c.slots {
				t.Errorf("an update takes %.0f slots, more than %.0f", slots, c.slots)
			}
			if math.Abs(moved-model) > 0.03*model {
				t.Errorf("an update moves %.0f bytes, the model has %.0f", moved, model)
			}
		})
	}
}

// measureUpdate executes a step, and gives what an update takes: bytes that are asked
// for come from caches or memory, those that move do from memory.
func measureUpdate(t *testing.T, net *tnn.Network, settled *state.State) (slots, lanes, asked, moved float64) {
	t.Helper()
	d := sweeping(t, 1)
	d.CarryOut(launchNothing) // the state that it starts with is replaced
	n, err := newEngine[float32](d, net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	p := devicetest.ByPTX(t, d)
	must(t, n.SetState(settled))
	_, err = n.Advance(1)
	must(t, err)
	updates := float64(net.Graph.Nodes * net.Spec.Sweeps())
	for _, c := range p.Launches["tnn_sweep_segment"] {
		slots += c.Slots / updates
		lanes += c.Lanes / updates
		asked += float64(c.Asked) / updates
		moved += float64(c.Read()+c.Written()) / updates
	}
	return slots, lanes, asked, moved
}

// settle gives a network's state after 300 steps, and its activity from then on.
func settle(t *testing.T, net *tnn.Network) (*state.State, tnnbench.Activity) {
	t.Helper()
	b, err := cpuref.New(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	defer b.Close()
	_, err = b.Advance(300)
	must(t, err)
	s, err := b.State()
	must(t, err)
	activity, err := tnnbench.ActivityOf(b, net, state.Single)
	must(t, err)
	return s, activity
}
