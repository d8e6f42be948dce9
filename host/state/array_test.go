package state_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/state"
)

// TestNotFiniteFindsTheFirst: wherever they are, what is not finite is found and counted,
// but in replicas that are left out.
func TestNotFiniteFindsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := state.Precision(rapid.IntRange(0, 1).Draw(t, "precision"))
		each := rapid.IntRange(0, 3000).Draw(t, "length")
		const replicas = 3
		without := rapid.SliceOfN(rapid.IntRange(0, replicas-1), 0, 2).Draw(t, "without")
		a := state.NewArray(state.Field{Name: "x", Space: state.Node}, p, replicas*each)
		for i := range a.Len() {
			a.Set(i, []float64{0, math.Copysign(0, -1), 1e30, -3, math.SmallestNonzeroFloat32, math.MaxFloat32}[i%6])
		}
		first, count := 0, 0
		bad := rapid.SliceOfN(rapid.IntRange(0, max(0, a.Len()-1)), 0, 5).Draw(t, "bad")
		for k, i := range bad {
			if i < a.Len() {
				a.Set(i, []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[k%3])
			}
		}
		for i := range a.Len() {
			left := false
			for _, r := range without {
				left = left || i/each == r
			}
			if v := a.At(i); !left && (math.IsNaN(v) || math.IsInf(v, 0)) {
				if count == 0 {
					first = i
				}
				count++
			}
		}
		if gotFirst, got := a.NotFinite(replicas, without); gotFirst != first || got != count {
			t.Fatalf("%d, the first at %d, where there are %d, the first at %d", got, gotFirst, count, first)
		}
	})
}
