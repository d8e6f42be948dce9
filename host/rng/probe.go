package rng

import "tnn-gpu/host/fmath"

// Probe is what kernel probe_noise of kernels.cl must answer for n work-items:
// the words of Philox with counter (i, 2^32-1-i, i*i, 0), word w of item i at
// words[w*n+i], and from them Uniform(x0) at reals[i], Normal(x0, x1) at
// reals[n+i] and Normal(x2, x3) at reals[2n+i].
func Probe[F fmath.Float](key [2]uint32, n int) (words []uint32, reals []F) {
	words, reals = make([]uint32, 4*n), make([]F, 3*n)
	for item := range n {
		i := uint32(item)
		x := Philox([4]uint32{i, ^i, i * i, 0}, key)
		for w, word := range x {
			words[w*n+item] = word
		}
		reals[item] = Uniform[F](x[0])
		reals[n+item] = Normal[F](x[0], x[1])
		reals[2*n+item] = Normal[F](x[2], x[3])
	}
	return words, reals
}
