// Package perceptronscan has the experiments with perceptrons: what a scan can do at
// a point besides an ordinary run (docs/perceptron.md section 6), and its presets.
package perceptronscan

import (
	"context"
	"errors"
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// student is what one replica of a launch learns by. Students that are equal give the
// same results, so a launch has each once.
type student struct {
	table perceptron.Table
	key   uint64 // of its realisation
}

// launch is students that one network computes: those of a realisation share every
// draw.
type launch struct {
	students []student
	places   map[student]int // in students
}

func newLaunch() *launch { return &launch{places: make(map[student]int)} }

// add enters a student, and gives its place.
func (l *launch) add(s student) int {
	at, found := l.places[s]
	if !found {
		at = len(l.students)
		l.places[s], l.students = at, append(l.students, s)
	}
	return at
}

// fits tells whether a specification can be computed beside the students so far.
func (l *launch) fits(s *perceptron.Spec) bool {
	return len(l.students) == 0 || s.VariantOf(&perceptron.Spec{Perceptron: l.students[0].table}) == nil
}

// record is what a launch has reached at a record.
type record struct {
	step int64
	rows [][]float64 // by student: the columns of a run
	// state reads the whole state; only where stops says so.
	state func() (*state.State, error)
}

// carryOut makes all steps, unless all students end before, and visits the records.
// At those that stops names, the state can be read. It gives the last state.
func (l *launch) carryOut(ctx context.Context, lab experiment.Lab, stops func(step int64) bool, visit func(r *record) error) (_ *perceptron.Network, _ *state.State, err error) {
	net, keys := l.network()
	b, err := lab.Open(net, keys)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	for step, last := int64(0), net.Spec.Steps(); step < last; {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		n := until(net, step, last, stops)
		sums, err := b.Advance(int(n))
		if err != nil {
			return nil, nil, err
		}
		ended, err := l.visit(net, step, n, sums, b, visit)
		if err != nil {
			return nil, nil, err
		}
		step += n
		lab.At(step, last)
		if ended {
			break
		}
	}
	s, err := b.State()
	return net, s, err
}

// network of the students.
func (l *launch) network() (*perceptron.Network, []uint64) {
	net := &perceptron.Network{}
	var keys []uint64
	for i := range l.students {
		net.Variants = append(net.Variants, &perceptron.Spec{Perceptron: l.students[i].table})
		keys = append(keys, l.students[i].key)
	}
	net.Spec = net.Variants[0]
	return net, keys
}

// mostSteps are asked for at a time, so that a scan can be stopped.
const mostSteps = 200

// until is the number of steps to the next stop, if it is near.
func until(net *perceptron.Network, step, last int64, stops func(step int64) bool) int64 {
	end := min(step+mostSteps, last)
	for t := net.NextRow(step); t < end; t = net.NextRow(t) {
		if stops(t) {
			return t - step
		}
	}
	return end - step
}

// visit visits the records among n steps after a step, and tells whether all
// students have ended.
func (l *launch) visit(net *perceptron.Network, step, n int64, sums []float64, b backend.Backend, visit func(r *record) error) (ended bool, err error) {
	columns := len(net.Describe().Columns)
	for t := net.NextRow(step); t <= step+n; t = net.NextRow(t) {
		r := &record{step: t, state: b.State}
		ended = true
		for i := range l.students {
			of := sums[(int(t-step-1)*len(l.students)+i)*perceptron.Sums:][:perceptron.Sums]
			row := make([]float64, columns)
			(&perceptron.Network{Spec: net.SpecOf(i)}).Row(row, of)
			r.rows, ended = append(r.rows, row), ended && net.HasEnded(of)
		}
		if err := visit(r); err != nil {
			return ended, err
		}
	}
	return ended, nil
}

// together divides trials into launches whose students can be computed side by side,
// and has each carried out with the places of its trials.
func together(trials []experiment.Trial, students func(l *launch, s *perceptron.Spec, key uint64), carryOut func(l *launch, trials []int) error) error {
	for from := 0; from < len(trials); {
		l := newLaunch()
		var those []int
		for from < len(trials) {
			t := &trials[from]
			spec, ok := t.Spec.(*perceptron.Spec)
			if !ok {
				return fmt.Errorf("an experiment with perceptrons was asked for with %T", t.Spec)
			}
			if !l.fits(spec) {
				break
			}
			students(l, spec, keyOf(t))
			those = append(those, from)
			from++
		}
		if err := carryOut(l, those); err != nil {
			return err
		}
	}
	return nil
}

// keyOf is the key of a trial's realisation.
func keyOf(t *experiment.Trial) uint64 {
	return perceptron.RealisationKey(t.Seed, uint32(t.Number))
}

// of is the student that a trial is about.
func of(t *experiment.Trial) student {
	return student{t.Spec.(*perceptron.Spec).Perceptron, keyOf(t)}
}

// never stops.
func never(int64) bool { return false }
