// Package tnngolden reads recorded trajectories of the TNN, the format that
// testdata/golden/README.md describes, and replays them.
package tnngolden

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
	"tnn-gpu/host/tnn"
)

// Golden is a recorded trajectory: a network, its start, and what every step
// must give (testdata/golden/README.md).
type Golden struct {
	Name    string
	Network *tnn.Network
	Seed    uint64 // of the noise
	Start   Start
	Steps   []Step
}

// Start is the state after the initialisation visit: weights by edge of
// the graph, the others by node id.
type Start struct {
	Weight        []float64 `json:"weight"`
	State         []float64 `json:"state"`
	PreviousState []float64 `json:"previous_state"`
	Energy        []float64 `json:"energy"`
}

// Step is what one step gives. Weight is absent from most steps.
type Step struct {
	T           int64              `json:"t"`
	Observables map[string]float64 `json:"observables"`
	State       []float64          `json:"state"`
	Energy      []float64          `json:"energy"`
	Weight      []float64          `json:"weight"`
}

// file mirrors the file, format Format.
type file struct {
	Format      string    `json:"format"`
	Name        string    `json:"name"`
	Rule        tnn.Rule  `json:"rule"`
	Relaxations int       `json:"relaxations"`
	Key         [2]uint32 `json:"key"`
	Lattice     []int     `json:"lattice"`
	Bipartite   bool      `json:"bipartite"`
	Node        struct {
		States             int     `json:"states"`
		InverseTemperature float64 `json:"inverse_temperature"`
		Threshold          float64 `json:"threshold"`
	} `json:"node"`
	Edge struct {
		Kind               tnn.EdgeKind `json:"kind"`
		InverseTemperature float64      `json:"inverse_temperature"`
		Bound              float64      `json:"bound"`
		SizeMass           float64      `json:"size_mass"`
		ChangeMass         float64      `json:"change_mass"`
		Noise              bool         `json:"noise"`
	} `json:"edge"`
	External []struct {
		ID       int32 `json:"id"`
		Polarity int   `json:"polarity"`
		Period   []int `json:"period"`
	} `json:"external"`
	Schedule graph.Schedule `json:"schedule"`
	Eras     []struct {
		Steps   int      `json:"steps"`
		Adapt   *bool    `json:"adapt"`
		Mode    tnn.Mode `json:"mode"`
		Predict bool     `json:"predict"`
	} `json:"eras"`
	Edges [][3]any `json:"edges"`
	Start Start    `json:"start"`
	Steps []Step   `json:"steps"`
}

// limit bounds what a golden file may unpack to, and so the memory that it
// takes, which is up to some sixty times as much.
const limit = 16 << 20

// Open reads a trajectory from a file, packed by gzip or not.
func Open(path string) (*Golden, error) {
	_, text, err := golden.Open(path)
	if err != nil {
		return nil, err
	}
	g, err := Read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// Read reads a trajectory and checks that it is consistent.
func Read(r io.Reader) (*Golden, error) {
	var f file
	limited := &io.LimitedReader{R: r, N: limit}
	src, err := io.ReadAll(limited)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it cannot be unpacked: %w", err)
	case limited.N == 0:
		return nil, fmt.Errorf("it unpacks to %d bytes or more, which no golden trajectory has", limit)
	}
	if err := text.DecodeJSON(text.TrimMark(src), &f); err != nil {
		return nil, fmt.Errorf("it is not a golden trajectory: %w", err)
	}
	if f.Format != Format {
		return nil, fmt.Errorf("its format is %q, but only %q is known", f.Format, Format)
	}
	g, err := f.graph()
	if err != nil {
		return nil, err
	}
	if err := f.checkLengths(g); err != nil {
		return nil, err
	}
	spec := f.spec()
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	net, err := tnn.Assemble(spec, g, nil, f.externals(g), f.Schedule)
	if err != nil {
		return nil, err
	}
	return &Golden{Name: f.Name, Network: net, Seed: uint64(f.Key[1])<<32 | uint64(f.Key[0]), Start: f.Start, Steps: f.Steps}, nil
}

func (f *file) graph() (*graph.Graph, error) {
	lattice := graph.Lattice{Sides: f.Lattice}
	if len(f.Lattice) < 1 || len(f.Lattice) > 3 {
		return nil, fmt.Errorf("lattice has %d sides; 1, 2 or 3 are possible", len(f.Lattice))
	}
	nodes := 1
	for _, side := range f.Lattice {
		if side < 1 || side > 1<<20 || nodes > 1<<24/side {
			return nil, fmt.Errorf("lattice %v is out of range for a golden file (at most 2^24 nodes)", f.Lattice)
		}
		nodes *= side
	}
	external := make(map[int32]bool, len(f.External))
	for _, x := range f.External {
		external[x.ID] = true
	}
	g := &graph.Graph{Nodes: nodes, Lattice: lattice, Bipartite: f.Bipartite}
	for i, e := range f.Edges {
		a, aOK := nodeID(e[0], nodes)
		b, bOK := nodeID(e[1], nodes)
		kind, kOK := e[2].(string)
		if !aOK || !bOK || !kOK {
			return nil, fmt.Errorf("edge %d is %.60q; expected [node, node, kind] with nodes below %d", i, strings.ReplaceAll(fmt.Sprint(e), "<nil>", "nothing"), nodes)
		}
		want := f.Edge.Kind
		if external[a] || external[b] {
			want = tnn.Fixed
		}
		if tnn.EdgeKind(kind) != want {
			return nil, fmt.Errorf("edge %d is of kind %.20q, but its nodes call for %.20q", i, kind, want)
		}
		g.Edges = append(g.Edges, graph.Edge{A: a, B: b})
	}
	return g, nil
}

