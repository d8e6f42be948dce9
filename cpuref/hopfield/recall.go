package hopfield

import (
	"sync"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
)

// recall is a state that follows its fields.
type recall[F fmath.Float] struct {
	m       *hopfield.Memory
	fields  fields
	s       hopfield.Pattern
	rule    decision[F]
	changes []int32 // room for the units that change at once
}

func newRecall[F fmath.Float](m *hopfield.Memory, start hopfield.Pattern, temperature float64, metropolis bool, spare *sync.Pool) *recall[F] {
	r := &recall[F]{m: m, fields: newFields(m, spare), s: start.Clone(), rule: newDecision[F](m, temperature, metropolis)}
	r.fields.set(r.s)
	return r
}

// decision is the rule by which a unit takes its new value (docs/hopfield.md sections 1 and 3).
type decision[F fmath.Float] struct {
	scale      F // Memory.Odds; 0 at zero temperature
	metropolis bool
}

func newDecision[F fmath.Float](m *hopfield.Memory, temperature float64, metropolis bool) decision[F] {
	if temperature == 0 {
		return decision[F]{}
	}
	return decision[F]{F(m.Odds(temperature)), metropolis}
}

// wishes tells whether a unit changes that has the value x and the field h; word is its noise,
// which is used at positive temperature only. Device twin: hopfield_wishes.
func (d decision[F]) wishes(h int64, x int32, word uint32) bool {
	if d.scale == 0 {
		return h*int64(x) < 0
	}
	return d.warm(h, x, word)
}

// warm is wishes at positive temperature.
func (d decision[F]) warm(h int64, x int32, word uint32) bool {
	y := min(max(F(d.scale*F(h)), -80), 80)
	u := rng.Uniform[F](word)
	if d.metropolis {
		return u < fmath.Exp(-max(F(y*F(x)), 0))
	}
	return (u < 1/(1+fmath.Exp(-y))) != (x > 0)
}

// visit lets unit i decide, and tells whether it changed.
func (r *recall[F]) visit(i int, word uint32) bool {
	if !r.rule.wishes(r.fields.at(i, r.s), r.s.Sign(i), word) {
		return false
	}
	r.s.Flip(i)
	r.fields.flipped(i, r.s)
	return true
}

// sweep visits units one after another, each with its own word of noise, and counts those
// that change. words is nil at zero temperature. Device twin: hopfield_sweep.
func (r *recall[F]) sweep(order []int32, words []uint32) (flips int) {
	for _, i := range order {
		var word uint32
		if words != nil {
			word = words[i]
		}
		if r.visit(int(i), word) {
			flips++
		}
	}
	return flips
}

// together lets units decide at once, by the fields of the present state, and counts those
// that change. Device twin: hopfield_part.
func (r *recall[F]) together(units []int32, words []uint32) int {
	changes := r.changes[:0]
	r.fields.begin()
	for _, i := range units {
		var word uint32
		if words != nil {
			word = words[i]
		}
		if r.rule.wishes(r.fields.at(int(i), r.s), r.s.Sign(int(i)), word) {
			changes = append(changes, i)
		}
	}
	r.fields.end()
	r.changes = changes
	for _, i := range changes {
		r.s.Flip(int(i))
	}
	if len(changes) >= r.fields.many() {
		r.fields.set(r.s)
		return len(changes)
	}
	for _, i := range changes {
		r.fields.flipped(int(i), r.s)
	}
	return len(changes)
}
