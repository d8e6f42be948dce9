package model

import (
	"fmt"
	"math"

	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Description of a model and its network.
type Description struct {
	Name          string // of the model
	Rule          string // which of its update rules; may be empty
	Counts        []Count
	Spaces        []Space
	Schedule      string   // in words: the order in which items are updated
	Work          string   // what Updates counts: "node updates"
	Updates       int64    // of one step, per replica
	Sums          []string // in the order in which a backend returns them
	Columns       []Column
	Panels        []Panel
	Fields        []state.Field // what backends hold
	Computed      []Computed    // what follows from fields
	Distributions []Distribution
	Controls      []Control
	Holds         *Holds  // nil where no item's value can be held
	Touch         *Touch  // nil where a click on an item does nothing
	Inputs        []Input // that each step is given, by a backend.Feeder; nil where steps need none
	Spikes        string  // a field of bits, whose ones are spikes; may be empty
	Mark          string  // a computed field, 1 at items that pictures mark; may be empty
}

// Count is a number that tells the size of a network.
type Count struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// Space is an index space of the network.
type Space struct {
	Name  state.Space
	Axes  []string // names of the axes of an array in original order, without replicas
	Shape []int    // and their lengths
	Shown bool     // pages show fields of one or two axes as pictures, though there are no sites
}

// Len is the number of items.
func (s *Space) Len() int {
	n := 1
	for _, side := range s.Shape {
		n *= side
	}
	return n
}

// Line is a space of n items whose only axis has its name.
func Line(name state.Space, n int) Space {
	return Space{Name: name, Axes: []string{string(name)}, Shape: []int{n}}
}

// Column is a quantity of the tables.
type Column struct {
	Name  string
	Title string // as on an axis
	Unit  string
	Doc   string // one line
	Log   bool   // figures of scans have it on a logarithmic axis
	Set   bool   // it follows from the configuration and the step alone
}

// Panel is a figure that shows several columns together.
type Panel struct {
	Name    string   `json:"name"`            // by which it is asked for
	Title   string   `json:"title,omitempty"` // as on an axis; empty where it is the name
	Columns []string `json:"columns"`         // their names
}

// Computed is a field that backends do not have because it follows from those
// that they have.
type Computed struct {
	state.Field
	From  []string // names of fields
	Final bool     // the state after the last step has it, too
	// Values computes the array, replica after replica in original order, from
	// the arrays named in From.
	Values func(from []*state.Array, replicas int) state.Array
}

// Distribution is a quantity whose histogram is taken at the start and the end
// of a run.
type Distribution struct {
	Column
	From  string  // name of the field that it follows from
	Width float64 // of a bin; the lower edges are its multiples
	// Items is how many items of a replica may have a value; 0 is as many as the field has.
	Items int
	// Values appends those of a part of the items, in their order. Parts may be asked for
	// at the same time.
	Values func(out []float64, of Part) []float64
}

// Part is some of the items of a replica that a distribution is of.
type Part struct {
	From              *state.Array
	Replica, Replicas int
	First, Last       int // the items from First up to, and without, Last
}

// Whole is all items of a replica.
func (d *Distribution) Whole(from *state.Array, replica, replicas int) Part {
	last := d.Items
	if last == 0 {
		last = from.Len() / from.Copies(replicas)
	}
	return Part{From: from, Replica: replica, Replicas: replicas, Last: last}
}

// Control is what a page steers a run by: a switch, 1 for on and 0 for off, with which a
// run begins on; or a whole number; or any number that the backend takes. NaN gives the
// run's own choice back.
type Control struct {
	Name   string // as a backend's Control takes it
	Title  string
	Most   int     // of a whole number from 0 to Most
	Number bool    // it is a number that need not be whole
	Own    float64 // that the configuration has
}

// Holds are items whose value a page may hold. The control named by Prefix and the
// number of an item sets its value; NaN lets it go.
type Holds struct {
	Prefix string
	Title  string // of one of the items: "external node"
	Space  state.Space
	Items  []int32
	Limits [2]float64
}

// Input is a value that a network is given at each step.
type Input struct {
	Name   string // of its column: "node 12"
	Unit   string
	Doc    string
	Limits *[2]float64 // nil where any finite number will do
}

// CheckInputs says why values cannot be the inputs of a step.
func (d *Description) CheckInputs(values []float64) error {
	if len(values) != len(d.Inputs) {
		return fmt.Errorf("there %s %s, and a step takes %d", text.IsOrAre(len(values)), text.Count(len(values), "number"), len(d.Inputs))
	}
	for i, v := range values {
		in := &d.Inputs[i]
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the input of %s is %v: use a finite number", in.Name, v)
		}
		if l := in.Limits; l != nil && (v < l[0] || v > l[1]) {
			return fmt.Errorf("the input of %s is %v: use a number from %v to %v", in.Name, v, l[0], l[1])
		}
	}
	return nil
}

// Touch is what a click on an item does, at once and once: the control named by Prefix
// and the number of the item, with the value 1.
type Touch struct {
	Prefix string
	Title  string // what it does: "flip"
	Space  state.Space
}

// Field finds a field that backends hold.
func (d *Description) Field(name string) (state.Field, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return state.Field{}, false
}

// Space finds an index space.
func (d *Description) Space(name state.Space) (Space, bool) {
	for _, s := range d.Spaces {
		if s.Name == name {
			return s, true
		}
	}
	return Space{}, false
}
