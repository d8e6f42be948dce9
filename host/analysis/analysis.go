// Package analysis says what can be worked out of a run when it is over, or while it
// goes on: quantities with standard errors, and functions such as a spectrum. It knows
// no model; a model brings the statistics of its own runs, and Common are those of all.
package analysis

import (
	"errors"
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Statistic works something out of a run.
type Statistic struct {
	Name string // as in --of: correlation
	Doc  string // one line
	// Of tells an error that wraps ErrMissing where the run has not recorded what it
	// takes, or is of a kind that has no such statistic.
	Of func(r *Run) (*Result, error)
}

// ErrMissing is wrapped where a run has nothing that a statistic could be made of.
var ErrMissing = errors.New("cannot be worked out for this run")

// Missing is an error that wraps ErrMissing and says what is missing and what to do.
func Missing(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMissing, fmt.Sprintf(format, args...))
}

// Run is what statistics are of: replicas of a run that have the same settings, in the
// steps from First to Last.
type Run struct {
	Network     model.Network
	Replicas    []int // their numbers
	First, Last int64
	Above       float64 // correlation above which pairs are joined
	Bin         int64   // steps of a bin; 0: as many as make a hundred bins
	From        Source
	Beside      Source // of another run with as many replicas, or nil

	quantities []model.Column // those that are looked at; nil: all of the network
}

// Source is what a run left behind.
type Source interface {
	// Steps are those that have a row, ascending.
	Steps() ([]int64, error)
	// Column is a quantity of a replica, by row.
	Column(name string, replica int) ([]float64, error)
	// Recording opens what was recorded of a field, or tells an error that wraps
	// ErrMissing.
	Recording(field string) (*Recording, error)
	// Final is a field of a replica in the state after the last step, in original order.
	Final(field string, replica int) ([]float64, error)
	// End is the last step that the run has made.
	End() int64
}

// Recording is a field at every multiple of some steps.
type Recording struct {
	First, Every int64 // step of the first record, and how many steps lie between two
	Len          int   // records
	Numbers      []int // of the recorded items; nil where all are
	Read         func(record, replica int) ([]float64, error)
	Close        func() error
}

// Result is what a statistic finds.
type Result struct {
	Values []Value
	Tables []Table
	Notes  []string // sentences
}

// Value is a quantity with its standard error, NaN where that is not known.
type Value struct {
	model.Column
	stats.Estimate
}

// Table is a function: the first column is what it is a function of. A column that is
// called as another with _error behind it has the standard errors of that.
type Table struct {
	Name    string // of its file: correlation
	Title   string
	Columns []model.Column
	Values  [][]float64 // by column
	Bars    bool        // figures have points with bars, in place of lines
	Dots    bool        // and these are small, without bars
	One     bool        // figures have one pair of axes for all columns
	Map     bool        // three columns: figures paint the third over the first two, centred on 0
	Graph   bool        // three columns: figures join the items of the first two, in the colour of the third
}

// Add appends a value.
func (r *Result) Add(name, unit, doc string, e stats.Estimate) {
	r.Values = append(r.Values, Value{model.Column{Name: name, Unit: unit, Doc: doc}, e})
}

// Exact appends a value that has no error.
func (r *Result) Exact(name, unit, doc string, v float64, n int) {
	r.Add(name, unit, doc, stats.Estimate{Mean: v, N: n})
}

// Note appends a sentence.
func (r *Result) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Add appends a column.
func (t *Table) Add(c model.Column, values []float64) {
	t.Columns, t.Values = append(t.Columns, c), append(t.Values, values)
}

// AddEstimates appends a column with its errors.
func (t *Table) AddEstimates(c model.Column, values []stats.Estimate) {
	means, errs := make([]float64, len(values)), make([]float64, len(values))
	for i, e := range values {
		means[i], errs[i] = e.Mean, e.Error
	}
	t.Add(c, means)
	t.Add(model.Column{Name: c.Name + "_error", Unit: c.Unit, Doc: "standard error of " + c.Name}, errs)
}

// Errors are those of a column, by its number; nil where there are none.
func (t *Table) Errors(column int) []float64 {
	for i, c := range t.Columns {
		if c.Name == t.Columns[column].Name+"_error" {
			return t.Values[i]
		}
	}
	return nil
}

// IsError tells whether a column has the errors of another.
func (t *Table) IsError(column int) bool {
	for i := range t.Columns {
		if i != column && t.Columns[column].Name == t.Columns[i].Name+"_error" {
			return true
		}
	}
	return false
}
