package perceptron

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrontest"
)

// What every backend of every model must do.
func TestSuite(t *testing.T) {
	open := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return New(net.(*perceptron.Network), o)
	}
	backendtest.Run(t, open, backendtest.Both, perceptrontest.SuiteSteps, perceptrontest.Suite()...)
}
