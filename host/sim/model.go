// Package sim is the run loop. It advances a backend until something is due,
// carries out commands between steps, and tells observers what happened. It
// knows fields, quantities and steps, and no model.
package sim

import "tnn-gpu/host/state"

// Model is what the loop and its observers know of a network. It is immutable.
type Model interface {
	// Describe names what the model has.
	Describe() Description

	// Row computes the columns from the sums of one step and one replica, or
	// from the mean of the sums of several steps. It fills row.
	Row(row, sums []float64)

	// Order lists, for every item of an index space in original order, the index
	// of its value within one replica of a backend's array: nodes by id, edges
	// as the graph lists them, and for every edge the half-edge at its first end
	// and that at its second (the same one where the edge is a self-loop).
	Order(state.Per) []int

	// Edge gives the ids of the two ends of an edge of the graph.
	Edge(i int) (a, b int32)
}

// Description of a model and its network.
type Description struct {
	Name          string // of the model
	Rule          string // which of its update rules
	Counts        []Count
	Updates       int64    // node updates of one step, per replica
	Sums          []string // in the order in which a backend returns them
	Columns       []Column
	Fields        []state.Field // what backends hold
	Computed      []Computed    // what follows from fields
	Distributions []Distribution
}

// Count is a number that tells the size of a network.
type Count struct {
	Name  string
	Value int64
}

// Column is a quantity of the tables.
type Column struct {
	Name  string
	Title string // as on an axis
	Unit  string
	Doc   string // one line
}

// Computed is a field that backends do not have because it follows from those
// that they have.
type Computed struct {
	state.Field
	From []string // names of fields
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
	// Values are those of the first replica, then as many of the next, and so on.
	Values func(from *state.Array, replicas int) []float64
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
