package rng

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The known answers of docs/model.md section 7.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = math.MaxUint32
	tests := []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, test := range tests {
		if got := Philox(test.counter, test.key); got != test.want {
			t.Errorf("Philox(%08x, %08x) = %08x, want %08x", test.counter, test.key, got, test.want)
		}
	}
}

func TestKeyAndSelfLoop(t *testing.T) {
	if got, want := Key(0x0123456789abcdef), ([2]uint32{0x89abcdef, 0x01234567}); got != want {
		t.Errorf("Key = %08x, want %08x", got, want)
	}
	if got := SelfLoop(2); got != math.MaxUint32-2 {
		t.Errorf("SelfLoop(2) = %d, want 2^32-3", got)
	}
}

// Uniform is exact in float32, so both precisions see the same number, and the
// nine low bits do not count.
func TestUniformIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Uint32().Draw(t, "x")
		single, double := Uniform[float32](x), Uniform[float64](x)
		if float64(single) != double {
			t.Fatalf("Uniform(%d) is %g in float32 and %g in float64", x, single, double)
		}
		if exact := (float64(x/512) + 0.5) / (1 << 23); double != exact {
			t.Fatalf("Uniform(%d) = %g, want %g", x, double, exact)
		}
	})
	if low, high := Uniform[float32](0), Uniform[float32](math.MaxUint32); low != 0x1p-24 || high != 1-0x1p-24 {
		t.Errorf("Uniform ranges from %g to %g, want 2^-24 and 1-2^-24", low, high)
	}
}

// Box and Muller's formula, by the standard library.
func TestNormalFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Uint32().Draw(t, "x"), rapid.Uint32().Draw(t, "y")
		want := math.Sqrt(-2*math.Log(Uniform[float64](x))) * math.Cos(2*math.Pi*Uniform[float64](y))
		if got := Normal[float64](x, y); math.Abs(got-want) > 2e-14 {
			t.Fatalf("Normal(%d, %d) = %g in float64, want %g", x, y, got, want)
		}
		if got := Normal[float32](x, y); math.Abs(float64(got)-want) > 2e-6 {
			t.Fatalf("Normal(%d, %d) = %g in float32, want %g", x, y, got, want)
		}
	})
	if widest := Normal[float64](0, 0); math.Abs(widest) > 5.8 {
		t.Errorf("the widest deviate is %g, want less than 5.8", widest)
	}
}

// moments are the first four of n draws, and how many fell into each of the
// given number of bins of equal probability under the distribution function.
func moments(n, bins int, draw func(i uint32) float64, distribution func(float64) float64) ([4]float64, []int) {
	var sums [4]float64
	counts := make([]int, bins)
	for i := range n {
		x := draw(uint32(i))
		power := x
		for m := range sums {
			sums[m] += power / float64(n)
			power *= x
		}
		counts[min(bins-1, int(float64(bins)*distribution(x)))]++
	}
	return sums, counts
}

// chiSquare is in standard deviations from its mean, by Wilson and Hilferty.
func chiSquare(counts []int, n int) float64 {
	expected := float64(n) / float64(len(counts))
	sum := 0.0
	for _, c := range counts {
		sum += (float64(c) - expected) * (float64(c) - expected) / expected
	}
	freedom := float64(len(counts) - 1)
	spread := 2 / (9 * freedom)
	return (math.Cbrt(sum/freedom) - 1 + spread) / math.Sqrt(spread)
}

