package codes_test

import (
	"math"
	"math/bits"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/state"
)

func near(t *testing.T, what string, have, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(have-want) <= tolerance) {
		t.Errorf("%s is %v, not %v", what, have, want)
	}
}

// Hamming's code is perfect, and its block error the bound: docs/codes.md section 6.
func TestHamming(t *testing.T) {
	words := codes.Hamming()
	shells := codes.Shells(words, 7)
	if codes.LeastDistance(words) != 3 || shells[0] != 16 || shells[1] != 112 || !codes.IsPerfect(shells, 16) {
		t.Errorf("smallest distance %d, shells %v", codes.LeastDistance(words), shells)
	}
	for p, want := range map[float64]float64{0.01: 0.00203, 0.02: 0.00786, 0.05: 0.0444, 0.1: 0.1497} {
		near(t, "block error", codes.BlockError(shells, 16, p), want, 0.00005)
		near(t, "the bound", codes.SpherePacking(4, 7, p), 1-math.Pow(1-p, 7)-7*p*math.Pow(1-p, 6), 1e-15)
	}
}

// Reference values of docs/codes.md section 6.
func TestTheory(t *testing.T) {
	for i, decibels := range []float64{-2, 0, 2, 4, 6} {
		near(t, "uncoded", codes.UncodedGauss(4, decibels), []float64{0.4288, 0.2794, 0.1418, 0.0491, 0.00952}[i], 0.00005)
		near(t, "hard decisions", codes.HammingHard(decibels), []float64{0.4175, 0.2626, 0.1235, 0.0367, 0.00539}[i], 0.00005)
	}
	near(t, "converse", codes.Converse(4, 7, 0.1), 0.28296915512496845, 1e-12)
	near(t, "converse of no noise", codes.Converse(4, 7, 0), 0, 0)
	near(t, "bound of one bit over three uses", codes.SpherePacking(1, 3, 0.1), 3*0.01*0.9+0.001, 1e-15)
	near(t, "bound of three bits over two uses", codes.SpherePacking(3, 2, 0), 0.5, 1e-15)
}

// Shells are those of a search over all pairs, no code is better than the bound, and
// neither permuted messages nor flipped columns change anything.
func TestShells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(1, 8).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "k")
		words := rapid.SliceOfN(rapid.Uint32Range(0, 1<<n-1), 1<<k, 1<<k).Draw(t, "words")
		want := make([]int, n+1)
		for y := range uint32(1 << n) {
			nearest := n
			for _, w := range words {
				nearest = min(nearest, bits.OnesCount32(w^y))
			}
			want[nearest]++
		}
		have := codes.Shells(words, n)
		for d := range want {
			if have[d] != want[d] {
				t.Fatalf("shells are %v, not %v", have, want)
			}
		}
		p := rapid.Float64Range(0, 0.5).Draw(t, "p")
		e := codes.BlockError(have, 1<<k, p)
		if bound := codes.SpherePacking(k, n, p); e < bound-1e-12 {
			t.Fatalf("block error %v is below the bound %v", e, bound)
		}
		column := rapid.Uint32Range(0, 1<<n-1).Draw(t, "columns")
		other := make([]uint32, len(words))
		for i, w := range words {
			other[(i+3)%len(words)] = w ^ column
		}
		if again := codes.BlockError(codes.Shells(other, n), 1<<k, p); again != e {
			t.Fatalf("flipped columns and permuted messages make %v of %v", again, e)
		}
	})
}

// A run that ends below the bound is at fault, and says of which replica and where.
func TestCheckBound(t *testing.T) {
	c := &codes.Defaults().Codes
	sums := make([]float64, codes.Sums)
	for have, says := range map[float64]string{
		codes.SpherePacking(4, 7, 0.1): "", 0.3: "", codes.SpherePacking(4, 7, 0.1) - 1e-9: "at p = 0.1 the block error of replica 5 is", 0: "no code can have less than 0.149", math.NaN(): "replica 5 is NaN",
	} {
		sums[codes.SumError] = have
		err := codes.CheckBound(c, 5, sums)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("with a block error of %v: %v", have, err)
		}
	}
	c.Channel = codes.AWGN
	if err := codes.CheckBound(c, 0, sums); err != nil {
		t.Errorf("where real numbers are sent: %v", err)
	}
}

// Nothing falls below the bound: whatever signs a table sends and whatever its receiver
// makes of outputs, the block error is not below that of the same code at best decoding,
// and that not below the bound of the channel.
func TestNothingIsBelowTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := codes.Defaults()
		c := &s.Codes
		c.K, c.N, c.Hidden = rapid.IntRange(1, 4).Draw(t, "k"), rapid.IntRange(1, 7).Draw(t, "n"), 3
		c.Channel = rapid.SampledFrom([]codes.Channel{codes.BSC, codes.Bursts}).Draw(t, "channel")
		c.Receiver = rapid.SampledFrom([]codes.Receiver{codes.Counts, codes.Network}).Draw(t, "receiver")
		c.Burst, c.BurstLength = rapid.Float64Range(0, 1).Draw(t, "burst"), rapid.IntRange(1, 8).Draw(t, "length")
		c.Evaluate = []float64{0, rapid.Float64Range(0.001, 0.499).Draw(t, "p"), 0.5}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		last := (&codes.Codes{Spec: s}).NewState(state.Double, 1)
		fill := func(field string, values *rapid.Generator[float64]) {
			part := codes.Part[float64](last, field, 0)
			copy(part, rapid.SliceOfN(values, len(part), len(part)).Draw(t, field))
		}
		fill(codes.TableField, rapid.Float64Range(-1, 1))
		fill(codes.WeightsField, rapid.Float64Range(-2, 2))
		fill(codes.CountsField, rapid.Float64Range(0, 9))
		all, err := codes.Evaluate(c, last, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			if !(b.Bound >= -1e-12 && b.Best >= b.Bound-1e-12 && b.Receiver >= b.Best-1e-12 && b.Receiver <= 1+1e-12) {
				t.Fatalf("%+v", b)
			}
		}
	})
}
