//go:build opencl && cgo

package tnn

import (
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
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
		seeds     int
		want      int
	}{
		{"alone", tnn.Hylton2020, 30, state.Single, 48 << 10, 1, 512},
		{"as many as multiprocessors", tnn.Hylton2020, 30, state.Single, 48 << 10, 4, 128},
		{"few nodes", tnn.Hylton2020, 16, state.Single, 48 << 10, 1, 128},
		{"not small", tnn.Hylton2020, 100, state.Single, 48 << 10, 1, 128},
		{"double precision", tnn.Hylton2020, 30, state.Double, 48 << 10, 1, 256},
		{"double precision, little memory", tnn.Hylton2020, 30, state.Double, 32 << 10, 1, 128},
		{"the other rule", tnn.Hylton2019, 30, state.Single, 48 << 10, 1, 512},
	} {
		t.Run(c.what, func(t *testing.T) {
			net, err := tnn.Build(bench.Case{Rule: c.rule, Size: c.size, Connections: 4}.Spec(), 1)
			must(t, err)
			d := devicetest.Open(t)
			d.Pretend(func(i *device.Info) { i.Kind, i.ComputeUnits, i.LocalMemory = "gpu", 4, c.local })
			o := backend.Options{Precision: c.precision, Seeds: make([]uint64, c.seeds)}
			if c.precision == state.Double {
				groupOf[float64](t, d, net, o, c.want)
			} else {
				groupOf[float32](t, d, net, o, c.want)
			}
		})
	}
}

func groupOf[F float32 | float64](t *testing.T, d *device.Device, net *tnn.Network, o backend.Options, want int) {
	t.Helper()
	n, err := newEngine[F](d, net, o)
	must(t, err)
	if n.group != want {
		t.Errorf("work-groups have %d nodes, not %d", n.group, want)
	}
	kernel := n.sweepKernel
	if n.small {
		kernel = n.runKernel
	}
	if foretold := uint64(n.localMemory(o.Precision.Bytes())); kernel.LocalMemory() != foretold {
		t.Errorf("a work-group takes %d bytes of local memory, %d were foretold", kernel.LocalMemory(), foretold)
	}
}
