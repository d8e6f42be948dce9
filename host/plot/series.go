package plot

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/text"
)

// series is what is drawn of some runs.
type series struct {
	runs       []*results.Run
	options    Options
	upwards    bool            // the step of a map is on the axis that goes up; options have it as X
	keyed      []float64       // values that the runs have of the key X, where curves are drawn against it and no run sweeps another
	columns    []record.Column // those that all runs have
	curves     []table
	histograms []record.Column
}

// table is the curve that a replica or a mean has in each panel.
type table struct {
	origin
	name         string
	mean, spread map[string][]float64 // by column; no spread for a single replica
}

// origin is what the replicas have in common that a curve is the mean of.
type origin struct {
	run   int     // its number; 0 where the curve is of all runs
	key   string  // that is swept
	value float64 // of the key
}

func load(runs []*results.Run, o Options) (*series, error) {
	s := &series{runs: runs, options: o}
	if o.Y == "step" {
		o.X, o.Y = o.Y, o.X
		s.options, s.upwards = o, true
	}
	s.keyed = s.keyValuesOfRuns()
	var all []table // of every run and replica
	for i, run := range runs {
		name := "steps.csv"
		if s.ofEpochs(run) && !run.EndsInARow() || run.IsLong() {
			name = "epochs.csv"
			if run.Replicas() > 1 {
				name = "epochs_replicas.csv"
			}
		}
		t, err := run.Table(name)
		if err != nil {
			return nil, err
		}
		tables := byReplica(t, run.Replicas())
		for k := range tables {
			tables[k].origin = s.origin(i, k)
		}
		if i == 0 {
			s.columns = t.Columns
		}
		s.columns = slices.DeleteFunc(slices.Clone(s.columns), func(c record.Column) bool { return !t.Has(c.Name) })
		all = append(all, tables...)
	}
	if _, found := s.column(o.X); !found && o.Y == "" && s.keyed == nil {
		return nil, s.noColumn()
	}
	if err := s.checkMeans(all); err != nil {
		return nil, err
	}
	for _, of := range together(all, func(t table) origin { return t.origin }) {
		aligned, err := align(of)
		if err != nil {
			return nil, err
		}
		s.curves = append(s.curves, average(s.name(of[0].origin), aligned, o.Errors))
	}
	if s.across(runs[0]) && o.Y == "" {
		s.curves = s.againstKey()
		return s, nil
	}
	s.histograms = runs[0].Distributions()
	return s, nil
}

// checkMeans refuses a mean that would count a trajectory twice, and options that would
// change nothing.
func (s *series) checkMeans(all []table) error {
	if s.options.Mean {
		if err := results.Overlap(s.runs); err != nil {
			return err
		}
	}
	if s.options.Y != "" {
		if s.options.Errors {
			return errors.New("standard errors are those of curves, and a map has none: leave them out")
		}
		return nil
	}
	origins := together(all, func(t table) origin { return t.origin })
	several := slices.ContainsFunc(origins, func(of []table) bool { return len(of) > 1 })
	what := "standard errors take"
	if s.options.Mean {
		what = "a mean takes"
	}
	if (s.options.Mean || s.options.Errors) && !several {
		return fmt.Errorf("%s several replicas with the same settings, or several runs that are averaged (--mean), and no curve has these", what)
	}
	return nil
}

// ofEpochs tells whether what is drawn is the last epoch of a run.
func (s *series) ofEpochs(run *results.Run) bool {
	return s.across(run) || s.options.Y != "" && s.options.X != "step"
}

// lastWords say what is drawn of each run where that is a single row.
func (s *series) lastWords() string {
	ended := 0
	for _, run := range s.runs {
		if run.EndsInARow() {
			ended++
		}
	}
	switch ended {
	case 0:
		return ", last epoch"
	case len(s.runs):
		return ", last row"
	}
	return ", last epoch or last row"
}

// across tells whether a run sweeps the key that is the x axis, or all runs together do.
func (s *series) across(run *results.Run) bool { return s.keyed != nil || s.sweeps(run) }

// origin of a replica of a run.
func (s *series) origin(run, replica int) origin {
	o := origin{run: run}
	if s.options.Mean && s.options.Y == "" { // runs may differ in the key Y
		o.run = 0
	}
	if sweep := s.runs[run].Metadata.Sweep; sweep != nil {
		o.key, o.value = sweep.Key, sweep.Values[replica]
	} else if s.keyed != nil {
		o.key, o.value = s.options.X, s.keyed[run]
	}
	return o
}

// name of the curve of an origin: its run where there are several, and its value.
func (s *series) name(o origin) string {
	name := s.runs[o.run].Name
	if s.options.Mean {
		name = "all"
	}
	switch {
	case o.key == "":
		return name
	case len(s.runs) == 1 || s.options.Mean:
		return fmt.Sprintf("%s = %g", o.key, o.value)
	}
	return fmt.Sprintf("%s: %s = %g", name, o.key, o.value)
}

// together are the tables that have something in common, in the order of the first
// of each.
func together[K comparable](all []table, of func(table) K) [][]table {
	at := make(map[K]int)
	var out [][]table
	for _, t := range all {
		if _, found := at[of(t)]; !found {
			at[of(t)], out = len(out), append(out, nil)
		}
		out[at[of(t)]] = append(out[at[of(t)]], t)
	}
	return out
}

