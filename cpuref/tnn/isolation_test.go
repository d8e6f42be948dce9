package tnn

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

// TestScalarIsolation is rung 5 for the form to read, which New does not take where the
// processor has a vector form.
func TestScalarIsolation(t *testing.T) {
	tnntest.Isolation(t, func(net model.Network, o backend.Options) (backend.Backend, error) {
		o.Threads = 1
		if o.Precision == state.Double {
			return newEngine(net.(*tnn.Network), o, scalars[float64])
		}
		return newEngine(net.(*tnn.Network), o, scalars[float32])
	})
}
