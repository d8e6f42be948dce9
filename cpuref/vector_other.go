//go:build !amd64

package cpuref

import "tnn-gpu/host/tnn"

// fastest makes the fastest visitor in single precision for a network.
func fastest(net *tnn.Network) visitor[float32] { return newScalar[float32](net) }
