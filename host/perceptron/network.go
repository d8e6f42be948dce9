package perceptron

import (
	"fmt"
	"math"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Network is a specification with those of its replicas. It implements
// model.Network.
type Network struct {
	Spec     *Spec
	Variants []*Spec // by replica; nil where all are alike
}

// SpecOf is the specification of a replica.
func (n *Network) SpecOf(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}

// Build implements model.Spec. Nothing is drawn for a perceptron.
func (s *Spec) Build(_ uint64, variants []model.Spec) (model.Network, error) {
	n := &Network{Spec: s}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	return n, nil
}

// Key implements model.Spec. Replicas with the same realisation share every draw:
// replica r is realisation floor(r/values).
func (s *Spec) Key(seed uint64, replica, values int) uint64 {
	return RealisationKey(seed, uint32(replica/values))
}

// Need implements model.Spec.
func (s *Spec) Need(p state.Precision, replicas int) (host, device int64) {
	t := &s.Perceptron
	real := int64(p.Bytes())
	n, b := int64(t.N)+Stripe, int64(t.B)
	device = int64(replicas) * real * (4*n + 4*b) // w, T, and of heat
	// Tables of 16 sums for 4 components, of student and teacher, and examples.
	host = int64(replicas) * (real*(2*n+2*4*n+8*b) + b*n/8)
	return host, device
}

// The sums of a step.
const (
	SumSquares = iota // of the weights
	SumOverlap        // of teacher and weights
	SumTotalHeat
	SumRecentHeat
	SumMeasured // steps that the recent heat is of
	SumEnded
	Sums
)

// Describe implements model.Network.
func (n *Network) Describe() model.Description {
	t := &n.Spec.Perceptron
	return model.Description{
		Name: "perceptron", Rule: string(t.Rule),
		Counts: []model.Count{{Name: "weights", Value: int64(t.N)}, {Name: "examples_per_step", Value: int64(t.B)}},
		Spaces: []model.Space{model.Line(Component, t.N), model.Line(Student, 1), model.Line(Example, t.B)},
		Work:   "signs of examples", Updates: int64(t.N) * int64(t.B),
		Sums:    []string{"squared weights", "overlap with the teacher", "total heat", "recent heat", "steps of the recent heat", "end"},
		Columns: columns(),
		Panels: []model.Panel{
			{Name: "error", Columns: []string{"epsilon"}},
			{Name: "overlaps", Columns: []string{"Q", "R"}},
		},
		Fields: Fields(),
	}
}

func columns() []model.Column {
	return []model.Column{
		{Name: "epsilon", Title: "generalisation error", Unit: "1", Doc: "angle between student and teacher, over pi: the part of examples that the student gets wrong"},
		{Name: "information", Title: "information", Unit: "bit", Doc: "what an answer of the student tells of the teacher's"},
		{Name: "Q", Title: "squared length", Unit: "1", Doc: "squared length of the student over n"},
		{Name: "R", Title: "overlap", Unit: "1", Doc: "scalar product of student and teacher over n"},
		{Name: "rho", Title: "cosine", Unit: "1", Doc: "cosine of the angle between student and teacher"},
		{Name: "heat", Title: "heat rate", Unit: "kT", Doc: "heat per weight and unit time, in kT of D = 1, over the last record's interval with steps that measured it"},
		{Name: "total_heat", Title: "heat", Unit: "kT", Doc: "heat per weight since the start, in kT of D = 1, estimated from the steps that measured it"},
	}
}

// Row implements model.Network.
func (n *Network) Row(row, sums []float64) {
	t := &n.Spec.Perceptron
	size := float64(t.N)
	m := MetricsOf(sums[SumOverlap]/size, sums[SumSquares]/size)
	row[0], row[1], row[2], row[3], row[4] = m.Epsilon, m.Information, m.Q, m.R, m.Rho
	row[5] = 0
	if measured := sums[SumMeasured]; measured > 0 {
		row[5] = sums[SumRecentHeat] / (measured * t.Dt * size)
	}
	row[6] = sums[SumTotalHeat] * float64(t.HeatEvery) / size
}

// Order implements model.Network: items stand in their order, before the padding.
func (n *Network) Order(s state.Space) []int {
	items := map[state.Space]int{Component: n.Spec.Perceptron.N, Example: n.Spec.Perceptron.B, Student: 1}[s]
	order := make([]int, items)
	for i := range order {
		order[i] = i
	}
	return order
}

// Place implements model.Network.
func (n *Network) Place(s state.Space, item int) string { return fmt.Sprintf("%s %d", s, item) }

// NextRow implements model.Recorded: records are at steps 10, 20, .., 2000, then
// 2100, 2200, .., and at the last step.
func (n *Network) NextRow(step int64) int64 {
	next := nextRecord(step)
	if last := n.Spec.Steps(); step < last && last < next {
		return last
	}
	return next
}

// IsExtra implements model.Recorded.
func (n *Network) IsExtra(step int64) bool {
	return step == n.Spec.Steps() && nextRecord(step-1) != step
}

func nextRecord(step int64) int64 {
	if step < 2000 {
		return (step/10 + 1) * 10
	}
	return (step/100 + 1) * 100
}

// Recent is what the recent heat after a step is of.
type Recent struct {
	Steps int64 // that measured it
	First bool  // the step itself is the first of them
}

// RecentHeat tells of which steps the recent heat after step t is: of those that
// measured heat, the last one and the others after the record before it.
func (n *Network) RecentHeat(t int64) Recent {
	every := int64(n.Spec.Perceptron.HeatEvery)
	last := t / every * every
	if last == 0 {
		return Recent{}
	}
	before := recordBefore(last)
	return Recent{Steps: last/every - before/every, First: last == t && last-every <= before}
}

// recordBefore is the last record before a step, or 0.
func recordBefore(step int64) int64 {
	if step > 2000 {
		return max(2000, (step-1)/100*100)
	}
	return (step - 1) / 10 * 10
}

// HasEnded implements model.Ended.
func (n *Network) HasEnded(sums []float64) bool { return sums[SumEnded] > 0 }

// Ends implements model.Ended.
func (n *Network) Ends(s *state.State) []model.End {
	var ends []model.End
	for r, step := range s.Array(EndedAt).Ints {
		if step > 0 {
			ends = append(ends, model.End{Replica: r, Step: int64(step), Why: fmt.Sprintf("its weights grew without bound: |w|^2/n is not below %g", BlowUp)})
		}
	}
	return ends
}

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	t := &n.Spec.Perceptron
	rule := string(t.Kind())
	if t.Kind() == AlphaTron {
		rule = fmt.Sprintf("alphatron, alpha = %g", t.Power())
	}
	examples := fmt.Sprintf("%d fresh ones a step", t.B)
	if t.Examples == Stored {
		examples = fmt.Sprintf("%d a step, of %d stored ones", t.B, t.P)
	}
	said := [][2]string{
		{"student", fmt.Sprintf("%s, rule %s, k = %g, nu/sqrt(n) = %g, temperature %g", text.Count(t.N, "weight"), rule, t.K, t.Nut, t.Temperature())},
		{"examples", fmt.Sprintf("%s; g = n dt/B = %.4g", examples, t.G())},
	}
	if t.HasMap() && t.Swirl == 0 {
		theory := "the student grows without bound"
		if R, Q, err := MapOf(t).Steady(); err == nil {
			theory = fmt.Sprintf("generalisation error %.5f in the steady state, for n to infinity", Epsilon(R, Q))
		}
		said = append(said, [2]string{"theory", theory})
	}
	if w := warnSeparation(t, n.Spec.Steps()); w != "" {
		said = append(said, [2]string{"note", w})
	}
	return said
}

