// Package perceptron computes perceptrons on OpenCL devices: the section of
// kernels.cl that mirrors package cpuref/perceptron.
package perceptron
