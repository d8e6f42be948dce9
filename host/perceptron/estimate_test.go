package perceptron

import (
	"math"
	mathbits "math/bits"
	"testing"

	"tnn-gpu/host/rng"
	"tnn-gpu/host/stats"
)

// classOf has students of given overlaps with a Gaussian teacher, one for each
// table.
func classOf(key uint64, n int, R, Q float64, tables ...*Table) *Class {
	teacher, other := make([]float64, n), make([]float64, n)
	drawTeacher(teacher, Gauss, rng.Key(key))
	Normals(other, rng.Key(key), rng.Student, 0, 0)
	// The part across the teacher, of squared length n.
	along := Dot(teacher, other) / float64(n)
	for i := range other {
		other[i] -= along * teacher[i]
	}
	scale := math.Sqrt(float64(n) / Dot(other, other))
	var members []Member
	for _, t := range tables {
		w := make([]float64, n)
		for i := range w {
			w[i] = R*teacher[i] + math.Sqrt(Q-R*R)*scale*other[i]
		}
		members = append(members, Member{t, w})
	}
	return NewClass(key, teacher, members)
}

func tablesOf(n int) []*Table {
	var out []*Table
	for _, rule := range []Rule{Hebb, Perceptron, AdaTron, AlphaTron} {
		t := Defaults().Perceptron
		t.N, t.Rule = n, rule
		if rule == AlphaTron {
			t.Alpha = 0.5
		}
		out = append(out, &t)
	}
	return out
}

// What students get wrong, and what two batches tell of their forces, is what the
// moments of a large network say.
func TestEstimates(t *testing.T) {
	const n, R, Q, classes = 600, 0.9, 1.6, 6
	tables := tablesOf(n)
	tests, s1, s2, m2, hk := make([][]float64, len(tables)), make([][]float64, len(tables)), make([][]float64, len(tables)), make([][]float64, len(tables)), make([][]float64, len(tables))
	for key := range uint64(classes) {
		c := classOf(key, n, R, Q, tables...)
		for i, wrong := range c.Test(4000) {
			tests[i] = append(tests[i], wrong)
		}
		for i, e := range c.Estimate(2000, 7) {
			s1[i], s2[i], m2[i], hk[i] = append(s1[i], e.S1), append(s2[i], e.S2), append(m2[i], e.M2), append(hk[i], e.HK)
		}
	}
	for i, table := range tables {
		flow := MapOf(table)
		v := flow.Moments(R, Q)
		for _, c := range []struct {
			name   string
			values []float64
			want   float64
			slack  float64 // of finite size
		}{
			{"wrong", tests[i], Epsilon(R, Q), 0.002}, {"S1", s1[i], v.S1, 0.002}, {"S2", s2[i], v.S2, 0.004},
			{"m2", m2[i], v.M2, 0.004}, {"hk", hk[i], flow.HousekeepingEntropy(Overlaps{R: R, Q: Q}), 0.04},
		} {
			e := stats.Mean(c.values)
			if !(math.Abs(e.Mean-c.want) <= 4.5*e.Error+c.slack) {
				t.Errorf("%s: %s is %.5f(%.5f), want %.5f", table.Rule, c.name, e.Mean, e.Error, c.want)
			}
		}
	}
}

// A swirl has no divergence, and adds kappa^2 Q to the square of the mean force.
func TestSwirlIsInTheForce(t *testing.T) {
	plain := *tablesOf(200)[0]
	turned := plain
	turned.Swirl = 2
	e := classOf(3, 200, 0.5, 1.5, &plain, &turned).Estimate(500, 1)
	cross := e[1].HK - e[0].HK - 4*1.5 // of the swirl with the noise of the batches
	if math.Abs(cross) > 1 {
		t.Errorf("a swirl adds %g to hk, want %g", e[1].HK-e[0].HK, 6.0)
	}
}

func TestRampsOfThePost(t *testing.T) {
	for _, c := range []struct{ tau, efficiency float64 }{{0, 0.250}, {1, 0.311}, {10, 0.649}, {100, 0.944}} {
		r := Ramp{K: 1, Nut: 3, Tau: c.tau}
		if got := r.Efficiency(); math.Abs(got-c.efficiency) > 0.0006 {
			t.Errorf("tau = %g: efficiency %.4f, want %.3f", c.tau, got, c.efficiency)
		}
	}
	if got := (Ramp{K: 1, Nut: 3}).Information(); math.Abs(got-0.953) > 5e-4 {
		t.Errorf("information %.4f, want 0.953", got)
	}
	// The series of short ramps joins the formula.
	for _, k := range []float64{1, 0.3} {
		below, above := Ramp{K: k, Nut: 3, Tau: 0.0099999 / k}, Ramp{K: k, Nut: 3, Tau: 0.01 / k}
		if a, b := below.Heat(), above.Heat(); math.Abs(a/b-1) > 1e-6 {
			t.Errorf("k = %g: heat jumps from %.9g to %.9g", k, a, b)
		}
	}
}

