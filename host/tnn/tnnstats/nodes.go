package tnnstats

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/tnn"
)

// class are nodes that are looked at together.
type class struct {
	name, doc string
	of        func(id int32) bool
}

// nodes tells of groups, sublattices, attributes and degrees, in the states that are there.
func nodes(r *analysis.Run) (*analysis.Result, error) {
	net := r.Network.(*tnn.Network)
	out := &analysis.Result{}
	var classes []class
	for i, g := range net.Spec.Groups {
		if len(net.Spec.Groups) == 1 && g.Name == "" {
			break
		}
		name := g.Name
		if name == "" {
			name = fmt.Sprintf("group%d", i)
		}
		classes = append(classes, class{name, "of the group's nodes", func(id int32) bool { return net.Group == nil || int(net.Group[id]) == i }})
	}
	if len(net.Graph.Lattice.Sides) > 0 {
		for parity, name := range []string{"even", "odd"} {
			classes = append(classes, class{name, "of nodes at " + name + " sites", func(id int32) bool { return net.Graph.Lattice.Parity(int(id)) == parity }})
		}
	}
	classes = append(classes, said(net)...)
	degree := net.Graph.Degrees()
	largest := slices.Max(degree)
	states, magnitudes := make([][][]float64, len(classes)), make([][][]float64, len(classes))
	for i := range classes {
		states[i], magnitudes[i] = make([][]float64, len(r.Replicas)), make([][]float64, len(r.Replicas))
	}
	byDegree := make([][][]float64, largest+1)
	for d := range byDegree {
		byDegree[d] = make([][]float64, len(r.Replicas))
	}
	f, err := r.Whole("state")
	if err != nil {
		return nil, err
	}
	records := thinned(out, f, len(r.Replicas))
	for k, replica := range r.Replicas {
		for _, record := range records {
			values, err := f.Read(record, replica)
			if err != nil {
				return nil, model.FirstError(err, f.Close())
			}
			for i, c := range classes {
				mean, magnitude := means(net, values, c.of)
				states[i][k], magnitudes[i][k] = append(states[i][k], mean), append(magnitudes[i][k], magnitude)
			}
			for d, magnitude := range magnitudesOf(net, values, degree, largest) {
				byDegree[d][k] = append(byDegree[d][k], magnitude)
			}
		}
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	for i, c := range classes {
		if math.IsNaN(states[i][0][0]) {
			continue // it has no nodes
		}
		out.Add(c.name+"_state", "1", "mean state "+c.doc, stats.Replicated(states[i]))
		out.Add(c.name+"_magnitude", "1", "mean magnitude of the state "+c.doc, stats.Replicated(magnitudes[i]))
	}
	out.Tables = append(out.Tables, degreeTable(net, degree, byDegree))
	return out, nil
}

// mostSaid is how many values an attribute can have whose nodes are told of apart.
const mostSaid = 12

// said are the nodes of which the file of the graph says the same.
func said(net *tnn.Network) []class {
	var out []class
	for _, a := range net.Attributes(state.Node) {
		if a.Texts == nil || a.Name == "group" && len(net.Spec.Groups) > 1 {
			continue
		}
		values := slices.Compact(slices.Sorted(slices.Values(a.Texts)))
		if len(values) > mostSaid {
			continue
		}
		for _, value := range values {
			if value != "" {
				out = append(out, class{a.Name + "=" + value, fmt.Sprintf("of nodes of which the file says %s = %s", a.Name, value), func(id int32) bool { return a.Texts[id] == value }})
			}
		}
	}
	return out
}

// magnitudesOf are the mean magnitudes of the states of network nodes by degree, NaN where
// none has it.
func magnitudesOf(net *tnn.Network, states []float64, degree []int, largest int) []float64 {
	sums, n := make([]float64, largest+1), make([]float64, largest+1)
	for id, v := range states {
		if net.IsNetwork(int32(id)) {
			sums[degree[id]] += math.Abs(v)
			n[degree[id]]++
		}
	}
	for d := range sums {
		sums[d] /= n[d]
	}
	return sums
}

// degreeTable has a row for each number of connections that network nodes have.
func degreeTable(net *tnn.Network, degree []int, magnitudes [][][]float64) analysis.Table {
	t := analysis.Table{Name: "degrees", Title: "network nodes by their connections", Bars: true}
	count := make([]float64, len(magnitudes))
	for id, d := range degree {
		if net.IsNetwork(int32(id)) {
			count[d]++
		}
	}
	var connections, counts []float64
	var values []stats.Estimate
	for d, n := range count {
		if n > 0 {
			connections, counts = append(connections, float64(d)), append(counts, n)
			values = append(values, stats.Replicated(magnitudes[d]))
		}
	}
	t.Add(model.Column{Name: "connections", Title: "connections", Unit: "1", Doc: "edges to other nodes"}, connections)
	t.Add(model.Column{Name: "nodes", Title: "nodes", Unit: "1", Doc: "network nodes with so many"}, counts)
	t.AddEstimates(model.Column{Name: "magnitude", Title: "magnitude of states", Unit: "1", Doc: "mean of |s|"}, values)
	return t
}

// means are those of states and of their magnitudes over network nodes of a class, NaN
// where it has none.
func means(net *tnn.Network, states []float64, of func(id int32) bool) (mean, magnitude float64) {
	n := 0.0
	for id, v := range states {
		if net.IsNetwork(int32(id)) && of(int32(id)) {
			mean += v
			magnitude += math.Abs(v)
			n++
		}
	}
	return mean / n, magnitude / n
}
