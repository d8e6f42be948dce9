package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// student is one replica: views into the state's arrays, and its answers to the examples
// of a step.
type student[F fmath.Float] struct {
	replica, number     int // in the network, and among the students of its realisation
	spec                *perceptron.Table
	rule                perceptron.Rule
	constants           perceptron.Constants[F]
	w, teacher          []F // n components
	totalHeat, recent   *F
	ended               *int32
	drive, push         F    // of the step
	heats               bool // this step measures heat
	activation, share   []F  // by example: A and f at the weights before the step
	gained              []F  // by example: sigma f
	before, force, term []F  // by component, of heat
	sums                [perceptron.Sums]float64
}

func newStudent[F fmath.Float](t *perceptron.Table, replica, number int) *student[F] {
	s := &student[F]{replica: replica, number: number, spec: t, rule: t.Kind(), constants: perceptron.ConstantsOf[F](t), activation: make([]F, t.B), share: make([]F, t.B)}
	heat := make([]F, 3*t.N)
	s.before, s.force, s.term = heat[:t.N], heat[t.N:2*t.N], heat[2*t.N:]
	return s
}

// bind points the views at the replica's part of a state.
func (s *student[F]) bind(net *perceptron.Network, of *state.State) {
	n, i := net.Positions(), s.replica
	view := func(name string) []F { return state.Values[F](of.Array(name)) }
	s.w = view(perceptron.Weights)[i*n : i*n+s.spec.N]
	s.teacher = view(perceptron.TeacherVector)[i*n : i*n+s.spec.N]
	s.totalHeat, s.recent = &view(perceptron.TotalHeat)[i], &view(perceptron.RecentHeat)[i]
	s.ended = &of.Array(perceptron.EndedAt).Ints[i]
}

// begin computes the constants of step t.
func (s *student[F]) begin(t int64) {
	ramp := perceptron.RampAt[F](s.spec, t)
	s.drive, s.push = F(s.constants.Drive*ramp), F(s.constants.Push*ramp)
	s.heats = t%int64(s.spec.HeatEvery) == 0
}

// answer computes activation and share of an example. sum is the sum of the weights with
// the signs of the example. Device twin: perceptron_meet.
func (s *student[F]) answer(b int, positive bool, sum F) (activation, share F) {
	activation = F(s.constants.Scale * sum)
	share = s.constants.Share(s.rule, positive, activation)
	s.gained[b] = share
	if !positive {
		s.gained[b] = -share
	}
	return activation, share
}

// learn moves the components from first up to end. Device twin: perceptron_move.
func (s *student[F]) learn(form form[F], at *scratch[F], first, end int) {
	if *s.ended != 0 {
		return
	}
	sums := at.sums[s.number][:end-first]
	if s.heats {
		s.pull(s.force, sums, first)
		copy(s.before[first:end], s.w[first:end])
	}
	c, w, eta := &s.constants, s.w[first:end], at.eta[:end-first]
	if s.spec.Swirl == 0 {
		form.learn(w, sums, eta, c.Decay, s.drive, c.Kick)
	} else {
		for i := 0; i < len(w); i += 2 {
			x, y := w[i], w[i+1]
			w[i] = ((F(c.Decay*x) + F(c.Swirl*y)) + F(s.drive*sums[i])) + F(c.Kick*eta[i])
			w[i+1] = ((F(c.Decay*y) - F(c.Swirl*x)) + F(s.drive*sums[i+1])) + F(c.Kick*eta[i+1])
		}
	}
	form.refresh(1+s.number, s.w, first, end)
}

// pull computes the force on the components from first on, of which the examples
// give these sums. Device twin: perceptron_force.
func (s *student[F]) pull(force, sums []F, first int) {
	c := &s.constants
	for k, sum := range sums {
		i := first + k
		f := -F(c.Pull * s.w[i])
		if s.spec.Swirl != 0 {
			if i%2 == 0 {
				f += F(c.Turn * s.w[i+1])
			} else {
				f -= F(c.Turn * s.w[i-1])
			}
		}
		force[i] = f + F(s.push*sum)
	}
}

// measure computes the heat of the components from first up to end: the mean of
// the forces before and after the step, times the way (docs/perceptron.md section
// 5). Device twin: perceptron_move.
func (s *student[F]) measure(at *scratch[F], first, end int) {
	if *s.ended != 0 {
		return
	}
	s.pull(s.term, at.sums[s.number][:end-first], first)
	for i := first; i < end; i++ {
		s.term[i] = F(F(0.5*(s.force[i]+s.term[i])) * (s.w[i] - s.before[i]))
	}
}

// addHeat adds the heat of the step.
func (s *student[F]) addHeat(net *perceptron.Network, t int64) {
	if *s.ended != 0 {
		return
	}
	heat := perceptron.Total(s.term)
	*s.totalHeat += heat
	if net.RecentHeat(t).First {
		*s.recent = 0
	}
	*s.recent += heat
}

// record computes the sums at a record, and ends the student if it has diverged.
func (s *student[F]) record(net *perceptron.Network, t int64) {
	squares := perceptron.Dot(s.w, s.w)
	if *s.ended == 0 && !(squares < s.constants.Blown) {
		*s.ended = int32(t)
	}
	s.sums = [perceptron.Sums]float64{
		perceptron.SumSquares:    float64(squares),
		perceptron.SumOverlap:    float64(perceptron.Dot(s.teacher, s.w)),
		perceptron.SumTotalHeat:  float64(*s.totalHeat),
		perceptron.SumRecentHeat: float64(*s.recent),
		perceptron.SumMeasured:   float64(net.RecentHeat(t).Steps),
		perceptron.SumEnded:      float64(*s.ended),
	}
}
