// Package tnn computes Thermodynamic Neural Networks on OpenCL devices, with sections 7 to
// 10 of kernels.cl. Only what their header says is built without the build tag opencl.
package tnn
