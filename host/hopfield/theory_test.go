package hopfield_test

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/hopfield"
)

// TestMeltingTemperature: just below it the theory at temperature has a pattern as a
// state, just above it has none; and it ends where theory at zero temperature does.
func TestMeltingTemperature(t *testing.T) {
	for _, alpha := range []float64{0.001, 0.05, 0.1, 0.13} {
		at := hopfield.MeltingTemperature(alpha)
		below, _ := hopfield.ThermalOverlap(alpha, at-0.002)
		above, _ := hopfield.ThermalOverlap(alpha, at+0.002)
		if below < 0.3 || above > 0.01 {
			t.Errorf("at a load of %g, T_M = %g: the overlap is %g just below and %g just above", alpha, at, below, above)
		}
	}
	if at := hopfield.MeltingTemperature(0.2); at != 0 {
		t.Errorf("above the capacity T_M is %g", at)
	}
	if at := hopfield.MeltingTemperature(1e-8); math.Abs(at-1) > 1e-3 {
		t.Errorf("of few patterns T_M is %g, want 1", at)
	}
}

// TestDensePatterns: of degree 2 the capacity is that of Hebb's rule, and at it the error of
// one step is 1/(N sqrt(4 pi ln N)) whatever the degree, to leading order.
func TestDensePatterns(t *testing.T) {
	for _, n := range []int{100, 1000} {
		if a, b := hopfield.DensePatterns(n, 2), hopfield.MostPatterns(n); math.Abs(a-b) > 1e-12*b {
			t.Errorf("%d units: %g patterns of degree 2, Hebb's rule %g", n, a, b)
		}
	}
	if p := hopfield.DensePatterns(100, 3); math.Abs(p-361.91) > 0.01 {
		t.Errorf("100 units of degree 3 hold %g patterns", p)
	}
	for degree := 2; degree <= 4; degree++ {
		p := int(hopfield.DensePatterns(1000, degree))
		if e := hopfield.DenseOneStepErrorAsymptotic(1000, p, degree); math.Abs(e*1000*math.Sqrt(4*math.Pi*math.Log(1000))-1) > 0.15 {
			t.Errorf("degree %d, %d patterns: the error is %g", degree, p, e)
		}
	}
}

// storages are all ways to store p patterns in n units: patterns[mu][i] is a sign.
func storages(n, p int, visit func(patterns [][]int)) {
	patterns := make([][]int, p)
	for mu := range patterns {
		patterns[mu] = make([]int, n)
	}
	for bits := range 1 << (n * p) {
		for at := range n * p {
			patterns[at/n][at%n] = 2*(bits>>at&1) - 1
		}
		visit(patterns)
	}
}

func overlap(a, b []int) (sum int) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func powerOf(x, exponent int) int {
	result := 1
	for range exponent {
		result *= x
	}
	return result
}

// pair is the count behind the coupling of two units.
func pair(patterns [][]int, i, j int) (sum int) {
	for _, x := range patterns {
		sum += x[i] * x[j]
	}
	return sum
}

// altered is the share of the ways to lose couplings of unit 0 after which its field is
// against pattern 0.
func altered(patterns [][]int, damage float64, clip bool) (share float64) {
	n := len(patterns[0])
	for kept := range 1 << (n - 1) {
		weight, field := 1.0, 0
		for j := 1; j < n; j++ {
			if kept>>(j-1)&1 == 0 {
				weight *= damage
				continue
			}
			weight *= 1 - damage
			v := pair(patterns, 0, j)
			if clip {
				v = min(max(v, -1), 1)
			}
			field += v * patterns[0][j]
		}
		if field*patterns[0][0] < 0 {
			share += weight
		}
	}
	return share
}

// TestOneStepOfAllPatterns: the errors of one step are those of all patterns that can be
// stored, by the definition of fields, unit 0 of pattern 0 standing for all.
func TestOneStepOfAllPatterns(t *testing.T) {
	for _, size := range [][2]int{{2, 2}, {2, 3}, {2, 5}, {3, 2}, {3, 3}, {3, 4}, {4, 3}, {5, 3}, {2, 7}, {4, 4}, {7, 2}} {
		n, p := size[0], size[1]
		wrong := make(map[string]float64)
		all := 0.0
		count := func(name string, field, aim int) {
			if field*aim < 0 {
				wrong[name]++
			}
		}
		storages(n, p, func(patterns [][]int) {
			all++
			first, next := patterns[0], patterns[1%p]
			hebb, sequence := 0, 0
			for j := 1; j < n; j++ {
				hebb += pair(patterns, 0, j) * first[j]
			}
			count("hebb", hebb, first[0])
			wrong["damaged"] += altered(patterns, 0.3, false)
			wrong["clipped"] += altered(patterns, 0, true)
			wrong["clipped, damaged"] += altered(patterns, 0.3, true)
			for mu, x := range patterns {
				sequence += patterns[(mu+1)%p][0] * overlap(x, first)
			}
			if sequence == 0 {
				sequence = first[0]
			}
			count("sequence", sequence, next[0])
			for degree := 2; degree <= 5; degree++ {
				field := 0
				for _, x := range patterns {
					a := overlap(x, first) - x[0]*first[0]
					field += powerOf(a+x[0], degree) - powerOf(a-x[0], degree)
				}
				count(fmt.Sprint("degree ", degree), field, first[0])
			}
		})
		for name, law := range map[string]float64{
			"hebb": hopfield.OneStepError(n-1, p), "sequence": hopfield.OneStepErrorSequence(n, p),
			"damaged": hopfield.OneStepErrorAltered(n-1, p, 0.3, false),
			"clipped": hopfield.OneStepErrorAltered(n-1, p, 0, true), "clipped, damaged": hopfield.OneStepErrorAltered(n-1, p, 0.3, true),
			"degree 2": hopfield.DenseOneStepError(n, p, 2), "degree 3": hopfield.DenseOneStepError(n, p, 3),
			"degree 4": hopfield.DenseOneStepError(n, p, 4), "degree 5": hopfield.DenseOneStepError(n, p, 5),
		} {
			if want := wrong[name] / all; math.Abs(law-want) > 1e-9 {
				t.Errorf("%s, %d units, %d patterns: %.12g, of all patterns %.12g", name, n, p, law, want)
			}
		}
	}
}

