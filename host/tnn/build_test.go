package tnn_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

func build(t testing.TB, s *tnn.Spec, seed uint64) *tnn.Network {
	t.Helper()
	n, err := tnn.Build(s, seed)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// degrees counts the half-edges of every node, and its self-loops.
func degrees(g *graph.Graph) (degree, loops []int) {
	degree, loops = make([]int, g.Nodes), make([]int, g.Nodes)
	for _, e := range g.Edges {
		if e.A == e.B {
			loops[e.A]++
			continue
		}
		degree[e.A]++
		degree[e.B]++
	}
	return degree, loops
}

func TestPresets(t *testing.T) {
	type facts struct {
		Rule               tnn.Rule
		Relaxations        int
		Sides              []int
		Connections        int
		Levels             int
		Threshold, F, G    float64
		Steps              int64
		Periods            []int
		Weights            []float64
		PositiveSublattice []tnn.Sublattice
	}
	of := func(s *tnn.Spec) facts {
		g := s.Groups[0]
		f := facts{
			Rule: s.Network.Rule, Relaxations: s.Network.Relaxations, Sides: s.Graph.Sides, Connections: g.Connections,
			Levels: g.Levels, Threshold: g.Threshold, F: g.InverseTemperature, G: s.Edge.InverseTemperature, Steps: s.Steps(),
		}
		for _, e := range s.Externals {
			f.Periods = append(f.Periods, e.Periods...)
			f.Weights = append(f.Weights, e.Weight)
			f.PositiveSublattice = append(f.PositiveSublattice, e.Sublattice)
		}
		return f
	}
	turns := []tnn.Sublattice{tnn.Even, tnn.Odd, tnn.Even, tnn.Odd}
	want := map[string]facts{
		"isolated":  {tnn.Hylton2020, 0, []int{30, 30}, 16, 10, 0.1, 1, 80, 500, nil, nil, nil},
		"isolated4": {tnn.Hylton2020, 0, []int{30, 30}, 4, 10, 0.1, 1, 80, 500, nil, nil, nil},
		"driven": {tnn.Hylton2020, 0, []int{30, 30}, 4, 10, 0.1, 1, 80, 500,
			[]int{132, 70, 211, 105}, []float64{160, 160, 160, 160}, turns},
		"relaxed": {tnn.Hylton2019, 10, []int{30, 30}, 4, 101, 0.1, 1, 40, 200, nil, nil, nil},
		"relaxed-driven": {tnn.Hylton2019, 10, []int{30, 30}, 4, 101, 0.1, 1, 40, 200,
			[]int{13, 7, 21, 11}, []float64{400, 400, 400, 400}, turns},
		"tnn-hysteresis": {tnn.Hylton2020, 0, []int{30, 30}, 16, 10, 0.1, 1, 80, 600, nil, nil, nil},
		"large":          {tnn.Hylton2020, 0, []int{2048, 2048}, 4, 10, 0.1, 1, 80, 100, nil, nil, nil},
	}
	got := make(map[string]facts)
	for _, p := range tnn.Presets() {
		if err := p.Spec.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if strings.HasPrefix(p.Name, "hylton2019-fig") {
			continue // docs/paper.md
		}
		if !p.Spec.Graph.Bipartite || p.Spec.Edge.Bound != 1000 || !p.Spec.Edge.Noise || p.Spec.Edge.Kind != tnn.Real1 {
			t.Errorf("%s: %+v %+v", p.Name, p.Spec.Graph, p.Spec.Edge)
		}
		got[p.Name] = of(p.Spec)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("presets (-want +got):\n%s", diff)
	}
	if tnn.Presets()[0].Name != tnn.DefaultPreset {
		t.Errorf("the default preset %s is not the first", tnn.DefaultPreset)
	}
}

// TestDriven builds the presets with external nodes, and looks at those.
func TestDriven(t *testing.T) {
	for _, name := range []string{"driven", "relaxed-driven"} {
		s := preset(t, name)
		n := build(t, s, 7)
		degree, _ := degrees(n.Graph)
		periods := make(map[int][2]int) // by period: nodes, and the sum of polarities
		for i, x := range n.Externals {
			if i > 0 && x.ID <= n.Externals[i-1].ID {
				t.Errorf("%s: external nodes are out of order", name)
			}
			if degree[x.ID] != 4 || n.IsNetwork(x.ID) || x.Weight != s.Externals[0].Weight {
				t.Errorf("%s: external node %+v has %d edges", name, x, degree[x.ID])
			}
			at := slices.IndexFunc(s.Externals, func(e tnn.ExternalSpec) bool { return e.Periods[0] == x.Period(0) })
			positive := x.Polarity == 1
			onEven := n.Graph.Lattice.Parity(int(x.ID)) == 0
			if (positive == onEven) != (at%2 == 0) {
				t.Errorf("%s: pair %d has a node of polarity %d on a site of parity %d", name, at, x.Polarity, n.Graph.Lattice.Parity(int(x.ID)))
			}
			p := periods[x.Period(0)]
			periods[x.Period(0)] = [2]int{p[0] + 1, p[1] + x.Polarity}
		}
		for period, p := range periods {
			if p != [2]int{2, 0} {
				t.Errorf("%s: period %d has %d nodes, of total polarity %d", name, period, p[0], p[1])
			}
		}
		if len(periods) != 4 || n.Report.Missing != 0 {
			t.Errorf("%s: periods %v, %v", name, periods, n.Report)
		}
		if err := graph.CheckSeparation(n.Graph, func(id int) bool { return !n.IsNetwork(int32(id)) }, 4); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		start := n.Start(state.Double, []uint64{1}).Array("weight")
		for i, e := range n.Graph.Edges {
			w := start.At(int(n.Layout.EdgeWeight[i]))
			if external := !n.IsNetwork(e.A) || !n.IsNetwork(e.B); external != (w == s.Externals[0].Weight) {
				t.Errorf("%s: edge %v starts at %v", name, e, w)
			}
		}
	}
}

func TestBuildFollowsTheSeed(t *testing.T) {
	spec := func(graphSeed uint64) *tnn.Spec {
		s := preset(t, "driven")
		s.Graph.Kind, s.Graph.Seed = graph.Random, graphSeed
		s.Groups = append(s.Groups, s.Groups[0])
		s.Groups[0].Count = 100
		return s
	}
	type drawn struct {
		Edges     []graph.Edge
		Group     []uint8
		Externals []tnn.External
	}
	of := func(graphSeed, seed uint64) drawn {
		n := build(t, spec(graphSeed), seed)
		return drawn{n.Graph.Edges, n.Group, n.Externals}
	}
	one := of(0, 1)
	if diff := cmp.Diff(one, of(0, 1)); diff != "" {
		t.Errorf("the same seed gives another network:\n%s", diff)
	}
	if diff := cmp.Diff(one, of(1, 5)); diff != "" {
		t.Errorf("graph.seed does not stand in for the seed of the run:\n%s", diff)
	}
	other := of(0, 2)
	if slices.Equal(one.Edges, other.Edges) || slices.Equal(one.Group, other.Group) || cmp.Equal(one.Externals, other.Externals) {
		t.Error("another seed gives the same edges, groups or external nodes")
	}
}

// TestGroups gives three groups their nodes, connections and self-loops.
func TestGroups(t *testing.T) {
	s := lattice(graph.Random, 4, false, 20, 20)
	base := s.Groups[0]
	wide, loose := base, base
	wide.Count, wide.Connections, wide.SelfLoops = 50, 10, 2
	loose.Count, loose.Connections = 30, 1
	s.Groups = []tnn.GroupSpec{wide, base, loose}
	s.Externals = tnn.Defaults().Externals
	s.Externals[0].Connections, s.Externals[0].Periods, s.Externals[0].Weight = 3, []int{10}, 5
	n := build(t, s, 3)

	degree, loops := degrees(n.Graph)
	var nodes [3]int
	for id := range n.Graph.Nodes {
		if !n.IsNetwork(int32(id)) {
			if degree[id] != 3 || loops[id] != 0 || n.Group[id] != 0 {
				t.Errorf("external node %d has %d edges and %d self-loops", id, degree[id], loops[id])
			}
			continue
		}
		g := s.Groups[n.Group[id]]
		nodes[n.Group[id]]++
		if degree[id] != g.Connections || loops[id] != g.SelfLoops {
			t.Errorf("node %d of group %d has %d edges and %d self-loops", id, n.Group[id], degree[id], loops[id])
		}
	}
	if nodes != [3]int{50, 400 - 2 - 80, 30} {
		t.Errorf("the groups have %v nodes", nodes)
	}
	if n.Report.Missing != 0 {
		t.Error(n.Report)
	}
	for _, seg := range n.Layout.Segments {
		for at := seg.First * tnn.Lanes; at < (seg.First+seg.Slices)*tnn.Lanes; at++ {
			if id := n.Layout.ID[at]; id >= 0 && n.IsNetwork(id) && int(n.Group[id]) != seg.Group {
				t.Fatalf("node %d of group %d is laid out with group %d", id, n.Group[id], seg.Group)
			}
		}
	}
}

// TestGroupsAreRandom counts how often each site is in a group of 1 in 4: about
// 100 times of 400, with a standard deviation of 8.7.
func TestGroupsAreRandom(t *testing.T) {
	s := lattice(graph.Neighbor, 4, true, 6, 6)
	s.Groups = append(s.Groups, s.Groups[0])
	s.Groups[0].Count = 9
	var drawn [36]int
	for seed := range uint64(400) {
		for id, g := range build(t, s, seed).Group {
			if g == 0 {
				drawn[id]++
			}
		}
	}
	if least, most := slices.Min(drawn[:]), slices.Max(drawn[:]); least < 100-40 || most > 100+40 {
		t.Errorf("sites are drawn from %d to %d times of 400, and 100 were expected", least, most)
	}
}

func TestNamedNodes(t *testing.T) {
	s := preset(t, "driven")
	s.Externals = s.Externals[:2]
	s.Externals[0].Nodes, s.Externals[1].Nodes = tnn.Numbered(0, 317), tnn.Numbered(15, 451)
	s.Externals[1].Polarity = -1
	want := []tnn.External{
		{ID: 0, Polarity: 1, Periods: []int{132}, Weight: 160}, {ID: 15, Polarity: -1, Periods: []int{70}, Weight: 160},
		{ID: 317, Polarity: -1, Periods: []int{132}, Weight: 160}, {ID: 451, Polarity: 1, Periods: []int{70}, Weight: 160},
	}
	if diff := cmp.Diff(want, build(t, s, 1).Externals); diff != "" {
		t.Errorf("external nodes (-want +got):\n%s", diff)
	}

	s.Externals[0].Nodes = tnn.Numbered(0, 17)
	_, err := tnn.Build(s, 1)
	var bad *model.KeyError
	if !errors.As(err, &bad) || bad.Key != "graph.separation" || !strings.Contains(err.Error(), "15 and 17 are joined by 2 hops") {
		t.Errorf("two named nodes are too near, and the error is %v", err)
	}
}

// TestCrowdedExternals asks for external nodes that arithmetic admits and the
// lattice does not.
func TestCrowdedExternals(t *testing.T) {
	for kind, separation := range map[graph.Kind]int{graph.Neighbor: 4, graph.Random: 6} {
		s := preset(t, "driven")
		s.Graph.Kind, s.Graph.Separation = kind, separation
		s.Graph.Sides = []int{10, 10}
		s.Externals = s.Externals[:1]
		s.Externals[0].Pairs = 10
		_, err := tnn.Build(s, 1)
		var bad *model.KeyError
		if !errors.As(err, &bad) || bad.Key != "graph.separation" {
			t.Errorf("%s: the error is %v", kind, err)
		}
	}
}

// fileSpec is a network of a graph that is read from a file of this content.
func fileSpec(t *testing.T, edges string) *tnn.Spec {
	t.Helper()
	s := lattice(tnn.FromFile, 0, false)
	s.Graph.File = filepath.Join(t.TempDir(), "edges.txt")
	if err := os.WriteFile(s.Graph.File, []byte(edges), 0o666); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGraphFromFile(t *testing.T) {
	s := fileSpec(t, "# nodes 7\n0 1 0.5\n1 2 -0.25\n2 2 0.125\n2 3 1e6\n")
	s.Externals = tnn.Defaults().Externals
	s.Externals[0].Nodes, s.Externals[0].Periods, s.Externals[0].Weight = tnn.Numbered(3, 0), []int{4}, 9
	n := build(t, s, 1)
	if n.Graph.Nodes != 7 || n.Report != nil || len(n.Externals) != 2 || n.Externals[0].Polarity != -1 {
		t.Errorf("nodes %d, report %v, external nodes %+v", n.Graph.Nodes, n.Report, n.Externals)
	}
	start := n.Start(state.Double, []uint64{1, 2}).Array("weight")
	for r := range 2 {
		for i, want := range []float64{9, -0.25, 0.125, 9} {
			if w := start.At(r*n.Length(state.Edge) + int(n.Layout.EdgeWeight[i])); w != want {
				t.Errorf("replica %d: edge %v starts at %v, and %v was expected", r, n.Graph.Edges[i], w, want)
			}
		}
	}

	s = fileSpec(t, "0 1\n2 3\n")
	s.Graph.Sides, s.Graph.Bipartite = []int{2, 3}, true
	n = build(t, s, 1)
	if n.Graph.Nodes != 6 || !n.Graph.Bipartite || len(n.Schedule) != 2 || n.Weights != nil {
		t.Errorf("on a lattice: nodes %d, bipartite %v, %d sets", n.Graph.Nodes, n.Graph.Bipartite, len(n.Schedule))
	}
}

func TestBadGraphFiles(t *testing.T) {
	for _, c := range []struct {
		what, edges, key string
		change           func(s *tnn.Spec)
	}{
		{"no name", "0 1\n", "graph.file", func(s *tnn.Spec) { s.Graph.File = "" }},
		{"no file", "0 1\n", "graph.file", func(s *tnn.Spec) { s.Graph.File += "x" }},
		{"a folder", "0 1\n", "graph.file", func(s *tnn.Spec) { s.Graph.File = filepath.Dir(s.Graph.File) }},
		{"no nodes", "", "graph.file", func(*tnn.Spec) {}},
		{"no edge list", "0 one\n", "graph.file", func(*tnn.Spec) {}},
		{"too many nodes", "# nodes 2147483646\n", "graph.file", func(*tnn.Spec) {}},
		{"beyond the lattice", "0 4\n", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{2, 2} }},
		{"not bipartite", "0 3\n", "graph.bipartite", func(s *tnn.Spec) { s.Graph.Sides, s.Graph.Bipartite = []int{2, 2}, true }},
		{"weight out of bounds", "0 1 5\n", "edge.bound", func(s *tnn.Spec) { s.Edge.Bound = 4 }},
		{"count", "0 1\n", "group[0].count", func(s *tnn.Spec) { s.Groups[0].Count = 3 }},
		{"external node outside", "0 1\n", "external[0].nodes[1]", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, 2) }},
		{"only external nodes", "0 0\n1 1\n", "external", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, 1) }},
		{"an edge between external nodes", "0 1\n1 2\n", "graph.separation", func(s *tnn.Spec) {
			s.Graph.Separation = 0
			s.Externals[0].Nodes = tnn.Numbered(0, 1)
		}},
		{"too near", "0 1\n1 2\n", "graph.separation", func(s *tnn.Spec) {
			s.Graph.Separation = 3
			s.Externals[0].Nodes = tnn.Numbered(0, 2)
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := fileSpec(t, c.edges)
			s.Externals = tnn.Defaults().Externals
			s.Externals[0].Periods, s.Externals[0].Weight = []int{4}, 1
			if c.change(s); s.Externals[0].Nodes == nil {
				s.Externals = nil
			}
			_, err := tnn.Build(s, 1)
			var bad *model.KeyError
			if !errors.As(err, &bad) || bad.Key != c.key {
				t.Errorf("the error is %v, and one about %s was expected", err, c.key)
			}
		})
	}
}

