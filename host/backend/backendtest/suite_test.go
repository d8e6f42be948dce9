package backendtest_test

import (
	"fmt"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// TestRing: the suite runs on a model that is none of the program's.
func TestRing(t *testing.T) {
	for _, p := range []state.Precision{state.Single, state.Double} {
		net := simtest.Model{Nodes: 5}
		s := backendtest.New(t, simtest.Open, net, p, 10)
		s.All()
		if !s.Differs() {
			t.Error("replicas of two keys are alike")
		}
		s.Close()
		backendtest.Resume(t, net, p, 40, simtest.Open, simtest.Open, simtest.Open)
		a, b := backendtest.Opened(t, simtest.Open, net, backend.Options{Precision: p, Seeds: []uint64{7}}), backendtest.Opened(t, simtest.Open, net, backend.Options{Precision: p, Seeds: []uint64{7}})
		backendtest.Agree(t, net, a, b, 1, 30)
	}
}

// listener is told what a suite finds.
type listener struct{ said []string }

type stopped struct{}

func (l *listener) Helper()                      {}
func (l *listener) Error(args ...any)            { l.said = append(l.said, fmt.Sprint(args...)) }
func (l *listener) Errorf(f string, args ...any) { l.said = append(l.said, fmt.Sprintf(f, args...)) }
func (l *listener) Fatal(args ...any)            { l.Error(args...); panic(stopped{}) }
func (l *listener) Fatalf(f string, args ...any) { l.Errorf(f, args...); panic(stopped{}) }
func (l *listener) Skip(args ...any)             { l.Error(args...); panic(stopped{}) }

// mutant is a ring with a fault.
type mutant struct {
	backend.Backend
	advance  func(b backend.Backend, n int) ([]float64, error)
	setState func(b backend.Backend, s *state.State) error
	watch    func(b backend.Backend, names []string) error
	field    func(b backend.Backend, name string, into *state.Array) (*state.Array, error)
	state    func(b backend.Backend) (*state.State, error)
	control  func(b backend.Backend, name string, v float64) error
}

func (m *mutant) Advance(n int) ([]float64, error) {
	if m.advance != nil {
		return m.advance(m.Backend, n)
	}
	return m.Backend.Advance(n)
}

func (m *mutant) SetState(s *state.State) error {
	if m.setState != nil {
		return m.setState(m.Backend, s)
	}
	return m.Backend.SetState(s)
}

func (m *mutant) Watch(names ...string) error {
	if m.watch != nil {
		return m.watch(m.Backend, names)
	}
	return m.Backend.Watch(names...)
}

func (m *mutant) Field(name string, into *state.Array) (*state.Array, error) {
	if m.field != nil {
		return m.field(m.Backend, name, into)
	}
	return m.Backend.Field(name, into)
}

func (m *mutant) State() (*state.State, error) {
	if m.state != nil {
		return m.state(m.Backend)
	}
	return m.Backend.State()
}

func (m *mutant) Control(name string, v float64) error {
	if m.control != nil {
		return m.control(m.Backend, name, v)
	}
	return m.Backend.Control(name, v)
}

// TestSuiteFindsFaults: each fault of a backend is found, by the part that is about it.
func TestSuiteFindsFaults(t *testing.T) {
	for says, fault := range map[string]func() *mutant{
		"steps one by one against all at once": func() *mutant {
			return &mutant{advance: func(b backend.Backend, n int) ([]float64, error) {
				sums, err := b.Advance(n)
				if n > 1 {
					sums[len(sums)-1]++
				}
				return sums, err
			}}
		},
		"with another replica was taken": func() *mutant {
			return &mutant{setState: func(b backend.Backend, s *state.State) error {
				if s.Replicas != len(backendtest.Keys()) {
					return nil
				}
				return b.SetState(s)
			}}
		},
		"watching [speed]": func() *mutant {
			watched := false
			return &mutant{
				watch: func(b backend.Backend, names []string) error { watched = len(names) > 0; return b.Watch(names...) },
				advance: func(b backend.Backend, n int) ([]float64, error) {
					sums, err := b.Advance(n)
					if watched && n > 0 {
						sums[0]++
					}
					return sums, err
				},
			}
		},
		"which is not watched": func() *mutant {
			return &mutant{watch: func(b backend.Backend, names []string) error {
				if len(names) == 0 {
					return nil
				}
				return b.Watch(names...)
			}}
		},
		"is not read well into an array": func() *mutant {
			return &mutant{field: func(b backend.Backend, name string, into *state.Array) (*state.Array, error) {
				return b.Field(name, nil)
			}}
		},
		"the state that was got and changed": func() *mutant {
			var kept *state.State
			return &mutant{state: func(b backend.Backend) (*state.State, error) {
				s, err := b.State()
				if kept == nil || kept.Step != s.Step {
					kept = s
				}
				return kept, err
			}}
		},
		`control "no such control"`: func() *mutant {
			return &mutant{control: func(backend.Backend, string, float64) error { return nil }}
		},
	} {
		l := &listener{}
		open := func(net model.Network, o backend.Options) (backend.Backend, error) {
			m := fault()
			var err error
			m.Backend, err = simtest.Open(net, o)
			return m, err
		}
		func() {
			defer func() {
				if r := recover(); r != nil && r != (stopped{}) {
					panic(r)
				}
			}()
			backendtest.New(l, open, simtest.Model{Nodes: 5}, state.Double, 10).All()
		}()
		if !strings.Contains(strings.Join(l.said, "\n"), says) {
			t.Errorf("a fault is not found, of which is said %q: %q", says, l.said)
		}
	}
}

// TestReplicasAreFoundToDiffer: a replica that depends on the others is found.
func TestReplicasAreFoundToDiffer(t *testing.T) {
	l := &listener{}
	open := func(net model.Network, o backend.Options) (backend.Backend, error) {
		seeds := o.Seeds
		o.Seeds = nil
		for i, s := range seeds {
			o.Seeds = append(o.Seeds, s+uint64(i))
		}
		return simtest.Open(net, o)
	}
	backendtest.New(l, open, simtest.Model{Nodes: 5}, state.Double, 10).All()
	if !strings.Contains(strings.Join(l.said, "\n"), "two replicas of one key") {
		t.Errorf("it says %q", l.said)
	}
}
