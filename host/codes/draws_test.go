package codes_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/codes"
	"tnn-gpu/host/rng"
)

// noiseOf draws the noise of many samples over a channel, of n uses each.
func noiseOf(t *testing.T, samples int, change func(t *codes.Table)) (*codes.Table, [][]float64) {
	t.Helper()
	s := codes.Defaults()
	change(&s.Codes)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	c := codes.ConstantsOf[float64](&s.Codes, s.Codes.TrainAt)
	out := make([][]float64, samples)
	for i := range out {
		out[i] = make([]float64, s.Codes.N)
		codes.Noise(out[i], &s.Codes, &c, rng.Key(3), rng.CodeChannel, uint32(i), 1)
	}
	return &s.Codes, out
}

// Noise that is added has the variance 1/(2 R Eb/N0), the shape of its distribution, and
// is independent from use to use.
func TestRealNoise(t *testing.T) {
	for _, want := range []struct {
		channel          codes.Channel
		kurtosis, within float64
		beyond           func(x, sigma float64) float64 // probability that the noise exceeds x
	}{
		{codes.AWGN, 3, 0.1, func(x, sigma float64) float64 { return codes.Tail(x / sigma) }},
		{codes.Laplace, 6, 0.5, func(x, sigma float64) float64 { return math.Exp(-x*math.Sqrt2/sigma) / 2 }},
	} {
		table, noise := noiseOf(t, 40000, func(t *codes.Table) {
			t.Channel, t.Transmitter, t.Receiver, t.TrainAt, t.Evaluate, t.Anneal = want.channel, codes.Backprop, codes.Network, 2, nil, 0
		})
		sigma := math.Sqrt(1 / (2 * 4.0 / 7 * math.Pow(10, 0.2)))
		count := float64(len(noise) * table.N)
		var mean, square, fourth, beside float64
		beyond := map[float64]int{0.3: 0, 1: 0, 2: 0}
		for _, of := range noise {
			for j, z := range of {
				mean += z / count
				square += z * z / count
				fourth += z * z * z * z / count
				beside += z * of[(j+1)%len(of)] / count
				for x := range beyond {
					if z > x {
						beyond[x]++
					}
				}
			}
		}
		near(t, fmt.Sprintf("%s: the mean", want.channel), mean, 0, 4.5*sigma/math.Sqrt(count))
		near(t, fmt.Sprintf("%s: the variance", want.channel), square, sigma*sigma, 4.5*sigma*sigma*math.Sqrt((want.kurtosis-1)/count))
		near(t, fmt.Sprintf("%s: the kurtosis", want.channel), fourth/(square*square), want.kurtosis, want.within)
		near(t, fmt.Sprintf("%s: the covariance of neighbours", want.channel), beside, 0, 4.5*sigma*sigma/math.Sqrt(count))
		for x, times := range beyond {
			p := want.beyond(x, sigma)
			near(t, fmt.Sprintf("%s: the share beyond %g", want.channel, x), float64(times)/count, p, 4.5*math.Sqrt(p*(1-p)/count))
		}
	}
}

// Each pattern of flips comes as often as Flips says, from which the block errors of
// evaluation are made: over independent flips, and over bursts of every length, up to
// those that are longer than a word.
func TestFlipsAreSampled(t *testing.T) {
	const samples = 100000
	for _, length := range []int{0, 1, 3, 6} {
		table, noise := noiseOf(t, samples, func(t *codes.Table) {
			t.K, t.N, t.TrainAt = 2, 5, 0.2
			if length > 0 {
				t.Channel, t.Burst, t.BurstLength = codes.Bursts, 0.4, length
			}
		})
		counts := make([]float64, 1<<table.N)
		for _, of := range noise {
			pattern := 0
			for j, z := range of {
				if z != 1 && z != -1 {
					t.Fatalf("noise %v where signs are sent", z)
				}
				if z < 0 {
					pattern |= 1 << j
				}
			}
			counts[pattern]++
		}
		total := 0.0
		for pattern, p := range codes.Flips(table, table.TrainAt) {
			total += p
			near(t, fmt.Sprintf("bursts of %d: the share of pattern %05b", length, pattern), counts[pattern]/samples, p, 4.5*math.Sqrt(p*(1-p)/samples))
		}
		near(t, "the sum of probabilities", total, 1, 1e-12)
	}
}

// A dither is uniform in (-1, 1), so that a sign is 1 with probability (1 + x)/2.
func TestDither(t *testing.T) {
	const samples = 20000
	d := make([]float64, 7)
	for _, x := range []float64{-0.9, 0, 0.3, 1} {
		plus := 0
		for i := range uint32(samples) {
			codes.Dither(d, rng.Key(2), i, 1)
			if slices.Max(d) >= 1 || slices.Min(d) <= -1 {
				t.Fatalf("a dither of %v", d)
			}
			for _, v := range d {
				if codes.Sign(x+v) > 0 {
					plus++
				}
			}
		}
		p, count := (1+x)/2, float64(samples*len(d))
		near(t, fmt.Sprintf("the share of plus at x = %g", x), float64(plus)/count, p, 4.5*math.Sqrt(p*(1-p)/count)+1e-12)
	}
}
