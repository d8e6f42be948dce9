package perceptronscan

import (
	"context"
	"math"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// efficiency measures what a student learns from a teacher against what that costs,
// while the learning rate rises over the time ramp.
type efficiency struct{ lab experiment.Lab }

func (e *efficiency) Outcomes() []model.Column {
	return []model.Column{
		{Name: "information_w", Title: "information", Unit: "nat", Doc: "what a weight tells of the teacher's, -ln(1 - rho^2)/2"},
		{Name: "dS", Title: "change of entropy", Unit: "1", Doc: "change of the entropy of a weight, ln(Q/Q at the start)/2"},
		{Name: "heat", Title: "heat", Unit: "kT", Doc: "heat per weight over the temperature, on the trajectory"},
		{Name: "mean_heat", Title: "heat of the mean force", Unit: "kT", Doc: "heat per weight over the temperature without what the choice of examples adds, by the first law: work less the change of the mean force's potential"},
		{Name: "eta", Title: "efficiency", Unit: "1", Doc: "information over the change of entropy and the heat of the mean force; at most 1"},
		{Name: "eta_all", Title: "efficiency with excess", Unit: "1", Doc: "the same with all the heat"},
	}
}

func (e *efficiency) AtOnce() int { return atOnce }

func (e *efficiency) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	total, _ := column("total_heat")
	overlap, _ := column("R")
	err := together(trials, func(l *launch, spec *perceptron.Spec, key uint64) { l.add(student{spec.Perceptron, key}) }, func(l *launch, those []int) error {
		net, keys := l.network()
		start := net.Start(e.lab.Precision, keys)
		heats, works := make([]float64, len(l.students)), make([]work, len(l.students))
		for i := range works {
			works[i].R = net.Metrics(start, i).R
		}
		_, last, err := l.carryOut(ctx, e.lab, never, func(r *record) error {
			for i := range l.students {
				t := &l.students[i].table
				heats[i] = r.rows[i][total] / t.Temperature()
				works[i].add(t, r.step, r.rows[i][overlap])
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, i := range those {
			at := l.places[of(&trials[i])]
			before, after := net.Metrics(start, at), net.Metrics(last, at)
			information, dS := -math.Log1p(-after.Rho*after.Rho)/2, math.Log(after.Q/before.Q)/2
			mean := works[at].heat(&l.students[at].table, before, after)
			results[i].Values = []float64{information, dS, heats[at], mean, information / (dS + mean), information / (dS + heats[at])}
		}
		return nil
	})
	return results, err
}

// work is what a rising learning rate does on a student of Hebb's rule: the potential of
// the mean force is k |w|^2/2 - nut sqrt(2/pi) T.w, per weight k Q/2 - nut sqrt(2/pi) R.
type work struct {
	R, part float64 // at the last record: overlap, and the part of the learning rate
	sum     float64 // of -R d part
}

// add takes the overlap at a record.
func (w *work) add(t *perceptron.Table, step int64, R float64) {
	part := 1.0
	if time := float64(step) * t.Dt; time < t.Ramp {
		part = time / t.Ramp
	}
	mean := (w.R + R) / 2
	if t.Ramp == 0 { // a switch, before the first step
		mean = w.R
	}
	w.sum -= mean * (part - w.part)
	w.R, w.part = R, part
}

// heat of the mean force over the temperature: the work less the change of the potential.
// NaN where the rule is not Hebb's or the force has no potential.
func (w *work) heat(t *perceptron.Table, before, after perceptron.Metrics) float64 {
	if t.Kind() != perceptron.Hebb || t.Swirl != 0 {
		return math.NaN()
	}
	c := t.Nut * math.Sqrt(2/math.Pi)
	return (c*w.sum - t.K*(after.Q-before.Q)/2 + c*w.part*after.R) / t.Temperature()
}

// excessHeat is that of Hebb's rule over the whole run, over the temperature: f is 1, so what the choice of
// examples adds is the same at every time but for the learning rate.
func excessHeat(t *perceptron.Table) float64 {
	if t.Kind() != perceptron.Hebb {
		return math.NaN()
	}
	rate := t.Nut * t.Nut * (float64(t.N) - 2/math.Pi) / float64(t.B) / t.Temperature()
	var squares float64
	for step := int64(1); step <= (&perceptron.Spec{Perceptron: *t}).Steps(); step++ {
		ramp := perceptron.RampAt[float64](t, step)
		squares += ramp * ramp
	}
	return rate * squares * t.Dt
}

// ofEfficiency are the theories of the experiment efficiency: Hebb's rule for g to 0,
// from N(0, 1/k) at D = 1, after the student came to rest.
func ofEfficiency() []experiment.Theory {
	of := func(outcome string, value func(t *perceptron.Table, r perceptron.Ramp) float64) experiment.Theory {
		return experiment.Theory{Outcome: outcome, Of: func(spec model.Spec, _ float64) float64 {
			s, ok := spec.(*perceptron.Spec)
			if !ok {
				return math.NaN()
			}
			t := &s.Perceptron
			if t.Kind() != perceptron.Hebb || t.Temperature() != 1 || t.K != 1 || t.Start != perceptron.Gauss || t.Swirl != 0 {
				return math.NaN()
			}
			return value(t, perceptron.Ramp{K: t.K, Nut: t.Nut, Tau: t.Ramp})
		}}
	}
	return []experiment.Theory{
		of("information_w", func(_ *perceptron.Table, r perceptron.Ramp) float64 { return r.Information() }),
		of("dS", func(_ *perceptron.Table, r perceptron.Ramp) float64 { return r.Information() }),
		of("heat", func(t *perceptron.Table, r perceptron.Ramp) float64 { return r.Heat() + excessHeat(t) }),
		of("mean_heat", func(_ *perceptron.Table, r perceptron.Ramp) float64 { return r.Heat() }),
		of("eta", func(_ *perceptron.Table, r perceptron.Ramp) float64 { return r.Efficiency() }),
		of("eta_all", func(t *perceptron.Table, r perceptron.Ramp) float64 {
			return r.Information() / (r.Information() + r.Heat() + excessHeat(t))
		}),
	}
}
