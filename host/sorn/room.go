package sorn

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Units have slots for more synapses than they have. Where these do not suffice, all
// units of a network get more of them, in its state and in what computes it. No other
// value depends on that.

// MoreRoom is the number of slots that a unit among n has in place of room, where it
// needs so many. What it grows by does not depend on when that is looked at.
func MoreRoom(room, needed, n int) int {
	for room < needed {
		room *= 2
	}
	return min(room, max(needed, n-1))
}

// WithRoom is the network with so many slots of a unit, or with more where it has them.
func (n *Network) WithRoom(ee, ei, ie int) *Network {
	if ee <= n.RoomEE && ei <= n.RoomEI && ie <= n.RoomIE {
		return n
	}
	grown := *n
	grown.RoomEE, grown.RoomEI, grown.RoomIE = max(n.RoomEE, ee), max(n.RoomEI, ei), max(n.RoomIE, ie)
	return &grown
}

// With is the network with as much room as a state has, or more.
func (n *Network) With(s *state.State) *Network { return n.WithRoom(n.roomsIn(s)) }

// Grown implements model.Growing.
func (n *Network) Grown(s *state.State) model.Network { return n.With(s) }

// Most implements model.Growing.
func (n *Network) Most(s state.Space) int {
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	switch s {
	case SynapseEE:
		return N * max(N-1, n.RoomEE)
	case SynapseEI, SynapseIE:
		return N * max(M, 1)
	}
	return n.Length(s)
}

// roomsIn are how many slots units have in a state; those of the network where that
// cannot be told.
func (n *Network) roomsIn(s *state.State) (ee, ei, ie int) {
	room := func(field string, units, otherwise int) int {
		a := s.Array(field)
		if all := s.Replicas * units; a != nil && all > 0 && a.Len() > 0 && a.Len()%all == 0 {
			return a.Len() / all
		}
		return otherwise
	}
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	return room(FromEE, N, n.RoomEE), room(FromEI, N, n.RoomEI), room(FromIE, M, n.RoomIE)
}

// Copy copies a state that was checked into one with the room of the network, which is
// as much as the state has, or more.
func (n *Network) Copy(s *state.State) *state.State {
	own := n.NewState(s.Precision, s.Replicas)
	own.Step = s.Step
	for i := range own.Arrays {
		from, to := &s.Arrays[i], &own.Arrays[i]
		switch to.Name {
		case FromEE, WeightEE:
			Spread(from, to, s.Replicas*n.Spec.Sorn.NE)
		case FromEI, WeightEI:
			Spread(from, to, s.Replicas*n.Spec.Sorn.NE)
		case FromIE, WeightIE:
			Spread(from, to, s.Replicas*n.Spec.Sorn.M())
		default:
			from.CopyTo(to)
		}
	}
	return own
}

// Spread copies the slots of so many units into an array with as many slots of each, or
// more, which are free.
func Spread(from, to *state.Array, units int) {
	spread(from.Single, to.Single, units, 0)
	spread(from.Double, to.Double, units, 0)
	spread(from.Ints, to.Ints, units, Free)
}

func spread[T int32 | float32 | float64](from, to []T, units int, free T) {
	old, room := len(from)/units, len(to)/units
	for u := range units {
		slots := to[u*room : (u+1)*room]
		for s := copy(slots, from[u*old:(u+1)*old]); s < room; s++ {
			slots[s] = free
		}
	}
}
