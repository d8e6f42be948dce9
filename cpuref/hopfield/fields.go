// Package hopfield recalls patterns: the reference, in pure Go.
package hopfield

import (
	"math"
	"sync"

	"tnn-gpu/host/hopfield"
)

// fields gives the integer fields of the units in a state, in the memory's unit.
type fields interface {
	// set computes what at needs for a new state. Device twin: hopfield_begin.
	set(s hopfield.Pattern)
	// at is the field of unit i in state s, which is the present one. Device twin: hopfield_field.
	at(i int, s hopfield.Pattern) int64
	// flipped follows the change of unit i, which has its new value in s already. Device twin:
	// hopfield_flip.
	flipped(i int, s hopfield.Pattern)
	// many is the number of units from which on set takes less time than flipped of each.
	many() int
	// begin comes before at of many units of a state that does not change, and end behind.
	begin()
	end()
	// known are the overlaps of the state with all patterns, times N; nil unless they are known.
	known() []int32
}

// apart are fields of which each unit's takes the least time by itself, and that know no
// overlaps.
type apart struct{}

func (apart) begin()         {}
func (apart) end()           {}
func (apart) known() []int32 { return nil }

// newFields chooses the way in which fields follow from a memory. Tables are taken from spare.
func newFields(m *hopfield.Memory, spare *sync.Pool) fields {
	switch {
	case m.Couplings != nil:
		f := &matrixFields{c: m.Couplings, h: make([]int32, m.N)}
		if m.Plain {
			f.plain = newOverlaps(m)
			f.crosstalk = &crosstalk{columns: m.Columns, spare: spare}
		}
		return f
	case m.Sparse != nil:
		return &sparseFields{c: m.Sparse, h: make([]int32, m.N)}
	case m.Rule == hopfield.Polynomial:
		return &polynomialFields{overlaps: newOverlaps(m)}
	case m.Rule == hopfield.Exponential:
		return &exponentialFields{overlaps: newOverlaps(m)}
	case m.Rule == hopfield.Sequence:
		return &sequenceFields{newOverlaps(m), crosstalk{columns: m.Columns, spare: spare}}
	default:
		return &hebbFields{newOverlaps(m), crosstalk{columns: m.Columns, spare: spare}}
	}
}

// matrixFields keeps the fields of all units; a flip adds a row of couplings to them. The
// fields of a new state follow from the overlaps if the couplings are Hebb's, unchanged.
type matrixFields struct {
	apart
	c         *hopfield.Integers
	h         []int32
	plain     overlaps   // of the state of the last set
	fresh     bool       // that is the present one
	crosstalk *crosstalk // nil where couplings are not those of plain
}

func (f *matrixFields) set(s hopfield.Pattern) {
	n := f.c.N
	if f.crosstalk != nil {
		f.plain.set(s)
		f.crosstalk.begin(f.plain.of)
		for i := range f.h {
			f.h[i] = int32(f.crosstalk.at(i)) - int32(len(f.plain.of))*s.Sign(i)
		}
		f.crosstalk.end()
		f.fresh = true
		return
	}
	for i := range f.h {
		sum := int32(0)
		for j, w := range f.c.W[i*n : (i+1)*n] {
			sum += w * s.Sign(j)
		}
		if f.c.Threshold != nil {
			sum -= f.c.Threshold[i]
		}
		f.h[i] = sum
	}
}

func (f *matrixFields) at(i int, _ hopfield.Pattern) int64 { return int64(f.h[i]) }

func (f *matrixFields) flipped(i int, s hopfield.Pattern) {
	n := f.c.N
	f.fresh = false
	if row := f.c.W[i*n : (i+1)*n]; s.Up(i) {
		addTwice(f.h, row)
	} else {
		takeTwice(f.h, row)
	}
}

func (f *matrixFields) known() []int32 {
	if f.fresh {
		return f.plain.of
	}
	return nil
}

// many is a quarter of the patterns, as measured, where fields follow from overlaps. Else set
// takes a row for each unit.
func (f *matrixFields) many() int {
	if f.crosstalk != nil {
		return len(f.plain.of) / 4
	}
	return math.MaxInt
}

// addTwice adds twice the couplings of a row to fields: four at a time, which takes half
// of the time.
func addTwice(h, row []int32) {
	h = h[:len(row)]
	j := 0
	for ; j+4 <= len(row); j += 4 {
		w, to := row[j:j+4:j+4], h[j:j+4:j+4]
		to[0] += 2 * w[0]
		to[1] += 2 * w[1]
		to[2] += 2 * w[2]
		to[3] += 2 * w[3]
	}
	for ; j < len(row); j++ {
		h[j] += 2 * row[j]
	}
}