// TestOneStepElsewhere: values of a program of its own, which convolves laws one by one.
func TestOneStepElsewhere(t *testing.T) {
	for _, c := range []struct{ law, want float64 }{
		{hopfield.DenseOneStepError(100, 50, 3), 7.8e-12}, {hopfield.DenseOneStepError(100, 100, 3), 4.5e-8},
		{hopfield.DenseOneStepError(40, 10, 3), 9.6e-8}, {hopfield.DenseOneStepError(40, 50, 3), 9.31e-4},
		{hopfield.OneStepErrorAltered(299, 30, 0, true), 0.00297}, {hopfield.OneStepErrorAltered(299, 90, 0, true), 0.0607},
		{hopfield.OneStepErrorAltered(999, 100, 0, true), 0.00410}, {hopfield.OneStepErrorAltered(299, 31, 0, true), 0.00598},
	} {
		if math.Abs(c.law/c.want-1) > 0.012 { // half of the last digit
			t.Errorf("%g, elsewhere %g", c.law, c.want)
		}
	}
}

// TestDegreeTwoIsHebb: a polynomial of degree 2 is Hebb's rule, and so are couplings of which
// none is lost or clipped; the law is binomial, from certain errors to the least ones.
func TestDegreeTwoIsHebb(t *testing.T) {
	for _, size := range [][2]int{{100, 10}, {1000, 3}, {1000, 100}, {1000, 1000}, {200, 100000}, {5000, 4}, {3, 1000}} {
		n, p := size[0], size[1]
		hebb := hopfield.OneStepError(n-1, p)
		for _, same := range []float64{hopfield.DenseOneStepError(n, p, 2), hopfield.OneStepErrorAltered(n-1, p, 0, false)} {
			if math.Abs(same-hebb) > 1e-8*hebb {
				t.Errorf("%d units, %d patterns: %.12g, Hebb's rule %.12g", n, p, same, hebb)
			}
		}
	}
}

// TestBinomialSums: the binomial law is the sum of its terms, also of millions of signs.
func TestBinomialSums(t *testing.T) {
	for _, size := range [][2]int{{50, 4}, {999, 100}, {9999, 100}, {199, 100000}, {99999, 5000}} {
		degree, p := size[0], size[1]
		n, sum := degree*(p-1), 0.0
		top, _ := math.Lgamma(float64(n + 1))
		first := (degree*(p-2)+1)/2 - 1
		a, _ := math.Lgamma(float64(first + 1))
		b, _ := math.Lgamma(float64(n - first + 1))
		term := math.Exp(top - a - b - float64(n)*math.Ln2)
		for k := first; k >= 0 && term > 1e-17*sum; k-- {
			sum += term
			term *= float64(k) / float64(n-k+1)
		}
		if law := hopfield.OneStepError(degree, p); math.Abs(law/sum-1) > 1e-5 {
			t.Errorf("degree %d, %d patterns: %.12g, the sum of terms %.12g", degree, p, law, sum)
		}
	}
}

// TestCoarseGrid: where values lie more closely than the grid can, the law is that of many
// patterns all the same: the normal one with its first corrections.
func TestCoarseGrid(t *testing.T) {
	for _, c := range []struct{ n, p, degree int }{{1000, 300000, 3}, {300, 1000000, 4}} {
		exact, normal := hopfield.DenseOneStepError(c.n, c.p, c.degree), hopfield.DenseOneStepErrorGauss(c.n, c.p, c.degree)
		if math.Abs(exact/normal-1) > 0.01 {
			t.Errorf("%v: %g, normal law %g", c, exact, normal)
		}
	}
}

// TestDamageOfFewCouplings: with two neighbours of which half are lost, a quarter of the
// units has none, and no error.
func TestDamageOfFewCouplings(t *testing.T) {
	want := (2*hopfield.OneStepError(1, 5) + hopfield.OneStepError(2, 5)) / 4
	if got := hopfield.OneStepErrorAltered(2, 5, 0.5, false); math.Abs(got-want) > 1e-12 {
		t.Errorf("%g, want %g", got, want)
	}
}
