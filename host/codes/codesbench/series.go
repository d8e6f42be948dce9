// Package codesbench has what is measured of learned codes.
package codesbench

import (
	"math"

	"tnn-gpu/host/bench"
	"tnn-gpu/host/codes"
)

// Series are updates of populations, one for each way to learn that takes a time of its
// own: from the entropy in closed form, from counts, and by a network.
func Series() []bench.Series {
	return []bench.Series{
		series("codes-exact", "updates by the gradient of the entropy in closed form", 56e-6),
		series("codes-policy", "updates of 512 samples, received by counts", 61e-6),
		series("codes-backprop", "updates of 512 samples, received by a network of 64 units", 1.4e-3),
	}
}

// series measures the network of a preset, of which a program in C takes so many seconds
// for an update on one core.
func series(preset, doc string, each float64) bench.Series {
	return bench.Series{
		Name: preset, Unit: "updates", Doc: doc, Replicas: []int{1, 100},
		New: func([]int) *bench.Work {
			w := &bench.Work{Units: 1, Peers: []bench.Peer{{Name: "C", Each: each}}}
			for _, p := range codes.Presets() {
				if p.Name == preset {
					p.Spec.SetSteps(math.MaxInt32) // no measurement comes to its end
					w.Spec = p.Spec
				}
			}
			return w
		},
	}
}
