//go:build opencl && cgo

package hopfield

import (
	"testing"

	cpu "tnn-gpu/cpuref/hopfield"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// What clang makes of the kernels for NVIDIA's GPUs, in their work-groups, computes the
// bits of the reference: each form of fields, one after another and at once. Work-groups
// have two warps, and units for both, so that either lacks what the other has not done yet.
func TestPTX(t *testing.T) {
	const items, units = 64, 67
	names := []string{"matrix async0.4", "matrix sync0", "hebb without a matrix async0.4"}
	if backendtest.Soak() {
		names = append(names, "matrix blocks0.4", "matrix iid0", "matrix cyclic0.4", "projection with diagonal async0", "thresholds async0.4", "cubic async0", "cubic sync0.4", "exponential async0", "exponential blocks0", "sequence sync0", "lattice colours0.4", "lattice sync0.4")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			d := devicetest.Open(t)
			net := network(t, func(s *hopfield.Spec) {
				cases()[name](s)
				if s.Network.Units > 0 {
					s.Network.Units = units
				}
			})
			o := backend.Options{Precision: state.Single, Seeds: model.Keys(net.Spec, 5, 2, 1), WorkGroup: items}
			p := devicetest.ByPTX(t, d)
			b, err := New(d, net, o)
			if err != nil {
				t.Fatal(err)
			}
			reference, err := cpu.New(net, o)
			if err != nil {
				t.Fatal(err)
			}
			backendtest.Agree(t, net, reference, b, 1, 2)
			for _, kernel := range []string{"hopfield_recall", "hopfield_fields"} {
				if len(p.Launches[kernel]) == 0 {
					t.Errorf("%s was not launched", kernel)
				}
			}
		})
	}
}
