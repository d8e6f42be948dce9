package experiment

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/stats"
)

// Table is what came of a scan: a row for each point, and place where there are
// several.
type Table struct {
	Keys     []string
	Along    *record.Column // nil where there are no places
	Outcomes []record.Column
	Rows     []Row
	Missing  int // trials
}

// Row of a table.
type Row struct {
	Point     int
	Values    []Value // by key
	Place     float64
	Trials    int
	Estimates []stats.Estimate // by outcome
	Theory    []float64        // by outcome; NaN where there is none
	Distance  []float64        // of the mean from theory, in standard errors; NaN where none is known
	Results   [][]float64      // by outcome and trial; nil of an outcome that the point does not have
}

// results are the tasks of a plan, read.
type results struct {
	plan     *Plan
	tasks    []*task // by point, with no more trials than the plan has
	outcomes []string
	missing  int
}

// results reads all tasks of a plan.
func (f *Folder) results(p *Plan) (*results, error) {
	r := &results{plan: p}
	for i, point := range p.Points {
		t, err := readTask(f.dir, resultName(point.Task))
		if err != nil {
			return nil, err
		}
		t.cut(p.Trials)
		r.tasks = append(r.tasks, t)
		r.missing += p.Trials - t.trials()
		for _, name := range t.outcomes {
			if !slices.Contains(r.outcomes, name) {
				r.outcomes = append(r.outcomes, name)
			}
		}
		if t.trials() > 0 && r.tasks[0].trials() > 0 && t.along != r.tasks[0].along {
			return nil, fmt.Errorf("points 1 and %d of the scan have outcomes at different kinds of places", i+1)
		}
	}
	return r, nil
}

// cut leaves the first trials of a task.
func (t *task) cut(trials int) {
	if t.trials() > trials {
		t.seeds, t.values = t.seeds[:trials], t.values[:trials]
		if t.errors != nil {
			t.errors = t.errors[:trials]
		}
	}
}

// of are the values of an outcome at a place, by trial, and what a single trial says
// of its error.
func (t *task) of(outcome string, place int) (values []float64, alone float64) {
	alone = math.NaN()
	k := t.index(outcome, place)
	if k < 0 {
		return nil, alone
	}
	for _, trial := range t.values {
		values = append(values, trial[k])
	}
	if len(t.errors) == 1 {
		alone = t.errors[0][k]
	}
	return values, alone
}

// index is where the values of trials have an outcome at a place; -1 where they do not.
func (t *task) index(outcome string, place int) int {
	k := slices.Index(t.outcomes, outcome)
	if k < 0 {
		return k
	}
	return k + place*len(t.outcomes)
}

// ErrGaps is wrapped where a table would have gaps.
var ErrGaps = errors.New("the scan has gaps")

// Table reads what there is of a plan. Gaps are an error, which wraps ErrGaps,
// unless they are asked for.
func (f *Folder) Table(p *Plan, theories []Theory, gaps bool) (*Table, error) {
	r, err := f.results(p)
	if err != nil {
		return nil, err
	}
	if r.missing > 0 && !gaps {
		return nil, fmt.Errorf("%w: %d of its %d trials are not there", ErrGaps, r.missing, p.Trials*len(p.Points))
	}
	m, err := f.Metadata()
	if err != nil {
		return nil, err
	}
	t := &Table{Keys: p.Keys, Missing: r.missing, Along: m.Scan.Along}
	for _, name := range r.outcomes {
		t.Outcomes = append(t.Outcomes, m.Scan.column(name))
	}
	for point, task := range r.tasks {
		for i := range task.places {
			if task.trials() > 0 {
				t.Rows = append(t.Rows, r.row(point, i, theories))
			}
		}
	}
	return t, nil
}

// column describes an outcome, with its name alone if nothing else is known of it.
func (a *About) column(name string) record.Column {
	for _, c := range a.Outcomes {
		if c.Name == name {
			return c
		}
	}
	return record.Column{Name: name, Title: name}
}

func (r *results) row(point, place int, theories []Theory) Row {
	at, task := &r.plan.Points[point], r.tasks[point]
	row := Row{Point: point, Values: at.Values, Place: task.places[place], Trials: task.trials()}
	for _, name := range r.outcomes {
		values, alone := task.of(name, place)
		e := stats.Mean(values)
		if e.N == 1 {
			e.Error = alone
		}
		theory, away := math.NaN(), math.NaN()
		for _, known := range theories {
			if known.Outcome == name {
				theory, away = known.at(at.Spec, row.Place, e)
			}
		}
		row.Estimates, row.Results = append(row.Estimates, e), append(row.Results, values)
		row.Theory, row.Distance = append(row.Theory, theory), append(row.Distance, away)
	}
	return row
}

// at is the value at a point, and the distance of a mean from it.
func (t *Theory) at(spec model.Spec, place float64, e stats.Estimate) (value, away float64) {
	value = t.Of(spec, place)
	switch {
	case t.Limit:
		return value, math.NaN()
	case t.Chances != nil:
		return value, distance(e, value, t.Chances(spec))
	}
	return value, distance(e, value, 0)
}

