//go:build ignore

package main

import "math/big"

const prec = 256 // bits of everything the generator computes

// sample is one point of a function to be fitted: where, its value, and by how
// much an error there counts.
type sample struct{ t, value, weight *big.Float }

func number(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }

func evaluate(c []*big.Float, t *big.Float) *big.Float {
	sum := number(0)
	for i := len(c) - 1; i >= 0; i-- {
		sum.Add(sum.Mul(sum, t), c[i])
	}
	return sum
}

// remez finds the polynomial of the given degree whose largest weighted error
// over the samples, which are dense and in ascending order, is least, and that
// error: solve for an error of equal size and alternating sign at degree + 2
// samples, move these to the extremes of the error, repeat.
func remez(samples []sample, degree int) ([]*big.Float, float64) {
	n := degree + 2
	chosen := make([]int, n)
	for i := range chosen {
		chosen[i] = i * (len(samples) - 1) / (n - 1)
	}
	var c []*big.Float
	worst := 0.0
	for range 60 {
		c = level(samples, chosen)
		errors := make([]float64, len(samples))
		for i, s := range samples {
			e := evaluate(c, s.t)
			e.Mul(e.Sub(e, s.value), s.weight)
			errors[i], _ = e.Float64()
		}
		next := extremes(errors, n)
		worst = 0
		for _, e := range errors {
			worst = max(worst, e, -e)
		}
		if next == nil || equal(next, chosen) {
			break
		}
		chosen = next
	}
	return c, worst
}

func equal(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// extremes are the n best places of alternating sign: the largest error of each
// run of one sign, less the smaller ones at the two ends. Nil where rounding
// leaves fewer than n.
func extremes(errors []float64, n int) []int {
	var places []int
	for i, e := range errors {
		if len(places) == 0 || (errors[places[len(places)-1]] > 0) != (e > 0) {
			places = append(places, i)
		} else if last := places[len(places)-1]; e*e > errors[last]*errors[last] {
			places[len(places)-1] = i
		}
	}
	for len(places) > n {
		first, last := errors[places[0]], errors[places[len(places)-1]]
		if first*first < last*last {
			places = places[1:]
		} else {
			places = places[:len(places)-1]
		}
	}
	if len(places) < n {
		return nil
	}
	return places
}

// level solves sum c_k t^k +- E / weight = value at the chosen samples by
// elimination with pivoting, and gives c.
func level(samples []sample, chosen []int) []*big.Float {
	n := len(chosen)
	rows := make([][]*big.Float, n)
	for i, place := range chosen {
		s := samples[place]
		row := make([]*big.Float, n+1)
		power := number(1)
		for k := range n - 1 {
			row[k] = new(big.Float).Copy(power)
			power.Mul(power, s.t)
		}
		row[n-1] = new(big.Float).Quo(number(float64(1-2*(i%2))), s.weight)
		row[n] = s.value
		rows[i] = row
	}
	for k := range n {
		for i := k + 1; i < n; i++ {
			if new(big.Float).Abs(rows[i][k]).Cmp(new(big.Float).Abs(rows[k][k])) > 0 {
				rows[i], rows[k] = rows[k], rows[i]
			}
		}
		for i := range n {
			if i == k {
				continue
			}
			factor := new(big.Float).Quo(rows[i][k], rows[k][k])
			for j := k; j <= n; j++ {
				rows[i][j] = new(big.Float).Sub(rows[i][j], number(0).Mul(factor, rows[k][j]))
			}
		}
	}
	c := make([]*big.Float, n-1)
	for k := range c {
		c[k] = new(big.Float).Quo(rows[k][n], rows[k][k])
	}
	return c
}
