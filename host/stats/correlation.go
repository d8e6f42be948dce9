package stats

import "math"

// Pearson is the correlation of two series of one length, with population variances.
// It is NaN where one of them does not vary.
func Pearson(a, b []float64) float64 {
	ma, mb := Mean(a).Mean, Mean(b).Mean
	product := 0.0
	for i := range a {
		product += float64((a[i] - ma) * (b[i] - mb))
	}
	both := squares(a, ma) * squares(b, mb)
	if !(both > 0) {
		return math.NaN()
	}
	return product / math.Sqrt(both)
}

// products is the sum of the products of two series of one length.
func products(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// Autocorrelation is Pearson's correlation of a series with itself k steps later, for
// k = 0 ... lags. It is NaN where one of the two parts does not vary, and from the
// length of the series less 1 on.
func Autocorrelation(values []float64, lags int) []float64 {
	out := make([]float64, lags+1)
	for k := range out {
		out[k] = math.NaN()
		if n := len(values) - k; n > 1 {
			out[k] = Pearson(values[:n], values[k:])
		}
	}
	return out
}

// Correlations are Pearson's correlations of every series with every other, by series
// and series, the mean of those off the diagonal, and how many series do not vary.
// Rows and columns of those are NaN and are left out of the mean, which is NaN where
// fewer than two are left.
func Correlations(series [][]float64) (matrix [][]float64, mean float64, constant int) {
	n := len(series)
	matrix = make([][]float64, n)
	about, square := make([][]float64, n), make([]float64, n) // each series about its mean
	for i, s := range series {
		about[i], square[i] = centred(s), squares(s, Mean(s).Mean)
	}
	var off []float64
	for i := range matrix {
		matrix[i] = make([]float64, n)
		for j := range i + 1 {
			r := math.NaN()
			if both := square[i] * square[j]; both > 0 {
				r = products(about[i], about[j]) / math.Sqrt(both)
			}
			matrix[i][j], matrix[j][i] = r, r
			if i != j && !math.IsNaN(r) {
				off = append(off, r)
			}
		}
		if math.IsNaN(matrix[i][i]) {
			constant++
		}
	}
	return matrix, Mean(off).Mean, constant
}
