package cpuref

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
)

// The form that visits a slice at a time has the bits of the one that visits a
// node at a time, in every network of the catalogue and over all of its eras.
func TestVectorsAgree(t *testing.T) {
	if !hasVectors() {
		t.Skip("this processor lacks the instructions of package vector")
	}
	for _, c := range backendtest.Catalogue() {
		t.Run(c.Name, func(t *testing.T) {
			net := c.Network(t)
			o := backend.Options{Precision: state.Single, Seeds: []uint64{1, 2, 3}, Threads: 1}
			want, err := newEngine(net, o, scalars[float32])
			if err != nil {
				t.Fatal(err)
			}
			have, err := newEngine(net, o, fastest)
			if err != nil {
				t.Fatal(err)
			}
			backendtest.Agree(t, net, want, have, 1, 20, 200, 400)
		})
	}
}
