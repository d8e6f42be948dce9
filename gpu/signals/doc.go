// Package signals computes populations that find a code on OpenCL devices: the section
// of kernels.cl that mirrors package cpuref/signals.
package signals
