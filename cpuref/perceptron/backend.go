package perceptron

import (
	"errors"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// given are the draws of a step that are not made here.
type given[F fmath.Float] struct {
	words []uint32 // of the examples, as a realisation has them
	eta   []F
}

// Give implements backend.Given: the signs of the next step's examples, and its
// thermal noise, for all replicas.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) error {
	words, eta, err := e.net.GivenDraws(draws)
	if err != nil {
		return err
	}
	e.given = &given[F]{words: words, eta: make([]F, len(eta))}
	for i, v := range eta {
		e.given.eta[i] = F(v)
	}
	return nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) { return e.state.Clone(), nil }

// Held implements backend.Holder.
func (e *engine[F]) Held() *state.State {
	held := *e.state
	return &held
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := errors.Join(e.net.CheckState(s, state.PrecisionOf[F](), len(e.students)), e.net.CheckShared(s, e.seeds)); err != nil {
		return err
	}
	e.adopt(model.CopyState(e.net, s))
	return nil
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if a := e.state.Array(name); a != nil {
		return a.CopyTo(into), nil
	}
	examples := e.net.Spec.Perceptron.B
	into = into.Reuse(f, state.PrecisionOf[F](), len(e.students)*examples)
	values := state.Values[F](into)
	for _, r := range e.realisations {
		for _, student := range r.students {
			part := values[student.replica*examples:][:examples]
			switch name {
			case perceptron.ActivationName:
				copy(part, student.activation)
			case perceptron.ShareName:
				copy(part, student.share)
			default:
				r.labels(part)
			}
		}
	}
	return into, nil
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	host, _ := e.net.Spec.Need(state.PrecisionOf[F](), len(e.students))
	return backend.Description{Backend: "cpu", Device: parallel.Processor(), Precision: state.PrecisionOf[F](), Strict: true, Bytes: host}
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}