// The draws as the model makes them, over nodes i of one sweep: moments within
// five standard errors of their values, and bins by chi-square.
func TestDistributions(t *testing.T) {
	const n = 1 << 20
	key := Key(20200303)
	uniform := func(i uint32) float64 {
		x, _, _, _ := Draw(i, 0, 1, NodeState, key)
		return float64(Uniform[float32](x))
	}
	first := func(i uint32) float64 {
		x0, x1, _, _ := Draw(i, i+1, 1, WeightNoise, key)
		return float64(Normal[float32](x0, x1))
	}
	second := func(i uint32) float64 {
		_, _, x2, x3 := Draw(i, i+1, 1, WeightNoise, key)
		return float64(Normal[float32](x2, x3))
	}
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	// The variance of x^m is E x^2m - (E x^m)^2.
	tests := []struct {
		name         string
		draw         func(uint32) float64
		distribution func(float64) float64
		means        [4]float64
		variances    [4]float64
	}{
		{"uniform", uniform, func(x float64) float64 { return x },
			[4]float64{1. / 2, 1. / 3, 1. / 4, 1. / 5}, [4]float64{1. / 12, 4. / 45, 9. / 112, 16. / 225}},
		{"first normal", first, normal, [4]float64{0, 1, 0, 3}, [4]float64{1, 2, 15, 96}},
		{"second normal", second, normal, [4]float64{0, 1, 0, 3}, [4]float64{1, 2, 15, 96}},
	}
	for _, test := range tests {
		sums, counts := moments(n, 256, test.draw, test.distribution)
		for m, mean := range test.means {
			if sigmas := (sums[m] - mean) / math.Sqrt(test.variances[m]/n); math.Abs(sigmas) > 5 {
				t.Errorf("%s: mean of x^%d is %g, %.1f standard errors from %g", test.name, m+1, sums[m], sigmas, mean)
			}
		}
		if z := chiSquare(counts, n); math.Abs(z) > 5 {
			t.Errorf("%s: the bins are %.1f standard deviations from even", test.name, z)
		}
	}
	// The two deviates of an edge, and those of neighbouring nodes, are
	// uncorrelated.
	var pair, neighbours float64
	for i := range uint32(n) {
		pair += first(i) * second(i) / n
		neighbours += first(i) * first(i+1) / n
	}
	if limit := 5 / math.Sqrt(n); math.Abs(pair) > limit || math.Abs(neighbours) > limit {
		t.Errorf("correlations %g and %g, want less than %g", pair, neighbours, limit)
	}
}

// Every word of the counter and of the key matters, and draws are those of
// Philox.
func TestDrawIsPhilox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Uint32()
		c := [4]uint32{word.Draw(t, "i"), word.Draw(t, "j"), word.Draw(t, "k"), word.Draw(t, "purpose")}
		key := [2]uint32{word.Draw(t, "low"), word.Draw(t, "high")}
		x0, x1, x2, x3 := Draw(c[0], c[1], c[2], Purpose(c[3]), key)
		got := [4]uint32{x0, x1, x2, x3}
		if want := Philox(c, key); got != want {
			t.Fatalf("Draw gives %08x and Philox %08x", got, want)
		}
		for w := range c {
			other := c
			other[w] ^= 1 << (c[w] % 32)
			if Philox(other, key) == got {
				t.Fatalf("word %d of the counter does not matter", w)
			}
		}
		for w := range key {
			other := key
			other[w] ^= 1 << (c[w] % 32)
			if Philox(c, other) == got {
				t.Fatalf("word %d of the key does not matter", w)
			}
		}
	})
}

// The bits of the deviates are frozen, like those of fmath's functions; see
// there for the command that checks them with fused multiply-add.
func TestProbeIsFrozen(t *testing.T) {
	words, single := Probe[float32](Key(42), 1<<14)
	_, double := Probe[float64](Key(42), 1<<14)
	got := []uint64{
		sum(words, func(x uint32) uint64 { return uint64(x) }),
		sum(single, func(x float32) uint64 { return uint64(math.Float32bits(x)) }),
		sum(double, math.Float64bits),
	}
	want := []uint64{0x4f7839f5aa34d6a4, 0x87e19e8bc0558b5b, 0x3cd209483ec339e2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words, float32, float64 (-want +got):\n%s", diff)
	}
}

// sum is FNV-1a over whole 64-bit values.
func sum[T any](values []T, bits func(T) uint64) uint64 {
	hash := uint64(14695981039346656037)
	for _, v := range values {
		hash = (hash ^ bits(v)) * 1099511628211
	}
	return hash
}
