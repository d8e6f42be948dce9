package perceptronscan

import (
	"math"
	"sync"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// theory knows steady states and curves of the map. It keeps those that were asked
// for, as tables ask for each again and again.
type theory struct {
	mutex  sync.Mutex
	steady map[perceptron.Table]point
	curves map[perceptron.Table]*curve
}

// point is a steady state; NaN where there is none.
type point struct{ R, Q float64 }

func newTheory() *theory {
	return &theory{steady: make(map[perceptron.Table]point), curves: make(map[perceptron.Table]*curve)}
}

// holds tells whether the map describes a perceptron.
func holds(t *perceptron.Table) bool { return t.Examples == perceptron.Fresh && t.Swirl == 0 }

// at is the steady state of a specification.
func (k *theory) at(t perceptron.Table) point {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if p, known := k.steady[t]; known {
		return p
	}
	p := point{math.NaN(), math.NaN()}
	if holds(&t) {
		if R, Q, err := perceptron.MapOf(&t).Steady(); err == nil {
			p = point{R, Q}
		}
	}
	k.steady[t] = p
	return p
}

// of makes the theory of an outcome from what the steady state says of it.
func (k *theory) of(outcome string, value func(t *perceptron.Table, p point) float64) experiment.Theory {
	return experiment.Theory{Outcome: outcome, Of: func(spec model.Spec, _ float64) float64 {
		s, ok := spec.(*perceptron.Spec)
		if !ok {
			return math.NaN()
		}
		return value(&s.Perceptron, k.at(s.Perceptron))
	}}
}

func epsilonOf(p point) float64 { return perceptron.Epsilon(p.R, p.Q) }

// ofSteady are the theories of the experiment steady.
func (k *theory) ofSteady() []experiment.Theory {
	return []experiment.Theory{
		k.of("epsilon", func(_ *perceptron.Table, p point) float64 { return epsilonOf(p) }),
		k.of("information", func(_ *perceptron.Table, p point) float64 { return perceptron.Information(epsilonOf(p)) }),
		k.of("Q", func(_ *perceptron.Table, p point) float64 { return p.Q }),
		k.of("R", func(_ *perceptron.Table, p point) float64 { return p.R }),
		k.of("diff_hebb", func(t *perceptron.Table, p point) float64 {
			return epsilonOf(p) - epsilonOf(k.at(hebbOf(student{table: *t}).table))
		}),
		k.of("epsilon_test", func(_ *perceptron.Table, p point) float64 { return epsilonOf(p) }),
		k.of("t_blow", func(t *perceptron.Table, p point) float64 {
			if !math.IsNaN(p.Q) {
				return math.NaN()
			}
			return k.curve(t).blow
		}),
	}
}

// curve is how a student learns: overlaps after each step up to the last, or to
// the one at which it blows up.
type curve struct {
	R, Q []float64 // after step 1, 2, ...
	blow float64   // time of the record that finds it; NaN for a student that stays
}

// curve of a specification.
func (k *theory) curve(t *perceptron.Table) *curve {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if c, known := k.curves[*t]; known {
		return c
	}
	c := &curve{blow: math.NaN()}
	if holds(t) && t.Ramp == 0 {
		net := &perceptron.Network{Spec: &perceptron.Spec{Perceptron: *t}}
		steps := make([]int64, net.Spec.Steps())
		for i := range steps {
			steps[i] = int64(i + 1)
		}
		R, Q := perceptron.StartOverlaps(t)
		c.R, c.Q = perceptron.MapOf(t).Curve(R, Q, steps)
		if len(c.Q) < len(steps) {
			c.blow = float64(float64(net.NextRow(int64(len(c.Q)))) * t.Dt)
		}
	}
	k.curves[*t] = c
	return c
}

// along makes the theory of an outcome at a time from the overlaps then.
func (k *theory) along(outcome string, value func(p point) float64) experiment.Theory {
	return experiment.Theory{Outcome: outcome, Of: func(spec model.Spec, time float64) float64 {
		s, ok := spec.(*perceptron.Spec)
		if !ok {
			return math.NaN()
		}
		c := k.curve(&s.Perceptron)
		step := int(math.Round(time / s.Perceptron.Dt))
		if step < 1 || step > len(c.R) {
			return math.NaN()
		}
		return value(point{c.R[step-1], c.Q[step-1]})
	}}
}

// ofLearn are the theories of the experiment learn.
func (k *theory) ofLearn() []experiment.Theory {
	return []experiment.Theory{
		k.along("epsilon", epsilonOf),
		k.along("information", func(p point) float64 { return perceptron.Information(epsilonOf(p)) }),
		k.along("R", func(p point) float64 { return p.R }),
		k.along("Q", func(p point) float64 { return p.Q }),
	}
}