// takeTwice subtracts twice the couplings of a row from fields.
func takeTwice(h, row []int32) {
	h = h[:len(row)]
	j := 0
	for ; j+4 <= len(row); j += 4 {
		w, to := row[j:j+4:j+4], h[j:j+4:j+4]
		to[0] -= 2 * w[0]
		to[1] -= 2 * w[1]
		to[2] -= 2 * w[2]
		to[3] -= 2 * w[3]
	}
	for ; j < len(row); j++ {
		h[j] -= 2 * row[j]
	}
}

// sparseFields keeps the fields of all units of a network on a graph.
type sparseFields struct {
	apart
	c *hopfield.Sparse
	h []int32
}

func (f *sparseFields) set(s hopfield.Pattern) {
	for i := range f.h {
		sum := int32(0)
		for k := f.c.From[i]; k < f.c.From[i+1]; k++ {
			sum += f.c.W[k] * s.Sign(int(f.c.To[k]))
		}
		f.h[i] = sum
	}
}

func (f *sparseFields) at(i int, _ hopfield.Pattern) int64 { return int64(f.h[i]) }

func (f *sparseFields) flipped(i int, s hopfield.Pattern) {
	x := 2 * s.Sign(i)
	for k := f.c.From[i]; k < f.c.From[i+1]; k++ {
		f.h[f.c.To[k]] += x * f.c.W[k]
	}
}

func (f *sparseFields) many() int { return math.MaxInt }

// overlaps keeps the overlap of the state with each pattern, times N.
type overlaps struct {
	apart
	m  *hopfield.Memory
	of []int32 // by pattern
}

func newOverlaps(m *hopfield.Memory) overlaps {
	return overlaps{m: m, of: make([]int32, len(m.Patterns))}
}

func (o *overlaps) set(s hopfield.Pattern) {
	for mu, p := range o.m.Patterns {
		o.of[mu] = p.Overlap(s, o.m.N)
	}
}

func (o *overlaps) flipped(i int, s hopfield.Pattern) {
	column, x := o.m.Columns[i], 2*s.Sign(i)
	for mu := range o.of {
		o.of[mu] += x * column.Sign(mu)
	}
}

func (o *overlaps) known() []int32 { return o.of }

// many: a word of a pattern has 32 units.
func (o *overlaps) many() int { return o.m.N / 32 }

// hebbFields are the fields of Hebb's rule without a matrix: each visit adds up the
// overlaps with all patterns.
type hebbFields struct {
	overlaps
	crosstalk
}

func (f *hebbFields) begin() { f.crosstalk.begin(f.of) }
func (f *hebbFields) end()   { f.crosstalk.end() }

func (f *hebbFields) at(i int, s hopfield.Pattern) int64 {
	own := int64(len(f.of)) * int64(s.Sign(i))
	if f.tables != nil {
		return f.crosstalk.at(i) - own
	}
	column, sum := f.m.Columns[i], int64(0)
	for mu, m := range f.of {
		sum += int64(m) * int64(column.Sign(mu))
	}
	return sum - own
}

// sequenceFields are the fields of the rule sequence, which lead from each pattern to the
// next.
type sequenceFields struct {
	overlaps
	crosstalk
}

func (f *sequenceFields) begin() {
	last := len(f.of) - 1
	f.crosstalk.begin(append(f.of[last:last+1:last+1], f.of[:last]...)) // of the pattern before each
}

func (f *sequenceFields) end() { f.crosstalk.end() }

func (f *sequenceFields) at(i int, _ hopfield.Pattern) int64 {
	if f.tables != nil {
		return f.crosstalk.at(i)
	}
	column, sum := f.m.Columns[i], int64(0)
	for mu, m := range f.of {
		sum += int64(m) * int64(column.Sign((mu+1)%len(f.of)))
	}
	return sum
}

// polynomialFields are the fields of a dense memory with F(x) = x^degree.
type polynomialFields struct{ overlaps }

func (f *polynomialFields) at(i int, s hopfield.Pattern) int64 {
	column, own, sum := f.m.Columns[i], s.Sign(i), int64(0)
	for mu, m := range f.of {
		x := column.Sign(mu)
		sum += hopfield.PolynomialStep(int64(m-x*own), x, f.m.Degree)
	}
	return sum
}

// exponentialFields are the fields of a dense memory with F(x) = exp(beta x).
type exponentialFields struct{ overlaps }

func (f *exponentialFields) at(i int, s hopfield.Pattern) int64 {
	most := f.of[0]
	for _, m := range f.of {
		most = max(most, m)
	}
	column, own, sum := f.m.Columns[i], s.Sign(i), int64(0)
	for mu, m := range f.of {
		x := column.Sign(mu)
		sum += int64(x) * f.m.Table[(most+1-m+x*own)/2]
	}
	return sum
}
