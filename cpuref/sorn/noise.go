package sorn

import (
	"math/bits"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
)

// noise is that of a block of four units: words that it is made from, or what is given.
type noise[F fmath.Float] struct {
	words     [4]uint32
	deviation F         // 0: nothing is drawn
	reach     [2]F      // what is made of words 0 and 1, and of words 2 and 3, is not larger
	given     []float64 // nil where nothing is given
}

// noise draws for a block. Device twin: sorn_noise.
func (r *replica[F]) noise(block int, purpose rng.Purpose) (z noise[F]) {
	given, reach := []float64(nil), &r.reachE
	switch {
	case r.given != nil && purpose == rng.SornNoiseE:
		given = r.given.NoiseE
	case r.given != nil:
		given = r.given.NoiseI
	case purpose == rng.SornNoiseE:
		z.deviation = r.c.NoiseE
	default:
		z.deviation, reach = r.c.NoiseI, &r.reachI
	}
	if given != nil {
		z.given = given[4*block : min(4*block+4, len(given))]
	}
	if z.deviation > 0 {
		z.words[0], z.words[1], z.words[2], z.words[3] = rng.Draw(uint32(block), 0, r.t, purpose, r.key)
		z.reach = [2]F{reach[bits.LeadingZeros32(z.words[0])], reach[bits.LeadingZeros32(z.words[2])]}
	}
	return z
}

// reachOf is the largest noise by leading zeros of the word that its radius is made from.
func reachOf[F fmath.Float](deviation F) (reach [33]F) {
	for zeros := range reach {
		reach[zeros] = F(deviation * sorn.LargestNormal[F](zeros))
	}
	return reach
}

// lane is the noise of a unit of the block.
func (z *noise[F]) lane(k int) F {
	switch {
	case z.given != nil:
		return F(z.given[k])
	case z.deviation > 0:
		return F(z.deviation * sorn.Lane[F](&z.words, k))
	}
	return 0
}

// decided tells whether a unit is active whatever its noise is within its reach: sums and
// differences grow with what they are made of, also when they are rounded. Where that
// does not decide, noise must be looked at.
func (r *replica[F]) decided(z *noise[F], k int, drive, threshold F) (now uint8, decided bool) {
	if !(z.deviation > 0) {
		return 0, false
	}
	reach := z.reach[k>>1&1]
	now = r.fires((drive + reach) - threshold)
	return now, now == r.fires((drive-reach)-threshold)
}
