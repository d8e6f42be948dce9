//go:build !amd64

package tnn

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// VectorForm is the name of the form that visits networks: there is none.
func VectorForm() string { return backend.NoForm }

// fastest makes the fastest visitors for a network.
func fastest[F fmath.Float](net *tnn.Network, threads int) []visitor[F] {
	return scalars[F](net, threads)
}
