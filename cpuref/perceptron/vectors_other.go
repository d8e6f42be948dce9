//go:build !amd64

package perceptron

// fastest makes the fastest form in single precision.
func fastest(s sizes) form[float32] { return newScalar[float32](s) }
