//go:build opencl && cgo

package tnn

import (
	"math"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// TestMemoryOfANode holds what a node takes on the device to what it cannot do
// without. Of hylton2020, a node has 6 values, a half-edge 6 and an edge 1. Its
// partial sums and their scratch take 12 values each for a work-group, its slice
// 12 bytes.
func TestMemoryOfANode(t *testing.T) {
	const nodes = 256 * 256
	for _, c := range []struct {
		connections int
		want        float64 // bytes of a node
	}{
		{4, 4 * (6 + 4*6 + 2)},
		{16, 4 * (6 + 16*6 + 8)},
	} {
		net, err := tnn.Build(tnnbench.Spec(tnn.Hylton2020, 256, c.connections), 1)
		must(t, err)
		d := devicetest.Open(t)
		d.CarryOut(launchNothing)
		b, err := newEngine[float32](d, net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
		must(t, err)
		few := 12./tnn.Lanes + 2*12*4/float64(b.group)
		fixed := float64(256 * (2*tnn.NodeSums*4 + 4 + 12)) // sums of a batch, and what steers it
		got := (float64(b.Describe().Bytes) - fixed) / nodes
		if math.Abs(got-c.want-few) > 0.05 {
			t.Errorf("with %d connections a node takes %.2f bytes, not %.2f", c.connections, got, c.want+few)
		}
		if foretold := float64(net.Spec.DeviceBytes(state.Single, 1)) / nodes; foretold != c.want {
			t.Errorf("with %d connections %.2f bytes of a node are foretold, not %v", c.connections, foretold, c.want)
		}
		must(t, b.Close())
	}
}

// launchNothing takes the place of launches whose work is of no interest, so that no
// kernel is compiled.
func launchNothing(device.Launch, func() error) error { return nil }
