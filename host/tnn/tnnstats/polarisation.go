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
	var way []bool // between two external nodes
	if len(net.Externals) == 2 {
		way = s.way()
	}
	half := make([][]float64, len(r.Replicas))
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
		if way != nil {
			half[k] = append(half[k], s.across(way, states))
		}
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
	if way == nil {
		return out, nil
	}
	out.Add("across", "1", "polarisation by the first external node on the second half of the way to the other: below 0 where a wall parts them", stats.Replicated(half))
	return out, s.bridge(r, out, way)
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

// apart is the distance between the first two external nodes.
func (s *shells) apart() int {
	return s.net.Graph.Lattice.Distance(int(s.net.Externals[0].ID), int(s.net.Externals[1].ID))
}

// way has the sites between two external nodes.
func (s *shells) way() []bool {
	const aside = 2 // the way has sites that are a step off the shortest, too
	on, most := make([]bool, s.net.Graph.Nodes), s.apart()+aside
	for id := range on {
		on[id] = s.distance[0][id]+s.distance[1][id] <= most
	}
	return on
}

// across is the polarisation by the first external node on the second half of the way.
func (s *shells) across(way []bool, states []float64) float64 {
	sum, n, near := 0.0, 0.0, s.apart()/2
	for id := range way {
		if way[id] && s.net.IsNetwork(int32(id)) && s.distance[1][id] <= near {
			sum += states[s.net.Externals[0].ID] * states[id]
			n++
		}
	}
	return sum / math.Max(1, n)
}

// bridge adds the weights on the way between two external nodes against those everywhere.
func (s *shells) bridge(r *analysis.Run, out *analysis.Result, way []bool) error {
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
			if way[e.A] && way[e.B] {
				here.Add(square(weights[i]))
			}
		}
		ratio = append(ratio, here.Mean()/all.Mean())
	}
	out.Add("bridge", "1", "mean squared weight on the way between the two, by that of all edges, after the last step", stats.Mean(ratio))
	return nil
}
