//go:build opencl && cgo

package gpu

import (
	"tnn-gpu/gpu/device"
	gputnn "tnn-gpu/gpu/tnn"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/tnn"
)

// New opens a network on an OpenCL device, at step 0. Device is as in device.Open; a
// device without double precision refuses it.
func New(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	return gputnn.New(net, o)
}

// NewStream opens a device to measure what it can move: device.NewStream.
func NewStream(selector string, elements int, factor float32) (Stream, error) {
	return device.NewStream(selector, elements, factor)
}