// m2 of Hebb's rule at any n: by all examples for teachers of signs and for the larger one of
// two weights, which alone decides; 2/pi (1 + 1/(2n)) for many weights of a Gaussian teacher.
func TestSquaredMeanOfHebb(t *testing.T) {
	for n := 2; n <= 9; n++ {
		var square float64
		for i := range n {
			var mean float64
			for bits := range 1 << n {
				sum := 2*mathbits.OnesCount(uint(bits)) - n
				label, sign := -1.0, float64(bits>>i&1*2-1)
				if sum > 0 {
					label = 1
				}
				mean += label * sign / float64(int(1)<<n)
			}
			square += mean * mean
		}
		if got := SquaredMeanOfHebb(&Table{N: n, Teacher: PlusMinus}); math.Abs(got-square) > 1e-12 {
			t.Errorf("n = %d: %.9f, want %.9f", n, got, square)
		}
	}
	for n, c := range map[int]struct{ want, within float64 }{2: {1, 1e-12}, 50: {0.64299, 3e-4}, 200: {2 / math.Pi * (1 + 1.0/400), 2e-5}, MaxN: {2 / math.Pi, 1e-8}} {
		if got := SquaredMeanOfHebb(&Table{N: n, Teacher: Gauss}); math.Abs(got-c.want) > c.within {
			t.Errorf("n = %d: %.9f, want %.9f", n, got, c.want)
		}
	}
}

// Of a learning rate that is there in part, entropies are those of that part.
func TestEstimatesDuringARamp(t *testing.T) {
	table := *tablesOf(200)[0]
	half, ramp := table, table
	half.Nut /= 2
	ramp.Ramp = 2 * table.Dt
	e := classOf(3, 200, 0.5, 1.5, &half, &ramp).Estimate(500, 1)
	if e[0] != e[1] {
		t.Errorf("halfway up: %+v, at half the rate: %+v", e[1], e[0])
	}
}

// With stored examples estimates are those of the stored ones: exactly of a single one, in the
// mean of a few. div F of other rules than Hebb's is not known then.
func TestEstimatesOfStoredExamples(t *testing.T) {
	const n, R, Q = 64, 0.5, 1.5
	for _, stored := range []int{1, 5} {
		tables := tablesOf(n)
		for _, table := range tables {
			table.Examples, table.P = Stored, stored
		}
		c := classOf(3, n, R, Q, tables...)
		hebb := c.students[0]
		mean, words := make([]float64, n), make([]uint32, Words(n))
		for mu := range stored {
			StoredSigns(words, c.key, uint32(mu), false)
			example := make([]float64, n)
			for i := range example {
				example[i] = 2*float64(words[i/32]>>(i%32)&1) - 1
			}
			label := math.Copysign(1/float64(stored), Dot(c.teacher, example))
			for i := range mean {
				mean[i] += label * example[i]
			}
		}
		m2, force := Dot(mean, mean), hebb.force(hebb.Spec.Nut, mean)
		var m2s, hks, exs []float64
		for record := range uint32(20) {
			all := c.Estimate(200, record)
			m2s, hks, exs = append(m2s, all[0].M2), append(hks, all[0].HK), append(exs, all[0].EX)
			for _, e := range all[1:] {
				if !math.IsNaN(e.HK) {
					t.Fatalf("hk of another rule than Hebb's is %g with stored examples", e.HK)
				}
			}
		}
		for _, v := range []struct {
			name   string
			values []float64
			want   float64
		}{{"m2", m2s, m2}, {"hk", hks, Dot(force, force)/n - hebb.Spec.K}, {"ex", exs, 9 * (n - m2)}} {
			if e := stats.Mean(v.values); !(math.Abs(e.Mean-v.want) <= 4.5*e.Error+1e-9*n) {
				t.Errorf("%d stored: %s is %.5f(%.5f), want %.5f", stored, v.name, e.Mean, e.Error, v.want)
			}
		}
	}
}

// Under a swirl hk of Hebb's rule is kappa^2/k for g to 0 alone; examples that add to the noise
// make it (k^2 + kappa^2) v/D - k, with v the variance of a weight.
func TestHousekeepingUnderASwirl(t *testing.T) {
	for _, noise := range []Noise{Sqrt2, Literal2} {
		table := Defaults().Perceptron
		table.N, table.B, table.Dt, table.Swirl, table.Noise = 300, 3, 0.003, 2, noise
		flow := MapOf(&table)
		k, kappa, dt, D := table.K, table.Swirl, table.Dt, table.Temperature()
		spread := table.Nut * table.Nut * (table.G() - dt/flow.B*2/math.Pi)
		v := (2*D + spread) * dt / (1 - (1-k*dt)*(1-k*dt) - kappa*dt*kappa*dt)
		want := (k*k+kappa*kappa)*v/D - k
		flow.Follow(StartOverlaps(&table), func(step int64, o Overlaps, _ float64) bool {
			if step < 7000 {
				return true
			}
			if got := flow.HousekeepingEntropy(o); math.Abs(got/want-1) > 1e-6 {
				t.Errorf("%s: hk is %.6f, want %.6f", noise, got, want)
			}
			return false
		})
	}
}
