// Package vector has the inner loops of a step of SORN in single precision, for
// processors with AVX2: eight numbers at a time, with the bits of the Go form in
// cpuref/sorn. Its assembly is written by gen.
//
//	go generate ./cpuref/sorn/internal/vector
package vector

//go:generate go run -C ../../../internal/gen ./sorn -out ../../sorn/internal/vector/vector_amd64.s -stubs ../../sorn/internal/vector/vector_amd64.go -pkg vector
