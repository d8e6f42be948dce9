package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
)

// scratch is the memory that one thread needs.
type scratch[F fmath.Float] struct {
	lanes    [][perceptron.Lanes]F // by example
	found    []F                   // by example
	eta      [perceptron.Block]F
	patterns [][perceptron.Block / 8]uint32 // by quad of examples, then by 8 components
	sums     [perceptron.Block]F
}

func newScratch[F fmath.Float](t *perceptron.Table) scratch[F] {
	return scratch[F]{
		lanes: make([][perceptron.Lanes]F, t.B), found: make([]F, t.B),
		patterns: make([][perceptron.Block / 8]uint32, (t.B+3)/4),
	}
}

// fields gives the sums of a vector with the signs of the examples from b up to
// end: for one stripe of components after another, so that its quads stay near.
func (s *scratch[F]) fields(quads perceptron.Quads[F], words []uint32, width, b, end int) []F {
	lanes := s.lanes[:end-b]
	clear(lanes)
	for stripe := 0; 8*stripe < width; stripe++ {
		near := (*[perceptron.Lanes]perceptron.Quad[F])(quads[stripe*perceptron.Lanes:])
		for i := range lanes {
			perceptron.AddStripe(&lanes[i], near, (*[8]uint32)(words[(b+i)*width+8*stripe:]))
		}
	}
	found := s.found[:end-b]
	for i := range lanes {
		found[i] = perceptron.Tree(&lanes[i])
	}
	return found
}

// transpose makes, for a block of components and each four examples, the patterns
// of the four signs of each component: four bits of a word for each of eight.
func (s *scratch[F]) transpose(words []uint32, width, block int) {
	examples := len(words) / width
	for q := range s.patterns {
		pattern := &s.patterns[q]
		*pattern = [perceptron.Block / 8]uint32{}
		for j := range min(4, examples-4*q) {
			row := words[(4*q+j)*width+4*block:][:4]
			for k, word := range row {
				p := pattern[4*k : 4*k+4 : 4*k+4]
				p[0] |= spread[word&255] << j
				p[1] |= spread[word>>8&255] << j
				p[2] |= spread[word>>16&255] << j
				p[3] |= spread[word>>24] << j
			}
		}
	}
}

// sum adds what all examples give to each component of the block: for component i,
// quad after quad of examples.
func (s *scratch[F]) sum(gains []perceptron.Quad[F]) {
	for k := range perceptron.Block / 8 {
		var s0, s1, s2, s3, s4, s5, s6, s7 F
		for q := range gains {
			gain, p := &gains[q], s.patterns[q][k]
			s0 += gain[p&15]
			s1 += gain[p>>4&15]
			s2 += gain[p>>8&15]
			s3 += gain[p>>12&15]
			s4 += gain[p>>16&15]
			s5 += gain[p>>20&15]
			s6 += gain[p>>24&15]
			s7 += gain[p>>28]
		}
		*(*[8]F)(s.sums[8*k:]) = [8]F{s0, s1, s2, s3, s4, s5, s6, s7}
	}
}

// spread moves bit i of a byte to bit 4i of a word.
var spread = func() (table [256]uint32) {
	for b := range table {
		for i := range 8 {
			table[b] |= uint32(b>>i&1) << (4 * i)
		}
	}
	return table
}()
