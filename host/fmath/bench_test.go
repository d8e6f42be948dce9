package fmath

import "testing"

// benchmark calls f on 1024 arguments spread over [from, to].
func benchmark[F Float](b *testing.B, f func([]F) F, from, to F) {
	arguments := make([]F, 1024)
	for i := range arguments {
		arguments[i] = from + (to-from)*F(i*389%1024)/1024
	}
	var sum F
	for b.Loop() {
		sum += f(arguments)
	}
	if sum != sum {
		b.Error("a result is NaN")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/value")
}

func sumExp[F Float](arguments []F) (sum F) {
	for _, x := range arguments {
		sum += Exp(x)
	}
	return sum
}

func sumLog[F Float](arguments []F) (sum F) {
	for _, x := range arguments {
		sum += Log(x)
	}
	return sum
}

func sumCos2Pi[F Float](arguments []F) (sum F) {
	for _, x := range arguments {
		sum += Cos2Pi(x)
	}
	return sum
}

func sumErfc[F Float](arguments []F) (sum F) {
	for _, x := range arguments {
		sum += Erfc(x)
	}
	return sum
}

func sumErfcInv[F Float](arguments []F) (sum F) {
	for _, x := range arguments {
		sum += ErfcInv(x)
	}
	return sum
}

// The generic call against the direct one: the difference is the dispatch.
func BenchmarkExp32Direct(b *testing.B) {
	benchmark(b, func(arguments []float32) (sum float32) {
		for _, x := range arguments {
			sum += Exp32(x)
		}
		return sum
	}, -20, 0)
}

func BenchmarkExp32(b *testing.B)     { benchmark(b, sumExp[float32], -20, 0) }
func BenchmarkExp64(b *testing.B)     { benchmark(b, sumExp[float64], -20, 0) }
func BenchmarkLog32(b *testing.B)     { benchmark(b, sumLog[float32], 0.001, 10) }
func BenchmarkLog64(b *testing.B)     { benchmark(b, sumLog[float64], 0.001, 10) }
func BenchmarkCos2Pi32(b *testing.B)  { benchmark(b, sumCos2Pi[float32], 0, 1) }
func BenchmarkCos2Pi64(b *testing.B)  { benchmark(b, sumCos2Pi[float64], 0, 1) }
func BenchmarkErfc32(b *testing.B)    { benchmark(b, sumErfc[float32], -4, 4) }
func BenchmarkErfc64(b *testing.B)    { benchmark(b, sumErfc[float64], -4, 4) }
func BenchmarkErfcInv32(b *testing.B) { benchmark(b, sumErfcInv[float32], 0.001, 1.999) }
func BenchmarkErfcInv64(b *testing.B) { benchmark(b, sumErfcInv[float64], 0.001, 1.999) }