// againstKey makes one curve of the last epochs of the curves of each run that sweeps the
// key, and one of all other runs, against the values of the key.
func (s *series) againstKey() []table {
	var out []table
	const others = -1
	alone := func(t table) int {
		if s.sweeps(s.runs[t.run]) {
			return t.run
		}
		return others
	}
	for _, of := range together(s.curves, alone) {
		slices.SortFunc(of, func(a, b table) int { return cmp.Compare(a.value, b.value) })
		t := table{name: s.name(origin{run: of[0].run}), mean: make(map[string][]float64)}
		if n := len(s.unswept()); alone(of[0]) == others && n > 1 {
			t.name = text.Count(n, "run")
		}
		if slices.ContainsFunc(of, func(t table) bool { return t.spread != nil }) {
			t.spread = make(map[string][]float64)
		}
		for column := range of[0].mean {
			for _, point := range of {
				n := len(point.mean[column])
				if n == 0 {
					continue
				}
				t.mean[column] = append(t.mean[column], point.mean[column][n-1])
				switch {
				case point.spread != nil:
					t.spread[column] = append(t.spread[column], point.spread[column][n-1])
				case t.spread != nil:
					t.spread[column] = append(t.spread[column], 0) // of a single replica it is not known
				}
			}
		}
		t.mean[s.options.X] = nil
		for _, point := range of {
			if len(point.steps()) > 0 {
				t.mean[s.options.X] = append(t.mean[s.options.X], point.value)
			}
		}
		out = append(out, t)
	}
	return out
}

// byReplica takes the rows of a table apart. Epochs are numbered by their last steps.
func byReplica(t *results.Table, replicas int) []table {
	out := make([]table, replicas)
	rows := t.Rows() / replicas * replicas
	for k := range out {
		out[k].mean = make(map[string][]float64)
		for c, about := range t.Columns {
			for row := k; row < rows; row += replicas {
				out[k].mean[about.Name] = append(out[k].mean[about.Name], t.Values[c][row])
			}
		}
		if last := out[k].mean["last"]; last != nil {
			out[k].mean["step"] = last
		}
	}
	return out
}

// steps are those of the rows.
func (t table) steps() []float64 { return t.mean["step"] }

// align leaves the rows of steps that all tables have, so that a row is of one step in all
// of them; of tables without steps, or with the same ones, all rows.
func align(all []table) ([]table, error) {
	first := all[0].steps()
	if !slices.ContainsFunc(all, func(t table) bool { return !sameStart(first, t.steps()) }) {
		return all, nil
	}
	kept := first
	for _, t := range all[1:] {
		has := make(map[float64]bool)
		for _, step := range t.steps() {
			has[step] = true
		}
		kept = slices.DeleteFunc(slices.Clone(kept), func(step float64) bool { return !has[step] })
	}
	if len(kept) == 0 {
		return nil, errApart
	}
	out := make([]table, len(all))
	for k, t := range all {
		out[k] = t
		out[k].mean = make(map[string][]float64)
		at := 0
		for row, step := range t.steps() {
			if at == len(kept) || step != kept[at] {
				continue
			}
			for name, values := range t.mean {
				out[k].mean[name] = append(out[k].mean[name], values[row])
			}
			at++
		}
	}
	return out, nil
}

// errApart is that of runs whose rows cannot be put together.
var errApart = errors.New("the runs have rows of different steps, and none of a step that all of them have: make them with one record.steps_every")

// sameStart tells whether two tables have the same steps, up to the end of the shorter one.
func sameStart(a, b []float64) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// rowless tells whether there is nothing to draw but histograms.
func (s *series) rowless() bool {
	return !slices.ContainsFunc(s.curves, func(t table) bool {
		for _, values := range t.mean {
			if len(values) > 0 {
				return true
			}
		}
		return false
	})
}

// errNoRows is that of runs which have been stopped early.
var errNoRows = errors.New("the runs have no rows to draw: they have made none of the steps that have one")

// average is the mean of some tables, up to the end of the shortest, with the
// standard deviation among them, or the standard error.
func average(name string, of []table, standardErrors bool) table {
	if len(of) == 1 {
		return table{origin: of[0].origin, name: name, mean: of[0].mean}
	}
	out := table{origin: of[0].origin, mean: make(map[string][]float64), spread: make(map[string][]float64)}
	out.name = fmt.Sprintf("%s, mean of %d", name, len(of))
	for column := range of[0].mean {
		rows := math.MaxInt
		for _, t := range of {
			rows = min(rows, len(t.mean[column]))
		}
		mean, spread := make([]float64, rows), make([]float64, rows)
		values := make([]float64, len(of))
		for i := range rows {
			for k, t := range of {
				values[k] = t.mean[column][i]
			}
			e := stats.Mean(values)
			if mean[i], spread[i] = e.Mean, e.Deviation(); standardErrors {
				spread[i] = e.Error
			}
		}
		out.mean[column], out.spread[column] = mean, spread
	}
	return out
}

func (s *series) column(name string) (record.Column, bool) {
	for _, c := range s.columns {
		if c.Name == name {
			return c, true
		}
	}
	return record.Column{Name: name, Title: name}, name == "step"
}

func (s *series) names() []string {
	var out []string
	for _, c := range s.columns {
		out = append(out, c.Name)
	}
	return out
}
