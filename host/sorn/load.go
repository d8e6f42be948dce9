package sorn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// Arrays are a state as the Python package has it: the seven arrays of docs/sorn.md
// section 1, row after row, of one network.
type Arrays struct {
	Wee, Wei, Wie []float64 // N x N, M x N, N x M: row the presynaptic unit
	Te, Ti        []float64
	X, Y          []float64 // N x 2, M x 2: one step ago, now
}

// named lists the arrays with their shapes in a network of n and m units.
func (a *Arrays) named(n, m int) []struct {
	name          string
	values        *[]float64
	rows, columns int
} {
	return []struct {
		name          string
		values        *[]float64
		rows, columns int
	}{
		{"Wee", &a.Wee, n, n}, {"Wei", &a.Wei, m, n}, {"Wie", &a.Wie, n, m}, {"Te", &a.Te, n, 1}, {"Ti", &a.Ti, m, 1}, {"X", &a.X, n, 2}, {"Y", &a.Y, m, 2},
	}
}

// ReadArrays reads an archive of NumPy for a network of n and m units.
func ReadArrays(path string, n, m int) (a *Arrays, err error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	a = &Arrays{}
	for _, of := range a.named(n, m) {
		if !slices.Contains(archive.Names(), of.name) {
			return nil, fmt.Errorf("it has no array %s; it has %s, and Wee, Wei, Wie, Te, Ti, X and Y are needed", of.name, strings.Join(archive.Names(), ", "))
		}
		read, err := archive.Read(of.name, int64(of.rows)*int64(of.columns))
		if err != nil {
			return nil, fmt.Errorf("array %s cannot be read for %d and %d units: %w", of.name, n, m, err)
		}
		shape := slices.DeleteFunc(slices.Clone(read.Shape), func(side int64) bool { return side == 1 })
		want := slices.DeleteFunc([]int64{int64(of.rows), int64(of.columns)}, func(side int64) bool { return side == 1 })
		if !slices.Equal(shape, want) {
			return nil, fmt.Errorf("array %s has shape %v; %d excitatory and %d inhibitory units need %d x %d", of.name, read.Shape, n, m, of.rows, of.columns)
		}
		*of.values = read.Values
	}
	return a, nil
}

// check refuses arrays that are no state.
func (a *Arrays) check(t *Table) error {
	n, m := t.NE, t.M()
	most := map[string]float64{"Wee": max(1, t.WMax), "Wei": max(1, t.WMax), "Wie": 1}
	for _, of := range a.named(n, m) {
		if len(*of.values) != of.rows*of.columns {
			return fmt.Errorf("array %s has %d values, not %d x %d", of.name, len(*of.values), of.rows, of.columns)
		}
		for at, v := range *of.values {
			where := fmt.Sprintf("%s[%d, %d] is %v", of.name, at/of.columns, at%of.columns, v)
			limit, weight := most[of.name]
			switch {
			case v-v != 0:
				return fmt.Errorf("%s, which is not finite", where)
			case weight && !(v >= 0 && v <= limit):
				return fmt.Errorf("%s; weights are from 0 to %g", where, limit)
			case (of.name == "X" || of.name == "Y") && v != 0 && v != 1:
				return fmt.Errorf("%s; states are 0 and 1", where)
			case of.name == "Wee" && at/of.columns == at%of.columns && v != 0:
				return fmt.Errorf("%s; no unit has a synapse from itself", where)
			}
		}
	}
	return nil
}

// StateOf is the state of a number of replicas that all begin with the arrays.
func (n *Network) StateOf(a *Arrays, p state.Precision, replicas int) (*state.State, error) {
	t := &n.Spec.Sorn
	if err := a.check(t); err != nil {
		return nil, err
	}
	N, M := t.NE, t.M()
	n = n.WithRoom(longest(a.Wee, N), longest(a.Wei, N), longest(a.Wie, M))
	s := n.NewState(p, replicas)
	for r := range replicas {
		for _, m := range []struct {
			from, weight         string
			values               []float64
			sources, units, room int
			all                  bool // slots for weights of 0, too
		}{
			{FromEE, WeightEE, a.Wee, N, N, n.RoomEE, false}, {FromEI, WeightEI, a.Wei, M, N, n.RoomEI, false},
			{FromIE, WeightIE, a.Wie, N, M, n.RoomIE, t.TypeIE == Dense},
		} {
			for u := range m.units {
				at, last := (r*m.units+u)*m.room, (r*m.units+u+1)*m.room
				for j := range m.sources {
					w := m.values[j*m.units+u]
					if w == 0 && !m.all {
						continue
					}
					s.Array(m.from).Ints[at] = int32(j)
					s.Array(m.weight).Set(at, w)
					at++
				}
				for ; at < last; at++ {
					s.Array(m.from).Ints[at] = Free
				}
			}
		}
		for i := range N {
			s.Array(TeField).Set(r*N+i, a.Te[i])
			s.Array(XBefore).Set(r*N+i, a.X[2*i])
			s.Array(XField).Set(r*N+i, a.X[2*i+1])
		}
		for k := range M {
			s.Array(TiField).Set(r*M+k, a.Ti[k])
			s.Array(YBefore).Set(r*M+k, a.Y[2*k])
			s.Array(YField).Set(r*M+k, a.Y[2*k+1])
		}
	}
	return s, nil
}

// longest is the largest number of weights in a column of a matrix.
func longest(matrix []float64, columns int) (most int) {
	counts := make([]int, columns)
	for at, w := range matrix {
		if w != 0 {
			counts[at%columns]++
		}
	}
	return slices.Max(counts)
}

// ArraysOf are the seven arrays of a replica of a state.
func (n *Network) ArraysOf(s *state.State, replica int) *Arrays {
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	roomEE, roomEI, roomIE := n.roomsIn(s)
	a := &Arrays{}
	for _, of := range a.named(N, M) {
		*of.values = make([]float64, of.rows*of.columns)
	}
	for _, m := range []struct {
		from, weight string
		into         []float64
		units, room  int
	}{{FromEE, WeightEE, a.Wee, N, roomEE}, {FromEI, WeightEI, a.Wei, N, roomEI}, {FromIE, WeightIE, a.Wie, M, roomIE}} {
		from, weight := s.Array(m.from), s.Array(m.weight)
		for u := range m.units {
			first := (replica*m.units + u) * m.room
			for at := first; at < first+m.room && from.Ints[at] != Free; at++ {
				m.into[int(from.Ints[at])*m.units+u] = weight.At(at)
			}
		}
	}
	for i := range N {
		a.Te[i] = s.Array(TeField).At(replica*N + i)
		a.X[2*i], a.X[2*i+1] = s.Array(XBefore).At(replica*N+i), s.Array(XField).At(replica*N+i)
	}
	for k := range M {
		a.Ti[k] = s.Array(TiField).At(replica*M + k)
		a.Y[2*k], a.Y[2*k+1] = s.Array(YBefore).At(replica*M+k), s.Array(YField).At(replica*M+k)
	}
	return a
}
