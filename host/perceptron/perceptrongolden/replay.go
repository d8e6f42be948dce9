package perceptrongolden

import (
	"errors"
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Opener opens a network on the backend that a file is replayed on.
type Opener func(net *perceptron.Network, keys []uint64) (backend.Backend, error)

// Replayer is a file that a backend can replay.
type Replayer interface {
	Replay(open Opener, within float64) (Worst, error)
}

// replayed is a run that is being replayed.
type replayed struct {
	net     *perceptron.Network
	backend backend.Backend
	heat    float64 // before the step
	worst   *Worst
	name    string
	within  float64 // tolerance
}

// network of a run: heat is measured at every step.
func (p *Parameters) network(change func(t *perceptron.Table)) *perceptron.Network {
	s := perceptron.Defaults()
	t := &s.Perceptron
	t.N, t.B, t.K, t.Nut, t.Dt, t.HeatEvery, t.AverageFrom = p.N, p.B, p.K, p.Nut, p.Dt, 1, 0
	change(t)
	return &perceptron.Network{Spec: s}
}

// Replay runs every run of every case on a backend, with its draws, and compares
// each step within a tolerance.
func (t *Trajectories) Replay(open Opener, within float64) (Worst, error) {
	var w Worst
	for i := range t.Cases {
		c := &t.Cases[i]
		for _, run := range c.Runs {
			name := fmt.Sprintf("case %d, %s %s", i, label(run.Rule, run.Alpha), run.Noise)
			if err := c.replay(&run, open, &replayed{worst: &w, name: name, within: within}); err != nil {
				return w, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return w, nil
}

func label(rule perceptron.Rule, alpha float64) string {
	if rule == perceptron.AlphaTron {
		return fmt.Sprintf("%s(%g)", rule, alpha)
	}
	return string(rule)
}

func (c *TrajectoryCase) replay(run *TrajectoryRun, open Opener, r *replayed) (err error) {
	r.net = c.network(func(t *perceptron.Table) {
		t.Rule, t.Alpha, t.Noise, t.Time = run.Rule, run.Alpha, run.Noise, float64(len(run.Steps))*c.Dt
	})
	if err := r.open(open, 0, c.Teacher, c.Start); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	for i := range run.Steps {
		if err := r.backend.(backend.Given).Give(c.draws(i)); err != nil {
			return err
		}
		if _, err := r.backend.Advance(1); err != nil {
			return err
		}
		if err := r.compareStep(i+1, &run.Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// draws of a step, counted from 0.
func (c *TrajectoryCase) draws(step int) map[rng.Purpose][]float64 {
	var signs []float64
	for _, example := range c.Examples[step] {
		for _, sign := range example {
			signs = append(signs, signOf(sign))
		}
	}
	return map[rng.Purpose][]float64{rng.Example: signs, rng.Thermal: c.Eta[step]}
}

func signOf(r rune) float64 {
	if r == '+' {
		return 1
	}
	return -1
}

// open opens a run, at a given teacher and start unless they are nil.
func (r *replayed) open(open Opener, key uint64, teacher, start []float64) error {
	if err := r.net.Spec.Validate(); err != nil {
		return err
	}
	b, err := open(r.net, []uint64{key})
	if err != nil {
		return err
	}
	r.backend = b
	if teacher == nil {
		return nil
	}
	s := r.net.NewState(b.Describe().Precision, 1)
	for i := range teacher {
		s.Array(perceptron.TeacherVector).Set(i, teacher[i])
		s.Array(perceptron.Weights).Set(i, start[i])
	}
	if err := b.SetState(s); err != nil {
		return errors.Join(err, b.Close())
	}
	return nil
}

func (r *replayed) note(step int, want, have float64, what string, args ...any) {
	r.worst.Note(r.within, want, have, func() string {
		return fmt.Sprintf("%s: %s at step %d", r.name, fmt.Sprintf(what, args...), step)
	})
}

// compareStep compares what the examples gave, and what the step led to.
func (r *replayed) compareStep(t int, step *TrajectoryStep) error {
	for _, field := range []string{perceptron.LabelName, perceptron.ActivationName, perceptron.ShareName} {
		a, err := r.backend.Field(field, nil)
		if err != nil {
			return err
		}
		for b, sign := range step.Labels {
			want := map[string]float64{perceptron.LabelName: signOf(sign), perceptron.ActivationName: step.Activations[b], perceptron.ShareName: step.F[b]}[field]
			r.note(t, want, a.At(b), "%s of example %d", field, b)
		}
	}
	return r.compareState(t, step.W, step.Heat, step.Metrics, true)
}

// compareState compares weights, metrics and the heat of this step alone or that of
// all.
func (r *replayed) compareState(t int, weights []float64, heat float64, m Metrics, alone bool) error {
	s, err := r.backend.State()
	if err != nil {
		return err
	}
	w := s.Array(perceptron.Weights)
	for i, want := range weights {
		r.note(t, want, w.At(i), "w of component %d", i)
	}
	have := s.Array(perceptron.TotalHeat).At(0)
	if alone {
		have, r.heat = have-r.heat, have
	}
	r.note(t, heat, have, "heat")
	got := r.net.Metrics(s, 0)
	r.note(t, m.Q, got.Q, "Q")
	r.note(t, m.R, got.R, "R")
	r.note(t, m.Rho, got.Rho, "rho")
	r.note(t, m.Epsilon, got.Epsilon, "epsilon")
	r.note(t, m.Information, got.Information, "information")
	return nil
}

// Replay runs every run of every realisation on a backend from its seed alone, and
// compares draws and records within a tolerance.
func (s *Seeded) Replay(open Opener, within float64) (Worst, error) {
	var w Worst
	for i := range s.Runs {
		c := &s.Runs[i]
		if err := c.checkDraws(&w, within); err != nil {
			return w, fmt.Errorf("realisation %d: %w", i, err)
		}
		for _, run := range c.Runs {
			r := &replayed{worst: &w, within: within, name: fmt.Sprintf("realisation %d, %s", i, label(run.Rule, run.Alpha))}
			if err := c.replay(&run, open, r); err != nil {
				return w, fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	return w, nil
}

func (c *SeededCase) table(t *perceptron.Table) {
	t.Teacher, t.Examples, t.P = c.TeacherKind, perceptron.Fresh, c.Stored
	if c.Stored > 0 {
		t.Examples = perceptron.Stored
	}
}

func (c *SeededCase) replay(run *SeededRun, open Opener, r *replayed) (err error) {
	last := run.Records[len(run.Records)-1].Step
	r.net = c.network(func(t *perceptron.Table) {
		c.table(t)
		t.Rule, t.Alpha, t.D, t.Time = run.Rule, run.Alpha, run.D, float64(last)*c.Dt
	})
	if err := r.open(open, perceptron.RealisationKey(c.Seed, c.Index), nil, nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	step := 0
	for i := range run.Records {
		record := &run.Records[i]
		if _, err := r.backend.Advance(record.Step - step); err != nil {
			return err
		}
		step = record.Step
		if err := r.compareState(step, record.W, record.Heat, record.Metrics, false); err != nil {
			return err
		}
	}
	return nil
}

// checkDraws compares the draws of a realisation that are listed.
func (c *SeededCase) checkDraws(w *Worst, within float64) error {
	key := rng.Key(perceptron.RealisationKey(c.Seed, c.Index))
	if key != c.Key {
		return fmt.Errorf("the key is recorded as %v, and computed as %v", c.Key, key)
	}
	net := c.network(func(t *perceptron.Table) { c.table(t); t.Time = t.Dt })
	start := net.Start(state.Double, []uint64{perceptron.RealisationKey(c.Seed, c.Index)})
	eta := make([]float64, c.N)
	perceptron.Normals(eta, key, rng.Thermal, 0, 1)
	for i := range c.N {
		w.Note(within, c.Teacher[i], start.Array(perceptron.TeacherVector).At(i), func() string { return fmt.Sprintf("component %d of the teacher", i) })
		w.Note(within, c.Start[i], start.Array(perceptron.Weights).At(i), func() string { return fmt.Sprintf("component %d of the start", i) })
		w.Note(within, c.EtaStep1[i], eta[i], func() string { return fmt.Sprintf("thermal noise of component %d in step 1", i) })
	}
	return c.checkSigns(key)
}

// checkSigns compares what must be equal.
func (c *SeededCase) checkSigns(key [2]uint32) error {
	words := make([]uint32, perceptron.Words(c.N))
	compare := func(what, want string) error {
		for i, sign := range want {
			if have := words[i>>5]>>(i&31)&1 == 1; have != (sign == '+') {
				return fmt.Errorf("the sign of component %d of %s differs", i, what)
			}
		}
		return nil
	}
	perceptron.StoredSigns(words, key, 0, true)
	if err := compare("test example 0", c.TestBits); err != nil {
		return err
	}
	for i, want := range c.EstimatorStep1 {
		perceptron.EstimatorSigns(words, key, 0, 1, i == 1)
		if err := compare("an estimator's example", want); err != nil {
			return err
		}
	}
	for t, picks := range c.Picks {
		for b, want := range picks {
			if have := perceptron.PickOf(key, uint32(b), uint32(t+1), c.Stored); have != want {
				return fmt.Errorf("pick %d of step %d is recorded as %d, and computed as %d", b, t+1, want, have)
			}
		}
	}
	for b, want := range c.ExamplesStep1 {
		if c.Stored > 0 {
			perceptron.StoredSigns(words, key, perceptron.PickOf(key, uint32(b), 1, c.Stored), false)
		} else {
			perceptron.Signs(words, key, rng.Example, uint32(b), 1)
		}
		if err := compare(fmt.Sprintf("example %d of step 1", b), want); err != nil {
			return err
		}
	}
	return nil
}
