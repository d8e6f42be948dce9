//go:build !opencl

package device

// List gives the OpenCL devices. This build has no OpenCL: [ErrNotBuilt].
func List() ([]Info, error) { return nil, ErrNotBuilt }

// Probe judges a device's arithmetic. This build has no OpenCL: [ErrNotBuilt].
func Probe(Info) (Info, error) { return Info{}, ErrNotBuilt }

// Run makes a trial. This build has no OpenCL: [ErrNotBuilt].
func (*Trial) Run() error { return ErrNotBuilt }