// Separated is the most that nut g may be, over sqrt(Q), where time scales are separated.
const Separated = 0.1

// warnSeparation says where examples are not weak compared to the student of the last step, so
// that heat is not the entropy production of section 5. Of stored examples that is not known
// before.
func warnSeparation(t *Table, steps int64) string {
	if !t.HasMap() {
		return ""
	}
	Q, known := lastQ(t, steps)
	if !known || t.Nut*t.G() <= Separated*math.Sqrt(Q) {
		return ""
	}
	return fmt.Sprintf("nut g = %.3g is above %g sqrt(Q) = %.3g: time scales are not separated, and heat is not the entropy of the formulas", t.Nut*t.G(), Separated, Separated*math.Sqrt(Q))
}

// lastQ is what the map says of Q after so many steps: the steady state's, which has no swirl,
// or under one that of the last step. It is not known of a student that grows.
func lastQ(t *Table, steps int64) (Q float64, known bool) {
	m := MapOf(t)
	if t.Swirl == 0 {
		_, Q, err := m.Steady()
		return Q, err == nil
	}
	m.Follow(StartOverlaps(t), func(step int64, o Overlaps, _ float64) bool {
		Q = o.Q
		return step < steps
	})
	return Q, true
}

// Metrics of a student.
type Metrics struct{ Q, R, Rho, Epsilon, Information float64 }

// MetricsOf are those of overlaps.
func MetricsOf(R, Q float64) Metrics {
	epsilon := Epsilon(R, Q)
	return Metrics{Q: Q, R: R, Rho: Rho(R, Q), Epsilon: epsilon, Information: Information(epsilon)}
}

// Metrics are those of a replica in a state.
func (n *Network) Metrics(s *state.State, replica int) Metrics {
	size := float64(n.Spec.Perceptron.N)
	if s.Precision == state.Double {
		w, t := vectors[float64](n, s, replica)
		return MetricsOf(Dot(t, w)/size, Dot(w, w)/size)
	}
	w, t := vectors[float32](n, s, replica)
	return MetricsOf(float64(Dot(t, w))/size, float64(Dot(w, w))/size)
}

// vectors are the weights of a replica and its teacher.
func vectors[F fmath.Float](n *Network, s *state.State, replica int) (w, teacher []F) {
	from := replica * n.Positions()
	to := from + n.Spec.Perceptron.N
	return state.Values[F](s.Array(Weights))[from:to], state.Values[F](s.Array(TeacherVector))[from:to]
}
