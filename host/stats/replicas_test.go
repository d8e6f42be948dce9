package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// ar1 is a series in which a value is phi times the one before, plus noise, with
// variance 1: its integrated autocorrelation time is (1 + phi)/(1 - phi)/2.
func ar1(random *rand.Rand, n int, phi float64) []float64 {
	out, v := make([]float64, n), random.NormFloat64()
	for i := range out {
		out[i] = v
		v = phi*v + math.Sqrt(1-phi*phi)*random.NormFloat64()
	}
	return out
}

func ar1s(random *rand.Rand, replicas, n int, phi float64) [][]float64 {
	var out [][]float64
	for range replicas {
		out = append(out, ar1(random, n, phi))
	}
	return out
}

// TestReplicatedErrors: the distances of estimates from the truth, in their errors, are
// as large as errors say, for one replica, some, and many.
func TestReplicatedErrors(t *testing.T) {
	for _, replicas := range []int{1, 4, 16} {
		random := rand.New(rand.NewPCG(7, uint64(replicas)))
		sum, times, tries := 0.0, 0.0, 60
		for range tries {
			series := ar1s(random, replicas, 3000, 0.8)
			e := Replicated(series)
			sum += e.Mean * e.Mean / e.Error / e.Error
			times += Time(series)
		}
		if chi := sum / float64(tries); chi < 0.5 || chi > 1.7 {
			t.Errorf("%d replicas: mean squared distance %.2f, want 1", replicas, chi)
		}
		if tau := times / float64(tries); math.Abs(tau-4.5) > 0.3 {
			t.Errorf("%d replicas: autocorrelation time %.2f, want 4.5", replicas, tau)
		}
	}
}

// TestDerived: Binder's cumulant is 0 for normal values, 2/3 for signs, and its error
// is what it varies by.
func TestDerived(t *testing.T) {
	binder := func(m []float64) float64 { return 1 - m[1]/(3*m[0]*m[0]) }
	powers := func(series [][]float64) [][][]float64 {
		out := make([][][]float64, 2)
		for _, s := range series {
			two, four := make([]float64, len(s)), make([]float64, len(s))
			for i, v := range s {
				two[i], four[i] = v*v, v*v*v*v
			}
			out[0], out[1] = append(out[0], two), append(out[1], four)
		}
		return out
	}
	random := rand.New(rand.NewPCG(8, 0))
	sum, tries := 0.0, 60
	for range tries {
		e := Derived(powers(ar1s(random, 2, 4000, 0.6)), binder)
		sum += e.Mean * e.Mean / e.Error / e.Error
	}
	if chi := sum / float64(tries); chi < 0.5 || chi > 1.7 {
		t.Errorf("normal values: mean squared distance from 0 is %.2f errors, want 1", chi)
	}
	signs := []float64{1, -1, -1, 1, 1, 1, -1, -1}
	if e := Derived(powers([][]float64{signs}), binder); math.Abs(e.Mean-2.0/3) > 1e-12 || e.Error > 1e-12 {
		t.Errorf("signs have %v, want 2/3 without an error", e)
	}
}

// TestDrift finds a slope and finds none where there is none.
func TestDrift(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 0))
	level, far := ar1s(random, 2, 4000, 0.8), 0
	for range 40 {
		if d := Drift(ar1s(random, 2, 2000, 0.8)); math.Abs(d.Mean) > 3.5*d.Error {
			far++
		}
	}
	if far > 1 {
		t.Errorf("%d of 40 stationary series are said to drift", far)
	}
	for _, s := range level {
		for i := range s {
			s[i] += 2 * float64(i) / float64(len(s))
		}
	}
	if d := Drift(level); !(d.Mean > 3.5*d.Error) || math.Abs(d.Mean-1) > 5*d.Error {
		t.Errorf("a drift of 1 between halves is told as %v", d)
	}
}

// TestSingleSeries: one replica has what Series tells.
func TestSingleSeries(t *testing.T) {
	values := ar1(rand.New(rand.NewPCG(10, 0)), 1000, 0.5)
	if a, b := Series(values), Replicated([][]float64{values}); a != b {
		t.Errorf("%v and %v", a, b)
	}
}
