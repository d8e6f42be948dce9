// Package state holds what a network is at one moment: named arrays that every
// backend and every recorder shares. It knows arrays, not models.
package state

import (
	"fmt"
	"sync"
)

// Precision is the floating-point width a run computes in.
type Precision uint8

// The two precisions. Their names are those of the configuration.
const (
	Single Precision = iota
	Double
)

// ParsePrecision reads "single" or "double".
func ParsePrecision(s string) (Precision, error) {
	switch s {
	case "single":
		return Single, nil
	case "double":
		return Double, nil
	}
	return 0, fmt.Errorf("precision %q is not known; use single or double", s)
}

func (p Precision) String() string {
	if p == Double {
		return "double"
	}
	return "single"
}

// Bytes is the size of one value.
func (p Precision) Bytes() int {
	if p == Double {
		return 8
	}
	return 4
}

// Space names an index space: what an array has one value for. A model says which
// spaces it has; these are the names of those that several models share.
type Space string

// Index spaces of networks.
const (
	Node     Space = "node"
	HalfEdge Space = "half-edge"
	Edge     Space = "edge"
)

// Kind says which values an array holds.
type Kind uint8

// The kinds of values.
const (
	Real Kind = iota // floating-point numbers in the precision of the run
	Int              // whole numbers of 32 bits
	Bit              // 0 or 1
)

func (k Kind) String() string { return [...]string{"real", "int", "bit"}[k] }

// Field describes one named array.
type Field struct {
	Name  string
	Unit  string
	Doc   string // one line
	Space Space
	Kind  Kind
	// Derived fields are computed on demand for recorders; they are not part
	// of what a run needs to go on.
	Derived bool
	// Shared fields have one value per item; the others have one per item and replica.
	Shared bool
	Limits *[2]float64 // least and largest value, where both are known
}

// Copies is how many values the field has for each item of its space.
func (f *Field) Copies(replicas int) int {
	if f.Shared {
		return 1
	}
	return replicas
}

// Bytes is the size of one value in memory.
func (f *Field) Bytes(p Precision) int {
	switch f.Kind {
	case Int:
		return 4
	case Bit:
		return 1
	}
	return p.Bytes()
}

// State is everything needed to go on: the step reached and the model's arrays,
// in the order in which the model declares its fields.
type State struct {
	Step      int64
	Precision Precision
	Replicas  int
	Arrays    []Array
}

// Array finds a field by name, or returns nil.
func (s *State) Array(name string) *Array {
	for i := range s.Arrays {
		if s.Arrays[i].Name == name {
			return &s.Arrays[i]
		}
	}
	return nil
}

// Add appends an array of n zeros. Arrays of a state begin at different places of
// the ways of caches: a visit reads all of them at one index, and arrays whose sizes
// are powers of two would otherwise push each other out of the same lines.
func (s *State) Add(f Field, n int) {
	const apart = 4096 + 5*64 // bytes: a page, the first-level cache's way, and some lines
	before := len(s.Arrays) * apart / f.Bytes(s.Precision)
	a := NewArray(f, s.Precision, before+n)
	switch {
	case a.Double != nil:
		a.Double = a.Double[before:]
	case a.Ints != nil:
		a.Ints = a.Ints[before:]
	case a.Bits != nil:
		a.Bits = a.Bits[before:]
	default:
		a.Single = a.Single[before:]
	}
	s.Arrays = append(s.Arrays, a)
}

// Clone copies every array.
func (s *State) Clone() *State {
	c := *s
	c.Arrays = make([]Array, len(s.Arrays))
	var wait sync.WaitGroup // most of the time goes into clearing new memory
	for i, a := range s.Arrays {
		wait.Go(func() { c.Arrays[i] = a.clone() })
	}
	wait.Wait()
	return &c
}
