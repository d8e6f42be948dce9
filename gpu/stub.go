//go:build !opencl

package gpu

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
)

const built = false

// New opens a network on an OpenCL device. This build has no OpenCL: [ErrNotBuilt].
func New(model.Network, backend.Options) (backend.Backend, error) { return nil, ErrNotBuilt }

// NewStream measures what a device can move. This build has no OpenCL: [ErrNotBuilt].
func NewStream(string, int, float32) (Stream, error) { return nil, ErrNotBuilt }

func trialOf(model.Network, backend.Options) (*device.Trial, error) { return nil, ErrNotBuilt }
