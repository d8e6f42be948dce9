// Package cpuref computes networks in pure Go: the reference that the device
// kernels are judged by, and the backend where there is no device. Each model has a
// package of its own, written to be read beside its page; kernels.cl follows it
// line by line.
package cpuref

import (
	"fmt"

	cpucodes "tnn-gpu/cpuref/codes"
	cpuhopfield "tnn-gpu/cpuref/hopfield"
	cpuperceptron "tnn-gpu/cpuref/perceptron"
	cpusignals "tnn-gpu/cpuref/signals"
	cpusorn "tnn-gpu/cpuref/sorn"
	cputnn "tnn-gpu/cpuref/tnn"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/tnn"
)

// New opens a network of any model on the processor, at step 0. A new model is
// entered here.
func New(net model.Network, o backend.Options) (backend.Backend, error) {
	switch n := net.(type) {
	case *tnn.Network:
		return cputnn.New(n, o)
	case *perceptron.Network:
		return cpuperceptron.New(n, o)
	case *hopfield.Network:
		return cpuhopfield.New(n, o)
	case *codes.Codes:
		return cpucodes.New(n, o)
	case *signals.Network:
		return cpusignals.New(n, o)
	case *sorn.Network:
		return cpusorn.New(n, o)
	}
	return nil, fmt.Errorf("the processor cannot compute the model %s", net.Describe().Name)
}

// VectorForm is the name of the instructions by which networks of the TNN are
// computed several nodes at a time, or backend.NoForm.
func VectorForm() string { return cputnn.VectorForm() }
