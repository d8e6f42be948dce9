package perceptron

import (
	"fmt"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
)

// A step of the headline network: one rule, seven that share their draws, and
// fourteen.
func BenchmarkStep(b *testing.B) {
	for _, test := range []struct{ n, examples, students, threads int }{
		{10000, 30, 1, 1}, {10000, 30, 7, 1}, {10000, 30, 14, 1}, {10000, 30, 14, 2}, {1000, 30, 1, 1}, {3000, 9, 14, 1},
	} {
		b.Run(fmt.Sprintf("n=%d/B=%d/students=%d/threads=%d", test.n, test.examples, test.students, test.threads), func(b *testing.B) {
			s := perceptron.Defaults()
			s.Perceptron.N, s.Perceptron.B = test.n, test.examples
			e, err := New(&perceptron.Network{Spec: s}, backend.Options{Seeds: make([]uint64, test.students), Threads: test.threads})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			b.ResetTimer()
			if _, err := e.Advance(b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}
