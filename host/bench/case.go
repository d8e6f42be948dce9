// Package bench measures how fast a backend makes steps, beside what its device's
// memory could move. It holds the measuring loop and the table;
// docs/performance.md explains the figures.
package bench

import (
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Series is a kind of network that is measured in several sizes.
type Series struct {
	Rule string // by which it is asked for
	// New is a network of size x size items with so many connections each.
	New func(size, connections int) Work
}

// Work is a network that models give to be measured.
type Work interface {
	Spec() model.Spec

	// Traffic counts what an update moves on a backend that holds the network. Tables
	// are there where neighbours do not follow from arithmetic. It may make steps.
	Traffic(b backend.Backend, net model.Network, p state.Precision, tables bool) (Traffic, error)
}

// Traffic is what an update does to memory, by the model's own account.
type Traffic struct {
	Bytes    float64 // that it cannot avoid moving
	EdgeEnds float64 // that it looks at
	Activity Activity
}

// Activity is what an update does to memory beside reading it, as fractions of
// the updates.
type Activity struct {
	Nodes   float64 `json:"nodes"`   // that store what they change
	Sectors float64 `json:"sectors"` // of nodes, any of which does
}

// Sector is the number of bytes that a device's memory reads or writes at once.
const Sector = 32

// Case is a network to be measured in a precision and a number of replicas.
type Case struct {
	Rule        string          `json:"rule"`
	Size        int             `json:"size"`
	Connections int             `json:"connections"`
	Precision   state.Precision `json:"precision"`
	Replicas    int             `json:"replicas"`
	Work        Work            `json:"-"`
}

func (c Case) String() string {
	text := fmt.Sprintf("%s, %dx%d nodes with %d connections, %s precision", c.Rule, c.Size, c.Size, c.Connections, c.Precision)
	if c.Replicas > 1 {
		text += fmt.Sprintf(", %d replicas", c.Replicas)
	}
	return text
}

// Keys are those of the replicas.
func (c Case) Keys(s model.Spec) []uint64 { return model.Keys(s, 1, c.Replicas, 1) }
