package main

import (
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/state"
)

// finalLimit is the size up to which final.npz is written where record.final is auto.
const finalLimit = 256 << 20

// finalBytes is about the size of final.npz.
func (n *setup) finalBytes() int64 { return record.FinalBytes(n.net, n.precision, len(n.seeds)) }

// writesFinal tells whether final.npz is written.
func (n *setup) writesFinal() bool {
	switch n.config.Record.Final {
	case config.Always:
		return true
	case config.Never:
		return false
	}
	return n.finalBytes() <= finalLimit
}

// describeFinal says where final.npz is not written because of its size.
func (n *setup) describeFinal() [][2]string {
	if n.writesFinal() || n.config.Record.Final == config.Never {
		return nil
	}
	return [][2]string{{"final", fmt.Sprintf("final.npz would take %s and is not written: --set record.final=always asks for it", bytesText(n.finalBytes()))}}
}

// finalState is what a run has after its last step: in final.npz, or where that was
// not asked for, in its last checkpoint; or on the backend, before either is written.
type finalState struct {
	*npy.Archive
	// Without an archive:
	net      model.Network
	at       int64 // step
	replicas int
	field    func(name string) (*state.Array, error)
}

func openFinal(run *results.Run, net model.Network) (*finalState, error) {
	archive, err := run.Final()
	if err == nil {
		return &finalState{Archive: archive}, nil
	}
	c, unread := record.ReadCheckpoint(run.Path)
	if unread != nil || c.State.Step != run.Metadata.Steps {
		return nil, err
	}
	return finalIn(c.State, net), nil
}

// finalIn is a state.
func finalIn(s *state.State, net model.Network) *finalState {
	field := func(name string) (*state.Array, error) {
		a := s.Array(name)
		if a == nil {
			return nil, fmt.Errorf("the last checkpoint has no field %q", name)
		}
		return a, nil
	}
	return &finalState{net: model.GrownTo(net, s), at: s.Step, replicas: s.Replicas, field: field}
}

// finalOf is what a backend has after the last step. Fields are copied as they are asked
// for, and the whole state only of a network whose spaces grow with it.
func finalOf(b backend.Backend, net model.Network, step int64, replicas int) (*finalState, error) {
	if _, grows := net.(model.Growing); grows {
		s, err := b.State()
		if err != nil {
			return nil, err
		}
		return finalIn(s, net), nil
	}
	field := func(name string) (*state.Array, error) { return b.Field(name, nil) }
	return &finalState{net: net, at: step, replicas: replicas, field: field}, nil
}

// Close closes final.npz.
func (f *finalState) Close() error {
	if f.Archive == nil {
		return nil
	}
	return f.Archive.Close()
}

// step is the number of the last step.
func (f *finalState) step() (int64, error) {
	if f.Archive == nil {
		return f.at, nil
	}
	a, err := f.Archive.Read("step", 1)
	if err != nil {
		return 0, err
	}
	return int64(a.Values[0]), nil
}

// values are those of a field in original order, copy after copy, at most a number.
func (f *finalState) values(name string, most int64) ([]float64, error) {
	if f.Archive != nil {
		a, err := f.Archive.Read(name, most)
		if err != nil {
			return nil, err
		}
		return a.Values, nil
	}
	a, err := f.field(name)
	if err != nil {
		return nil, err
	}
	order := f.net.Order(a.Space)
	values := make([]float64, 0, len(order)*a.Copies(f.replicas))
	for r := range a.Copies(f.replicas) {
		base := a.First(r, f.replicas)
		for _, at := range order {
			values = append(values, a.At(base+at))
		}
	}
	return values, nil
}
