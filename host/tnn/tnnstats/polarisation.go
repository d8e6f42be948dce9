package tnnstats

import (
	"fmt"
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/tnn"
)

// polarisation is how far external nodes polarise their surroundings: the mean product
// of their states and those of sites around them, as pictures show them. Between two
// external nodes it tells whether the sites are those of both.
func polarisation(r *analysis.Run) (*analysis.Result, error) {
	net := r.Network.(*tnn.Network)
	if len(net.Externals) == 0 {
		return nil, analysis.Missing("the network has no external nodes")
	}
	if _, err := r.Lattice(); err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	s := newShells(net)
	at, regions := make([][][]float64, s.most), make([][]float64, len(r.Replicas))
	for d := range at {
		at[d] = make([][]float64, len(r.Replicas))
	}
	err := each(r, out, func(k int, states []float64) {
		region := 0.0
		sums := make([]float64, s.most)
		for i, x := range net.Externals {
			for id, d := range s.distance[i] {
				v := states[x.ID] * states[id]
				sums[d] += v / s.count[i][d] / float64(len(net.Externals))
				if d > 0 && s.nearest[id] == i {
					region += v / float64(len(net.Externals))
				}
			}
		}
		for d, v := range sums {
			at[d][k] = append(at[d][k], v)
		}
		regions[k] = append(regions[k], region)
	})
	if err != nil {
		return nil, err
	}
	out.Add("region", "sites", "sum of the products over the sites that no other external node is nearer to: how many of them follow", stats.Replicated(regions))
	t := analysis.Table{Name: "polarisation", Title: "polarisation around external nodes, odd sites negated where the graph is bipartite", Bars: true}
	distances, values := make([]float64, s.most), make([]stats.Estimate, s.most)
	for d := range at {
		distances[d], values[d] = float64(d), stats.Replicated(at[d])
	}
	t.Add(model.Column{Name: "distance", Title: "distance", Unit: "sites", Doc: "Manhattan distance from the external node"}, distances)
	t.AddEstimates(model.Column{Name: "polarisation", Title: "polarisation", Unit: "1", Doc: "mean of s_e s_j"}, values)
	out.Tables = append(out.Tables, t)
	if len(net.Externals) == 2 {
		return out, s.between(r, out)
	}
	return out, nil
}

// shells are the sites around external nodes, by Manhattan distance.
type shells struct {
	net      *tnn.Network
	most     int         // distances
	distance [][]int     // by external node and site
	count    [][]float64 // by external node and distance: sites
	nearest  []int       // by site: the external node that it is nearest to, of several the first
}

func newShells(net *tnn.Network) *shells {
	s := &shells{net: net}
	for _, x := range net.Externals {
		distance, count := make([]int, net.Graph.Nodes), []float64(nil)
		for id := range distance {
			d := net.Graph.Lattice.Distance(int(x.ID), id)
			for len(count) <= d {
				count = append(count, 0)
			}
			distance[id] = d
			count[d]++
		}
		s.distance, s.count, s.most = append(s.distance, distance), append(s.count, count), len(count)
	}
	s.nearest = make([]int, net.Graph.Nodes)
	for id := range s.nearest {
		for i := range net.Externals {
			if s.distance[i][id] < s.distance[s.nearest[id]][id] {
				s.nearest[id] = i
			}
		}
	}
	return s
}

// between adds what is found between two external nodes: the polarisation by the first
// along the way, and the weights there against those everywhere.
func (s *shells) between(r *analysis.Run, out *analysis.Result) error {
	a, b := s.net.Externals[0], s.net.Externals[1]
	apart := s.net.Graph.Lattice.Distance(int(a.ID), int(b.ID))
	const aside = 2 // the way has sites that are a step off the shortest, too
	on := make([]bool, s.net.Graph.Nodes)
	for id := range on {
		on[id] = s.distance[0][id]+s.distance[1][id] <= apart+aside
	}
	half := make([][]float64, len(r.Replicas))
	err := each(r, &analysis.Result{}, func(k int, states []float64) {
		sum, n := 0.0, 0.0
		for id := range on {
			if on[id] && s.net.IsNetwork(int32(id)) && s.distance[1][id] <= apart/2 {
				sum += states[a.ID] * states[id]
				n++
			}
		}
		half[k] = append(half[k], sum/math.Max(1, n))
	})
	if err != nil {
		return err
	}
	out.Add("across", "1", "polarisation by the first external node on the second half of the way to the other: below 0 where a wall parts them", stats.Replicated(half))
	var ratio []float64
	for _, replica := range r.Replicas {
		weights, err := r.From.Final("weight", replica)
		if err != nil {
			return fmt.Errorf("weights at the end: %w", err)
		}
		var here, all stats.Moments
		for i, e := range s.net.Graph.Edges {
			if e.A == e.B || !s.net.IsNetwork(e.A) || !s.net.IsNetwork(e.B) {
				continue
			}
			all.Add(square(weights[i]))
			if on[e.A] && on[e.B] {
				here.Add(square(weights[i]))
			}
		}
		ratio = append(ratio, here.Mean()/all.Mean())
	}
	out.Add("bridge", "1", "mean squared weight on the way between the two, by that of all edges, after the last step", stats.Mean(ratio))
	return nil
}
