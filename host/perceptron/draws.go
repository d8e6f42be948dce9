package perceptron

import (
	"math"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// What is drawn is a pure function of the realisation's key, a purpose, what the
// draw is for and the step (docs/perceptron.md section 3).

// RealisationKey is the key of realisation s of a run's seed, as one number.
func RealisationKey(seed uint64, s uint32) uint64 {
	low, high, _, _ := rng.Draw(s, 0, 0, rng.Realisation, rng.Key(seed))
	return uint64(high)<<32 | uint64(low)
}

// Words is how many words the bits of n components take, in whole stripes.
func Words(n int) int { return (n + Stripe - 1) / Stripe * (Stripe / 32) }

// Signs fills words with the bits of an example, or of a teacher: bit i&31 of word
// i>>5 is the sign of component i, 1 for plus. Device twin: perceptron_signs.
func Signs(words []uint32, key [2]uint32, purpose rng.Purpose, j, k uint32) {
	for at := 0; at < len(words); at += 4 {
		w := words[at : at+4 : at+4]
		w[0], w[1], w[2], w[3] = rng.Draw(uint32(at/4), j, k, purpose, key)
	}
}

// PickOf is which of p stored examples is example b of step t. Device twin:
// perceptron_signs.
func PickOf(key [2]uint32, b, t uint32, p int) uint32 {
	x0, x1, x2, x3 := rng.Draw(b>>2, 0, t, rng.Pick, key)
	return pickBy([4]uint32{x0, x1, x2, x3}[b&3], p)
}

// pickBy is which of p stored examples a random word says.
func pickBy(word uint32, p int) uint32 { return uint32(uint64(word) * uint64(p) >> 32) }

// StoredSigns fills words with stored example mu, or with test example mu.
func StoredSigns(words []uint32, key [2]uint32, mu uint32, test bool) {
	set := uint32(0)
	if test {
		set = 1
	}
	Signs(words, key, rng.StoredExample, mu, set)
}

// EstimatorSigns fills words with example b of the first or the second of two
// independent batches at record t.
func EstimatorSigns(words []uint32, key [2]uint32, b, t uint32, second bool) {
	purpose := rng.EstimatorExample
	if second {
		purpose++
	}
	Signs(words, key, purpose, b, t)
}

// Normals fills x with normal deviates from that of component first on, which is
// even: block i>>1, words 0 and 1 for even i and 2 and 3 for odd.
func Normals[F fmath.Float](x []F, key [2]uint32, purpose rng.Purpose, first, t uint32) {
	for i := 0; i < len(x); i += 2 {
		x0, x1, x2, x3 := rng.Draw((first+uint32(i))>>1, 0, t, purpose, key)
		x[i] = rng.Normal[F](x0, x1)
		if i+1 < len(x) {
			x[i+1] = rng.Normal[F](x2, x3)
		}
	}
}

// drawTeacher fills in a teacher of squared length n.
func drawTeacher[F fmath.Float](teacher []F, kind Vector, key [2]uint32) {
	n := len(teacher)
	if kind == PlusMinus {
		words := make([]uint32, Words(n))
		Signs(words, key, rng.Teacher, 0, 1)
		for i := range teacher {
			teacher[i] = F(2*int32(words[i>>5]>>(i&31)&1) - 1)
		}
	} else {
		Normals(teacher, key, rng.Teacher, 0, 0)
	}
	scale := F(math.Sqrt(float64(n) / float64(Dot(teacher, teacher))))
	for i, x := range teacher {
		teacher[i] = F(x * scale)
	}
}

// drawStart fills in the student's start.
func drawStart[F fmath.Float](w []F, kind Vector, key [2]uint32) {
	if kind == Gauss {
		Normals(w, key, rng.Student, 0, 0)
	}
}
