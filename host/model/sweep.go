package model

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
