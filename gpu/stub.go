//go:build !opencl

package gpu

// Devices lists the OpenCL devices. This build has no OpenCL: [ErrNotBuilt].
func Devices() ([]Info, error) { return nil, ErrNotBuilt }

// Probe judges a device's arithmetic. This build has no OpenCL: [ErrNotBuilt].
func Probe(Info) (Info, error) { return Info{}, ErrNotBuilt }
