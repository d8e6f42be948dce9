// Package model is the seam between the models and the rest of the program: what
// a specification and a network must tell so that they are configured, run,
// recorded, shown and checked by code that knows no model. It holds no model.
package model

import (
	"errors"
	"fmt"

	"tnn-gpu/host/state"
)

// Spec is the specification of a model's network: a pointer to a struct whose
// fields are the model's tables, tagged with toml for their names, comment, and
// bits:"no" where they have no influence on what is computed, or bits:"measured"
// where they have none on the run, but on what a scan measures of it. Tables hold
// booleans, numbers, texts and lists of them.
type Spec interface {
	// Validate gives errors that have a ConfigKey method.
	Validate() error

	// VariantOf says why replicas with this specification and another one, of the
	// same type, cannot run side by side in one network.
	VariantOf(base any) error

	Steps() int64     // length of the run
	SetSteps(n int64) // 1 or more

	// Files are the names, by key, of the files that the network rests on.
	Files() map[string]*string

	// Need is the least memory in bytes that the network takes on the host and on
	// a device; 0 where only a file says it.
	Need(p state.Precision, replicas int) (host, device int64)

	// Key is the 64-bit key of the noise of a replica, in a run with this seed
	// whose replicas have values different values of a swept key: 1 without a
	// sweep; replica r has value r modulo values.
	Key(seed uint64, replica, values int) uint64

	// Build makes the network. What is drawn for it follows from the seed of the
	// run. Variants are the specifications of the replicas where they differ, else
	// nil. Errors that the user can mend have a ConfigKey method.
	Build(seed uint64, variants []Spec) (Network, error)
}

// Network is a specification made concrete: everything that a backend needs to
// run it, apart from its keys. It is immutable.
type Network interface {
	// Describe names what the network has.
	Describe() Description

	// Row computes the columns from the sums of one step and one replica, or from
	// the mean of the sums of several steps. It fills row.
	Row(row, sums []float64)

	// Order lists, for every item of an index space in original order, the index
	// of its value within one replica of a backend's array.
	Order(s state.Space) []int

	// Place names an item of an index space by its original number: "node 12",
	// "edge 3-7".
	Place(s state.Space, item int) string

	// NewState allocates the fields that are not derived, all values zero, at
	// step 0. Its arrays come in the order of the fields of Describe.
	NewState(p state.Precision, replicas int) *state.State

	// CheckState says why a state, for example one from a file, is not one of this
	// network in a precision and a number of replicas.
	CheckState(s *state.State, p state.Precision, replicas int) error

	// Announce says in words what a run is going to compute: topics and texts.
	Announce() [][2]string
}

// ErrUnknownControl is what a backend's Control gives, with a sentence of its own, for a
// name that the model does not have.
var ErrUnknownControl = errors.New("unknown control")

// UnknownControl is ErrUnknownControl in a sentence that says more.
func UnknownControl(format string, args ...any) error {
	return unknownControl(fmt.Sprintf(format, args...))
}

type unknownControl string

func (u unknownControl) Error() string     { return string(u) }
func (u unknownControl) Is(err error) bool { return err == ErrUnknownControl }

// Keys are those of all replicas of a run.
func Keys(s Spec, seed uint64, replicas, values int) []uint64 {
	keys := make([]uint64, replicas)
	for r := range keys {
		keys[r] = s.Key(seed, r, max(values, 1))
	}
	return keys
}
