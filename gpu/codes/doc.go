// Package codes has populations of transmitters and receivers learn on OpenCL devices. It
// is real only with the build tag opencl.
package codes
