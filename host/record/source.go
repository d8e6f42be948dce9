package record

import (
	"fmt"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// source is where the values of a field come from, and their original order.
type source struct {
	field    state.Field
	computed *model.Computed // nil for a field that backends hold
	order    []int           // indices by original number, within a replica
	axes     []string        // of an array in original order, without replicas
	shape    []int64         // likewise
	wide     bool            // has several axes
	grows    bool            // may get more values, which the order does not tell of
}

// sources finds fields of a model. Fields of one index space share their order.
type sources struct {
	model    model.Network
	about    model.Description
	orders   map[state.Space][]int
	straight map[state.Space][]int // of computed fields, which are in original order
}

func newSources(m model.Network) *sources {
	return &sources{model: m, about: m.Describe(), orders: make(map[state.Space][]int), straight: make(map[state.Space][]int)}
}

func (s *sources) order(p state.Space) []int {
	if s.orders[p] == nil {
		s.orders[p] = s.model.Order(p)
	}
	return s.orders[p]
}

func (s *sources) identity(p state.Space) []int {
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
		return s.make(f, nil, s.order(f.Space)), nil
	}
	var names []string
	for _, f := range s.about.Fields {
		names = append(names, f.Name)
	}
	for _, c := range s.about.Computed {
		if c.Name == name {
			return s.make(c.Field, &c, s.identity(c.Space)), nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("the model %s has no field %q; it has %s", s.about.Name, name, strings.Join(names, ", "))
}

func (s *sources) make(f state.Field, c *model.Computed, order []int) *source {
	out := &source{field: f, computed: c, order: order}
	out.axes, out.shape = s.extent(f.Space, len(order))
	out.wide = len(out.axes) > 1
	_, out.grows = s.model.(model.Growing)
	return out
}

// outline is a source that is described, and not read: its order may take long to find.
func (s *sources) outline(f state.Field) *source {
	out := &source{field: f}
	space, known := s.about.Space(f.Space)
	if !known {
		return s.make(f, nil, s.order(f.Space))
	}
	out.axes = space.Axes
	for _, n := range space.Shape {
		out.shape = append(out.shape, int64(n))
	}
	return out
}

// links are those of the network, where it has any.
func (s *sources) links() (model.Links, bool) {
	linked, ok := s.model.(model.Linked)
	if !ok {
		return model.Links{}, false
	}
	return linked.Links(nil, 0), true
}

// extent gives the axes and the shape of an index space.
func (s *sources) extent(name state.Space, items int) (axes []string, shape []int64) {
	space, known := s.about.Space(name)
	if !known {
		space = model.Line(name, items)
	}
	for _, n := range space.Shape {
		shape = append(shape, int64(n))
	}
	return space.Axes, shape
}

// dtype is that of the source's values.
func (s *source) dtype(p state.Precision) string { return npy.DtypeOf(s.field.Kind, p) }

// replicated puts replicas in front of a shape, where there is more than one.
func (s *source) replicated(replicas int, shape []int64) []int64 {
	if n := s.field.Copies(replicas); n > 1 {
		return append([]int64{int64(n)}, shape...)
	}
	return shape
}

// allAxes are the names of the axes of all replicas together.
func (s *source) allAxes(replicas int) []string {
	if s.field.Copies(replicas) > 1 {
		return append([]string{"replica"}, s.axes...)
	}
	return s.axes
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
		if want := s.field.Copies(replicas) * len(s.order); s.grows && from[0].Len() != want {
			return nil, fmt.Errorf("field %s has %d values at step %d, and records have %d: the network needed more room, so what was recorded of it until now is all that can be", s.field.Name, from[0].Len(), shot.Step, want)
		}
		return from[0], nil
	}
	a := s.computed.Values(from, replicas)
	return &a, nil
}
