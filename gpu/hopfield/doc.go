// Package hopfield recalls on OpenCL devices: the section of kernels.cl that mirrors
// package cpuref/hopfield.
package hopfield