// HasTheory tells whether something is known of an outcome at any point.
func (t *Table) HasTheory(outcome int) bool {
	return slices.ContainsFunc(t.Rows, func(r Row) bool { return !math.IsNaN(r.Theory[outcome]) })
}

// varies tells whether an outcome has another number of values than its points have
// trials.
func (t *Table) varies(outcome int) bool {
	return slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Estimates[outcome].N != r.Trials })
}

// Write writes points.csv: a row for each point, with the keys, the number of trials,
// and of each outcome the mean, its standard error, and where there is theory that
// and the distance from it in standard errors. An outcome that not every trial has
// is followed by how many have it.
func (t *Table) Write(w io.Writer) error {
	head := t.head("n")
	for k, c := range t.Outcomes {
		head = append(head, c.Name, c.Name+errorSuffix)
		if t.HasTheory(k) {
			head = append(head, c.Name+"_theory", c.Name+"_z")
		}
		if t.varies(k) {
			head = append(head, c.Name+"_n")
		}
	}
	return writeRows(w, head, len(t.Rows), func(i int) []string {
		r := &t.Rows[i]
		row := append(t.place(r), strconv.Itoa(r.Trials))
		for k, e := range r.Estimates {
			row = appendCells(row, []float64{e.Mean, e.Error})
			if t.HasTheory(k) {
				row = appendCells(row, []float64{r.Theory[k], r.Distance[k]})
			}
			if t.varies(k) {
				row = append(row, strconv.Itoa(e.N))
			}
		}
		return row
	})
}

// distance of a mean from theory in standard errors, as a normal deviate: few trials tell
// their error badly, so that their mean may well be many of it away (stats.Normal). A difference
// that rounding makes is none, however small the error: exact results have hardly any. It is not
// a number where trials were all alike, which tells of no error. The error of a rate of events with so
// many chances in a trial is at least that of the number of events that theory expects: trials with
// hardly any event are hardly unlike.
func distance(e stats.Estimate, theory, chances float64) float64 {
	difference, expected := e.Mean-theory, 0.0
	if chances > 0 && theory > 0 && theory < 1 {
		expected = math.Sqrt(theory * (1 - theory) / (chances * float64(e.N)))
	}
	switch {
	case math.Abs(difference) <= 1e-12*math.Abs(theory):
		return 0
	case expected > 0 && !(e.Error > expected):
		return difference / expected
	case e.Error == 0:
		return math.NaN()
	case e.N == 1: // which told its error itself
		return difference / e.Error
	}
	return stats.Normal(difference/e.Error, e.N-1)
}

// head is that of a table whose rows are points, with some columns after the place.
func (t *Table) head(more ...string) []string {
	head := slices.Clone(t.Keys)
	if t.Along != nil {
		head = append(head, t.Along.Name)
	}
	return append(head, more...)
}

// place is the beginning of a row.
func (t *Table) place(r *Row) []string {
	var row []string
	for _, v := range r.Values {
		row = append(row, v.Text)
	}
	if t.Along != nil {
		row = append(row, cell(r.Place))
	}
	return row
}

func writeRows(w io.Writer, head []string, rows int, row func(i int) []string) error {
	out := csv.NewWriter(w)
	err := out.Write(head)
	for i := 0; err == nil && i < rows; i++ {
		err = out.Write(row(i))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// runSeed is the seed of the run that a trial is. Where replicas have no seeds of their own,
// it is that of the point: of a run of which the trial is a replica.
func (p *Point) runSeed(trial int) uint64 {
	if own := p.Seed + uint64(trial); p.Spec.Key(p.Seed, trial, 1) == own {
		return own
	}
	return p.Seed
}

// WriteTrials writes trials.csv: a row for each trial, with the keys, the number of
// the trial, the seed of its run and its outcomes.
func (f *Folder) WriteTrials(p *Plan, w io.Writer) error {
	r, err := f.results(p)
	if err != nil {
		return err
	}
	along := r.tasks[0].along
	head := append(slices.Clone(p.Keys), "trial", "seed")
	if along != "" {
		head = append(head, along)
	}
	var rows [][]string
	for point, t := range r.tasks {
		for trial := range t.trials() {
			for i, place := range t.places {
				var row []string
				for _, v := range p.Points[point].Values {
					row = append(row, v.Text)
				}
				row = append(row, strconv.Itoa(trial), strconv.FormatUint(p.Points[point].runSeed(trial), 10))
				if along != "" {
					row = append(row, cell(place))
				}
				for _, name := range r.outcomes {
					value := math.NaN()
					if k := t.index(name, i); k >= 0 {
						value = t.values[trial][k]
					}
					row = append(row, cell(value))
				}
				rows = append(rows, row)
			}
		}
	}
	return writeRows(w, append(head, r.outcomes...), len(rows), func(i int) []string { return rows[i] })
}

// Merge makes the tables of a plan's folder from its tasks.
func (f *Folder) Merge(p *Plan, theories []Theory, gaps bool) (*Table, error) {
	t, err := f.Table(p, theories, gaps)
	if err != nil {
		return nil, err
	}
	err = f.Write(TrialsName, func(w io.Writer) error { return f.WriteTrials(p, w) })
	if err == nil {
		err = f.Write(PointsName, t.Write)
	}
	return t, err
}
