package codes

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
)

// An update of one population on one thread.
func BenchmarkUpdate(b *testing.B) {
	for _, p := range codes.Presets() {
		b.Run(p.Name, func(b *testing.B) {
			e, err := New(&codes.Codes{Spec: p.Spec}, backend.Options{Seeds: []uint64{1}, Threads: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			for b.Loop() {
				if _, err := e.Advance(1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
