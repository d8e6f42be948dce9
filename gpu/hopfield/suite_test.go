//go:build opencl && cgo

package hopfield

import (
	"testing"

	cpu "tnn-gpu/cpuref/hopfield"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldtest"
	"tnn-gpu/host/model"
)

// What every backend of every model must do, and that it is what the reference does.
func TestSuite(t *testing.T) {
	devicetest.Open(t)
	open := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return on(t, net.(*hopfield.Network), o)
	}
	reference := func(net model.Network, o backend.Options) (backend.Backend, error) {
		return cpu.New(net.(*hopfield.Network), o)
	}
	backendtest.Run(t, open, backendtest.InTurns, hopfieldtest.SuiteSteps, hopfieldtest.Suite(t)...)
	backendtest.Alike(t, reference, open, backendtest.InTurns, hopfieldtest.SuiteSteps, hopfieldtest.Suite(t)...)
}
