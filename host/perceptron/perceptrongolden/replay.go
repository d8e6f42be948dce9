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

// replayed is the runs of a case, which are replicas that share every draw.
type replayed struct {
	net     *perceptron.Network
	backend backend.Backend
	names   []string  // by run
	heats   []float64 // by run, before the step
	worst   *Worst
	within  float64 // tolerance
}

// newReplayed gathers runs; a case has the parameters that they share. Heat is
// measured at every step.
func (p *Parameters) newReplayed(steps int, w *Worst, within float64) *replayed {
	s := perceptron.Defaults()
	t := &s.Perceptron
	t.N, t.B, t.K, t.Nut, t.Dt, t.HeatEvery, t.AverageFrom = p.N, p.B, p.K, p.Nut, p.Dt, 1, 0
	s.SetSteps(int64(steps))
	return &replayed{net: &perceptron.Network{Spec: s}, worst: w, within: within}
}

// add enters a run that differs from the case in some parameters.
func (r *replayed) add(name string, change func(t *perceptron.Table)) error {
	s := *r.net.Spec
	change(&s.Perceptron)
	r.net.Variants, r.names, r.heats = append(r.net.Variants, &s), append(r.names, name), append(r.heats, 0)
	return s.Validate()
}

// open opens the runs with a key, at a given teacher and start unless they are nil.
func (r *replayed) open(open Opener, key uint64, teacher, start []float64) (err error) {
	keys := make([]uint64, len(r.names))
	for i := range keys {
		keys[i] = key
	}
	if r.backend, err = open(r.net, keys); err != nil || teacher == nil {
		return err
	}
	s := r.net.NewState(r.backend.Describe().Precision, len(keys))
	for run := range keys {
		from := run * r.net.Positions()
		for i := range teacher {
			s.Array(perceptron.TeacherVector).Set(from+i, teacher[i])
			s.Array(perceptron.Weights).Set(from+i, start[i])
		}
	}
	if err := r.backend.SetState(s); err != nil {
		return errors.Join(err, r.backend.Close())
	}
	return nil
}

func (r *replayed) note(run, step int, want, have float64, what string, args ...any) {
	r.worst.Note(r.within, want, have, func() string {
		return fmt.Sprintf("%s: %s at step %d", r.names[run], fmt.Sprintf(what, args...), step)
	})
}

// compareState compares weights, metrics and the heat of this step alone or that of
// all.
func (r *replayed) compareState(s *state.State, run, t int, weights []float64, heat float64, m Metrics, alone bool) {
	w, from := s.Array(perceptron.Weights), run*r.net.Positions()
	for i, want := range weights {
		r.note(run, t, want, w.At(from+i), "w of component %d", i)
	}
	total := s.Array(perceptron.TotalHeat).At(run)
	have := total
	if alone {
		have -= r.heats[run]
	}
	r.heats[run] = total
	r.note(run, t, heat, have, "heat")
	got := r.net.Metrics(s, run)
	r.note(run, t, m.Q, got.Q, "Q")
	r.note(run, t, m.R, got.R, "R")
	r.note(run, t, m.Rho, got.Rho, "rho")
	r.note(run, t, m.Epsilon, got.Epsilon, "epsilon")
	r.note(run, t, m.Information, got.Information, "information")
}

