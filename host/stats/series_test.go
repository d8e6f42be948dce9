package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// pairByPair is Time with the covariance of each distance added up pair by pair.
func pairByPair(series [][]float64) float64 {
	all := slices.Concat(series...)
	n, mean := float64(len(all)), Mean(all).Mean
	variance := squares(all, mean) / n
	tau := timeOf(shortest(series), n, func(distance int) float64 { return covariance(series, mean, distance) / variance })
	if n < least*2*tau {
		return math.NaN()
	}
	return tau
}

// process is a sum of independent processes x' = a x + noise: of each the share of the variance and
// the number of steps over which its correlations fall by a factor e.
type process []struct{ share, decay float64 }

// time is the integrated autocorrelation time.
func (p process) time() float64 {
	time := 0.0
	for _, of := range p {
		a := math.Exp(-1 / of.decay)
		time += of.share * (1 + a) / (1 - a) / 2
	}
	return time
}

// draw makes n steps.
func (p process) draw(random *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for _, of := range p {
		a, x := math.Exp(-1/of.decay), random.NormFloat64()
		for i := range out {
			x = a*x + math.Sqrt(1-a*a)*random.NormFloat64()
			out[i] += math.Sqrt(of.share) * x
		}
	}
	return out
}

// TestErrorsOfProcesses: the error of a mean is that of processes of which it is known, also where
// a slow one has a small share, which Sokal's window alone misses: of the last two processes the
// error was 0.58 and 0.87 of what it is.
func TestErrorsOfProcesses(t *testing.T) {
	for _, test := range []struct {
		of        process
		n, trials int
		low, high float64 // of the mean ratio of errors
	}{
		{process{{1, 1e-3}}, 200, 400, 1.02, 1.09}, // independent values
		{process{{1, 1e-3}}, 2000, 200, 1.00, 1.04},
		{process{{1, 5}}, 1000, 200, 0.97, 1.06},
		{process{{1, 5}}, 100000, 20, 0.985, 1.02},
		{process{{1, 20}}, 10000, 50, 0.96, 1.06},
		{process{{0.9, 0.5}, {0.1, 30}}, 10000, 200, 0.85, 0.95},
		{process{{0.9, 0.5}, {0.1, 30}}, 200000, 10, 0.95, 1.01},
		{process{{0.9, 5}, {0.1, 50}}, 200000, 10, 0.93, 1.02},
	} {
		random := rand.New(rand.NewPCG(11, 5))
		var ratios []float64
		for range test.trials {
			if time := AutocorrelationTime(test.of.draw(random, test.n)); !math.IsNaN(time) {
				ratios = append(ratios, math.Sqrt(time/test.of.time()))
			}
		}
		mean := Mean(ratios)
		t.Logf("%v, %d steps: errors are %.3f(%.3f) of what they should be, with a spread of %.3f", test.of, test.n, mean.Mean, mean.Error, mean.Deviation())
		if len(ratios) < test.trials || mean.Mean < test.low || mean.Mean > test.high {
			t.Errorf("%v, %d steps: %d errors are %.3f of what they should be, want %g to %g", test.of, test.n, len(ratios), mean.Mean, test.low, test.high)
		}
	}
}

// TestOscillation: correlations that swing below 0 end the sum, which is not added up over the
// crests.
func TestOscillation(t *testing.T) {
	time := timeOf(1000, 1e6, func(d int) float64 {
		return math.Exp(-float64(d)/5) * math.Cos(2*math.Pi*float64(d)/8)
	})
	if !(time >= 0.49 && time < 0.55) {
		t.Errorf("the time is %v", time)
	}
}

// TestTimeOfLongSeries: the autocorrelation time of series whose window is long is that of
// sums over all pairs, also where there are several, of different lengths.
func TestTimeOfLongSeries(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	known, unknown := 0, 0
	for trial := range 40 {
		slow := 1 - 1/(20+400*random.Float64()) // of each step's value, what the next one keeps
		series := make([][]float64, 1+trial%3)
		for k := range series {
			v, offset := 0.0, 1e3*random.Float64()
			for range 2000 + random.IntN(12000) {
				v = slow*v + random.NormFloat64()
				series[k] = append(series[k], v+offset*float64(trial%2))
			}
		}
		got, want := Time(series), pairByPair(series)
		if math.IsNaN(want) {
			unknown++
		} else if known++; 5*want <= transformFrom {
			known--
		}
		if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-9*want {
			t.Errorf("trial %d: the time is %v, and pair by pair %v", trial, got, want)
		}
	}
	if known < 5 || unknown < 5 {
		t.Errorf("%d times beyond the sums pair by pair are known and %d are not: the test tries too little", known, unknown)
	}
}

// TestCovariances: they are those of pairs at each distance.
func TestCovariances(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 2))
	for _, lengths := range [][]int{{2}, {3, 3}, {7, 5, 64}, {129, 128, 200}} {
		var series [][]float64
		for _, n := range lengths {
			values := make([]float64, n)
			for i := range values {
				values[i] = random.NormFloat64()
			}
			series = append(series, values)
		}
		got := covariances(series, 0.25)
		if len(got) != slices.Min(lengths) {
			t.Errorf("%d distances of series of %d", len(got), lengths)
		}
		for distance, v := range got {
			if want := covariance(series, 0.25, distance); math.Abs(v-want) > 1e-12 {
				t.Errorf("series of %d at distance %d: %v, want %v", lengths, distance, v, want)
			}
		}
	}
}

func BenchmarkTime(b *testing.B) {
	random := rand.New(rand.NewPCG(7, 1))
	values, v := make([]float64, 1e6), 0.0
	for i := range values {
		v = 0.99999*v + random.NormFloat64()
		values[i] = v
	}
	for b.Loop() {
		AutocorrelationTime(values)
	}
}
