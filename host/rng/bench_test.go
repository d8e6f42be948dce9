package rng

import "testing"

// The results go here so that the compiler keeps the work.
var sinkWord uint32
var sinkReal float32

func BenchmarkPhilox(b *testing.B) {
	key := Key(1)
	sum := uint32(0)
	for i := range b.N {
		x := Philox([4]uint32{uint32(i), 1, 2, 3}, key)
		sum += x[0] ^ x[1] ^ x[2] ^ x[3]
	}
	sinkWord = sum
}

func BenchmarkDraw(b *testing.B) {
	key := Key(1)
	sum := uint32(0)
	for i := range b.N {
		x0, x1, x2, x3 := Draw(uint32(i), 1, 2, WeightNoise, key)
		sum += x0 ^ x1 ^ x2 ^ x3
	}
	sinkWord = sum
}

func BenchmarkNormal32(b *testing.B) {
	sum := float32(0)
	for i := range b.N {
		sum += Normal[float32](uint32(i)*2654435761, uint32(i)*2246822519)
	}
	sinkReal = sum
}
