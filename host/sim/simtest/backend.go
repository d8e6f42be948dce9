package simtest

import (
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Backend computes a Model. Its first fields spoil its results or its time, the
// next tell what was asked of it.
type Backend struct {
	NaN        int64            // step whose second sum is NaN in the last replica
	FailAt     int64            // step that cannot be made
	BeforeStep func(step int64) // called by Advance

	Calls    []int    // numbers of steps asked for
	Watched  []string // as last asked for
	Reads    []string // fields that were read
	Controls map[string]float64

	fed   []float64 // inputs that are left
	model Model
	state *state.State
	speed state.Array
}

// NewBackend is a network of the model at step 0.
func NewBackend(m Model, p state.Precision, replicas int) *Backend {
	b := &Backend{model: m, Controls: map[string]float64{"drive": 0.1}}
	s := &state.State{Precision: p, Replicas: replicas}
	for _, f := range m.Describe().Fields {
		a := state.NewArray(f, p, replicas*m.length(f.Space))
		if f.Derived {
			b.speed = a
			continue
		}
		for i := range a.Len() {
			a.Set(i, float64(i+1)/float64(a.Len()+2))
		}
		s.Arrays = append(s.Arrays, a)
	}
	b.state = s
	return b
}

// Open opens a ring: it is a backend.Open. What a replica starts from follows from
// its key.
func Open(net model.Network, o backend.Options) (backend.Backend, error) {
	m, ok := net.(Model)
	if !ok {
		return nil, fmt.Errorf("%T is no ring", net)
	}
	b := NewBackend(m, o.Precision, len(o.Seeds))
	for i := range b.state.Arrays {
		a := &b.state.Arrays[i]
		each := a.Len() / len(o.Seeds)
		for k := range a.Len() {
			a.Set(k, math.Mod(float64(k%each+1)*0.618+float64(o.Seeds[k/each]%1009)*0.271, 1))
		}
	}
	return b, nil
}

// Describe implements backend.Backend.
func (b *Backend) Describe() backend.Description {
	return backend.Description{Backend: "test", Device: "none", Precision: b.state.Precision, Strict: true, Bytes: 1}
}

// Advance implements backend.Backend.
func (b *Backend) Advance(n int) ([]float64, error) {
	b.Calls = append(b.Calls, n)
	var sums []float64
	for range n {
		b.state.Step++
		if b.state.Step == b.FailAt {
			return nil, fmt.Errorf("the device is gone")
		}
		if b.BeforeStep != nil {
			b.BeforeStep(b.state.Step)
		}
		if b.model.Fed && len(b.fed) < 2 {
			return nil, fmt.Errorf("step %d has no inputs", b.state.Step)
		}
		b.drift()
		for r := range b.state.Replicas {
			sums = append(sums, b.sums(r)...)
		}
		if b.state.Step == b.NaN {
			sums[len(sums)-1] = math.NaN()
		}
	}
	return sums, nil
}

func (b *Backend) drift() {
	drive := b.Controls["drive"] + float64(b.state.Step%7)/100
	if b.model.Fed {
		drive += b.fed[0]/10 - b.fed[1]/20
		b.fed = b.fed[2:]
	}
	before := b.state.Clone()
	for i := range b.state.Arrays {
		a := &b.state.Arrays[i]
		for k := range a.Len() {
			a.Set(k, drift(a.At(k), drive))
		}
	}
	if len(b.Watched) == 0 {
		return
	}
	for k := range b.speed.Len() {
		b.speed.Set(k, b.state.Arrays[0].At(k)-before.Arrays[0].At(k))
	}
}

func (b *Backend) sums(replica int) []float64 {
	a, n := &b.state.Arrays[0], b.model.length(state.Node)
	var sum, square float64
	for _, at := range b.model.Order(state.Node) {
		x := a.At(replica*n + at)
		sum += x
		square += float64(x * x)
	}
	return []float64{sum, square}
}

// State implements backend.Backend.
func (b *Backend) State() (*state.State, error) { return b.state.Clone(), nil }

// SetState implements backend.Backend.
func (b *Backend) SetState(s *state.State) error {
	if err := b.model.CheckState(s, b.state.Precision, b.state.Replicas); err != nil {
		return err
	}
	b.state, b.fed = s.Clone(), nil
	return nil
}

// Feed implements backend.Feeder.
func (b *Backend) Feed(inputs []float64) error {
	b.fed = append(b.fed, inputs...)
	return nil
}

// Field implements backend.Backend.
func (b *Backend) Field(name string, into *state.Array) (*state.Array, error) {
	b.Reads = append(b.Reads, name)
	a := b.state.Array(name)
	if name == b.speed.Name && len(b.Watched) > 0 {
		a = &b.speed
	}
	if a == nil {
		return nil, fmt.Errorf("%q: %w", name, backend.ErrUnknownField)
	}
	return a.CopyTo(into), nil
}

// Watch implements backend.Backend.
func (b *Backend) Watch(derived ...string) error {
	for _, name := range derived {
		if name != b.speed.Name {
			return fmt.Errorf("%q: %w", name, backend.ErrUnknownField)
		}
	}
	b.Watched = derived
	return nil
}

// Control implements backend.Backend.
func (b *Backend) Control(name string, value float64) error {
	if _, ok := b.Controls[name]; !ok {
		return fmt.Errorf("%q: %w", name, model.ErrUnknownControl)
	}
	b.Controls[name] = value
	return nil
}

// Close implements backend.Backend.
func (b *Backend) Close() error { return nil }
