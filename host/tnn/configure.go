package tnn

import (
	"fmt"
	"slices"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// What follows is what a configuration asks of a model beside Validate.

// SetSteps makes the run n steps long: eras are cut off at the end, or the last
// one is made longer; ramps stay as they are. It needs an era, and n to be 1 or more.
func (s *Spec) SetSteps(n int64) {
	s.Eras = slices.Clone(s.Eras)
	last := len(s.Eras) - 1
	for i, e := range s.Eras {
		if int64(e.Steps) >= n || i == last {
			if int64(e.Steps) != n {
				s.Eras[i].keepLengths()
			}
			s.Eras[i].Steps = int(n)
			s.Eras = s.Eras[:i+1]
			return
		}
		n -= int64(e.Steps)
	}
}

// Files are the names, by key, of the files that the network rests on.
func (s *Spec) Files() map[string]*string {
	files := make(map[string]*string)
	if s.Graph.Kind == FromFile {
		files["graph.file"] = &s.Graph.File
	}
	for i := range s.Externals {
		if e := &s.Externals[i]; e.Wave == Series {
			files[fmt.Sprintf("external[%d].series", i)] = &e.Series
		}
	}
	return files
}

// Need is the memory of Bytes and DeviceBytes.
func (s *Spec) Need(p state.Precision, replicas int) (host, device int64) {
	return s.Bytes(p, replicas), s.DeviceBytes(p, replicas)
}

// Key implements model.Spec: replica r has the noise of a run with seed + r.
func (s *Spec) Key(seed uint64, replica, _ int) uint64 { return seed + uint64(replica) }

// Build implements model.Spec.
func (s *Spec) Build(seed uint64, variants []model.Spec) (model.Network, error) {
	n, err := Build(s, seed)
	if err != nil {
		return nil, err
	}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	return n, nil
}

// TooLarge implements model.Sized.
func (s *Spec) TooLarge(problem string, share float64) error {
	if s.Graph.Kind == FromFile {
		return model.BadKey("graph.file", s.Graph.File, problem+"; use a smaller graph, fewer replicas, or single precision")
	}
	nodes, _ := s.Estimate()
	return model.BadKey("graph.sides", s.Graph.Sides, fmt.Sprintf("%s, where about %s fit; use shorter sides, fewer connections or replicas, or single precision",
		problem, text.Count(int(float64(nodes)*share), "node")))
}

// Sample implements model.Sampled.
func (s *Spec) Sample(updates int64) model.Spec {
	nodes, edges := s.Estimate()
	side := 2
	for int64(side*side) < updates {
		side += 2
	}
	out := &Spec{
		Network: s.Network, Edge: s.Edge,
		Graph:  GraphSpec{Kind: graph.Random, Sides: []int{side, side}, Bipartite: s.Graph.Bipartite},
		Groups: []GroupSpec{s.Groups[0].plain()},
		Eras:   []EraSpec{{Steps: 1 << 20, Adapt: true, Mode: Driven}},
	}
	out.Groups[0].SelfLoops = 0
	out.Groups[0].Connections = min(8, side*side/4)
	if nodes > 0 {
		out.Groups[0].Connections = int(min(max(2*edges/nodes, 1), int64(side*side)/4))
	}
	if out.Network.Rule == Hylton2019 {
		out.Eras[0].Steps = int(int64(MaxSweeps) / int64(out.Sweeps()))
	}
	return out
}
