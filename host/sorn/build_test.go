package sorn

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// drawn are the arrays of a network as it is built.
func drawn(t *testing.T, with func(s *Spec)) (*Table, *Arrays) {
	t.Helper()
	n, err := built(t, func(s *Spec) {
		s.Sorn.NE, s.Sorn.NU, s.Sorn.LambdaEE, s.Sorn.LambdaEI, s.Sorn.LambdaIE = 600, 10, 20, 40, 100
		with(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.Start(state.Double, []uint64{11})
	if err != nil {
		t.Fatal(err)
	}
	return &n.Spec.Sorn, n.ArraysOf(s, 0)
}

// degreesOf counts the weights of each row, or column.
func degreesOf(w []float64, rows, columns int, ofRows bool) []float64 {
	out := make([]float64, map[bool]int{true: rows, false: columns}[ofRows])
	for at, v := range w {
		switch {
		case v == 0:
		case ofRows:
			out[at/columns]++
		default:
			out[at%columns]++
		}
	}
	return out
}

// mean fails where that of values is not what it should be.
func mean(t *testing.T, what string, values []float64, want, deviation float64) {
	t.Helper()
	e := stats.Mean(values)
	if n := float64(e.N); math.Abs(e.Mean-want) > 4.5*deviation/math.Sqrt(n) || math.Abs(e.Deviation()-deviation) > 4.5*deviation/math.Sqrt(n) {
		t.Errorf("%s: mean %v and deviation %v, want %v and %v", what, e.Mean, e.Deviation(), want, deviation)
	}
}

// TestBuild holds docs/sorn.md section 3.
func TestBuild(t *testing.T) {
	const units = 600
	// A normal deviate that is cut to a whole number: mean -1/2, variance 1 + 1/12.
	cut := math.Sqrt(13.0 / 12)
	table, a := drawn(t, func(s *Spec) { s.Sorn.TypeIE = Sparse })
	M := table.M()
	mean(t, "synapses into E units", degreesOf(a.Wee, units, units, false), 19.5, cut)
	mean(t, "synapses out of I units", degreesOf(a.Wei, M, units, true), 39.5, cut)
	mean(t, "synapses into I units", degreesOf(a.Wie, units, M, false), 99.5, cut)
	for _, m := range []struct {
		name          string
		w             []float64
		rows, columns int
	}{{"Wee", a.Wee, units, units}, {"Wei", a.Wei, M, units}, {"Wie", a.Wie, units, M}} {
		for i := range m.columns {
			sum, least, most := 0.0, math.Inf(1), 0.0
			for j := range m.rows {
				w := m.w[j*m.columns+i]
				if sum += w; w > 0 {
					least, most = min(least, w), max(most, w)
				}
			}
			if math.Abs(sum-1) > 1e-12 || m.name == "Wee" && m.w[i*units+i] != 0 {
				t.Fatalf("column %d of %s adds up to %v, and has %v on the diagonal", i, m.name, sum, m.w[i*m.columns+i])
			}
			if m.name == "Wie" && !(most/least > 20 && most < 2.5/99) { // of numbers that are uniform from 0 on
				t.Errorf("weights of column %d are from %v to %v", i, least, most)
			}
		}
	}
	mean(t, "Te", a.Te, 0.5, math.Sqrt(1.0/12))
	mean(t, "Ti", a.Ti, 0.25, 0.5*math.Sqrt(1.0/12))
	if slices.Max(a.Te) >= 1 || slices.Min(a.Te) <= 0 || slices.Max(a.Ti) >= 0.5 || slices.Max(a.X) != 0 || slices.Max(a.Y) != 0 {
		t.Errorf("thresholds are up to %v and %v, states up to %v and %v", slices.Max(a.Te), slices.Max(a.Ti), slices.Max(a.X), slices.Max(a.Y))
	}

	_, a = drawn(t, func(s *Spec) {
		k := &s.Sorn
		k.TypeIE, k.Degree, k.Thresholds, k.InitialX, k.InitialY, k.TeMin, k.TeMax = Sparse, Binomial, Even, 0.3, 0.6, 0.1, 0.7
	})
	spread := func(lambda, n float64) float64 { return math.Sqrt(lambda * (1 - lambda/n)) }
	mean(t, "binomial synapses into E units", degreesOf(a.Wee, units, units, false), 20, spread(20, units-1))
	mean(t, "binomial synapses out of I units", degreesOf(a.Wei, M, units, true), 40, spread(40, units))
	mean(t, "binomial synapses into I units", degreesOf(a.Wie, units, M, false), 100, spread(100, units))
	if slices.IsSorted(a.Te) || !slices.IsSorted(a.Ti) {
		t.Error("even thresholds of E units have no random order, or those of I units no ascending one")
	}
	slices.Sort(a.Te)
	for i, v := range a.Te {
		if math.Abs(v-(0.1+0.6*(float64(i)+0.5)/units)) > 1e-12 {
			t.Fatalf("even threshold %d is %v", i, v)
		}
	}
	for k, v := range a.Ti {
		if math.Abs(v-0.5*(float64(k)+0.5)/float64(M)) > 1e-12 {
			t.Fatalf("even threshold %d of I units is %v", k, v)
		}
	}
	now := func(states []float64) (out []float64) {
		for i := 1; i < len(states); i += 2 {
			out = append(out, states[i])
		}
		return out
	}
	mean(t, "first states of E units", now(a.X), 0.3, math.Sqrt(0.21))
	mean(t, "first states of I units", now(a.Y), 0.6, math.Sqrt(0.24))

	// Two targets for each I unit leave E units without inhibition: these get two.
	_, a = drawn(t, func(s *Spec) { s.Sorn.LambdaEI = 2 })
	byUnit := map[float64]int{}
	for _, d := range degreesOf(a.Wei, M, units, false) {
		byUnit[d]++
	}
	if byUnit[0] > 0 || byUnit[2] < 350 || byUnit[1] < 50 {
		t.Errorf("E units by inhibitory synapses: %v", byUnit)
	}

	_, a = drawn(t, func(s *Spec) { s.Sorn.TypeEE, s.Sorn.TypeEI, s.Sorn.TypeIE = Dense, Dense, Dense })
	for name, of := range map[string][2]int{"Wee": {count(a.Wee), units * (units - 1)}, "Wei": {count(a.Wei), M * units}, "Wie": {count(a.Wie), M * units}} {
		if of[0] != of[1] {
			t.Errorf("%s has %d weights, want %d", name, of[0], of[1])
		}
	}
}

func count(w []float64) (n int) {
	for _, v := range w {
		if v != 0 {
			n++
		}
	}
	return n
}