// TestEstimate compares what is foretold with networks that are built.
func TestEstimate(t *testing.T) {
	loops := lattice(graph.Neighbor, 4, true, 64, 64)
	loops.Groups[0].SelfLoops = 3
	for what, spec := range map[string]*tnn.Spec{
		"lattice":       lattice(graph.Neighbor, 4, true, 64, 64),
		"wide lattice":  lattice(graph.Neighbor, 36, true, 64, 64),
		"self-loops":    loops,
		"random":        lattice(graph.Random, 7, false, 64, 64),
		"external":      preset(t, "driven"),
		"external 2019": preset(t, "relaxed-driven"),
	} {
		n := build(t, spec, 1)
		nodes, edges := spec.Estimate()
		if int(nodes) != n.Graph.Nodes || int(edges) != len(n.Graph.Edges) {
			t.Errorf("%s: %d nodes and %d edges are foretold, and there are %d and %d", what, nodes, edges, n.Graph.Nodes, len(n.Graph.Edges))
		}
		for _, p := range []state.Precision{state.Single, state.Double} {
			taken := int64(4 * (len(n.Layout.ID) + len(n.Layout.Position) + len(n.Layout.Neighbour) + len(n.Layout.Weight) + len(n.Layout.EdgeWeight)))
			for _, a := range n.NewState(p, 3).Arrays {
				taken += int64(a.Len() * p.Bytes())
			}
			foretold := spec.Bytes(p, 3)
			whole := n.Layout.Positions == n.Graph.Nodes // no padding
			if foretold > taken || whole && foretold != taken || float64(foretold) < 0.85*float64(taken) {
				t.Errorf("%s in %s precision: %d bytes are foretold, and %d are taken", what, p, foretold, taken)
			}
		}
	}
}

