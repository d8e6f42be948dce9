package rng

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A stream is the words of its counters, in order.
func TestStreamIsCounterBased(t *testing.T) {
	key := Key(7)
	stream := NewStream(key, Placement, 5)
	var got, want []uint32
	for block := range uint32(3) {
		for range 4 {
			got = append(got, stream.Uint32())
		}
		words := Philox([4]uint32{5, block, 0, uint32(Placement)}, key)
		want = append(want, words[:]...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestStreamPairsWordsLowFirst(t *testing.T) {
	words, pairs := NewStream(Key(7), Grouping, 0), NewStream(Key(7), Grouping, 0)
	for range 5 {
		low, high := words.Uint32(), words.Uint32()
		if got, want := pairs.Uint64(), uint64(high)<<32|uint64(low); got != want {
			t.Fatalf("Uint64 = %016x, want %016x", got, want)
		}
	}
}

func TestIntNStaysInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, math.MaxInt).Draw(t, "n")
		stream := NewStream(Key(rapid.Uint64().Draw(t, "seed")), GraphStubs, 0)
		for range 20 {
			if i := stream.IntN(n); i < 0 || i >= n {
				t.Fatalf("IntN(%d) = %d", n, i)
			}
		}
	})
}

func TestIntNIsEven(t *testing.T) {
	const draws = 100000
	for _, n := range []int{2, 3, 10, 1000} {
		stream := NewStream(Key(11), GraphRewire, uint32(n))
		counts := make([]int, n)
		for range draws {
			counts[stream.IntN(n)]++
		}
		if z := chiSquare(counts, draws); math.Abs(z) > 5 {
			t.Errorf("IntN(%d) is %.1f standard deviations from even", n, z)
		}
	}
}

// 2^64 is 8/3 of this n: without rejection a remainder would come out three
// times as often as it should where it is small, and the high half of a product
// where it is no multiple of three, against two times elsewhere.
func TestIntNRejects(t *testing.T) {
	const draws, n = 100000, 3 << 61
	stream := NewStream(Key(11), GraphRewire, 0)
	size, rest := make([]int, 3), make([]int, 3)
	for range draws {
		i := stream.IntN(n)
		size[i/(n/3)]++
		rest[i%3]++
	}
	if a, b := chiSquare(size, draws), chiSquare(rest, draws); math.Abs(a) > 5 || math.Abs(b) > 5 {
		t.Errorf("by size %.1f and by remainder %.1f standard deviations from even", a, b)
	}
}

func TestFloat64OfStream(t *testing.T) {
	stream := NewStream(Key(3), GraphStubs, 1)
	_, counts := moments(200000, 100, func(uint32) float64 {
		x := stream.Float64()
		if x < 0 || x >= 1 {
			t.Fatalf("Float64 = %g", x)
		}
		return x
	}, func(x float64) float64 { return x })
	if z := chiSquare(counts, 200000); math.Abs(z) > 5 {
		t.Errorf("the bins are %.1f standard deviations from even", z)
	}
}
