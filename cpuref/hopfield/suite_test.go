package hopfield

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldtest"
	"tnn-gpu/host/model"
)

// What every backend of every model must do.
func TestSuite(t *testing.T) {
	open := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return New(net.(*hopfield.Network), o)
	}
	backendtest.Run(t, open, backendtest.Both, hopfieldtest.SuiteSteps, hopfieldtest.Suite(t)...)
}
