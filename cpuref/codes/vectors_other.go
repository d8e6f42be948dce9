//go:build !amd64

package codes

import "tnn-gpu/host/codes"

// fastest makes the fastest form in single precision.
func fastest(t *codes.Table) form[float32] { return newScalar[float32](t) }
