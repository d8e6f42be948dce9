// Package tnngpu carries the device code. go:embed cannot climb out of gpu/,
// so the file lives beside go.mod and gpu takes it from here.
package tnngpu

import _ "embed"

// KernelSource is kernels.cl, the whole device code in OpenCL C 1.2.
//
//go:embed kernels.cl
var KernelSource string
