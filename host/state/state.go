// Package state holds what a network is at one moment: named arrays that every
// backend and every recorder shares. It knows arrays, not models.
package state

import "fmt"

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

// Per says what an array has one value for.
type Per uint8

// The index spaces of a model. A model's layout gives their lengths.
const (
	Node Per = iota
	HalfEdge
	Edge
)

func (p Per) String() string { return [...]string{"node", "half-edge", "edge"}[p] }

// Field describes one named array.
type Field struct {
	Name string
	Unit string
	Doc  string // one line
	Per  Per
	// Derived fields are computed on demand for recorders; they are not part
	// of what a run needs to go on.
	Derived bool
}

// Array is the values of a field: exactly one of Single and Double is set.
// Values of replica r are [r*n:(r+1)*n] with n the length of the index space.
type Array struct {
	Field
	Single []float32
	Double []float64
}

// NewArray allocates n values of the given precision.
func NewArray(f Field, p Precision, n int) Array {
	a := Array{Field: f}
	if p == Double {
		a.Double = make([]float64, n)
	} else {
		a.Single = make([]float32, n)
	}
	return a
}

// Reuse gives an array of n values of the given precision: a itself, with what it
// holds, if it has as many, or else a new one.
func (a *Array) Reuse(f Field, p Precision, n int) *Array {
	if a == nil || a.Precision() != p || a.Len() != n {
		fresh := NewArray(f, p, n)
		return &fresh
	}
	a.Field = f
	return a
}

// Values gives the array of type F, or nil where the array has the other width.
func Values[F float32 | float64](a *Array) []F {
	var v any = a.Single
	if _, double := any(F(0)).(float64); double {
		v = a.Double
	}
	return v.([]F)
}

// Precision tells which of the two slices is set.
func (a *Array) Precision() Precision {
	if a.Double != nil {
		return Double
	}
	return Single
}

// Len is the number of values.
func (a *Array) Len() int { return len(a.Single) + len(a.Double) }

// At returns value i as a float64.
func (a *Array) At(i int) float64 {
	if a.Double != nil {
		return a.Double[i]
	}
	return float64(a.Single[i])
}

// NotFinite finds the first value that is NaN or infinite, and counts them all.
func (a *Array) NotFinite() (first, count int) {
	if a.Double != nil {
		return notFinite(a.Double)
	}
	return notFinite(a.Single)
}

func notFinite[F float32 | float64](values []F) (first, count int) {
	for i, v := range values {
		if v-v == 0 {
			continue
		}
		if count == 0 {
			first = i
		}
		count++
	}
	return first, count
}

// Set stores v, rounded to the array's precision, as value i.
func (a *Array) Set(i int, v float64) {
	if a.Double != nil {
		a.Double[i] = v
	} else {
		a.Single[i] = float32(v)
	}
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
	before := len(s.Arrays) * apart / s.Precision.Bytes()
	a := NewArray(f, s.Precision, before+n)
	if a.Double != nil {
		a.Double = a.Double[before:]
	} else {
		a.Single = a.Single[before:]
	}
	s.Arrays = append(s.Arrays, a)
}

// Clone copies every array.
func (s *State) Clone() *State {
	c := *s
	c.Arrays = make([]Array, len(s.Arrays))
	for i, a := range s.Arrays {
		a.Single = append([]float32(nil), a.Single...)
		a.Double = append([]float64(nil), a.Double...)
		c.Arrays[i] = a
	}
	return &c
}
