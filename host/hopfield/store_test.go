package hopfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"tnn-gpu/host/fmath"
)

// TestProduct: the first pairs that are made on the way are those of fmath.Total, bit for
// bit.
func TestProduct(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	for n := range 70 {
		a, b, each := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			a[i], b[i] = random.NormFloat64(), random.NormFloat64()
			if random.IntN(4) == 0 {
				b[i] = math.Copysign(0, a[i])
			}
			each[i] = a[i] * b[i]
		}
		got, want := product(a, b, make([]float64, n)), fmath.Total(each)
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%d numbers: %g, want %g", n, got, want)
		}
	}
}

func BenchmarkStorkey(b *testing.B) {
	const n, p = 1000, 20
	w := NewDraws(1)
	var patterns []Pattern
	for mu := range uint32(p) {
		patterns = append(patterns, w.Pattern(n, mu))
	}
	for b.Loop() {
		Storkey(patterns, n)
	}
}
