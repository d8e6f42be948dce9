package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
)

// realisation is a teacher and its examples, and the students that learn from them.
type realisation[F fmath.Float] struct {
	spec     *perceptron.Table // of what the students share
	key      [2]uint32
	students []*student[F]
	teacher  perceptron.Quads[F]
	words    []uint32 // signs of the step's examples, width words each
	width    int
	positive []bool // labels of the examples
}

func newRealisation[F fmath.Float](t *perceptron.Table, key [2]uint32) *realisation[F] {
	width := perceptron.Words(t.N)
	return &realisation[F]{
		spec: t, key: key, teacher: perceptron.NewQuads[F](t.N),
		words: make([]uint32, t.B*width), width: width, positive: make([]bool, t.B),
	}
}

// draw makes the examples from b up to end of the step.
func (e *engine[F]) draw(r *realisation[F], b, end int) {
	t := uint32(e.state.Step)
	for ; b < end; b++ {
		words := r.words[b*r.width : (b+1)*r.width]
		switch {
		case e.given != nil:
			copy(words, e.given.words[b*r.width:])
		case r.spec.Examples == perceptron.Stored:
			perceptron.StoredSigns(words, r.key, perceptron.PickOf(r.key, uint32(b), t, r.spec.P), false)
		default:
			perceptron.Signs(words, r.key, rng.Example, uint32(b), t)
		}
	}
}

// kick draws the thermal noise of the components from first, a multiple of 128, up
// to end.
func (e *engine[F]) kick(s *scratch[F], r *realisation[F], first, end int) {
	if e.given != nil {
		copy(s.eta[:], e.given.eta[first:end])
		return
	}
	perceptron.Normals(s.eta[:end-first], r.key, rng.Thermal, uint32(first), uint32(e.state.Step))
}

// label has the teacher answer the examples from b up to end.
func (r *realisation[F]) label(s *scratch[F], b, end int) {
	for i, sum := range s.fielder.Fields(r.teacher, r.words, r.width, b, end) {
		r.positive[b+i] = sum > 0
	}
}

// labels are the teacher's answers as numbers.
func (r *realisation[F]) labels(into []F) {
	for b, positive := range r.positive {
		into[b] = -1
		if positive {
			into[b] = 1
		}
	}
}

// answer has the students answer the examples from b up to end.
func (r *realisation[F]) answer(s *scratch[F], b, end int, keep bool) {
	for _, student := range r.students {
		if *student.ended != 0 {
			continue
		}
		for i, sum := range s.fielder.Fields(student.quads, r.words, r.width, b, end) {
			activation, share := student.answer(b+i, r.positive[b+i], sum)
			if keep {
				student.activation[b+i], student.share[b+i] = activation, share
			}
		}
	}
}
