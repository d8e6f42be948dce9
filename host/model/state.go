package model

import (
	"fmt"

	"tnn-gpu/host/state"
)

// NewState is Network.NewState for a network whose arrays have as many values per
// replica as length says of their index space.
func NewState(n Network, p state.Precision, replicas int, length func(state.Space) int) *state.State {
	s := &state.State{Precision: p, Replicas: replicas}
	for _, f := range n.Describe().Fields {
		if !f.Derived {
			s.Add(f, f.Copies(replicas)*length(f.Space))
		}
	}
	return s
}

// CopyState copies a state that the network has checked into arrays of its own.
func CopyState(n Network, s *state.State) *state.State {
	own := n.NewState(s.Precision, s.Replicas)
	own.Step = s.Step
	for i := range own.Arrays {
		s.Arrays[i].CopyTo(&own.Arrays[i])
	}
	return own
}

// CheckState is Network.CheckState likewise.
func CheckState(n Network, s *state.State, p state.Precision, replicas int, length func(state.Space) int) error {
	if s.Precision != p || s.Replicas != replicas {
		return fmt.Errorf("the state is in %s precision with %d replicas; expected %s and %d", s.Precision, s.Replicas, p, replicas)
	}
	arrays := s.Arrays
	for _, f := range n.Describe().Fields {
		if f.Derived {
			continue
		}
		want := f.Copies(replicas) * length(f.Space)
		if len(arrays) == 0 || arrays[0].Name != f.Name || arrays[0].Kind != f.Kind || arrays[0].Len() != want {
			return fmt.Errorf("the state has not the %d values of field %s in their place, so it is not of this network", want, f.Name)
		}
		arrays = arrays[1:]
	}
	if len(arrays) > 0 {
		return fmt.Errorf("the state has a field %s, which this network lacks", arrays[0].Name)
	}
	return nil
}
