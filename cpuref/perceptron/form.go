package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
)

// form computes the inner loops of a step for a realisation. scalar is the form to
// read; others are faster and give the same bits. Vector 0 is the teacher, vector 1 + s
// is student s.
type form[F fmath.Float] interface {
	// refresh copies the components of a vector from first, a multiple of 4, up to end.
	refresh(vector int, x []F, first, end int)

	// fields computes at.fields: the sums of the vectors from v on with the signs of the
	// examples from b up to end.
	fields(at *scratch[F], words []uint32, v, b, end int)

	// share copies sigma f of all examples, a row for each student.
	share(gained []F)

	// gains computes at.sums: the sums S_i over all examples, for the components of a block.
	gains(at *scratch[F], words []uint32, block int)

	// normals draws the thermal noise of a block.
	normals(eta *[perceptron.Block]F, key [2]uint32, block int, t uint32)

	// learn moves weights that have no swirl.
	learn(w, sums, eta []F, decay, drive, kick F)
}

// sizes of a realisation.
type sizes struct {
	n, examples, students int
	width                 int // words of an example
	rows                  int // examples, padded to quads
}

func sizesOf(t *perceptron.Table, students int) sizes {
	return sizes{t.N, t.B, students, perceptron.Words(t.N), (t.B + 3) / 4 * 4}
}

// scratch is the memory that one thread needs.
type scratch[F fmath.Float] struct {
	fields   [][]F                 // by vector, by example of those that are met
	sums     [][perceptron.Block]F // by student
	eta      [perceptron.Block]F
	fielder  perceptron.Fielder[F] // of scalar
	patterns perceptron.Patterns   // of scalar
	lanes    []F                   // of vectors: by vector, example and lane
}

func newScratch[F fmath.Float](s sizes) scratch[F] {
	at := scratch[F]{
		sums: make([][perceptron.Block]F, s.students), fielder: perceptron.NewFielder[F](s.examples), patterns: perceptron.NewPatterns(s.examples),
		lanes: make([]F, (1+s.students)*s.examples*perceptron.Lanes),
	}
	for range 1 + s.students {
		at.fields = append(at.fields, make([]F, s.examples))
	}
	return at
}

// scalar computes with numbers, by the tables of package perceptron.
type scalar[F fmath.Float] struct {
	sizes
	quads []perceptron.Quads[F]  // by vector
	by    [][]perceptron.Quad[F] // by student: quads of examples
}

func newScalar[F fmath.Float](s sizes) form[F] {
	f := &scalar[F]{sizes: s}
	for range 1 + s.students {
		f.quads = append(f.quads, perceptron.NewQuads[F](s.n))
	}
	for range s.students {
		f.by = append(f.by, make([]perceptron.Quad[F], s.rows/4))
	}
	return f
}

func (f *scalar[F]) refresh(vector int, x []F, first, end int) {
	f.quads[vector].Fill(x, first/4, (end+3)/4)
}

func (f *scalar[F]) fields(at *scratch[F], words []uint32, v, b, end int) {
	for ; v < len(f.quads); v++ {
		copy(at.fields[v], at.fielder.Fields(f.quads[v], words, f.width, b, end))
	}
}

func (f *scalar[F]) share(gained []F) {
	for s := range f.by {
		perceptron.FillGains(f.by[s], gained[s*f.rows:])
	}
}

func (f *scalar[F]) gains(at *scratch[F], words []uint32, block int) {
	at.patterns.Transpose(words[:f.examples*f.width], f.width, block)
	for s := range f.by {
		perceptron.AddGains(&at.sums[s], f.by[s], at.patterns)
	}
}

func (f *scalar[F]) normals(eta *[perceptron.Block]F, key [2]uint32, block int, t uint32) {
	perceptron.Normals(eta[:], key, rng.Thermal, uint32(block*perceptron.Block), t)
}

func (f *scalar[F]) learn(w, sums, eta []F, decay, drive, kick F) {
	for i, x := range w {
		w[i] = (F(decay*x) + F(drive*sums[i])) + F(kick*eta[i])
	}
}
