package perceptronscan

import (
	"context"
	"fmt"
	"math"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// learn takes learning curves at times of the base.
type learn struct {
	lab   experiment.Lab
	times []float64
}

var learned = []string{"epsilon", "information", "R", "Q"}

// newLearn takes times that are records, closer at the beginning. The first is at step 10.
func newLearn(lab experiment.Lab, base *perceptron.Spec) (*learn, error) {
	l := &learn{lab: lab}
	last := base.Steps()
	if last < 10 {
		return nil, model.BadKey("perceptron.time", base.Perceptron.Time, fmt.Sprintf("a learning curve begins at step 10; use a time from %g", base.Perceptron.TimeOf(10)))
	}
	for decade := int64(10); decade <= last; decade *= 10 {
		for _, factor := range []int64{1, 2, 3, 5, 7} {
			step := factor * decade
			if decade >= 10000 { // closer than a decade's fifth
				break
			}
			if step <= last {
				l.times = append(l.times, base.Perceptron.TimeOf(step))
			}
		}
	}
	for step := int64(10000); step <= last; step += 1000 {
		l.times = append(l.times, base.Perceptron.TimeOf(step))
	}
	return l, nil
}

func (l *learn) Outcomes() []model.Column {
	_, columns := columnsOf(learned...)
	return columns
}

func (l *learn) AtOnce() int { return atOnce }

// Along implements experiment.Placed.
func (l *learn) Along() (model.Column, []float64) {
	return model.Column{Name: "t", Title: "time", Unit: "1", Doc: "time since the start"}, l.times
}

func (l *learn) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	columns, _ := columnsOf(learned...)
	err := together(trials, func(g *launch, spec *perceptron.Spec, key uint64) { g.add(student{spec.Perceptron, key}) }, func(g *launch, those []int) error {
		values := make([][]float64, len(g.students)) // by student, place and column
		for i := range values {
			values[i] = make([]float64, len(l.times)*len(columns))
			for k := range values[i] {
				values[i][k] = math.NaN()
			}
		}
		ended := make([]bool, len(g.students))
		_, _, err := g.carryOut(ctx, l.lab, never, func(r *record) error {
			for i := range g.students {
				place := l.place(g.students[i].table.TimeOf(r.step))
				q := r.rows[i][columns[3]]
				ended[i] = ended[i] || !(q < perceptron.BlowUp)
				if place < 0 || ended[i] {
					continue
				}
				for k, c := range columns {
					values[i][place*len(columns)+k] = r.rows[i][c]
				}
			}
			return nil
		})
		for _, i := range those {
			results[i].Values = values[g.places[of(&trials[i])]]
		}
		return err
	})
	return results, err
}

// place of a time, or -1.
func (l *learn) place(time float64) int {
	for i, t := range l.times {
		if math.Abs(t-time) <= 1e-9*t {
			return i
		}
	}
	return -1
}
