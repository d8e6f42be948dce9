//go:build opencl && cgo

package tnn

import (
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// A small network that a GPU has for itself gets a large work-group, as far as local
// memory goes: what a kernel takes of it is known beforehand.
func TestWorkGroupOfSmallNetworks(t *testing.T) {
	for _, c := range []struct {
		what      string
		rule      tnn.Rule
		size      int
		precision state.Precision
		local     uint64
		most      int // work-items of a work-group
		seeds     int
		want      int
	}{
		{"alone", tnn.Hylton2020, 30, state.Single, 48 << 10, 1024, 1, 512},
		{"as many as multiprocessors", tnn.Hylton2020, 30, state.Single, 48 << 10, 1024, 4, 128},
		{"few nodes", tnn.Hylton2020, 16, state.Single, 48 << 10, 1024, 1, 128},
		{"not small", tnn.Hylton2020, 100, state.Single, 48 << 10, 1024, 1, 128},
		{"double precision", tnn.Hylton2020, 30, state.Double, 48 << 10, 1024, 1, 256},
		{"double precision, little memory", tnn.Hylton2020, 30, state.Double, 32 << 10, 1024, 1, 128},
		{"as AMD's", tnn.Hylton2020, 30, state.Single, 64 << 10, 256, 1, 256},
		{"as AMD's, not small", tnn.Hylton2020, 100, state.Single, 64 << 10, 256, 1, 128},
		{"least", tnn.Hylton2020, 30, state.Single, 32 << 10, 32, 1, 32},
		{"little memory", tnn.Hylton2020, 30, state.Single, 16 << 10, 1024, 1, 128},
		{"double precision, least memory", tnn.Hylton2020, 30, state.Double, 16 << 10, 1024, 1, 128},
		{"the other rule", tnn.Hylton2019, 30, state.Single, 48 << 10, 1024, 1, 512},
	} {
		t.Run(c.what, func(t *testing.T) {
			net, err := tnn.Build(tnnbench.Spec(c.rule, c.size, 4), 1)
			must(t, err)
			d := device.Described(device.Info{Kind: "gpu", ComputeUnits: 4, MaxWorkGroup: c.most, LocalMemory: c.local})
			o := backend.Options{Precision: c.precision, Seeds: make([]uint64, c.seeds)}
			if c.precision == state.Double {
				groupOf[float64](t, d, net, o, c.want)
			} else {
				groupOf[float32](t, d, net, o, c.want)
			}
		})
	}
}

// On a processor, graphs from tables have the same program, whatever their connections; a
// driver takes seconds to compile one.
func TestOneProgramForTables(t *testing.T) {
	var sources []string
	for _, connections := range []int{4, 7, 16} {
		spec := tnnbench.Spec(tnn.Hylton2020, 30, connections)
		spec.Graph.Kind = graph.Random
		net, err := tnn.Build(spec, 1)
		must(t, err)
		d := device.Described(device.Info{Kind: "cpu", ComputeUnits: 2, MaxWorkGroup: 4096, LocalMemory: 1 << 20, VectorSingle: 8})
		n, err := planEngine[float32](d, net, backend.Options{Seeds: []uint64{1}})
		must(t, err)
		if sources = append(sources, n.source()); sources[0] != n.source() {
			t.Errorf("the program of %d connections is another than that of 4", connections)
		}
	}
}

func groupOf[F float32 | float64](t *testing.T, d *device.Device, net *tnn.Network, o backend.Options, want int) {
	t.Helper()
	n, err := planEngine[F](d, net, o)
	must(t, err)
	if n.group != want {
		t.Errorf("work-groups have %d nodes, not %d", n.group, want)
	}
}
