package tnn

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/tnn"
)

// A well may be so deep that its levels cannot be counted in single precision. A
// state is sampled all the same.
func TestSampleOfManyLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tnn.NodeParametersOf[float32](tnn.GroupSpec{
			Levels:             rapid.IntRange(2, 1000).Draw(t, "levels"),
			Threshold:          math.Pow(10, rapid.Float64Range(-6, 1).Draw(t, "log threshold")),
			InverseTemperature: 1,
		})
		depth := func(name string) float32 { return float32(math.Pow(10, rapid.Float64Range(-6, 9).Draw(t, name))) }
		minus, plus := depth("log depth below zero"), depth("log depth above zero")
		u := rapid.Float32Range(0x1p-24, 1-0x1p-24).Draw(t, "u")
		draw := sample2020(minus, plus, u, &p)
		if !(abs(draw.x) <= 1) || !(draw.energy <= 0) || math.IsInf(float64(draw.free), 0) || math.IsNaN(float64(draw.free)) ||
			!(draw.entropy >= -1e-3) || !(draw.entropy < 1.1) {
			t.Fatalf("depths %v and %v, %v levels of %v give %+v", minus, plus, p.Levels, p.Threshold, draw)
		}
	})
}
