//go:build opencl && cgo

package codes

import (
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/codes/codestest"
	"tnn-gpu/host/state"
)

// What clang makes of the kernel for NVIDIA's GPUs, in its work-groups, computes the bits
// of the reference: of a network, of counts and of the closed form, with fewer outputs than work-items and with more.
func TestPTX(t *testing.T) {
	precisions := map[string]state.Precision{"free": state.Single, "bursts": state.Single, "exact": state.Double, "exact of six uses": state.Double, "counts of five uses": state.Single}
	for _, c := range codestest.Cases() {
		precision, found := precisions[c.Name]
		if !found {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			d := devicetest.Open(t)
			p := devicetest.ByPTX(t, d)
			o := backend.Options{Precision: precision, Seeds: []uint64{5, 6}, WorkGroup: most}
			b, err := New(d, c.Network, o)
			backendtest.OrSkip(t, err)
			backendtest.Agree(t, c.Network, backendtest.Opened(t, reference, c.Network, o), b, 1, 2)
			if n := len(p.Launches["codes_learn"]); n != 2 {
				t.Errorf("%d launches were carried out", n)
			}
		})
	}
}
