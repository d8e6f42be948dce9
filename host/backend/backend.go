// Package backend is the seam between a model's run loop and what computes its
// steps: the pure-Go reference or an OpenCL device.
package backend

import (
	"errors"
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Backend advances one network, with all its replicas, on one device. It is
// owned by one goroutine; nothing in it may be called concurrently.
type Backend interface {
	// Describe says what computes.
	Describe() Description

	// Advance performs the next n steps and returns their sums, step after
	// step, replica after replica, in the order of the model's sum names:
	// n * replicas * len(sums) values. Those of steps without a row
	// (model.Recorded) may have any value.
	Advance(n int) ([]float64, error)

	// State copies out every field that is not derived.
	State() (*state.State, error)

	// SetState replaces the whole state, the step number included.
	SetState(*state.State) error

	// Field copies out one field, derived ones included (after Watch): into the
	// given array if it fits, whatever that holds, or else into a new one.
	Field(name string, into *state.Array) (*state.Array, error)

	// Watch has the named derived fields computed from the next step on, and
	// the others not. It never changes any other value.
	Watch(derived ...string) error

	// Control changes how the following steps are made, by the model's own
	// name for it (for example "adapt"), until it is changed again.
	Control(name string, value float64) error

	// Close frees the device's memory. The backend is unusable afterwards.
	Close() error
}

// Description of what computes, as shown to the user and stored with a run.
type Description struct {
	Backend   string // "cpu" or "opencl"
	Device    string // processor or device name
	Driver    string
	Precision state.Precision
	Strict    bool   // same bits as the reference
	Note      string // why it is not strict, or other remarks
	Bytes     int64  // memory the network takes on the device
	Form      string // cpu: the instructions by which a vector form computes several nodes together, or NoForm
}

// NoForm is Description.Form where each node is computed by itself.
const NoForm = "none"

func (d Description) String() string {
	s := fmt.Sprintf("%s: %s, %s precision", d.Backend, d.Device, d.Precision)
	if d.Form != "" {
		s += ", vector form: " + d.Form
	}
	if !d.Strict {
		s += ", tolerant"
	}
	if d.Note != "" {
		s += " (" + d.Note + ")"
	}
	return s
}

// ErrNoDouble is wrapped where double precision is asked of a device without it.
var ErrNoDouble = errors.New("no double precision")

// ErrUnknownField is wrapped by Field and Watch for a name the model does not have.
var ErrUnknownField = errors.New("unknown field")

// Open opens a network on a backend, at step 0, its initialisation done: cpuref.New
// and gpu.New are such functions.
type Open func(model.Network, Options) (Backend, error)

// Options of opening a network on a backend.
type Options struct {
	Precision state.Precision
	Seeds     []uint64 // one per replica
	Device    string   // gpu: as in gpu.OpenDevice
	Threads   int      // cpuref: 0 takes all cores
	WorkGroup int      // gpu: nodes per work-group, 0 lets the backend choose
	Profile   bool     // gpu: keep times per kernel
	// Waiting is told, on another goroutine, where a call to the device stands that
	// does not return; nil where nobody is. (gpu)
	Waiting func(words string)
}
