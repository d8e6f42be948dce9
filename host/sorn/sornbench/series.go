// Package sornbench has what is measured of self-organising recurrent networks.
package sornbench

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// Series are steps of the default network at a tenth of the units active.
func Series() []bench.Series {
	return []bench.Series{{
		Name: "sorn", Unit: "steps", Doc: "steps of the rules of sorn-0.3 with 20 synapses a unit and noise, once the network is active",
		Axes: []bench.Axis{{Name: "size", Doc: "excitatory units", Values: []int{200, 1000, 2000}}},
		New: func(values []int) *bench.Work {
			return &bench.Work{Spec: spec(values[0]), Units: 1, Settling: quiet, Traffic: traffic, Peers: peers(values[0])}
		},
	}}
}

// quiet steps come before a network is as active as its thresholds are to make it.
const quiet = 1000

// largestDense is the number of units from which on inhibitory units have synapses with
// some excitatory ones in place of all.
const largestDense = 5000

func spec(units int) *sorn.Spec {
	s := sorn.Defaults()
	s.Sorn.NE, s.Sorn.TargetRate = units, 0.1
	s.Sorn.NU = min(s.Sorn.NU, units)
	if units > largestDense {
		s.Sorn.TypeIE = sorn.Sparse
	}
	s.SetSteps(sorn.MaxSteps) // no measurement comes to its end
	return s
}

// trafficSteps are looked at to count synapses and active units.
const trafficSteps = 10

// traffic counts what a step cannot avoid moving: of each synapse the index and the
// weight, which is written, too; the weights from active units to inhibitory ones; and
// thresholds, those of excitatory units both ways.
func traffic(b backend.Backend, network model.Network, p state.Precision, _ bool) (bench.Traffic, error) {
	sums, err := b.Advance(trafficSteps)
	if err != nil {
		return bench.Traffic{}, err
	}
	t := &network.(*sorn.Network).Spec.Sorn
	steps := float64(len(sums) / sorn.Sums)
	mean := make([]float64, sorn.Sums)
	for i, v := range sums {
		mean[i%sorn.Sums] += v / steps
	}
	const index = 4
	value, synapses := float64(p.Bytes()), mean[sorn.SumEE]+mean[sorn.SumEI]
	bytes := synapses * (index + 2*value)
	if inputs := mean[sorn.SumActiveE] * float64(t.M()); t.TypeIE == sorn.Dense {
		bytes += inputs * value
	} else {
		bytes += float64(t.M()*t.LambdaIE) * (index + value)
	}
	bytes += value * float64(2*t.NE+t.M())
	return bench.Traffic{Bytes: bytes, Figures: []bench.Figure{
		{Name: "synapses", Value: synapses, Each: true},
		{Name: "active", Value: mean[sorn.SumActiveE] / float64(t.NE)},
	}}, nil
}

// peers are what other programs take for a step on one core: NumPy in single precision
// with the rows of active units alone, and the Python package sorn.
func peers(units int) []bench.Peer {
	switch units {
	case 200:
		return []bench.Peer{{Name: "NumPy", Each: 0.33e-3}, {Name: "sorn", Each: 10e-3}}
	case 1000:
		return []bench.Peer{{Name: "NumPy", Each: 1.2e-3}, {Name: "sorn", Each: 212e-3}}
	case 2000:
		return []bench.Peer{{Name: "NumPy", Each: 5.5e-3}, {Name: "sorn", Each: 820e-3}}
	}
	return nil
}
