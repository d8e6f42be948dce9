package perceptron

import (
	"math"

	"tnn-gpu/host/rng"
)

// Class is a teacher and students of one realisation at one moment, who meet
// examples that nobody learns from. It computes in double precision whatever the
// precision of the run.
type Class struct {
	key      [2]uint32
	n        int
	teacher  []float64
	students []Member
}

// Member of a class.
type Member struct {
	Spec *Table
	W    []float64
}

// NewClass gathers a teacher and students, n components each.
func NewClass(key uint64, teacher []float64, students []Member) *Class {
	return &Class{rng.Key(key), len(teacher), teacher, students}
}

// together is how many examples a class meets at a time: quads of them.
const together = 128

// meeting is what a class makes of some examples.
type meeting struct {
	words    []uint32 // of the examples, width each
	width    int
	examples int
	positive []bool
	sums     [][]float64 // by student and example
}

// meet has the class meet examples 0 to count-1, some at a time.
func (c *Class) meet(count int, signs func(words []uint32, b uint32), visit func(m *meeting)) {
	width := Words(c.n)
	m := &meeting{words: make([]uint32, together*width), width: width, positive: make([]bool, together), sums: make([][]float64, len(c.students))}
	fielder, quads := NewFielder[float64](together), make([]Quads[float64], 1+len(c.students))
	for i := range quads {
		quads[i] = NewQuads[float64](c.n)
		x := c.teacher
		if i > 0 {
			x, m.sums[i-1] = c.students[i-1].W, make([]float64, together)
		}
		quads[i].Fill(x, 0, len(quads[i]))
	}
	for first := 0; first < count; first += together {
		m.examples = min(together, count-first)
		for b := range m.examples {
			signs(m.words[b*width:(b+1)*width], uint32(first+b))
		}
		for b, sum := range fielder.Fields(quads[0], m.words, width, 0, m.examples) {
			m.positive[b] = sum > 0
		}
		for i := range c.students {
			copy(m.sums[i], fielder.Fields(quads[i+1], m.words, width, 0, m.examples))
		}
		visit(m)
	}
}

// TestExamples is how many test examples a test has.
const TestExamples = 20000

// Test is the part of test examples that each student gets wrong.
func (c *Class) Test(count int) []float64 {
	wrong := make([]float64, len(c.students))
	c.meet(count, func(words []uint32, b uint32) { StoredSigns(words, c.key, b, true) }, func(m *meeting) {
		for i := range c.students {
			for b := range m.examples {
				if sum := m.sums[i][b]; m.positive[b] && !(sum > 0) || !m.positive[b] && !(sum < 0) {
					wrong[i]++
				}
			}
		}
	})
	for i := range wrong {
		wrong[i] /= float64(count)
	}
	return wrong
}

// Estimate is what two independent batches of examples tell of a student's forces
// (docs/perceptron.md section 5). Entropies are at the student's temperature. Where examples
// are stored, the batches are drawn from the stored ones.
type Estimate struct {
	S1, S2 float64 // means of f and f^2
	M2     float64 // |E xi sigma f|^2, unbiased
	HK     float64 // (|Fbar|^2/D + div Fbar)/n, unbiased; NaN where div Fbar is not known
	EX     float64 // excess of single examples, per weight
	EXPost float64 // the same by the blog post's formula
}

// Estimate meets count examples twice, at record t, with the learning rate that is there then.
func (c *Class) Estimate(count int, t uint32) []Estimate {
	first, second := c.batch(count, t, false), c.batch(count, t, true)
	out := make([]Estimate, len(c.students))
	for i, s := range c.students {
		a, b := &first[i], &second[i]
		e := &out[i]
		e.S1, e.S2, e.M2 = (a.s1+b.s1)/2, (a.s2+b.s2)/2, Dot(a.mean, b.mean)
		n, temperature := float64(c.n), s.Spec.Temperature()
		R, Q := Dot(c.teacher, s.W)/n, Dot(s.W, s.W)/n
		nut := s.Spec.Nut * s.Spec.PartAt(s.Spec.TimeOf(int64(t)))
		e.HK = Dot(s.force(nut, a.mean), s.force(nut, b.mean))/n/temperature + s.divergence(nut, R, Q)
		e.EX = nut * nut * (n*e.S2 - e.M2) / temperature
		e.EXPost = nut * nut * n * (e.S2 - e.S1*e.S1) / temperature
	}
	return out
}

// force is the mean force at a learning rate where the mean of xi sigma f is this.
func (s *Member) force(nut float64, mean []float64) []float64 {
	t := s.Spec
	nu := nut * math.Sqrt(float64(t.N))
	f := make([]float64, len(mean))
	for i, g := range mean {
		f[i] = nu*g - t.K*s.W[i]
		if t.Swirl != 0 && i%2 == 0 {
			f[i] += t.Swirl * s.W[i+1]
		} else if t.Swirl != 0 {
			f[i] -= t.Swirl * s.W[i-1]
		}
	}
	return f
}

// divergence is div Fbar/n. It is known by the law of fresh examples; of stored ones it is known
// for Hebb's rule alone, by which the force of examples does not depend on the student.
func (s *Member) divergence(nut, R, Q float64) float64 {
	if s.Spec.Examples == Stored && s.Spec.Kind() != Hebb {
		return math.NaN()
	}
	return nut*MapOf(s.Spec).Moments(R, Q).A - s.Spec.K
}

// batch is what one batch of examples gives a student.
type batch struct {
	s1, s2 float64
	mean   []float64 // of xi sigma f
}

// drawForEstimate fills words with example b of a batch at record t: one as the students learn from.
func (c *Class) drawForEstimate(words []uint32, b, t uint32, second bool) {
	EstimatorSigns(words, c.key, b, t, second)
	if s := c.students[0].Spec; s.Examples == Stored {
		StoredSigns(words, c.key, pickBy(words[0], s.P), false)
	}
}

func (c *Class) batch(count int, t uint32, second bool) []batch {
	out := make([]batch, len(c.students))
	constants := make([]Constants[float64], len(out))
	for i, s := range c.students {
		out[i].mean, constants[i] = make([]float64, (c.n+Block-1)/Block*Block), ConstantsOf[float64](s.Spec)
	}
	gained, gains, patterns := make([]float64, together), make([]Quad[float64], together/4), NewPatterns(together)
	var sums [Block]float64
	c.meet(count, func(words []uint32, b uint32) { c.drawForEstimate(words, b, t, second) }, func(m *meeting) {
		for i := range out {
			clear(gained)
			for b := range m.examples {
				f := constants[i].Share(c.students[i].Spec.Kind(), m.positive[b], constants[i].Scale*m.sums[i][b])
				out[i].s1 += f
				out[i].s2 += f * f
				gained[b] = f
				if !m.positive[b] {
					gained[b] = -f
				}
			}
			FillGains(gains, gained)
			for block := range (c.n + Block - 1) / Block {
				patterns.Transpose(m.words, m.width, block)
				AddGains(&sums, gains, patterns)
				for k, v := range sums {
					out[i].mean[block*Block+k] += v
				}
			}
		}
	})
	for i := range out {
		out[i].s1, out[i].s2, out[i].mean = out[i].s1/float64(count), out[i].s2/float64(count), out[i].mean[:c.n]
		for k := range out[i].mean {
			out[i].mean[k] /= float64(count)
		}
	}
	return out
}