// nodeID reads the number of a node out of JSON.
func nodeID(v any, nodes int) (id int32, ok bool) {
	x, isNumber := v.(float64)
	if !isNumber || !(x >= 0 && x < float64(nodes)) || x != math.Trunc(x) {
		return 0, false
	}
	return int32(x), true
}

func (f *file) checkLengths(g *graph.Graph) error {
	if len(f.Start.Weight) != len(g.Edges) || len(f.Start.State) != g.Nodes || len(f.Start.PreviousState) != g.Nodes {
		return errors.New("the start has not one weight per edge and one state and previous state per node")
	}
	if f.Rule == tnn.Hylton2020 && len(f.Start.Energy) != g.Nodes {
		return errors.New("the start has not one energy per node")
	}
	for i, s := range f.Steps {
		if s.T != int64(i+1) || len(s.State) != g.Nodes || len(s.Energy) != g.Nodes || s.Weight != nil && len(s.Weight) != len(g.Edges) {
			return fmt.Errorf("step %d has the wrong number, or not one value per node or edge", i+1)
		}
	}
	return f.checkExternals(g)
}

func (f *file) checkExternals(g *graph.Graph) error {
	seen := make(map[int32]bool, len(f.External))
	for _, x := range f.External {
		if x.ID < 0 || int(x.ID) >= g.Nodes || seen[x.ID] || x.Polarity != 1 && x.Polarity != -1 {
			return fmt.Errorf("external node %d is out of range, or there twice, or its polarity is not 1 or -1", x.ID)
		}
		if len(x.Period) == 0 || slices.Min(x.Period) < 1 || slices.Max(x.Period) > tnn.MaxSweeps {
			return fmt.Errorf("external node %d has no period, or one that is not 1 step or more", x.ID)
		}
		seen[x.ID] = true
	}
	if len(seen) == g.Nodes {
		return errors.New("all its nodes are external")
	}
	return nil
}

func (f *file) spec() *tnn.Spec {
	s := &tnn.Spec{
		Network: tnn.NetworkSpec{Rule: f.Rule, Relaxations: f.Relaxations},
		Graph:   tnn.GraphSpec{Kind: "file", Sides: f.Lattice, Bipartite: f.Bipartite},
		Groups:  []tnn.GroupSpec{{Levels: f.Node.States, Threshold: f.Node.Threshold, InverseTemperature: f.Node.InverseTemperature}},
		Edge: tnn.EdgeSpec{Kind: f.Edge.Kind, InverseTemperature: f.Edge.InverseTemperature, SizeMass: f.Edge.SizeMass,
			ChangeMass: f.Edge.ChangeMass, Bound: f.Edge.Bound, Noise: f.Edge.Noise},
	}
	for _, e := range f.Eras {
		era := tnn.EraSpec{Steps: e.Steps, Adapt: e.Adapt == nil || *e.Adapt, Mode: e.Mode, Predict: e.Predict}
		if era.Mode == "" {
			era.Mode = tnn.Driven
		}
		s.Eras = append(s.Eras, era)
	}
	return s
}

// externals takes the weight of each external node from the start of its edges.
func (f *file) externals(g *graph.Graph) []tnn.External {
	weight := make(map[int32]float64)
	for i, edge := range g.Edges {
		weight[edge.A], weight[edge.B] = f.Start.Weight[i], f.Start.Weight[i]
	}
	var out []tnn.External
	for _, x := range f.External {
		out = append(out, tnn.External{ID: x.ID, Polarity: x.Polarity, Periods: x.Period, Weight: weight[x.ID]})
	}
	slices.SortFunc(out, func(a, b tnn.External) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// State is the start of the trajectory, for SetState.
func (g *Golden) State(p state.Precision) *state.State {
	s := g.Network.Start(p, []uint64{g.Seed})
	for i, w := range g.Start.Weight {
		s.Array("weight").Set(int(g.Network.Layout.EdgeWeight[i]), w)
	}
	previous := s.Array("adapted_state")
	for id, at := range g.Network.Layout.Position {
		s.Array("state").Set(int(at), g.Start.State[id])
		if previous != nil {
			previous.Set(int(at), g.Start.PreviousState[id])
		}
		if len(g.Start.Energy) > 0 {
			s.Array("energy").Set(int(at), g.Start.Energy[id])
		}
	}
	return s
}
