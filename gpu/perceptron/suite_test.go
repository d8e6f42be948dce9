//go:build opencl && cgo

package perceptron

import (
	"testing"

	cpu "tnn-gpu/cpuref/perceptron"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrontest"
)

// What every backend of every model must do, and that it is what the reference does.
func TestSuite(t *testing.T) {
	devicetest.Open(t)
	device := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return open(net.(*perceptron.Network), o)
	}
	reference := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return cpu.New(net.(*perceptron.Network), o)
	}
	backendtest.Run(t, device, backendtest.InTurns, perceptrontest.SuiteSteps, perceptrontest.Suite()...)
	backendtest.Alike(t, reference, device, backendtest.InTurns, perceptrontest.SuiteSteps, perceptrontest.Suite()...)
}
