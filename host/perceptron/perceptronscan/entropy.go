package perceptronscan

import (
	"context"
	"math"
	"slices"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// entropy measures entropy production in the steady state.
type entropy struct{ lab experiment.Lab }

func (e *entropy) Outcomes() []model.Column {
	_, columns := columnsOf("epsilon")
	return append(columns,
		model.Column{Name: "hk", Title: "housekeeping entropy", Unit: "1", Doc: "housekeeping entropy production per weight, (|F|^2/D + div F)/n of the mean force; 0 where that has a potential and time scales are separated. With stored examples known for Hebb's rule alone"},
		model.Column{Name: "ex", Title: "excess entropy", Unit: "1", Doc: "excess entropy production of single examples, per weight; over B that of a batch"},
		model.Column{Name: "ex_post", Title: "excess, post's formula", Unit: "1", Doc: "the same by the blog post's formula, which subtracts n <f>^2"},
		model.Column{Name: "S2", Title: "mean of f^2", Unit: "1", Doc: "mean of f^2 over examples"},
		model.Column{Name: "m2", Title: "square of the mean force", Unit: "1", Doc: "squared mean of xi sigma f over examples"},
		model.Column{Name: "heat", Title: "heat rate", Unit: "kT", Doc: "heat per weight and unit time over the temperature, on the trajectory"},
		model.Column{Name: "total_formula", Title: "entropy of the formulas", Unit: "1", Doc: "hk + ex/B, which heat is where time scales are separated"},
		model.Column{Name: "warn", Title: "not separated", Unit: "1", Doc: "1 where nut g is above 0.1 sqrt(Q): time scales are not separated, and heat is not the entropy of the formulas"},
	)
}

func (e *entropy) AtOnce() int { return atOnce }

// estimatorExamples is the size of each of the two batches of an estimate, and
// mostEstimates how many records of a run are estimated at.
const (
	estimatorExamples = 4000
	mostEstimates     = 40
)

// stopsOf tells at which records to estimate: some of those that are averaged.
func stopsOf(t *perceptron.Table) func(step int64) bool {
	net := &perceptron.Network{Spec: &perceptron.Spec{Perceptron: *t}}
	var all []int64
	for s := net.NextRow(0); s <= net.Spec.Steps(); s = net.NextRow(s) {
		if counts(t, s) {
			all = append(all, s)
		}
	}
	chosen := make(map[int64]bool)
	apart := max(1, len(all)/mostEstimates)
	for i := 0; i < len(all); i += apart {
		chosen[all[i]] = true
	}
	return func(step int64) bool { return chosen[step] }
}

// tally is what was estimated of a student.
type tally struct {
	sum   perceptron.Estimate
	count float64
	// Total heat at the first and the last record that is averaged.
	heat [2]float64
	time [2]float64
}

func (a *tally) add(e perceptron.Estimate) {
	a.count++
	a.sum.S1 += e.S1
	a.sum.S2 += e.S2
	a.sum.M2 += e.M2
	a.sum.HK += e.HK
	a.sum.EX += e.EX
	a.sum.EXPost += e.EXPost
}

// see keeps the total heat of a record that is averaged.
func (a *tally) see(time, heat float64) {
	if a.time[0] == 0 {
		a.time[0], a.heat[0] = time, heat
	}
	a.time[1], a.heat[1] = time, heat
}

func (a *tally) rate() float64 { return (a.heat[1] - a.heat[0]) / (a.time[1] - a.time[0]) }

func (e *entropy) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	err := together(trials, func(l *launch, spec *perceptron.Spec, key uint64) { l.add(student{spec.Perceptron, key}) }, func(l *launch, those []int) error {
		tallies, means, ends, err := e.measure(ctx, l)
		if err != nil {
			return err
		}
		for _, i := range those {
			at := l.places[of(&trials[i])]
			table := &l.students[at].table
			a := &tallies[at]
			averages := means.of(at)
			hk, ex := a.sum.HK/a.count, a.sum.EX/a.count
			results[i].Values = []float64{averages[0], hk, ex, a.sum.EXPost / a.count, a.sum.S2 / a.count, a.sum.M2 / a.count,
				a.rate() / table.Temperature(), hk + ex/float64(table.B), warning(table, averages[1])}
			if ends[at] > 0 {
				results[i].Values = slices.Repeat([]float64{math.NaN()}, len(results[i].Values))
			}
		}
		return nil
	})
	return results, err
}

