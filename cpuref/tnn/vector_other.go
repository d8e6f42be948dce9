//go:build !amd64

package tnn

import "tnn-gpu/host/tnn"

// fastest makes the fastest visitors in single precision for a network.
func fastest(net *tnn.Network, threads int) []visitor[float32] { return scalars[float32](net, threads) }
