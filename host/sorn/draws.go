package sorn

import (
	"math"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// What is drawn is a pure function of the key, a purpose, what the draw is for and the
// step (docs/sorn.md section 7).

// Normals are the four normal deviates of one call: lanes 0 and 1 of words 0 and 1,
// lanes 2 and 3 of words 2 and 3. Device twin: sorn_normals.
func Normals[F fmath.Float](x0, x1, x2, x3 uint32) [4]F {
	var z [4]F
	z[0], z[1] = pair[F](x0, x1)
	z[2], z[3] = pair[F](x2, x3)
	return z
}

// pair is sqrt(-2 ln u0) cos 2 pi u1 and the same root times sin 2 pi u1, which is the
// cosine a quarter of a turn earlier. Device twin: sorn_pair.
func pair[F fmath.Float](x, y uint32) (even, odd F) {
	r, u := radius[F](x), rng.Uniform[F](y)
	return F(r * fmath.Cos2Pi(u)), F(r * fmath.Cos2Pi(quarterEarlier(u)))
}

func radius[F fmath.Float](word uint32) F {
	return fmath.Sqrt(F(-2 * fmath.Log(rng.Uniform[F](word))))
}

// quarterEarlier is u less a quarter of a turn.
func quarterEarlier[F fmath.Float](u F) F {
	if u >= 0.25 {
		return u - 0.25
	}
	return u + 0.75
}

// Lane is lane k of Normals.
func Lane[F fmath.Float](words *[4]uint32, k int) F {
	u := rng.Uniform[F](words[k|1])
	if k&1 != 0 {
		u = quarterEarlier(u)
	}
	return F(radius[F](words[k&2]) * fmath.Cos2Pi(u))
}

// LargestNormal is more than any lane whose first word, that of its radius, has so many
// leading zeros: the word is 2^(31-zeros) or more.
func LargestNormal[F fmath.Float](zeros int) F {
	return F(1.001 * math.Sqrt(2*math.Ln2*float64(zeros+1)))
}

// below maps a word to a number below n. Device twin: sorn_below.
func below(word uint32, n int) int { return int(uint64(word) * uint64(n) >> 32) }

// wordAt is word i mod 4 of the call of block i/4.
func wordAt(key [2]uint32, purpose rng.Purpose, i, t uint32) uint32 {
	x0, x1, x2, x3 := rng.Draw(i/4, 0, t, purpose, key)
	return [4]uint32{x0, x1, x2, x3}[i%4]
}

// lister draws numbers below n that a purpose has for an item, attempt after attempt.
type lister struct {
	key     [2]uint32
	purpose rng.Purpose
	item    uint32
	n       int
	attempt uint32
	words   [4]uint32
}

func (l *lister) next() int {
	if l.attempt%4 == 0 {
		l.words[0], l.words[1], l.words[2], l.words[3] = rng.Draw(l.item, l.attempt/4, 0, l.purpose, l.key)
	}
	word := l.words[l.attempt%4]
	l.attempt++
	return below(word, l.n)
}

// distinct gives d different numbers below n, ascending: as drawn, or where they are
// more than half of them, all but those that are drawn. taken is n times false, and is so
// again afterwards.
func distinct(key [2]uint32, purpose rng.Purpose, item uint32, d, n int, taken []bool) []int32 {
	leave := 2*d > n
	count := d
	if leave {
		count = n - d
	}
	drawn := make([]int32, 0, max(count, 0))
	for l := (lister{key: key, purpose: purpose, item: item, n: n}); len(drawn) < count; {
		if c := l.next(); !taken[c] {
			taken[c] = true
			drawn = append(drawn, int32(c))
		}
	}
	out := drawn
	if leave {
		out = make([]int32, 0, d)
		for i := range n {
			if !taken[i] {
				out = append(out, int32(i))
			}
		}
	}
	for _, c := range drawn {
		taken[c] = false
	}
	slices.Sort(out)
	return out
}

// degree draws how many partners an item gets out of n, at least 1 and at most n.
func (t *Table) degree(key [2]uint32, purpose rng.Purpose, item uint32, lambda, n int) int {
	x0, x1, _, _ := rng.Draw(item, 0, 0, purpose, key)
	var d int
	if t.Degree == Binomial {
		d = binomial(n, float64(lambda)/float64(n), rng.Uniform[float64](x0))
	} else {
		z, _ := pair[float64](x0, x1)
		d = int(math.Trunc(float64(lambda) + z))
	}
	return max(1, min(d, n))
}

// binomial is the least d with at least probability u of d or fewer successes in n
// trials of probability p.
func binomial(n int, p, u float64) int {
	if p >= 1 {
		return n
	}
	// The terms follow from one another; their logarithm does not underflow.
	logTerm := float64(float64(n) * fmath.Log(1-p))
	ratio := fmath.Log(p / (1 - p))
	sum := 0.0
	for d := 0; d < n; d++ {
		sum += fmath.Exp(logTerm)
		if u <= sum {
			return d
		}
		logTerm += ratio + fmath.Log(float64(n-d)/float64(d+1))
	}
	return n
}

// FirstBirths is how many synapses are born in a step whose mean is p. Device twin:
// sorn_births.
func FirstBirths(key [2]uint32, p float64, t uint32) int {
	whole := math.Floor(p)
	n := int(whole)
	if rest := p - whole; rest > 0 {
		x0, _, _, _ := rng.Draw(0, 0, t, rng.SornBirths, key)
		if rng.Uniform[float64](x0) < rest {
			n++
		}
	}
	return n
}

// MaxAttempts is how many places are tried for a synapse that is born.
const MaxAttempts = 1024

// BirthPlace is where attempt a puts birth e of step t, among n units: from unit j to
// unit i. Device twin: sorn_births.
func BirthPlace(key [2]uint32, e, a, t uint32, n int) (j, i int32) {
	x0, x1, _, _ := rng.Draw(e, a, t, rng.SornPosition, key)
	i, j = int32(below(x0, n)), int32(below(x1, n-1))
	if j >= i {
		j++
	}
	return j, i
}
