package perceptron

import (
	"fmt"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// The index spaces: the components of weights and teacher, the student as a whole,
// and the examples of a step.
const (
	Component state.Space = "component"
	Student   state.Space = "student"
	Example   state.Space = "example"
)

// Names of fields that backends ask for.
const (
	Weights        = "w"
	TeacherVector  = "T"
	TotalHeat      = "total_heat"
	RecentHeat     = "recent_heat"
	EndedAt        = "ended"
	ActivationName = "activation"
	LabelName      = "label"
	ShareName      = "f"
)

// Fields are what backends hold.
func Fields() []state.Field {
	return []state.Field{
		{Name: Weights, Unit: "1", Doc: "weights of the student", Space: Component},
		{Name: TeacherVector, Unit: "1", Doc: "the teacher, of squared length n", Space: Component},
		{Name: TotalHeat, Unit: "kT", Doc: "heat of all steps that measured it, in kT of D = 1", Space: Student},
		{Name: RecentHeat, Unit: "kT", Doc: "heat of the steps that measured it since the record before the last of them, in kT of D = 1", Space: Student},
		{Name: EndedAt, Unit: "step", Doc: "the record at which the student had diverged, or 0", Space: Student, Kind: state.Int},
		{Name: ActivationName, Unit: "1", Doc: "activation w.xi/sqrt(n) of the examples of the last step, before it", Space: Example, Derived: true},
		{Name: LabelName, Unit: "1", Doc: "the teacher's answers to these examples", Space: Example, Derived: true},
		{Name: ShareName, Unit: "1", Doc: "what these examples contribute to the force, over nu", Space: Example, Derived: true},
	}
}

// Positions is the length of an array of components: n, padded to whole blocks.
func (n *Network) Positions() int { return (n.Spec.Perceptron.N + Block - 1) / Block * Block }

// Length of the arrays of a space, for each replica.
func (n *Network) Length(s state.Space) int {
	switch s {
	case Component:
		return n.Positions()
	case Example:
		return n.Spec.Perceptron.B
	}
	return 1
}

// NewState implements model.Network.
func (n *Network) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Length)
}

// CheckState implements model.Network.
func (n *Network) CheckState(s *state.State, p state.Precision, replicas int) error {
	if err := model.CheckState(n, s, p, replicas, n.Length); err != nil {
		return err
	}
	return n.checkPadding(s)
}

// checkPadding refuses values where an array has no components: sums would count
// them.
func (n *Network) checkPadding(s *state.State) error {
	for i := range s.Arrays {
		a := &s.Arrays[i]
		if a.Space != Component {
			continue
		}
		for r := range s.Replicas {
			for at := n.Spec.Perceptron.N; at < n.Positions(); at++ {
				if a.At(r*n.Positions()+at) != 0 {
					return fmt.Errorf("field %s has a value at component %d of %d", a.Name, at, n.Spec.Perceptron.N)
				}
			}
		}
	}
	return nil
}

// CheckShared refuses a state in which replicas that share their examples, as their
// keys are equal, have different teachers.
func (n *Network) CheckShared(s *state.State, keys []uint64) error {
	teacher, size := s.Array(TeacherVector), n.Positions()
	first := make(map[uint64]int)
	for r, key := range keys {
		if _, found := first[key]; !found {
			first[key] = r
		}
		for i := range n.Spec.Perceptron.N {
			if teacher.At(first[key]*size+i) != teacher.At(r*size+i) {
				return fmt.Errorf("replicas %d and %d have different teachers, but are students of one realisation", first[key], r)
			}
		}
	}
	return nil
}

// GivenDraws checks the draws that are given for a step, for all replicas: the
// components of its examples, 1 or -1, one example after another, as words of signs
// like those of Signs, and its thermal noise.
func (n *Network) GivenDraws(draws map[rng.Purpose][]float64) (words []uint32, eta []float64, err error) {
	t := &n.Spec.Perceptron
	signs, eta := draws[rng.Example], draws[rng.Thermal]
	if len(signs) != t.N*t.B || len(eta) != t.N || len(draws) != 2 {
		return nil, nil, fmt.Errorf("a step of %d examples of %d components takes as many draws of purpose %d, and %d of purpose %d", t.B, t.N, rng.Example, t.N, rng.Thermal)
	}
	width := Words(t.N)
	words = make([]uint32, t.B*width)
	for i, v := range signs {
		b, c := i/t.N, i%t.N
		if v == 1 {
			words[b*width+c>>5] |= 1 << (c & 31)
		} else if v != -1 {
			return nil, nil, fmt.Errorf("component %d of example %d is %v, not 1 or -1", c, b, v)
		}
	}
	return words, eta, nil
}

// Vector is a field of components of a replica, in double precision.
func (n *Network) Vector(s *state.State, field string, replica int) []float64 {
	a, v := s.Array(field), make([]float64, n.Spec.Perceptron.N)
	for i := range v {
		v[i] = a.At(replica*n.Positions() + i)
	}
	return v
}

// Start is the state at step 0 of replicas with these keys.
func (n *Network) Start(p state.Precision, keys []uint64) *state.State {
	s := n.NewState(p, len(keys))
	for r, key := range keys {
		if p == state.Double {
			start[float64](n, s, r, rng.Key(key))
		} else {
			start[float32](n, s, r, rng.Key(key))
		}
	}
	return s
}

func start[F fmath.Float](n *Network, s *state.State, r int, key [2]uint32) {
	t := &n.SpecOf(r).Perceptron
	from := r * n.Positions()
	drawTeacher(state.Values[F](s.Array(TeacherVector))[from:from+t.N], t.Teacher, key)
	drawStart(state.Values[F](s.Array(Weights))[from:from+t.N], t.Start, key)
}
