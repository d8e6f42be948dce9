package graph

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden is what the golden trajectories say of their graphs.
type golden struct {
	Lattice   []int
	Bipartite bool
	Edges     []goldenEdge
	External  []struct{ ID int32 }
	Schedule  Schedule
}

// goldenEdge is written as [a, b, kind].
type goldenEdge Edge

func (e *goldenEdge) UnmarshalJSON(text []byte) error {
	var kind string
	return json.Unmarshal(text, &[]any{&e.A, &e.B, &kind})
}

func readGolden(t *testing.T, name string) (*Graph, golden) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "testdata", "golden", name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var from golden
	if err := json.NewDecoder(text).Decode(&from); err != nil {
		t.Fatal(err)
	}
	g := &Graph{Lattice: Lattice{Sides: from.Lattice}, Bipartite: from.Bipartite}
	g.Nodes = g.Lattice.Sites()
	for _, e := range from.Edges {
		g.Edges = append(g.Edges, Edge(e))
	}
	return g, from
}

// The original program's graphs: neighbor graphs have the same pairs of nodes,
// and all schedules are valid.
func TestGolden(t *testing.T) {
	for name, wanted := range map[string]struct{ connections, external, loops int }{
		"2019-driven":             {connections: 4, external: 4},
		"2019-lattice16":          {connections: 16},
		"2019-lattice4":           {connections: 4},
		"2019-predict":            {connections: 4, external: 4},
		"2019-random":             {},
		"2019-recurrent-binary":   {connections: 4, loops: 1},
		"2020-binary":             {connections: 4},
		"2020-driven":             {connections: 4, external: 4},
		"2020-driven16":           {connections: 16, external: 4},
		"2020-gaussian-coloured":  {},
		"2020-lattice12-coloured": {connections: 12},
		"2020-lattice16":          {connections: 16},
		"2020-lattice4":           {connections: 4},
		"2020-masses":             {connections: 4},
		"2020-random":             {},
		"2020-real2":              {connections: 4},
		"2020-recurrent":          {connections: 16, loops: 2},
		"2020-ternary-hot":        {connections: 4},
	} {
		t.Run(name, func(t *testing.T) {
			g, from := readGolden(t, name)
			external := make(map[int]bool)
			for _, e := range from.External {
				external[int(e.ID)] = true
			}
			network := func(id int) bool { return !external[id] }
			if err := from.Schedule.Validate(g, network); err != nil {
				t.Error(err)
			}
			if err := DefaultSchedule(g, network).Validate(g, network); err != nil {
				t.Error(err)
			}
			if wanted.connections == 0 {
				return
			}
			built, _ := mustBuild(t, Options{Kind: Neighbor, Sides: from.Lattice, Bipartite: from.Bipartite,
				Connections: func(id int) int {
					if external[id] {
						return wanted.external
					}
					return wanted.connections
				},
				SelfLoops: constant(wanted.loops),
				External:  func(id int) bool { return external[id] }})
			if diff := cmp.Diff(pairs(g.Edges), pairs(built.Edges)); diff != "" {
				t.Errorf("pairs (-original +built):\n%s", diff)
			}
		})
	}
}

// The coloured trajectories were scheduled greedily.
func TestGreedyGolden(t *testing.T) {
	for _, name := range []string{"2020-gaussian-coloured", "2020-lattice12-coloured"} {
		g, from := readGolden(t, name)
		if diff := cmp.Diff(from.Schedule, Greedy(g, all)); diff != "" {
			t.Errorf("%s (-golden +greedy):\n%s", name, diff)
		}
	}
}
