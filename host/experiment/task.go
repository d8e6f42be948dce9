package experiment

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
)

// errorSuffix marks the column of a standard error.
const errorSuffix = "_error"

// noPlace is the column of places where there are none.
const noPlace = "place"

// task is what a task's file holds: the results of trials 0, 1, ... of a point.
type task struct {
	outcomes []string
	along    string    // the name of the places; empty where there are none
	places   []float64 // a single 0 where there are none
	seeds    []uint64  // by trial
	values   [][]float64
	errors   [][]float64 // nil where no trial tells them
}

// outcomesOf are those of a runner at a point.
func outcomesOf(r Runner, spec model.Spec) []model.Column {
	if varied, ok := r.(Varied); ok {
		return varied.OutcomesOf(spec)
	}
	return r.Outcomes()
}

// newTask describes results of a runner.
func newTask(r Runner, outcomes []model.Column) *task {
	t := &task{places: []float64{0}}
	if placed, ok := r.(Placed); ok {
		var c model.Column
		c, t.places = placed.Along()
		t.along = c.Name
	}
	for _, c := range outcomes {
		t.outcomes = append(t.outcomes, c.Name)
	}
	return t
}

func (t *task) trials() int { return len(t.values) }

// add appends a trial's result.
func (t *task) add(trial Trial, r Result) error {
	want := len(t.places) * len(t.outcomes)
	if len(r.Values) != want || r.Errors != nil && len(r.Errors) != want {
		return fmt.Errorf("trial %d has %d values and %d errors; %d of each were expected", trial.Number, len(r.Values), len(r.Errors), want)
	}
	if trial.Number != t.trials() {
		return fmt.Errorf("trial %d comes after %d trials", trial.Number, t.trials())
	}
	t.seeds, t.values = append(t.seeds, trial.Seed), append(t.values, r.Values)
	t.setErrors(r.Errors)
	return nil
}

// setErrors are those of the last trial.
func (t *task) setErrors(errors []float64) {
	if errors == nil && t.errors == nil {
		return
	}
	blank := slices.Repeat([]float64{math.NaN()}, len(t.places)*len(t.outcomes))
	for len(t.errors) < t.trials() {
		t.errors = append(t.errors, blank)
	}
	if errors != nil {
		t.errors[t.trials()-1] = errors
	}
}

// extend puts the trials of an older file before those to come.
func (t *task) extend(old *task) error {
	if old.trials() == 0 {
		return nil
	}
	if !slices.Equal(t.outcomes, old.outcomes) || t.along != old.along || !slices.Equal(t.places, old.places) {
		return errors.New("its trials so far have other outcomes: another version of the program made them. Remove the file, and they are made again")
	}
	t.seeds, t.values, t.errors = old.seeds, old.values, old.errors
	return nil
}

// write has a row for each trial and place.
func (t *task) write(w io.Writer) error {
	out := csv.NewWriter(w)
	row := append([]string{"trial", "seed", cmp.Or(t.along, noPlace)}, t.outcomes...)
	if t.errors != nil {
		for _, name := range t.outcomes {
			row = append(row, name+errorSuffix)
		}
	}
	if err := out.Write(row); err != nil {
		return err
	}
	n := len(t.outcomes)
	for trial := range t.trials() {
		for i, place := range t.places {
			row = append(row[:0], strconv.Itoa(trial), strconv.FormatUint(t.seeds[trial], 10), cell(place))
			row = appendCells(row, t.values[trial][i*n:(i+1)*n])
			if t.errors != nil {
				row = appendCells(row, t.errors[trial][i*n:(i+1)*n])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// cell is a number in the shortest form that reads back as the same one; what is
// NaN, not known, is empty.
func cell(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func appendCells(row []string, values []float64) []string {
	for _, v := range values {
		row = append(row, cell(v))
	}
	return row
}

// ErrDamaged is wrapped where the results of a task are not whole.
var ErrDamaged = errors.New("is damaged")

// maxTaskBytes bounds what is read of a task's file.
const maxTaskBytes = 1 << 30

// readTask reads a task's file; one that is not there has no trials.
func readTask(d files.Dir, name string) (*task, error) {
	text, err := files.ReadFile(d, name, maxTaskBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return &task{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the results of a task cannot be read: %w", err)
	}
	t, err := parseTask(text)
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w; remove it, and the task is made again", name, ErrDamaged, err)
	}
	return t, nil
}

func parseTask(text []byte) (*task, error) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll() // all of them as long as the first
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0 || len(rows[0]) < 4 || rows[0][0] != "trial" || rows[0][1] != "seed":
		return nil, errors.New("its columns are not trial, seed, a place and outcomes")
	case !bytes.HasSuffix(text, []byte("\n")):
		return nil, errors.New("its last row is cut off")
	}
	t := &task{}
	withErrors := t.parseHead(rows[0])
	if withErrors && len(rows[0]) != 3+2*len(t.outcomes) {
		return nil, errors.New("not each outcome has an error")
	}
	return t, t.parseRows(rows[1:], withErrors)
}

// parseHead finds the names, and whether there are errors.
func (t *task) parseHead(columns []string) (withErrors bool) {
	if columns[2] != noPlace {
		t.along = columns[2]
	}
	t.outcomes = columns[3:]
	if n := slices.Index(columns, columns[3]+errorSuffix); n > 0 {
		t.outcomes, withErrors = columns[3:n], true
	}
	return withErrors
}

func (t *task) parseRows(rows [][]string, withErrors bool) error {
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(row []string) bool { return row[0] != rows[0][0] })
		if n < 0 {
			n = len(rows)
		}
		if err := t.parseTrial(rows[:n], withErrors); err != nil {
			return fmt.Errorf("trial %d: %w", t.trials(), err)
		}
		rows = rows[n:]
	}
	return nil
}

// parseTrial reads the rows of the next trial. The first trial says what the places
// are.
func (t *task) parseTrial(rows [][]string, withErrors bool) error {
	if rows[0][0] != strconv.Itoa(t.trials()) {
		return fmt.Errorf("%q stands in its place", rows[0][0])
	}
	seed, err := strconv.ParseUint(rows[0][1], 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no seed", rows[0][1])
	}
	var places, values, deviations []float64
	for i, row := range rows {
		cells, err := parseCells(row[2:])
		if err != nil {
			return err
		}
		if i > 0 && !(cells[0] > places[i-1]) {
			return errors.New("its places do not ascend")
		}
		n := 1 + len(t.outcomes)
		places, values, deviations = append(places, cells[0]), append(values, cells[1:n]...), append(deviations, cells[n:]...)
	}
	if t.trials() == 0 {
		t.places = places
	}
	if !slices.Equal(t.places, places) {
		return errors.New("its places are not those of the first trial")
	}
	t.seeds, t.values = append(t.seeds, seed), append(t.values, values)
	if withErrors {
		t.errors = append(t.errors, deviations)
	}
	return nil
}

// parseCells reads numbers; an empty cell is NaN.
func parseCells(row []string) ([]float64, error) {
	out := make([]float64, len(row))
	for i, text := range row {
		out[i] = math.NaN()
		if text == "" {
			continue
		}
		var err error
		if out[i], err = strconv.ParseFloat(text, 64); err != nil {
			return nil, fmt.Errorf("%q is no number", text)
		}
	}
	return out, nil
}
