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
	variance, tau := squares(all, mean)/float64(len(all)), 0.5
	for distance := 1; distance < shortest(series); distance++ {
		if tau += covariance(series, mean, distance) / variance; float64(distance) >= window*tau {
			if tau = max(0.5, tau*(1+float64(2*distance+1)/n)); n < least*2*tau {
				break
			}
			return tau
		}
	}
	return math.NaN()
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
