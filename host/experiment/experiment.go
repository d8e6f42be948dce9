// Package experiment tries points of a model's parameters several times and
// tells what came of it: means with standard errors, beside theory. The results
// stand in a folder that any number of processes may fill, and go on with after
// they were killed. The package knows no model, no configuration and no backend.
//
// A scan is a list of points, each tried as often. What a point is tried with is
// a Runner: an ordinary run of which a part is averaged (package scan), or one
// that a model brings (Kind).
package experiment

import (
	"context"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Value is what a key of the configuration has at a point: a number, a text or
// a list.
type Value struct {
	Text     string // as in tables: 0.4, hylton2019, [30, 30]
	Number   float64
	IsNumber bool
}

// Trial is one try of a point.
type Trial struct {
	Point  int        // number of the point, from 0
	Number int        // of the trial at its point: it is replica Number of a run with the point's seed
	Seed   uint64     // of the point
	Graph  uint64     // the seed from which the network is built, unless its specification names one
	Values []Value    // of the keys that the scan varies
	Spec   model.Spec // the complete specification of the point
}

// Result is what came of a trial, by outcome. Where a Runner is Placed, the
// outcomes at the first place come first, then those at the next.
type Result struct {
	Values []float64 // NaN where the trial has no such value
	// Errors are standard errors of the values, as one trial tells them; NaN where
	// it does not. Nil is no error at all.
	Errors []float64
}

// Runner carries out trials.
type Runner interface {
	// Outcomes names what every trial gives.
	Outcomes() []model.Column

	// AtOnce is the number of trials that are best made at once. A scan never
	// divides a point, and adds points until they have so many trials.
	AtOnce() int

	// Run makes some trials, of one point or several, and gives a result for each
	// in their order. The results of a trial are the same whatever trials it is
	// made with. When the context is done, Run ends soon with the context's error.
	Run(ctx context.Context, trials []Trial) ([]Result, error)
}

// Placed is a Runner that takes its outcomes at several places along each trial,
// such as times, which ascend: then a table has a row for each point and place.
type Placed interface {
	Along() (column model.Column, places []float64)
}

// Varied is a Runner whose outcomes are not the same at all points. It is asked
// after a trial of the point was made.
type Varied interface {
	OutcomesOf(spec model.Spec) []model.Column
}

// Theory is what is known of an outcome without trying.
type Theory struct {
	Outcome string
	// Of gives the value at a point with this specification, at a place where the
	// Runner is Placed (else 0); NaN where nothing is known.
	Of func(spec model.Spec, place float64) float64
	// Chances is how often what a trial's outcome is the rate of may happen in a trial; nil
	// where it is no rate. Then theory itself tells how far the mean of few events scatters.
	Chances func(spec model.Spec) float64
	// Limit is whether it holds in a limit only, such as that of many units: a point is away
	// from it by more than its error, and no distance is told.
	Limit bool
}

// Mark is a value of a key that theory names.
type Mark struct {
	Key   string
	Value float64
	Name  string
}

// Beside is an outcome that is drawn over another one as a line, such as what the best
// possible decoder does.
type Beside struct{ Outcome, Other, Name string }

// Lab is what a Runner computes with.
type Lab struct {
	Precision state.Precision
	// Open puts a network on the backend that the scan computes on, with a replica
	// for each key. The Runner closes it.
	Open func(network model.Network, keys []uint64) (backend.Backend, error)
	// Progress is told now and then how many steps of the trials at work are made, of how
	// many at most; nil where no one wants to know. Runners call At.
	Progress func(made, steps int64)
}

// At tells of progress.
func (l *Lab) At(made, steps int64) {
	if l.Progress != nil {
		l.Progress(made, steps)
	}
}

// Kind is a way to try points that a model brings, beside ordinary runs.
type Kind struct {
	Name     string // as the scan's file has it, and part of what tasks are named by
	Doc      string // one line
	Theories []Theory
	// Whole says that outcomes are of the whole course, whatever keys say of what is measured
	// (bits:"measured").
	Whole bool
	// Marks are values of keys to be drawn as lines with names in figures against the
	// key, for a point with this specification; nil where there are none.
	Marks func(spec model.Spec) []Mark
	// Besides are outcomes that figures draw over others, and Crossings levels that outcomes
	// pass; nil where there are none.
	Besides   []Beside
	Crossings []Crossing
	// New makes the Runner of a scan around a specification, of which points differ
	// in the keys that the scan varies.
	New func(lab Lab, base model.Spec) (Runner, error)
}

// Preset is a scan that is ready to be made.
type Preset struct {
	Name string
	Doc  string // one line
	File string // the scan as a TOML file (docs/scan.md)
}
