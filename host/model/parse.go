package model

import (
	"fmt"
	"strconv"
	"strings"
)

// Probe asks for the value of a field at item A, at the link between items A and B, or
// in row A and column B of a matrix, as a column of a table. B is negative for an item.
type Probe struct {
	Field string
	A, B  int
}

// SplitProbe parts a probe into its field and what it is of: state and 12 for
// state[12].
func SplitProbe(text string) (field, of string, err error) {
	field, rest, found := strings.Cut(text, "[")
	of, whole := strings.CutSuffix(rest, "]")
	if field == "" || !found || !whole || of == "" {
		return "", "", fmt.Errorf("%q names no value to watch; write state[12] for a node, or weight[3-4] for an edge", text)
	}
	return field, of, nil
}

// FindProbe reads a probe whose nodes are called by their names; links says that its
// field has values of what joins two nodes.
func (n *Names) FindProbe(text string, links bool) (Probe, error) {
	field, of, err := SplitProbe(text)
	if err != nil {
		return Probe{}, err
	}
	p := Probe{Field: field, B: -1}
	if links {
		a, b, failed := n.FindPair(of, "-")
		p.A, p.B, err = min(a, b), max(a, b), failed
	} else {
		p.A, err = n.Find(of)
	}
	if err == nil {
		return p, nil
	}
	// What is written for the other kind of field is refused where fields are known.
	if p, failed := ParseProbe(text); failed == nil {
		return p, nil
	}
	return Probe{}, fmt.Errorf("%s: %w", text, err)
}

// ParseProbe reads a probe as its column is named where nodes have no names:
// state[12] is that of node 12, and weight[3-4] that of the edge between nodes 3
// and 4.
func ParseProbe(text string) (Probe, error) {
	field, rest, found := strings.Cut(text, "[")
	inside, whole := strings.CutSuffix(rest, "]")
	first, second, isEdge := strings.Cut(inside, "-")
	a, errA := strconv.ParseUint(first, 10, 31)
	b, errB := uint64(0), error(nil)
	if isEdge {
		b, errB = strconv.ParseUint(second, 10, 31)
	}
	if field == "" || !found || !whole || errA != nil || errB != nil {
		return Probe{}, fmt.Errorf("%q names no value to watch; write state[12] for a node, or weight[3-4] for an edge", text)
	}
	if !isEdge {
		return Probe{Field: field, A: int(a), B: -1}, nil
	}
	return Probe{Field: field, A: int(min(a, b)), B: int(max(a, b))}, nil
}

// ParsePlace reads a probe of a field that has a value for each row and column: Wee[3-4]
// is in row 3 and column 4.
func ParsePlace(text string) (Probe, error) {
	field, of, err := SplitProbe(text)
	row, column, found := strings.Cut(of, "-")
	a, errA := strconv.ParseUint(row, 10, 31)
	b, errB := strconv.ParseUint(column, 10, 31)
	if err != nil || !found || errA != nil || errB != nil {
		return Probe{}, fmt.Errorf("%q names no value to watch; write its row and its column, as in %s[3-4]", text, field)
	}
	return Probe{Field: field, A: int(a), B: int(b)}, nil
}

// ParseRegion reads a box of a lattice: for every dimension its first coordinate
// and the one after its last, as in 0:16, 8:24.
func ParseRegion(text string) (from, to []int, err error) {
	for _, part := range strings.Split(text, ",") {
		first, last, found := strings.Cut(strings.TrimSpace(part), ":")
		a, errA := strconv.ParseInt(first, 10, 32)
		b, errB := strconv.ParseInt(last, 10, 32)
		if !found || errA != nil || errB != nil || a < 0 || a >= b {
			return nil, nil, fmt.Errorf("%q is no box of the lattice; write the first coordinate and the one after the last for each dimension, as in 0:16, 8:24", text)
		}
		from, to = append(from, int(a)), append(to, int(b))
	}
	return from, to, nil
}
