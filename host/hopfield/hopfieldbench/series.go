// Package hopfieldbench has what is measured of Hopfield networks.
package hopfieldbench

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

// Series are recalls from start to end, sweeps of all units at once, and storing, which
// backends leave to the host.
func Series() []bench.Series {
	return []bench.Series{
		{
			Name: "hopfield-recall", Unit: "recalls",
			Doc: "recalls of random patterns, a tenth as many as units, from a fifth of the units wrong, unit after unit until nothing changes",
			Axes: []bench.Axis{
				{Name: "size", Doc: "units", Values: []int{1000, 4000}},
				{Name: "recalls", Doc: "recalls of a network at once", Values: []int{1, 256}, Together: true},
			},
			New: func(values []int) *bench.Work {
				return &bench.Work{Spec: spec(values[0]), Variants: recalls(values[0], values[1]), Units: float64(values[1]), Begin: recall, Peers: recallPeers(values[0])}
			},
		},
		{
			Name: "hopfield-sync", Unit: "sweeps",
			Doc: "sweeps of recalls in which all units decide at once, the first three from a fifth of the units wrong",
			Axes: []bench.Axis{
				{Name: "size", Doc: "units", Values: []int{1000, 4000}},
				{Name: "recalls", Doc: "recalls of a network at once", Values: []int{64}, Together: true},
			},
			New: func(values []int) *bench.Work {
				all := recalls(values[0], values[1])
				for _, s := range all {
					s.(*hopfield.Spec).Recall.Update = hopfield.Sync
				}
				return &bench.Work{Spec: all[0], Variants: all, Units: float64(firstSweeps * values[1]), Begin: sweeps, Peers: sweepPeers(values[0])}
			},
		},
		{
			Name: "hopfield-storkey", Unit: "patterns", Doc: "storing a tenth as many random patterns as units by Storkey's rule, which the processor does for every backend",
			Axes: []bench.Axis{{Name: "size", Doc: "units", Values: []int{1000}}},
			New: func(values []int) *bench.Work {
				s := spec(values[0])
				s.Network.Rule = hopfield.StorkeyRule
				return &bench.Work{Spec: s, Units: float64(max(values[0]/10, 1)), Settling: 1, Host: true, Begin: store, Peers: storePeers(values[0])}
			},
		},
	}
}

func spec(units int) *hopfield.Spec {
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Count = units, max(units/10, 1)
	return s
}

// recalls of one network begin with different patterns.
func recalls(units, count int) []model.Spec {
	var out []model.Spec
	for i := range count {
		s := spec(units)
		s.Recall.Trial = i
		out = append(out, s)
	}
	return out
}

// recall has all recalls go from their start to their end.
func recall(b backend.Backend, net model.Network) (func(n int) error, error) {
	start, err := b.State()
	if err != nil {
		return nil, err
	}
	width := len(net.Describe().Sums)
	return func(n int) error {
		for range n {
			if err := b.SetState(start); err != nil {
				return err
			}
			for ended := false; !ended; {
				sums, err := b.Advance(1)
				if err != nil {
					return err
				}
				ended = allEnded(net.(*hopfield.Network), sums, width)
			}
		}
		return nil
	}, nil
}

// firstSweeps are those that every recall makes: some end with the third.
const firstSweeps = 3

// sweeps has all recalls make their first sweeps from the start.
func sweeps(b backend.Backend, _ model.Network) (func(n int) error, error) {
	start, err := b.State()
	if err != nil {
		return nil, err
	}
	return func(n int) error {
		for range n {
			if err := b.SetState(start); err != nil {
				return err
			}
			if _, err := b.Advance(firstSweeps); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func allEnded(net *hopfield.Network, sums []float64, width int) bool {
	for at := 0; at < len(sums); at += width {
		if !net.HasEnded(sums[at : at+width]) {
			return false
		}
	}
	return true
}

// store has a new network store its patterns.
func store(_ backend.Backend, net model.Network) (func(n int) error, error) {
	s := net.(*hopfield.Network).Spec
	return func(n int) error {
		for range n {
			built, err := s.Build(1, nil)
			if err != nil {
				return err
			}
			if _, err := built.(*hopfield.Network).Memory(s, s.Key(1, 0, 1)); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// recallPeers are what other programs take for a recall on one core: NumPy for 3.4 and
// 4.3 sweeps on average, and a program in C.
func recallPeers(units int) []bench.Peer {
	switch units {
	case 1000:
		return []bench.Peer{{Name: "NumPy", Each: 3.4 * 5.3e-3}, {Name: "C", Each: 0.31e-3}}
	case 4000:
		return []bench.Peer{{Name: "NumPy", Each: 4.3 * 28e-3}, {Name: "C", Each: 6.5e-3}}
	}
	return nil
}

// sweepPeers are what NumPy takes for the fields of a state: a product of single-precision
// matrices gives those of 64.
func sweepPeers(units int) []bench.Peer {
	switch units {
	case 1000:
		return []bench.Peer{{Name: "NumPy", Each: 2.6e-3 / 64}}
	case 4000:
		return []bench.Peer{{Name: "NumPy", Each: 37e-3 / 64}}
	}
	return nil
}

// storePeers are what NumPy takes for a pattern.
func storePeers(units int) []bench.Peer {
	if units == 1000 {
		return []bench.Peer{{Name: "NumPy", Each: 6.4e-3}}
	}
	return nil
}
