package tnn_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnngolden"
)

// goldens are the recorded trajectories by file name.
func goldens(t *testing.T) map[string]*tnngolden.Golden {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/golden/*.json.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	all := make(map[string]*tnngolden.Golden)
	for _, path := range paths {
		g, err := tnngolden.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = g
	}
	return all
}

func TestOrderFindsEveryItemOnce(t *testing.T) {
	for name, golden := range goldens(t) {
		m, net := golden.Network, golden.Network
		l := net.Layout
		nodes, edges, halves := m.Order(state.Node), m.Order(state.Edge), m.Order(state.HalfEdge)
		if len(nodes) != net.Graph.Nodes || len(edges) != len(net.Graph.Edges) || len(halves) != 2*len(edges) {
			t.Fatalf("%s: %d nodes, %d edges, %d half-edges", name, len(nodes), len(edges), len(halves))
		}
		for id, at := range nodes {
			if l.ID[at] != int32(id) {
				t.Fatalf("%s: node %d is looked for where node %d is", name, id, l.ID[at])
			}
		}
		seen := make(map[int]bool)
		for i := range edges {
			a, b := m.Links(nil, 0).Ends(i)
			ha, hb := halves[2*i], halves[2*i+1]
			if l.Neighbour[ha] != l.Position[b] || l.Neighbour[hb] != l.Position[a] {
				t.Fatalf("%s: half-edges of edge %d lead elsewhere", name, i)
			}
			if int(l.Weight[ha]) != edges[i] || int(l.Weight[hb]) != edges[i] {
				t.Fatalf("%s: half-edges of edge %d have another weight", name, i)
			}
			if (ha == hb) != (a == b) || seen[ha] || seen[hb] {
				t.Fatalf("%s: half-edges of edge %d belong to another one as well", name, i)
			}
			seen[ha], seen[hb] = true, true
		}
	}
}

// computed finds one of the model's computed fields.
func computed(t *testing.T, m *tnn.Network, name string) model.Computed {
	t.Helper()
	for _, c := range m.Describe().Computed {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no field %s", name)
	return model.Computed{}
}

// The observables of the recorded trajectories are means of these fields.
func TestComputedFieldsAverageToTheObservables(t *testing.T) {
	solvedSeen := false
	for name, golden := range goldens(t) {
		m, net := golden.Network, golden.Network
		counts := net.Counts()
		for _, step := range golden.Steps {
			s := golden.State(state.Double)
			for id, at := range net.Layout.Position {
				s.Array("state").Set(int(at), step.State[id])
			}
			from := []*state.Array{s.Array("state")}
			var order float64
			values := computed(t, m, "order").Values(from, 1)
			for i, e := range net.Graph.Edges {
				if e.A != e.B && net.IsNetwork(e.A) && net.IsNetwork(e.B) {
					order += values.At(i) / float64(counts.Plastic-counts.SelfLoops)
				}
			}
			if want := step.Observables["order"]; math.Abs(order-want) > 1e-12 {
				t.Fatalf("%s, step %d: order %v, want %v", name, step.T, order, want)
			}
			want, has := step.Observables["solved_percent"]
			if !has {
				continue
			}
			var solved float64
			values = computed(t, m, "solved").Values(from, 1)
			for i := range values.Len() {
				solved += values.At(i)
			}
			solvedSeen = solvedSeen || solved > 0
			if got := 100 * solved / float64(counts.External); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s, step %d: %v %% solved, want %v %%", name, step.T, got, want)
			}
		}
	}
	if !solvedSeen {
		t.Error("no external node is ever solved, so the test shows nothing")
	}
}

// square is a network of four nodes in a square, one of them external, with a
// self-loop at node 2 and weights 1, 2, 3, 4 and -5.
func square(t *testing.T) (*tnn.Network, *state.State) {
	t.Helper()
	spec := tnn.Defaults()
	spec.Edge.InverseTemperature = 2 // sqrt(2g) = 2
	g := &graph.Graph{
		Nodes: 4, Lattice: graph.Lattice{Sides: []int{2, 2}},
		Edges: []graph.Edge{{A: 0, B: 1}, {A: 1, B: 3}, {A: 3, B: 2}, {A: 2, B: 0}, {A: 2, B: 2}},
	}
	external := []tnn.External{{ID: 3, Polarity: 1, Periods: []int{4}, Weight: 9}}
	net, err := tnn.Assemble(spec, g, nil, external, graph.Schedule{{0}, {1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	s := net.NewState(state.Double, 2)
	weight := s.Array("weight")
	for r := range 2 {
		for i, w := range []float64{1, 2, 3, 4, -5} {
			weight.Set(r*net.Layout.Weights+int(net.Layout.EdgeWeight[i]), w+float64(10*r))
		}
	}
	return net, s
}

func TestDistributionsAreOfPlasticEdgesAndNetworkNodes(t *testing.T) {
	m, s := square(t)
	want := map[string][]float64{
		"weight":              {2, 8, -10, 22, 28, 10},
		"weight_sum":          {10, 2, -2, 50, 22, 38},
		"absolute_weight_sum": {10, 2, 18, 50, 22, 38},
	}
	for _, d := range m.Describe().Distributions {
		var all []float64
		for r := range 2 {
			all = d.Values(all, d.Whole(s.Array(d.From), r, 2))
		}
		if diff := cmp.Diff(want[d.Name], all); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.Name, diff)
		}
		delete(want, d.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestRowsAreTheQuantities(t *testing.T) {
	m, _ := square(t)
	d := m.Describe()
	if len(d.Sums) != int(tnn.Sums) || slices.Contains(d.Sums, "") {
		t.Errorf("sums are named %q", d.Sums)
	}
	sums := make([]float64, tnn.Sums)
	sums[tnn.SumEnergy], sums[tnn.SumSolved] = -6, 1
	row := make([]float64, len(d.Columns))
	m.Row(row, sums)
	got := map[string]float64{}
	for i, c := range d.Columns {
		got[c.Name] = row[i]
	}
	if got["energy"] != -2 || got["solved_percent"] != 100 {
		t.Errorf("3 network nodes of energy -6 together, 1 of 1 external nodes solved: %v", got)
	}
	if d.Updates != 3 {
		t.Errorf("%d node updates a step, want 3", d.Updates)
	}
}

func TestRegion(t *testing.T) {
	g := &graph.Graph{Nodes: 24, Lattice: graph.Lattice{Sides: []int{2, 3, 4}}}
	all := make([]int32, 24)
	for i := range all {
		all[i] = int32(i)
	}
	net, err := tnn.Assemble(tnn.Defaults(), g, nil, nil, graph.Schedule{all})
	if err != nil {
		t.Fatal(err)
	}
	m := net
	got, err := m.Region([]int{0, 1, 2}, []int{2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for id := range 24 {
		c := g.Lattice.Coordinates(id)
		if c[1] >= 1 && c[2] >= 2 {
			want = append(want, id)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, bad := range [][2][]int{
		{{0, 0}, {1, 1}},
		{{0, 0, 0}, {1, 1}},
		{{-1, 0, 0}, {1, 1, 1}},
		{{0, 0, 0}, {1, 0, 1}},
		{{0, 0, 0}, {1, 1, 5}},
	} {
		if _, err := m.Region(bad[0], bad[1]); err == nil {
			t.Errorf("the region %v is accepted", bad)
		}
	}
}
