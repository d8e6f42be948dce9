package tnn

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

// Rung 5 of the form to read, where a faster one takes its place, too.
func TestScalarIsolation(t *testing.T) {
	tnntest.Isolation(t, func(net model.Network, o backend.Options) (backend.Backend, error) {
		o.Threads = 1
		if o.Precision == state.Double {
			return newEngine(net.(*tnn.Network), o, scalars[float64])
		}
		return newEngine(net.(*tnn.Network), o, scalars[float32])
	})
}