// TestEstimateIsAnUpperBound has nodes of different reach, which share fewer
// edges than they ask for.
func TestEstimateIsAnUpperBound(t *testing.T) {
	s := preset(t, "driven")
	s.Groups = append(s.Groups, s.Groups[0])
	s.Groups[0].Count, s.Groups[0].Connections = 300, 16
	n := build(t, s, 1)
	if _, edges := s.Estimate(); int(edges) != len(n.Graph.Edges)+int(n.Report.Missing)/2 || n.Report.Missing == 0 {
		t.Errorf("%d edges are foretold, there are %d, and the report is %v", edges, len(n.Graph.Edges), n.Report)
	}
}

func TestSetSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s tnn.Spec
		for i, n := range rapid.SliceOfN(rapid.IntRange(1, 9), 1, 5).Draw(t, "eras") {
			s.Eras = append(s.Eras, tnn.EraSpec{Steps: n, Adapt: i%2 == 0})
		}
		before := s
		before.Eras = slices.Clone(s.Eras)
		n := rapid.Int64Range(1, 60).Draw(t, "steps")
		s.SetSteps(n)
		if s.Steps() != n {
			t.Fatalf("the run has %d steps after being set to %d: %v", s.Steps(), n, s.Eras)
		}
		for step := int64(1); step <= n; step++ {
			_, was := before.Era(step)
			if _, is := s.Era(step); is != was {
				t.Fatalf("step %d moved from era %d to era %d", step, was, is)
			}
		}
	})
}
