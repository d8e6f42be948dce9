// Package cpuref computes networks in pure Go: the reference that the device
// kernels are judged by, and the backend where there is no device. Each model has a
// package of its own, written to be read beside its page; kernels.cl follows it
// line by line.
package cpuref

import (
	cputnn "tnn-gpu/cpuref/tnn"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/tnn"
)

// New opens a network on the processor, at step 0.
func New(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	return cputnn.New(net, o)
}
