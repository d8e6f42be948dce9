package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
)

// realisation is a teacher and its examples, and the students that learn from them.
type realisation[F fmath.Float] struct {
	sizes
	spec     *perceptron.Table // of what the students share
	key      [2]uint32
	students []*student[F]
	form     form[F]
	words    []uint32 // signs of the step's examples, width words each, in rows
	positive []bool   // labels of the examples
	gained   []F      // by student, in rows
}

// newRealisation has the students with these replica numbers.
func newRealisation[F fmath.Float](net *perceptron.Network, key [2]uint32, replicas []int, forms func(sizes) form[F]) *realisation[F] {
	t := &net.Spec.Perceptron
	s := sizesOf(t, len(replicas))
	r := &realisation[F]{
		sizes: s, spec: t, key: key, form: forms(s),
		words: make([]uint32, s.rows*s.width), positive: make([]bool, s.examples), gained: make([]F, s.students*s.rows),
	}
	for number, replica := range replicas {
		student := newStudent[F](&net.SpecOf(replica).Perceptron, replica, number)
		student.gained = r.gained[number*s.rows:][:s.rows]
		r.students = append(r.students, student)
	}
	return r
}

// refresh gives the form the teacher and all weights.
func (r *realisation[F]) refresh() {
	r.form.refresh(0, r.students[0].teacher, 0, r.n)
	for s, student := range r.students {
		r.form.refresh(1+s, student.w, 0, r.n)
	}
}

// draw makes the examples from b up to end of step t, unless they are given.
func (r *realisation[F]) draw(given *given[F], b, end int, t uint32) {
	for ; b < end; b++ {
		words := r.words[b*r.width : (b+1)*r.width]
		switch {
		case given != nil:
			copy(words, given.words[b*r.width:])
		case r.spec.Examples == perceptron.Stored:
			perceptron.StoredSigns(words, r.key, perceptron.PickOf(r.key, uint32(b), t, r.spec.P), false)
		default:
			perceptron.Signs(words, r.key, rng.Example, uint32(b), t)
		}
	}
}

// meet lets teacher and students answer the examples from b up to end.
func (r *realisation[F]) meet(at *scratch[F], b, end int) {
	r.form.fields(at, r.words, 0, b, end)
	for i, sum := range at.fields[0][:end-b] {
		r.positive[b+i] = sum > 0
	}
	r.answer(at, b, end, true)
}

// meetAgain lets the students answer the examples from b up to end after their step.
func (r *realisation[F]) meetAgain(at *scratch[F], b, end int) {
	r.form.fields(at, r.words, 1, b, end)
	r.answer(at, b, end, false)
}

// answer computes activations and shares of the students. It stores them if keep is set.
func (r *realisation[F]) answer(at *scratch[F], b, end int, keep bool) {
	for s, student := range r.students {
		if *student.ended != 0 {
			continue
		}
		for i, sum := range at.fields[1+s][:end-b] {
			activation, share := student.answer(b+i, r.positive[b+i], sum)
			if keep {
				student.activation[b+i], student.share[b+i] = activation, share
			}
		}
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

// learn moves the weights of a block in step t.
func (r *realisation[F]) learn(at *scratch[F], given *given[F], block int, t uint32) {
	first := block * perceptron.Block
	end := min(first+perceptron.Block, r.n)
	if given != nil {
		copy(at.eta[:], given.eta[first:end])
	} else {
		r.form.normals(&at.eta, r.key, block, t)
	}
	r.form.gains(at, r.words, block)
	for _, student := range r.students {
		student.learn(r.form, at, first, end)
	}
}

// measure computes the heat of the components of a block.
func (r *realisation[F]) measure(at *scratch[F], block int) {
	first := block * perceptron.Block
	r.form.gains(at, r.words, block)
	for _, student := range r.students {
		student.measure(at, first, min(first+perceptron.Block, r.n))
	}
}
