package record

// Sweep is a key of the configuration of which replicas have different values.
type Sweep struct {
	Key    string    `json:"key"`
	Values []float64 `json:"values"` // by replica
}

// Points are the replicas of each value, in the order of their first replicas. Where
// nothing is swept they are all together.
func (s *Sweep) Points(replicas int) [][]int {
	var points [][]int
	of := make(map[float64]int) // the points of values
	for r := range replicas {
		value := 0.0
		if s != nil {
			value = s.Values[r]
		}
		at, found := of[value]
		if !found {
			at, points = len(points), append(points, nil)
			of[value] = at
		}
		points[at] = append(points[at], r)
	}
	return points
}

// columns is that of the values, where a key is swept.
func (s *Sweep) columns() []Column {
	if s == nil {
		return nil
	}
	return []Column{{Name: s.Key, Doc: "value of this key, which is swept"}}
}

// cell writes the value that a replica has.
func (s *Sweep) cell(t *table, replica int) {
	if s != nil {
		t.number(s.Values[replica])
	}
}
