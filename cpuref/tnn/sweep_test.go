package tnn_test

import (
	"slices"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// A replica with parameters of its own computes what its lone run does.
func TestSweptReplicas(t *testing.T) {
	for _, rule := range []tnn.NetworkSpec{{Rule: tnn.Hylton2020}, {Rule: tnn.Hylton2019, Relaxations: 2}} {
		spec := func(levels int, g float64) *tnn.Spec {
			s := tnn.Defaults()
			s.Network, s.Externals = rule, nil
			s.Graph.Sides, s.Graph.Bipartite = []int{8, 10}, true
			s.Groups[0].Connections, s.Groups[0].Levels = 4, levels
			s.Edge.InverseTemperature, s.Eras[0].Steps = g, 20
			return s
		}
		variants := []*tnn.Spec{spec(10, 80), spec(3, 40), spec(13, 20)}
		net, err := tnn.Build(variants[0], 1)
		if err != nil {
			t.Fatal(err)
		}
		net.Variants = variants
		for _, precision := range []state.Precision{state.Single, state.Double} {
			o := backend.Options{Precision: precision, Seeds: []uint64{4, 5, 6}}
			together := advance(t, net, o)
			for r, v := range variants {
				alone, err := tnn.Build(v, 1)
				if err != nil {
					t.Fatal(err)
				}
				o.Seeds = []uint64{uint64(4 + r)}
				rows := advance(t, alone, o)
				for step := range 20 {
					n := int(tnn.Sums)
					want, have := rows[step*n:(step+1)*n], together[(step*3+r)*n:(step*3+r+1)*n]
					if !slices.Equal(want, have) {
						t.Fatalf("%s, %s, replica %d, step %d: %v, alone %v", rule.Rule, precision, r, step+1, have, want)
					}
				}
			}
		}
	}
}

func advance(t *testing.T, net *tnn.Network, o backend.Options) []float64 {
	t.Helper()
	b, err := cpuref.New(net, o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	rows, err := b.Advance(20)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
