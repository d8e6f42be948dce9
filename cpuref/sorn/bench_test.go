package sorn

import (
	"fmt"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

// BenchmarkStep makes steps of the default network, on one thread, after its first,
// quiet ones.
func BenchmarkStep(b *testing.B) {
	for _, units := range []int{200, 1000, 2000, 10000} {
		for _, p := range []state.Precision{state.Single, state.Double} {
			b.Run(fmt.Sprintf("%d/%s", units, p), func(b *testing.B) {
				s := sorn.Defaults()
				s.Sorn.NE, s.Sorn.TargetRate = units, 0.1
				if units > 5000 {
					s.Sorn.TypeIE = sorn.Sparse
				}
				n, err := New(sorntest.Build(s), backend.Options{Precision: p, Seeds: []uint64{1}, Threads: 1})
				if err != nil {
					b.Fatal(err)
				}
				defer n.Close()
				if _, err := n.Advance(1000); err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				if _, err := n.Advance(b.N); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
