//go:build opencl && !cgo

package device

// The compiler stops here, so that the tag can never give a program without OpenCL.
var _ = the_build_tag_opencl_needs_CGO_ENABLED_1_and_a_C_compiler
