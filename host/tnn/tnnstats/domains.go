package tnnstats

import (
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// domains are connected sites, next to each other on the lattice, whose states have one
// sign as pictures show them.
func domains(r *analysis.Run) (*analysis.Result, error) {
	sites, err := r.Lattice()
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	bonds := bondsOf(sites.Sides)
	const kinds = 4
	series := make([][][]float64, kinds)
	for i := range series {
		series[i] = make([][]float64, len(r.Replicas))
	}
	var counts []float64 // of domains of 1, 2 to 3, 4 to 7, ... sites
	records := 0.0
	err = each(r, out, func(k int, states []float64) {
		d := findDomains(states, bonds)
		for i, v := range []float64{float64(len(d.sizes)), d.largest, d.mean, d.walls} {
			series[i][k] = append(series[i][k], v)
		}
		for _, size := range d.sizes {
			bin := int(math.Log2(float64(size)))
			for len(counts) <= bin {
				counts = append(counts, 0)
			}
			counts[bin]++
		}
		records++
	})
	if err != nil {
		return nil, err
	}
	for i, v := range []struct{ name, unit, doc string }{
		{"domains", "1", "connected sites of one sign, odd sites negated where the graph is bipartite"},
		{"largest", "1", "share of the sites in the largest domain"},
		{"size", "sites", "mean size of the domain that a site is in"},
		{"walls", "1", "share of the pairs of sites next to each other that are in different domains"},
	} {
		out.Add(v.name, v.unit, v.doc, stats.Replicated(series[i]))
	}
	t := analysis.Table{Name: "domains", Title: "sizes of domains", Bars: true}
	sizes, each := make([]float64, len(counts)), make([]float64, len(counts))
	for bin, n := range counts {
		least := float64(int(1) << bin)
		sizes[bin], each[bin] = least, n/records/least // sizes least to 2 least - 1
	}
	t.Add(model.Column{Name: "size", Title: "size", Unit: "sites", Doc: "least size of the bin, which ends below twice that", Log: true}, sizes)
	t.Add(model.Column{Name: "domains", Title: "domains of a size", Unit: "1", Doc: "mean number of domains of each size in the bin", Log: true}, each)
	out.Tables = append(out.Tables, t)
	return out, nil
}

// bondsOf joins each site of a periodic lattice with the next along every side.
func bondsOf(sides []int) [][2]int {
	sites := 1
	for _, side := range sides {
		sites *= side
	}
	var out [][2]int
	stride := sites
	for _, side := range sides {
		stride /= side
		for id := range sites {
			at := id / stride % side
			switch {
			case at+1 < side:
				out = append(out, [2]int{id, id + stride})
			case side > 2: // with two sites the bond is there already
				out = append(out, [2]int{id, id - at*stride})
			}
		}
	}
	return out
}

// found are the domains of a record.
type found struct {
	sizes                []int
	largest, mean, walls float64
}

func findDomains(states []float64, bonds [][2]int) found {
	parent := make([]int, len(states))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	walls := 0
	for _, b := range bonds {
		if states[b[0]]*states[b[1]] > 0 {
			parent[root(b[0])] = root(b[1])
		} else {
			walls++
		}
	}
	size := make([]int, len(states))
	for i, v := range states {
		if v != 0 {
			size[root(i)]++
		}
	}
	var f found
	n := float64(len(states))
	inside := 0.0
	for _, s := range size {
		if s == 0 {
			continue
		}
		f.sizes = append(f.sizes, s)
		f.largest = math.Max(f.largest, float64(s)/n)
		f.mean += square(float64(s))
		inside += float64(s)
	}
	if inside > 0 {
		f.mean /= inside
	}
	f.walls = float64(walls) / math.Max(1, float64(len(bonds)))
	return f
}
