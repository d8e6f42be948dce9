// Package vector has the inner loops of a step of perceptrons in single precision,
// for processors with AVX2: eight numbers at a time, with the bits of the Go form
// in host/perceptron. Its assembly is written by gen.
//
//	go generate ./cpuref/perceptron/internal/vector
package vector

//go:generate go run -C ../../../internal/gen ./perceptron -out ../../perceptron/internal/vector/vector_amd64.s -stubs ../../perceptron/internal/vector/vector_amd64.go -pkg vector