func warning(t *perceptron.Table, Q float64) float64 {
	if t.Nut*t.G() > perceptron.Separated*math.Sqrt(Q) {
		return 1
	}
	return 0
}

// measure carries out a launch, and estimates at some of its records. It tells when students ended.
func (e *entropy) measure(ctx context.Context, l *launch) ([]tally, *means, []int64, error) {
	tallies, averages := make([]tally, len(l.students)), newMeans(l, "epsilon", "Q")
	stops := stopsOf(&l.students[0].table)
	total, _ := column("total_heat")
	net, _ := l.network()
	_, last, err := l.carryOut(ctx, e.lab, stops, func(r *record) error {
		for i := range l.students {
			if t := &l.students[i].table; counts(t, r.step) {
				tallies[i].see(t.TimeOf(r.step), r.rows[i][total])
			}
		}
		if err := averages.add(r); err != nil || !stops(r.step) {
			return err
		}
		s, err := r.state()
		if err != nil {
			return err
		}
		inParallel(net, s, l, func(c *perceptron.Class, those []int) {
			for k, estimate := range c.Estimate(estimatorExamples, uint32(r.step)) {
				tallies[those[k]].add(estimate)
			}
		})
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return tallies, averages, endsOf(net, last), nil
}

// ofEntropy are the theories of the experiment entropy, for n to infinity but for Hebb's
// rule, of which ex, S2 and m2 are the same for all weights.
func (k *theory) ofEntropy() []experiment.Theory {
	average := func(outcome string, value func(c *course, r *reached) float64) experiment.Theory {
		return k.known(outcome, func(c *course) float64 {
			return c.meanAt(stopsOf(c.table), func(r *reached) float64 { return value(c, r) })
		})
	}
	total := func(c *course, r *reached) float64 { return c.housekeeping(r) + c.excess(r)/float64(c.table.B) }
	return []experiment.Theory{
		k.known("epsilon", func(c *course) float64 { return c.mean((*reached).epsilon) }),
		average("hk", (*course).housekeeping), average("ex", (*course).excess), average("total_formula", total),
		average("ex_post", func(c *course, r *reached) float64 {
			return perceptron.ExcessOfPost(c.at(r).Nut, c.table.N, c.moments(r)) / c.flow.D
		}),
		average("S2", func(c *course, r *reached) float64 { return c.moments(r).S2 }),
		average("m2", func(c *course, r *reached) float64 { return c.moments(r).M2 }),
		k.known("heat", func(c *course) float64 {
			var a tally
			for i := range c.records {
				if r := &c.records[i]; counts(c.table, r.step) {
					a.see(c.table.TimeOf(r.step), r.heat)
				}
			}
			if !c.knowsHeat(func(step int64) bool { return counts(c.table, step) }) {
				return math.NaN()
			}
			return a.rate() / c.flow.D
		}),
	}
}

// at is the map at a record.
func (c *course) at(r *reached) *perceptron.Map { return c.flow.At(c.table.TimeOf(r.step)) }

// moments at a record. Those of a student that has learned little are mostly chance, which
// is nothing to Hebb's rule.
func (c *course) moments(r *reached) perceptron.Moments {
	v := c.flow.Moments(r.R, r.Q)
	switch {
	case c.flow.Rule == perceptron.Hebb:
		v.M2 = perceptron.SquaredMeanOfHebb(c.table)
	case !perceptron.IsLearned(r.epsilon(), c.table.N):
		v.S1, v.S2, v.M2 = math.NaN(), math.NaN(), math.NaN()
	}
	return v
}

func (c *course) housekeeping(r *reached) float64 { return c.at(r).HousekeepingEntropy(r.Overlaps) }

func (c *course) excess(r *reached) float64 {
	return perceptron.Excess(c.at(r).Nut, c.table.N, c.moments(r)) / c.flow.D
}

// knowsHeat tells whether theory knows the heat up to the chosen records: that of Hebb's rule always,
// that of the others where time scales are well separated.
func (c *course) knowsHeat(chosen func(step int64) bool) bool {
	return c.flow.Rule == perceptron.Hebb || !slices.ContainsFunc(c.records, func(r reached) bool {
		return chosen(r.step) && c.at(&r).Nut*c.flow.G > perceptron.Separated/10*math.Sqrt(r.Q)
	})
}
