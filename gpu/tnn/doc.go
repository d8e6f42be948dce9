// Package tnn computes Thermodynamic Neural Networks on OpenCL devices, with section 4 to
// 8 of kernels.cl. It is empty without the build tag opencl.
package tnn
