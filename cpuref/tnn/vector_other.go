//go:build !amd64

package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// fastest makes the fastest visitors for a network.
func fastest[F fmath.Float](net *tnn.Network, threads int) []visitor[F] {
	return scalars[F](net, threads)
}
