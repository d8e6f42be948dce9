// Package bench measures how fast a backend computes networks, beside what its device's
// memory could move and beside other programs. It holds the measuring loop and the
// tables; models say what of theirs is measured. docs/performance.md explains the
// figures.
package bench

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Series is something that a model does, measured of networks that differ in numbers.
type Series struct {
	Name string // by which it is asked for
	Unit string // what is counted: "node updates", "recalls"
	Doc  string // one line
	Axes []Axis // what cases differ in, besides precision and replicas
	// Replicas are the numbers of networks side by side that are measured where none are
	// asked for; nil is one.
	Replicas []int
	// New is the case with these values of the axes.
	New func(values []int) *Work
}

// Axis is a number in which the cases of a series differ.
type Axis struct {
	Name   string // of a flag: "size"
	Doc    string // "side of the square lattice"
	Values []int  // that are measured where none are asked for
	// Together tells that it is a number of networks that each replica of a case has.
	Together bool
}

// Work is what is measured of a case.
type Work struct {
	Spec model.Spec
	// Variants are the specifications of networks that are computed together as one
	// replica of the case, because they share what is drawn for them; nil is Spec alone.
	Variants []model.Spec
	// Units is how many of what the series counts one repetition of one replica does; 0
	// takes the updates of a step that the network's description tells.
	Units float64
	// Settling is the number of repetitions before anything is measured; 0 is a few.
	Settling int
	// Begin gives a function that makes n repetitions on an open backend; nil makes
	// steps.
	Begin func(b backend.Backend, net model.Network) (func(n int) error, error)
	// Traffic counts what a unit moves on a backend that holds the network. Tables are
	// there where neighbours do not follow from arithmetic. It may make steps. It is nil
	// where the model counts no bytes.
	Traffic func(b backend.Backend, net model.Network, p state.Precision, tables bool) (Traffic, error)
	// Host tells that the processor does the work for every backend, so that devices are
	// not measured by it.
	Host bool
	// Peers are other programs that do the same, on one core.
	Peers []Peer
}

// Peer is another program.
type Peer struct {
	Name string  `json:"name"`
	Each float64 `json:"seconds"` // of one core's time that it takes for a unit
}

// Traffic is what a unit does to memory, by the model's own account.
type Traffic struct {
	Bytes   float64  // that it cannot avoid moving
	Figures []Figure // what else is told of it
}

// Figure is a number beside the rate.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	// Each tells a number of things in a unit, of which the table has how many there are
	// in a second; else the number is a share.
	Each bool `json:"each"`
}

// Sector is the number of bytes that a device's memory reads or writes at once.
const Sector = 32

// Case is a network to be measured in a precision and a number of replicas.
type Case struct {
	Series    string          `json:"series"`
	Unit      string          `json:"unit"`
	Axes      []Value         `json:"axes"`
	Precision state.Precision `json:"precision"`
	Replicas  int             `json:"replicas"`
	Work      *Work           `json:"-"`
}

// Value is that of an axis.
type Value struct {
	Axis  string `json:"axis"`
	Value int    `json:"value"`
}

// Case makes one, with a value for each axis.
func (s *Series) Case(values []int, p state.Precision, replicas int) Case {
	c := Case{Series: s.Name, Unit: s.Unit, Precision: p, Replicas: replicas, Work: s.New(values)}
	for i, v := range values {
		c.Axes = append(c.Axes, Value{s.Axes[i].Name, v})
	}
	return c
}

// Networks is how many a case with these values of the axes computes together. Past most
// it is most + 1.
func (s *Series) Networks(values []int, replicas, most int) int {
	n := min(replicas, most+1)
	for i, a := range s.Axes {
		if a.Together && n > most/values[i] {
			return most + 1
		}
		if a.Together {
			n *= values[i]
		}
	}
	return n
}

// Need is the least memory that the case takes, in bytes. Networks that are computed
// together may share some, which they tell once they are built.
func (c Case) Need() (host, device int64, err error) {
	if c.Work.Variants != nil {
		net, keys, err := c.build()
		if err != nil {
			return 0, 0, err
		}
		if m, ok := net.(model.Measured); ok {
			host, device = m.Need(c.Precision, keys)
			return host, device, nil
		}
	}
	host, device = c.Work.Spec.Need(c.Precision, c.each()*c.Replicas)
	return host, device, nil
}

// each is the number of networks of a replica.
func (c Case) each() int { return max(len(c.Work.Variants), 1) }

func (c Case) String() string {
	words := []string{c.Series}
	for _, v := range c.Axes {
		words = append(words, fmt.Sprintf("%s %d", v.Axis, v.Value))
	}
	words = append(words, fmt.Sprintf("%s precision", c.Precision))
	if c.Replicas > 1 {
		words = append(words, fmt.Sprintf("%d replicas", c.Replicas))
	}
	return strings.Join(words, ", ")
}

// build makes the network of all replicas, and their keys.
func (c Case) build() (model.Network, []uint64, error) {
	each := c.each()
	var variants []model.Spec
	if c.Work.Variants != nil {
		variants = slices.Repeat(c.Work.Variants, c.Replicas)
	}
	net, err := c.Work.Spec.Build(1, variants)
	if err != nil {
		return nil, nil, fmt.Errorf("%v cannot be built: %w", c, err)
	}
	return net, model.Keys(c.Work.Spec, 1, each*c.Replicas, each), nil
}
