// Package tnnbench has the networks of the TNN that are measured, and counts the bytes
// that their updates move.
package tnnbench

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Series are networks on square lattices, one for each rule.
func Series() []bench.Series {
	var out []bench.Series
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		out = append(out, bench.Series{
			Name: string(rule), Unit: "node updates", Doc: "visits of the nodes of an isolated lattice by the rule " + string(rule),
			Axes: []bench.Axis{
				{Name: "size", Doc: "sides of the square lattice", Values: []int{30, 256, 1024}},
				{Name: "connections", Doc: "connections of a node", Values: []int{4, 16}},
			},
			New: func(values []int) *bench.Work {
				return &bench.Work{Spec: Spec(rule, values[0], values[1]), Traffic: traffic}
			},
		})
	}
	return out
}

// Spec is a network on its own, as the presets isolated4 and relaxed have it.
func Spec(rule tnn.Rule, size, connections int) *tnn.Spec {
	name := "isolated4"
	if rule == tnn.Hylton2019 {
		name = "relaxed"
	}
	var spec *tnn.Spec
	for _, p := range tnn.Presets() {
		if p.Name == name {
			spec = p.Spec
		}
	}
	spec.Graph.Sides = []int{size, size}
	spec.Groups[0].Connections = connections
	spec.Eras[0].Steps = tnn.MaxSweeps / 1024 // no measurement comes to its end
	return spec
}

// traffic counts the bytes of an update; it makes a few steps.
func traffic(b backend.Backend, network model.Network, p state.Precision, tables bool) (bench.Traffic, error) {
	net := network.(*tnn.Network) // that the specification has built
	a, err := ActivityOf(b, net, p)
	if err != nil {
		return bench.Traffic{}, err
	}
	halfEdges := 2 * float64(len(net.Graph.Edges)) / float64(net.Graph.Nodes)
	return bench.Traffic{
		Bytes: Model(net.Spec, p, tables || !net.Regular(), a).Bytes(halfEdges),
		Figures: []bench.Figure{
			{Name: "edge ends", Value: halfEdges, Each: true},
			{Name: "active", Value: a.Nodes},
			{Name: "active sectors", Value: a.Sectors},
		},
	}, nil
}
