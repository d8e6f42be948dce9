package record

import (
	"fmt"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// source is where the values of a field come from, and their original order.
type source struct {
	field    state.Field
	computed *sim.Computed // nil for a field that backends hold
	order    []int         // indices by original number, within a replica
}

// sources finds fields of a model. Fields of one index space share their order.
type sources struct {
	model    sim.Model
	about    sim.Description
	orders   map[state.Per][]int
	straight map[state.Per][]int // of computed fields, which are in original order
}

func newSources(m sim.Model) *sources {
	return &sources{model: m, about: m.Describe(), orders: make(map[state.Per][]int), straight: make(map[state.Per][]int)}
}

func (s *sources) order(p state.Per) []int {
	if s.orders[p] == nil {
		s.orders[p] = s.model.Order(p)
	}
	return s.orders[p]
}

func (s *sources) identity(p state.Per) []int {
	if s.straight[p] == nil {
		s.straight[p] = make([]int, len(s.order(p)))
		for i := range s.straight[p] {
			s.straight[p][i] = i
		}
	}
	return s.straight[p]
}

func (s *sources) find(name string) (*source, error) {
	if f, ok := s.about.Field(name); ok {
		return &source{field: f, order: s.order(f.Per)}, nil
	}
	var names []string
	for _, f := range s.about.Fields {
		names = append(names, f.Name)
	}
	for _, c := range s.about.Computed {
		if c.Name == name {
			return &source{field: c.Field, computed: &c, order: s.identity(c.Per)}, nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("the model %s has no field %q; it has %q", s.about.Name, name, names)
}

// needs lists the backend's fields that the source follows from.
func (s *source) needs() []string {
	if s.computed != nil {
		return s.computed.From
	}
	return []string{s.field.Name}
}

// of takes the values out of a snapshot.
func (s *source) of(shot *sim.Snapshot, replicas int) (*state.Array, error) {
	var from []*state.Array
	for _, name := range s.needs() {
		a := shot.Array(name)
		if a == nil {
			return nil, fmt.Errorf("field %s was not captured at step %d, but %s needs it", name, shot.Step, s.field.Name)
		}
		from = append(from, a)
	}
	if s.computed == nil {
		return from[0], nil
	}
	a := s.computed.Values(from, replicas)
	return &a, nil
}
