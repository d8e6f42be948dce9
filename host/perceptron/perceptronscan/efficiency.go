package perceptronscan

import (
	"context"
	"math"
	"slices"

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
		{Name: "dS", Title: "change of entropy", Unit: "1", Doc: "change of the entropy of a weight, ln(Q/Q at the start)/2; none from start = zero, which has Q = 0"},
		{Name: "heat", Title: "heat", Unit: "kT", Doc: "heat per weight over the temperature, on the trajectory"},
		{Name: "mean_heat", Title: "heat of the mean force", Unit: "kT", Doc: "heat per weight over the temperature without what the choice of examples adds, by the first law: work less the change of the mean force's potential. Known for Hebb's rule and fresh examples without a swirl"},
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
				heats[i] = r.rows[i][total]
				works[i].add(t, r.step, r.rows[i][overlap])
			}
			return nil
		})
		if err != nil {
			return err
		}
		ends := endsOf(net, last)
		for _, i := range those {
			at := l.places[of(&trials[i])]
			before, after := net.Metrics(start, at), net.Metrics(last, at)
			results[i].Values = works[at].outcomes(&l.students[at].table, before.Q, after.R, after.Q, heats[at])
			if ends[at] > 0 {
				results[i].Values = slices.Repeat([]float64{math.NaN()}, len(results[i].Values))
			}
		}
		return nil
	})
	return results, err
}

// work is what a rising learning rate does on a student of Hebb's rule: the potential of
// the mean force is k |w|^2/2 - nut sqrt(2/pi) T.w, per weight k Q/2 - nut sqrt(2/pi) R.
type work struct {
	time, R float64 // at the last record
	sum     float64 // of -R d part, the part of the learning rate that is there
}

// add takes the overlap at a record. Between records it grows evenly.
func (w *work) add(t *perceptron.Table, step int64, R float64) {
	time := t.TimeOf(step)
	until := math.Min(math.Max(t.Ramp, w.time), time) // the learning rate rises
	there := w.R + (R-w.R)*(until-w.time)/(time-w.time)
	before := t.PartAt(w.time)
	if w.time == 0 {
		before = 0 // a switch is turned after the start
	}
	w.sum -= (w.R + there) / 2 * (t.PartAt(time) - before)
	w.time, w.R = time, R
}

// heat of the mean force over the temperature: the work less the change of the potential.
// NaN where the force is not that of Hebb's rule and fresh examples, or has no potential.
func (w *work) heat(t *perceptron.Table, before, after float64) float64 {
	if t.Kind() != perceptron.Hebb || !t.HasMap() || t.Swirl != 0 {
		return math.NaN()
	}
	c := t.Nut * math.Sqrt(2/math.Pi)
	return (c*w.sum - t.K*(after-before)/2 + c*t.PartAt(w.time)*w.R) / t.Temperature()
}

// outcomes of a student with these overlaps at the end: the squared length is Q, and was
// before at the start. A student of length 0 has no entropy from which it could change.
func (w *work) outcomes(t *perceptron.Table, before, R, Q, heat float64) []float64 {
	rho := perceptron.Rho(R, Q)
	information, dS := -math.Log1p(-rho*rho)/2, math.Log(Q/before)/2
	if before == 0 {
		dS = math.NaN()
	}
	mean, heat := w.heat(t, before, Q), heat/t.Temperature()
	return []float64{information, dS, heat, mean, information / (dS + mean), information / (dS + heat)}
}

// theories are those of the experiment efficiency: what is made of the map as
// outcomes are made of a run.
func (e *efficiency) theories(k *theory) []experiment.Theory {
	var all []experiment.Theory
	for i, c := range e.Outcomes() {
		all = append(all, k.known(c.Name, func(c *course) float64 {
			w := work{}
			for i := range c.records {
				w.add(c.table, c.records[i].step, c.records[i].R)
			}
			last, heat := c.last(), math.NaN()
			if c.knowsHeat(func(int64) bool { return true }) {
				heat = last.heat
			}
			values := w.outcomes(c.table, c.start.Q, last.R, last.Q, heat)
			if !perceptron.IsLearned(last.epsilon(), c.table.N) { // what there is of information is that of chance
				values[0], values[4], values[5] = math.NaN(), math.NaN(), math.NaN()
			}
			return values[i]
		}))
	}
	return all
}
