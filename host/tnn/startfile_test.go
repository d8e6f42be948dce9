package tnn_test

import (
	"os"
	"path/filepath"
	"testing"

	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// TestStatesOfAFile: network nodes start with the states of the file, under both
// rules, and in all replicas; external nodes do not.
func TestStatesOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring.txt")
	text := "# state 0 -1\n# state 1 0.5\n# state 2 0.25\n# state 3 1\n0 1 7\n1 2 -3\n2 3 0.5\n3 0 2\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		s := tnn.Defaults()
		if s.Network.Rule = rule; rule == tnn.Hylton2019 {
			s.Network.Relaxations = 1
		}
		s.Graph.Kind, s.Graph.File = tnn.FromFile, path
		s.Eras[0].Steps = 1
		s.Externals = []tnn.ExternalSpec{{Pairs: 1, Periods: []int{4}, Polarity: 1, Sublattice: tnn.Even, Weight: 9, Nodes: tnn.Numbered(0, 2)}}
		net, err := tnn.Build(s, 1)
		if err != nil {
			t.Fatal(err)
		}
		start := net.Start(state.Double, []uint64{1, 2})
		fields := []string{"state"}
		if rule == tnn.Hylton2019 {
			fields = append(fields, "adapted_state")
		}
		for _, name := range fields {
			for replica := range 2 {
				for id, want := range []float64{0, 0.5, 0, 1} {
					at := replica*net.Layout.Positions + int(net.Layout.Position[id])
					if got := start.Array(name).At(at); got != want {
						t.Errorf("%s, replica %d: %s of node %d is %v, want %v", rule, replica, name, id, got, want)
					}
				}
			}
		}
	}
}
