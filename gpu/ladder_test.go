//go:build opencl && cgo

package gpu

import (
	"os"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// openNetwork is New on the device that the tests run on.
func openNetwork(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	o.Device = os.Getenv("TNN_TEST_DEVICE")
	return New(net, o)
}

// openBoth opens a network on the reference and on the device, for the length of
// a test.
func openBoth(t *testing.T, net *tnn.Network, o backend.Options) (reference, device backend.Backend) {
	t.Helper()
	reference, err := cpuref.New(net, o)
	must(t, err)
	device, err = openNetwork(net, o)
	must(t, err)
	t.Cleanup(func() { must(t, device.Close()) })
	return reference, device
}

func TestSuite(t *testing.T) {
	openTest(t)
	backendtest.Run(t, openNetwork)
}

// Rung 2: the device and the reference agree in every bit of every field and of
// every sum, over 1,000 steps of every network of the catalogue.
func TestAgreesWithReference(t *testing.T) {
	openTest(t)
	for _, c := range backendtest.Catalogue() {
		for _, p := range []state.Precision{state.Single, state.Double} {
			t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
				net := c.Network(t)
				reference, device := openBoth(t, net, backend.Options{Precision: p, Seeds: []uint64{1<<32 + 3}})
				if !device.Describe().Strict {
					t.Skipf("this device is not strict: %s", device.Describe().Note)
				}
				backendtest.Agree(t, net, reference, device, 1, 2, 10, 100, 500, 1000)
			})
		}
	}
}
