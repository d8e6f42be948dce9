package perceptronscan

import (
	"context"
	"maps"
	"math"
	"slices"

	"tnn-gpu/host/cores"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// atOnce is the number of trials that share a launch: the rules of ten realisations.
const atOnce = 64

// column finds a column of a run.
func column(name string) (int, model.Column) {
	for i, c := range (&perceptron.Network{Spec: perceptron.Defaults()}).Describe().Columns {
		if c.Name == name {
			return i, c
		}
	}
	return -1, model.Column{Name: name}
}

// columnsOf are columns of a run, with their places.
func columnsOf(names ...string) (at []int, columns []model.Column) {
	for _, name := range names {
		i, c := column(name)
		at, columns = append(at, i), append(columns, c)
	}
	return at, columns
}

// steady averages the steady state.
type steady struct{ lab experiment.Lab }

// averaged are the columns of a run that steady averages; the generalisation error
// is the first.
var averaged = []string{"epsilon", "information", "Q", "R"}

func (s *steady) Outcomes() []model.Column {
	_, columns := columnsOf(averaged...)
	return append(columns,
		model.Column{Name: "diff_hebb", Title: "error minus Hebb's", Unit: "1", Doc: "generalisation error minus that of Hebb's rule with the same draws"},
		model.Column{Name: "epsilon_test", Title: "test error", Unit: "1", Doc: "part of 20000 test examples that the student gets wrong at the end"},
		model.Column{Name: "t_blow", Title: "time of blow-up", Unit: "1", Doc: "time of the record at which the student had diverged"},
	)
}

func (s *steady) AtOnce() int { return atOnce }

// hebbOf is the student of Hebb's rule that learns from the same draws.
func hebbOf(s student) student {
	s.table.Rule, s.table.Alpha = perceptron.Hebb, 0
	return s
}

func (s *steady) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	err := together(trials, func(l *launch, spec *perceptron.Spec, key uint64) {
		one := student{spec.Perceptron, key}
		l.add(one)
		l.add(hebbOf(one))
	}, func(l *launch, those []int) error {
		means := newMeans(l, averaged...)
		net, last, err := l.carryOut(ctx, s.lab, never, means.add)
		if err != nil {
			return err
		}
		tests, ends := testAll(net, last, l), endsOf(net, last)
		for _, i := range those {
			one := of(&trials[i])
			at, hebb := l.places[one], l.places[hebbOf(one)]
			v := append([]float64{}, means.of(at)...)
			v = append(v, v[0]-means.of(hebb)[0], tests[at], one.table.TimeOf(ends[at]))
			if ends[at] > 0 {
				v[0], v[1], v[4], v[5] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
				v[2], v[3] = math.NaN(), math.NaN()
			} else {
				v[6] = math.NaN()
			}
			if ends[hebb] > 0 { // which a strong swirl does
				v[4] = math.NaN()
			}
			results[i].Values = v
		}
		return nil
	})
	return results, err
}

// endsOf are the steps at which students ended, by replica; 0 for those that did not.
func endsOf(net *perceptron.Network, s *state.State) []int64 {
	ends := make([]int64, s.Replicas)
	for _, e := range net.Ends(s) {
		ends[e.Replica] = e.Step
	}
	return ends
}

// means are those of columns over the records from the time at which averages begin.
type means struct {
	launch  *launch
	columns []int
	sums    [][]float64 // by student and column
	counts  []float64
}

func newMeans(l *launch, names ...string) *means {
	m := &means{launch: l, counts: make([]float64, len(l.students))}
	m.columns, _ = columnsOf(names...)
	for range l.students {
		m.sums = append(m.sums, make([]float64, len(names)))
	}
	return m
}

// counts tells whether a record of a student is averaged.
func counts(t *perceptron.Table, step int64) bool {
	return t.TimeOf(step) >= t.AverageFrom*(1-1e-12)
}

func (m *means) add(r *record) error {
	for i := range m.launch.students {
		if !counts(&m.launch.students[i].table, r.step) {
			continue
		}
		m.counts[i]++
		for k, c := range m.columns {
			m.sums[i][k] += r.rows[i][c]
		}
	}
	return nil
}

// of are the means of a student.
func (m *means) of(i int) []float64 {
	var out []float64
	for _, sum := range m.sums[i] {
		out = append(out, sum/m.counts[i])
	}
	return out
}

// classes gathers the students of a state by their realisations.
func classes(net *perceptron.Network, s *state.State, l *launch) map[uint64][]int {
	out := make(map[uint64][]int)
	for i, one := range l.students {
		out[one.key] = append(out[one.key], i)
	}
	return out
}

// classOf makes a class of students of one realisation.
func classOf(net *perceptron.Network, s *state.State, l *launch, those []int) *perceptron.Class {
	var members []perceptron.Member
	for _, i := range those {
		members = append(members, perceptron.Member{Spec: &net.SpecOf(i).Perceptron, W: net.Vector(s, perceptron.Weights, i)})
	}
	return perceptron.NewClass(l.students[those[0]].key, net.Vector(s, perceptron.TeacherVector, those[0]), members)
}

// inParallel has the classes of a state worked on by all cores.
func inParallel(net *perceptron.Network, s *state.State, l *launch, work func(c *perceptron.Class, those []int)) {
	all := slices.Collect(maps.Values(classes(net, s, l)))
	cores.Each(len(all), func(i int) { work(classOf(net, s, l, all[i]), all[i]) })
}

// testAll gives the test error of every student.
func testAll(net *perceptron.Network, s *state.State, l *launch) []float64 {
	tests := make([]float64, len(l.students))
	inParallel(net, s, l, func(c *perceptron.Class, those []int) {
		for k, wrong := range c.Test(perceptron.TestExamples) {
			tests[those[k]] = wrong
		}
	})
	return tests
}