// Replay makes every run of every case on a backend, with its draws, and compares
// each step within a tolerance.
func (t *Trajectories) Replay(open Opener, within float64) (Worst, error) {
	var w Worst
	for i := range t.Cases {
		if err := t.Cases[i].replay(i, open, &w, within); err != nil {
			return w, fmt.Errorf("case %d: %w", i, err)
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

func (c *TrajectoryCase) replay(number int, open Opener, w *Worst, within float64) (err error) {
	steps := 0
	for _, run := range c.Runs {
		steps = max(steps, len(run.Steps))
	}
	if steps == 0 {
		return nil
	}
	r := c.newReplayed(steps, w, within)
	for _, run := range c.Runs {
		err := r.add(fmt.Sprintf("case %d, %s %s", number, label(run.Rule, run.Alpha), run.Noise), func(t *perceptron.Table) {
			t.Rule, t.Alpha, t.Noise = run.Rule, run.Alpha, run.Noise
		})
		if err != nil {
			return err
		}
	}
	if err := r.open(open, 0, c.Teacher, c.Start); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := r.backend.Watch(derived()...); err != nil {
		return err
	}
	given, ok := r.backend.(backend.Given)
	if !ok {
		return fmt.Errorf("the backend %s does not take draws", r.backend.Describe().Backend)
	}
	for i := range steps {
		if err := given.Give(c.draws(i)); err != nil {
			return err
		}
		if _, err := r.backend.Advance(1); err != nil {
			return err
		}
		if err := c.compareStep(r, i); err != nil {
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

// derived are the derived fields that are compared.
func derived() []string {
	return []string{perceptron.LabelName, perceptron.ActivationName, perceptron.ShareName}
}

// compareStep compares what the examples of a step gave, and what it led to, in all
// runs that have the step.
func (c *TrajectoryCase) compareStep(r *replayed, i int) error {
	s, err := r.backend.State()
	if err != nil {
		return err
	}
	fields := make(map[string]*state.Array)
	for _, name := range derived() {
		if fields[name], err = r.backend.Field(name, nil); err != nil {
			return err
		}
	}
	for run := range c.Runs {
		if i >= len(c.Runs[run].Steps) {
			continue
		}
		step := &c.Runs[run].Steps[i]
		for b, sign := range step.Labels {
			at := run*c.B + b
			r.note(run, i+1, signOf(sign), fields[perceptron.LabelName].At(at), "label of example %d", b)
			r.note(run, i+1, step.Activations[b], fields[perceptron.ActivationName].At(at), "activation of example %d", b)
			r.note(run, i+1, step.F[b], fields[perceptron.ShareName].At(at), "f of example %d", b)
		}
		r.compareState(s, run, i+1, step.W, step.Heat, step.Metrics, true)
	}
	return nil
}

// Replay makes every run of every realisation on a backend from its seed alone, and
// compares draws and records within a tolerance.
func (s *Seeded) Replay(open Opener, within float64) (Worst, error) {
	var w Worst
	for i := range s.Runs {
		c := &s.Runs[i]
		if err := errors.Join(c.checkDraws(&w, within), c.replay(i, open, &w, within)); err != nil {
			return w, fmt.Errorf("realisation %d: %w", i, err)
		}
	}
	return w, nil
}

// last step of the records.
func (c *SeededCase) last() int {
	last := 0
	for _, run := range c.Runs {
		for _, record := range run.Records {
			last = max(last, record.Step)
		}
	}
	return last
}

func (c *SeededCase) newReplayed(w *Worst, within float64) *replayed {
	r := c.Parameters.newReplayed(max(c.last(), 1), w, within)
	t := &r.net.Spec.Perceptron
	t.Teacher, t.P = c.TeacherKind, c.Stored
	if c.Stored > 0 {
		t.Examples = perceptron.Stored
	}
	return r
}

func (c *SeededCase) replay(number int, open Opener, w *Worst, within float64) (err error) {
	if c.last() == 0 {
		return nil
	}
	r := c.newReplayed(w, within)
	for _, run := range c.Runs {
		err := r.add(fmt.Sprintf("realisation %d, %s", number, label(run.Rule, run.Alpha)), func(t *perceptron.Table) {
			t.Rule, t.Alpha, t.D = run.Rule, run.Alpha, run.D
		})
		if err != nil {
			return err
		}
	}
	if err := r.open(open, perceptron.RealisationKey(c.Seed, c.Index), nil, nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	for t := 1; t <= c.last(); t++ {
		if _, err := r.backend.Advance(1); err != nil {
			return err
		}
		s, err := r.backend.State()
		if err != nil {
			return err
		}
		for run := range c.Runs {
			for _, record := range c.Runs[run].Records {
				if record.Step == t {
					r.compareState(s, run, t, record.W, record.Heat, record.Metrics, false)
				}
			}
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
	net := c.newReplayed(w, within).net
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
