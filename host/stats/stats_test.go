package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestMean(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values []float64
		want   Estimate
	}{
		{[]float64{1, 2, 3, 6}, Estimate{3, math.Sqrt(14.0 / 3 / 4), 4}},
		{[]float64{1, nan, 3}, Estimate{2, 1, 2}},
		{[]float64{5}, Estimate{5, nan, 1}},
		{[]float64{nan}, Estimate{nan, nan, 0}},
		{nil, Estimate{nan, nan, 0}},
	} {
		if got := Mean(c.values); !same(got, c.want) {
			t.Errorf("the mean of %v is %v, want %v", c.values, got, c.want)
		}
	}
}

// TestConstant: a series that does not move has no error and does not drift, though the
// sum of its values is rounded.
func TestConstant(t *testing.T) {
	values := make([]float64, 999)
	for i := range values {
		values[i] = 0.1
	}
	series := [][]float64{values, values[:500]}
	for name, e := range map[string]Estimate{"mean": Mean(values), "series": Series(values), "replicated": Replicated(series)} {
		if e.Mean != 0.1 || e.Error != 0 {
			t.Errorf("%s: %v", name, e)
		}
	}
	if e := Drift(series); e.Mean != 0 || e.Error != 0 {
		t.Errorf("the drift is %v", e)
	}
}

// TestPaired has two series that share most of their noise.
func TestPaired(t *testing.T) {
	a, b := []float64{10, 20, 31, math.NaN()}, []float64{9, 18, 28, 7}
	if got, want := Paired(a, b), (Estimate{2, 1 / math.Sqrt(3), 3}); !same(got, want) {
		t.Errorf("the paired difference is %v, want %v", got, want)
	}
}

func same(a, b Estimate) bool {
	close := func(x, y float64) bool {
		return math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-12
	}
	return a.N == b.N && close(a.Mean, b.Mean) && close(a.Error, b.Error)
}

// autoregressive is a series in which a value is phi times the one before, plus
// noise: its integrated autocorrelation time is (1 + phi) / (1 - phi) / 2.
func autoregressive(random *rand.Rand, phi float64, n int) []float64 {
	out := make([]float64, n)
	x := random.NormFloat64() / math.Sqrt(1-phi*phi)
	for i := range out {
		out[i] = x
		x = phi*x + random.NormFloat64()
	}
	return out
}

// TestSeries holds the error of the mean of correlated series to the spread that
// the means of many of them have, and the autocorrelation time to its formula.
func TestSeries(t *testing.T) {
	const series, length = 400, 2000
	for _, phi := range []float64{0, 0.5, 0.9, -0.5} {
		random := rand.New(rand.NewPCG(1, 2))
		var means, told, times []float64
		for range series {
			x := autoregressive(random, phi, length)
			e := Series(x)
			means, told, times = append(means, e.Mean), append(told, e.Error*e.Error), append(times, AutocorrelationTime(x))
		}
		spread := Mean(means).Error * math.Sqrt(series)
		if mean := math.Sqrt(Mean(told).Mean); math.Abs(mean/spread-1) > 0.12 && phi >= 0 { // three deviations of the spread
			t.Errorf("phi = %g: the error is %.4g, but means spread by %.4g", phi, mean, spread)
		}
		want := max(0.5, (1+phi)/(1-phi)/2)
		if tau := Mean(times); math.Abs(tau.Mean/want-1) > 0.06 {
			t.Errorf("phi = %g: the autocorrelation time is %.4g, want %.4g", phi, tau.Mean, want)
		}
	}
}

// TestSeriesThatDoNotTell are too short or do not move.
func TestSeriesThatDoNotTell(t *testing.T) {
	constant := []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}
	if e := Series(constant); !(e.Error < 1e-15) || math.Abs(e.Mean-0.1) > 1e-15 {
		t.Errorf("a constant series has %v", e)
	}
	trend := make([]float64, 100)
	for i := range trend {
		trend[i] = float64(i)
	}
	for _, values := range [][]float64{nil, {3}, trend} {
		if e := Series(values); !math.IsNaN(e.Error) || e.N != len(values) {
			t.Errorf("%d values: %v, want no error", len(values), e)
		}
	}
}

// TestCorrelationsOfPairs: a matrix of correlations has the bits of each pair's.
func TestCorrelationsOfPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	series := make([][]float64, 9)
	for i := range series {
		for range 101 {
			series[i] = append(series[i], math.Floor(random.Float64()*float64(1+i%4))) // every fourth is constant
		}
	}
	matrix, _, constant := Correlations(series)
	for i := range series {
		for j := range series {
			if want := Pearson(series[i], series[j]); matrix[i][j] != want && !(math.IsNaN(want) && math.IsNaN(matrix[i][j])) {
				t.Errorf("series %d and %d: %v, want %v", i, j, matrix[i][j], want)
			}
		}
	}
	if constant != 3 {
		t.Errorf("%d series do not vary", constant)
	}
}

// TestNormal: a deviate of Student's is as rare as the normal one that it becomes.
func TestNormal(t *testing.T) {
	for _, c := range []struct {
		freedom int
		within  float64 // of 1
	}{{1, 0.1}, {2, 0.05}, {4, 0.03}, {9, 0.012}, {99, 0.003}} {
		for _, deviate := range []float64{-30, -2, 0.5, 1, 5, 20} {
			rare := distuv.StudentsT{Sigma: 1, Nu: float64(c.freedom)}.CDF(-math.Abs(deviate))
			want := math.Copysign(distuv.UnitNormal.Quantile(rare), deviate)
			if have := Normal(deviate, c.freedom); !(math.Abs(have-want) <= c.within*math.Abs(want)) {
				t.Errorf("%g with %d degrees of freedom is %g, want %g", deviate, c.freedom, have, want)
			}
		}
	}
}
