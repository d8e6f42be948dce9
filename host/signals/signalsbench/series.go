// Package signalsbench has what is measured of codes between agents.
package signalsbench

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
)

// Series are plays of populations with urns.
func Series() []bench.Series {
	return []bench.Series{{
		Name: "signals-urns", Unit: "plays", Doc: "plays of Lewis's signalling game with urns",
		Axes:     []bench.Axis{{Name: "size", Doc: "states, and as many signals", Values: []int{3, 8}}},
		Replicas: []int{1, 1000},
		New: func(values []int) *bench.Work {
			s := signals.Defaults()
			s.Lewis.States, s.Lewis.Signals, s.Lewis.Plays = values[0], values[0], signals.MaxPlays
			return &bench.Work{Spec: s, Units: 1, Settling: 1000, Begin: play, Peers: []bench.Peer{{Name: "C", Each: 33e-9}}}
		},
	}}
}

// play makes plays, and begins anew where an urn could hold more balls than are possible.
func play(b backend.Backend, _ model.Network) (func(n int) error, error) {
	start, err := b.State()
	if err != nil {
		return nil, err
	}
	made := 0
	return func(n int) error {
		for n > 0 {
			if made == signals.MaxPlays {
				if err := b.SetState(start); err != nil {
					return err
				}
				made = 0
			}
			now := min(n, signals.MaxPlays-made)
			if err := b.(backend.Skipper).Skip(now); err != nil {
				return err
			}
			made, n = made+now, n-now
		}
		return nil
	}, nil
}
