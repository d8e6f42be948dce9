package state

import (
	"fmt"
	"math"
)

// Difference is the first place where two states disagree.
type Difference struct {
	Field string
	Space Space
	Index int // in the backends' order of that index space, replicas included
	A, B  float64
	Count int // how many values of that field differ
}

func (d *Difference) String() string {
	return fmt.Sprintf("%s of %s position %d: %v against %v (%d values of this field differ)", d.Field, d.Space, d.Index, d.A, d.B, d.Count)
}

// Diff compares two states bit for bit and returns the first difference, or nil
// if there is none. Values of different precision are compared as float64.
// States of different fields or lengths are an error.
func Diff(a, b *State) (*Difference, error) {
	if len(a.Arrays) != len(b.Arrays) {
		return nil, fmt.Errorf("the states have %d and %d fields, so they are not of the same model and rule", len(a.Arrays), len(b.Arrays))
	}
	var first *Difference
	for i := range a.Arrays {
		x, y := &a.Arrays[i], &b.Arrays[i]
		if x.Name != y.Name || x.Kind != y.Kind || x.Len() != y.Len() {
			return nil, fmt.Errorf("field %d is %s with %d values in one state and %s with %d in the other, so they are not of the same network",
				i, x.Name, x.Len(), y.Name, y.Len())
		}
		if d := diffArray(x, y); d != nil && first == nil {
			first = d
		}
	}
	return first, nil
}

func diffArray(x, y *Array) *Difference {
	var d *Difference
	for i := range x.Len() {
		a, b := x.At(i), y.At(i)
		if math.Float64bits(a) == math.Float64bits(b) {
			continue
		}
		if d == nil {
			d = &Difference{Field: x.Name, Space: x.Space, Index: i, A: a, B: b}
		}
		d.Count++
	}
	return d
}
