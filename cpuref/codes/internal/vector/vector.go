// Package vector has the inner loops of an update of a network that receives codes, in
// single precision, for processors with AVX: eight numbers at a time, with the bits of
// the Go form in cpuref/codes. Its assembly is written by gen.
//
//	go generate ./cpuref/codes/internal/vector
package vector

//go:generate go run -C ../../../internal/gen ./codes -out ../../codes/internal/vector/vector_amd64.s -stubs ../../codes/internal/vector/vector_amd64.go -pkg vector
