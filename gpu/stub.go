//go:build !opencl

package gpu

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/tnn"
)

// Devices lists the OpenCL devices. This build has no OpenCL: [ErrNotBuilt].
func Devices() ([]Info, error) { return nil, ErrNotBuilt }

// Probe judges a device's arithmetic. This build has no OpenCL: [ErrNotBuilt].
func Probe(Info) (Info, error) { return Info{}, ErrNotBuilt }

// New opens a network on an OpenCL device. This build has no OpenCL: [ErrNotBuilt].
func New(*tnn.Network, backend.Options) (backend.Backend, error) { return nil, ErrNotBuilt }

// NewStream measures what a device can move. This build has no OpenCL: [ErrNotBuilt].
func NewStream(string, int) (bench.Stream, error) { return nil, ErrNotBuilt }
