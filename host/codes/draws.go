package codes

import (
	"math"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// What is drawn is a pure function of the population's key, a purpose, the sample and the
// update (docs/codes.md section 4). Samples and blocks count from 0, updates from 1.

// burstBlock is the block of dimensions whose words place a burst.
const burstBlock = 1 << 31

// Normals fills out with normal deviates, two of a block. Device twin: codes_normal.
func Normals[F fmath.Float](out []F, key [2]uint32, purpose rng.Purpose, sample, update uint32) {
	for j := 0; j < len(out); j += 2 {
		x0, x1, x2, x3 := rng.Draw(sample, uint32(j)/2, update, purpose, key)
		out[j] = rng.Normal[F](x0, x1)
		if j+1 < len(out) {
			out[j+1] = rng.Normal[F](x2, x3)
		}
	}
}

// Uniforms fills out with uniform deviates, four of a block. Device twin: codes_uniform.
func Uniforms[F fmath.Float](out []F, key [2]uint32, purpose rng.Purpose, sample, update uint32) {
	for j := 0; j < len(out); j += 4 {
		x0, x1, x2, x3 := rng.Draw(sample, uint32(j)/4, update, purpose, key)
		for i, x := range [4]uint32{x0, x1, x2, x3} {
			if j+i < len(out) {
				out[j+i] = rng.Uniform[F](x)
			}
		}
	}
}

// Dither fills out with uniform deviates in (-1, 1).
func Dither[F fmath.Float](out []F, key [2]uint32, sample, update uint32) {
	Uniforms(out, key, rng.CodeDither, sample, update)
	for j, u := range out {
		out[j] = F(2*u) - 1
	}
}

// Noise fills out with that of a channel: what is added to real numbers, or the factor
// -1 or 1 of signs. Purpose and update are those of learning, or evaluation and the
// number of the point. Device twin: codes_noise.
func Noise[F fmath.Float](out []F, t *Table, c *Constants[F], key [2]uint32, purpose rng.Purpose, sample, update uint32) {
	if t.Channel == AWGN {
		Normals(out, key, purpose, sample, update)
		for j, g := range out {
			out[j] = F(c.Strength * g)
		}
		return
	}
	Uniforms(out, key, purpose, sample, update)
	if t.Channel == Laplace {
		for j, u := range out {
			out[j] = F(c.Strength * laplace(u))
		}
		return
	}
	first, last := len(out), 0
	if t.Channel == Bursts {
		x0, x1, _, _ := rng.Draw(sample, burstBlock, update, purpose, key)
		if rng.Uniform[F](x0) < c.Burst {
			first = int(uint64(x1) * uint64(len(out)) >> 32)
			last = first + t.BurstLength
		}
	}
	for j, u := range out {
		p := c.Strength
		if j >= first && j < last {
			p = 0.5
		}
		out[j] = 1
		if u < p {
			out[j] = -1
		}
	}
}

// laplace is a deviate of mean magnitude 1 from a uniform one.
func laplace[F fmath.Float](u F) F {
	if u < 0.5 {
		return fmath.Log(F(2 * u))
	}
	return -fmath.Log(F(2 * (1 - u)))
}

// The arrays of the start.
const (
	startTable uint32 = iota
	startInner
	startOuter
)

// Start fills in the table of codewords and the weights of a network at step 0, which
// holds 0 before.
func Start[F fmath.Float](t *Table, e, weights []F, key [2]uint32) {
	scale := F(1)
	if t.Channel.Binary() {
		scale = 0.05
	}
	normals(e, startTable, scale, key)
	if len(weights) > 0 {
		inner := t.N * t.Hidden
		normals(weights[:inner], startInner, F(math.Sqrt(2/float64(t.N))), key)
		from := inner + t.Hidden
		normals(weights[from:from+t.Hidden*t.Messages()], startOuter, F(math.Sqrt(2/float64(t.Hidden))), key)
	}
}

func normals[F fmath.Float](out []F, array uint32, scale F, key [2]uint32) {
	for i := range out {
		x0, x1, _, _ := rng.Draw(uint32(i), array, 0, rng.CodeStart, key)
		out[i] = F(scale * rng.Normal[F](x0, x1))
	}
}
