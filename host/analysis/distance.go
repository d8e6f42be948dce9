package analysis

import (
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// distance is the Hamming distance of a recorded field from that of another run.
func distance(r *Run) (*Result, error) {
	c := r.quantities[0]
	d := r.Network.Describe()
	if _, isField := fieldOf(&d, c.Name); !isField || r.Beside == nil { // a column may have the name of a field
		return nil, Missing("a distance is between the records of a field in two runs: name the other one with --beside")
	}
	a, err := r.Recorded(c.Name)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	other := *r
	other.From = r.Beside
	b, err := other.Recorded(c.Name)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	var steps, shares []float64
	var distances []stats.Estimate
	for i, step := range a.Steps {
		k, found := slices.BinarySearch(b.Steps, step)
		if !found {
			continue
		}
		each, items := make([]float64, len(r.Replicas)), 0
		for at, replica := range r.Replicas {
			x, err := a.Read(i, replica)
			if err != nil {
				return nil, err
			}
			y, err := b.Read(k, replica)
			if err != nil {
				return nil, err
			}
			if len(x) != len(y) {
				return nil, Missing("%s has %d values in one run and %d in the other", c.Name, len(x), len(y))
			}
			each[at], items = float64(stats.Hamming(x, y)), len(x)
		}
		d := stats.Mean(each)
		steps, distances, shares = append(steps, float64(step)), append(distances, d), append(shares, d.Mean/float64(items))
	}
	if steps == nil {
		return nil, Missing("the two runs have no record of %s at the same step", c.Name)
	}
	out := &Result{}
	out.Exact("distance_last", "1", "items that differ in the last record that both have", distances[len(distances)-1].Mean, len(r.Replicas))
	t := Table{Name: "distance", Title: "Hamming distance of " + c.Name}
	t.Add(model.Column{Name: "step", Title: "step", Unit: "1"}, steps)
	t.AddEstimates(model.Column{Name: "distance", Title: "items that differ", Unit: "1", Doc: "items whose values differ, mean over replicas"}, distances)
	t.Add(model.Column{Name: "share", Title: "share of items that differ", Unit: "1", Doc: "the same over all items"}, shares)
	out.Tables = append(out.Tables, t)
	return out, nil
}
