package perceptron

import "tnn-gpu/host/fmath"

// Quad holds, for each set of four signs, the sum (+-x0 +- x1) + (+-x2 +- x3): bit
// j of the index is the sign of x_j, 1 for plus.
type Quad[F fmath.Float] [16]F

// Fill computes the sums of four values.
func (q *Quad[F]) Fill(x0, x1, x2, x3 F) {
	low := [4]F{-x0 - x1, x0 - x1, -x0 + x1, x0 + x1}
	high := [4]F{-x2 - x3, x2 - x3, -x2 + x3, x2 + x3}
	for h, y := range high {
		q[4*h], q[4*h+1], q[4*h+2], q[4*h+3] = low[0]+y, low[1]+y, low[2]+y, low[3]+y
	}
}

// Quads are those of a vector, padded with zeros to whole stripes: quad g is of
// components 4g to 4g+3. A sum of a vector with other signs is then one look-up
// for four components.
type Quads[F fmath.Float] []Quad[F]

// NewQuads makes those of a vector of n components, all zero.
func NewQuads[F fmath.Float](n int) Quads[F] {
	return make(Quads[F], (n+Stripe-1)/Stripe*Lanes)
}

// Fill computes the quads from g up to end of a vector, which is padded to whole
// quads or ends with its last component.
func (q Quads[F]) Fill(x []F, g, end int) {
	for ; g < end && 4*g+4 <= len(x); g++ {
		v := x[4*g : 4*g+4 : 4*g+4]
		q[g].Fill(v[0], v[1], v[2], v[3])
	}
	if g < end && 4*g < len(x) {
		var v [4]F
		copy(v[:], x[4*g:])
		q[g].Fill(v[0], v[1], v[2], v[3])
	}
}

// AddStripe adds to the lanes the sums of 64 quads whose signs are the bits of
// eight words.
func AddStripe[F fmath.Float](lanes *[Lanes]F, quads *[Lanes]Quad[F], words *[8]uint32) {
	for k, w := range words {
		q := (*[8]Quad[F])(quads[8*k:])
		l := (*[8]F)(lanes[8*k:])
		l[0] += q[0][w&15]
		l[1] += q[1][w>>4&15]
		l[2] += q[2][w>>8&15]
		l[3] += q[3][w>>12&15]
		l[4] += q[4][w>>16&15]
		l[5] += q[5][w>>20&15]
		l[6] += q[6][w>>24&15]
		l[7] += q[7][w>>28]
	}
}

// Fielder is memory for sums of vectors with the signs of examples.
type Fielder[F fmath.Float] struct {
	lanes [][Lanes]F // by example
	sums  []F        // by example
}

// NewFielder has room for so many examples.
func NewFielder[F fmath.Float](examples int) Fielder[F] {
	return Fielder[F]{make([][Lanes]F, examples), make([]F, examples)}
}

// Fields gives the sums of a vector with the signs of the examples from b up to
// end, of which each has width words: one stripe of components after another, so
// that its quads stay near. The sums are overwritten by the next call.
func (f *Fielder[F]) Fields(quads Quads[F], words []uint32, width, b, end int) []F {
	lanes := f.lanes[:end-b]
	clear(lanes)
	for stripe := 0; 8*stripe < width; stripe++ {
		near := (*[Lanes]Quad[F])(quads[stripe*Lanes:])
		for i := range lanes {
			AddStripe(&lanes[i], near, (*[8]uint32)(words[(b+i)*width+8*stripe:]))
		}
	}
	sums := f.sums[:end-b]
	for i := range lanes {
		sums[i] = Tree(&lanes[i])
	}
	return sums
}

// Patterns are the signs of a block of components, turned round: by four examples
// and eight components, a word with four bits for each component.
type Patterns [][Block / 8]uint32

// NewPatterns has room for so many examples.
func NewPatterns(examples int) Patterns { return make(Patterns, (examples+3)/4) }

// Transpose makes the patterns of a block from words, of which each example has
// width.
func (p Patterns) Transpose(words []uint32, width, block int) {
	examples := len(words) / width
	for q := range p {
		p[q] = [Block / 8]uint32{}
		for j := range min(4, examples-4*q) {
			row := words[(4*q+j)*width+4*block:][:4]
			for k, word := range row {
				v := p[q][4*k : 4*k+4 : 4*k+4]
				v[0] |= spread(word&255) << j
				v[1] |= spread(word>>8&255) << j
				v[2] |= spread(word>>16&255) << j
				v[3] |= spread(word>>24) << j
			}
		}
	}
}

// spread moves bit i of a byte to bit 4i of a word.
func spread(x uint32) uint32 {
	x = (x | x<<12) & 0x000f000f
	x = (x | x<<6) & 0x03030303
	return (x | x<<3) & 0x11111111
}

// AddGains computes what all examples give to each component of a block: S_i, quad
// after quad of examples.
func AddGains[F fmath.Float](sums *[Block]F, gains []Quad[F], patterns Patterns) {
	patterns = patterns[:len(gains)]
	for k := range Block / 8 {
		var s0, s1, s2, s3, s4, s5, s6, s7 F
		for q := range gains {
			gain, p := &gains[q], patterns[q][k]
			s0 += gain[p&15]
			s1 += gain[p>>4&15]
			s2 += gain[p>>8&15]
			s3 += gain[p>>12&15]
			s4 += gain[p>>16&15]
			s5 += gain[p>>20&15]
			s6 += gain[p>>24&15]
			s7 += gain[p>>28]
		}
		*(*[8]F)(sums[8*k:]) = [8]F{s0, s1, s2, s3, s4, s5, s6, s7}
	}
}

// FillGains makes the quads over examples from what each gives.
func FillGains[F fmath.Float](gains []Quad[F], gained []F) {
	for q := range gains {
		c := gained[4*q : 4*q+4 : 4*q+4]
		gains[q].Fill(c[0], c[1], c[2], c[3])
	}
}
