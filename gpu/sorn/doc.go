// Package sorn computes self-organising recurrent networks on OpenCL devices. It mirrors
// package cpuref/sorn; section 14 of kernels.cl is its device code.
package sorn
