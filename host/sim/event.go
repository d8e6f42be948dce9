package sim

import (
	"time"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Event is something that an observer is told: *Rows, *Epoch, *Snapshot,
// *Checkpoint, *Commanded, *Held, *Dump or *End. No one changes it afterwards, so it may be kept.
type Event interface{ event() }

// Observer is told what a run does, in order of steps, by the goroutine that
// runs it. It must not give commands to the run from within. An error ends the
// run.
type Observer func(Event) error

// Rows are the quantities of consecutive steps, or of those among them that the
// model names.
type Rows struct {
	First    int64   // of the steps
	Last     int64   // which the run has reached
	Numbers  []int64 // of the steps that have a row; nil for all
	Replicas int
	Columns  int
	Values   []float64 // steps x replicas x columns
}

// Step is the one that the i-th row is of.
func (r *Rows) Step(i int) int64 {
	if r.Numbers != nil {
		return r.Numbers[i]
	}
	return r.First + int64(i)
}

// Steps is how many steps have a row.
func (r *Rows) Steps() int { return len(r.Values) / (r.Replicas * r.Columns) }

// Row is the row of one replica in the i-th of the steps.
func (r *Rows) Row(i, replica int) []float64 {
	at := (i*r.Replicas + replica) * r.Columns
	return r.Values[at : at+r.Columns]
}

// Epoch holds the quantities of the mean sums of some steps. The last epoch of a
// run may be shorter than the others.
type Epoch struct {
	Index       int64       // from 1
	First, Last int64       // steps
	Points      []Point     // as the plan has them
	Replicas    [][]float64 // by replica and column
}

// Point has the results of an epoch for all replicas of one point of the plan.
type Point struct {
	Replicas []int
	Mean     []float64 // by column
	// Error is the standard error of the mean over the replicas, by column; nil
	// if there is one replica.
	Error []float64
}

// Snapshot holds fields as they were after a step.
type Snapshot struct {
	Step   int64
	Start  bool // it is that of the plan's Start, and of nothing else
	Arrays []*state.Array
	Took   time.Duration // for which the run stood still, where Run.Snapshot made it
}

// Array finds a field of the snapshot by name, or returns nil.
func (s *Snapshot) Array(name string) *state.Array {
	for _, a := range s.Arrays {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Checkpoint is the state from which a run is resumed. An observer that adds entries of
// its own, such as sums of files, adds them to a copy.
type Checkpoint struct{ state.Checkpoint }

// Commanded tells that a command was carried out: one that was just given, or one of an
// earlier session, which the plan has.
type Commanded struct{ Command }

// Held tells that a run that is attended has paused by itself.
type Held struct{}

// Dump is a state that shows why a run stopped itself: the state with numbers that are
// not finite, or the state before a step whose repetition gave other bits. A Dump is the
// last event of such a run.
type Dump struct{ state.Checkpoint }

// End is the last event of a run that was not broken off by an error. Everything
// before it belongs to the checkpoint of the same step, apart from the epoch that
// the end cut short.
type End struct {
	State   *state.State
	Derived *Snapshot // derived fields of the plan's Start as they are now
	Reason  Reason
	Ends    []model.End // of the replicas that ended by themselves
}

// Array finds a field at the end, derived or not, or returns nil.
func (e *End) Array(name string) *state.Array {
	if a := e.State.Array(name); a != nil || e.Derived == nil {
		return a
	}
	return e.Derived.Array(name)
}

func (*Rows) event()       {}
func (*Epoch) event()      {}
func (*Snapshot) event()   {}
func (*Checkpoint) event() {}
func (*Commanded) event()  {}
func (*Held) event()       {}
func (*Dump) event()       {}
func (*End) event()        {}

// Reason tells why a run ended.
type Reason string

// The reasons.
const (
	Finished  Reason = "finished"  // the planned steps are done
	AllEnded  Reason = "ended"     // every replica has ended by itself, at the last of those or before
	Stopped   Reason = "stopped"   // by a command
	Cancelled Reason = "cancelled" // through the context
	Failed    Reason = "failed"    // by an error
)
