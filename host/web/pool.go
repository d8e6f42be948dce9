package web

import "tnn-gpu/host/model"

// pool is the mean row over the replicas of each value of a swept key. Without a sweep it
// is the mean over all replicas.
type pool struct {
	columns int
	point   []int     // by replica
	share   []float64 // of a replica in its point
	row     []float64 // point after point
}

func newPool(s *model.Sweep, replicas, columns int) *pool {
	p := &pool{columns: columns, point: make([]int, replicas), share: make([]float64, replicas)}
	points := s.Points(replicas)
	for i, point := range points {
		for _, r := range point {
			p.point[r], p.share[r] = i, 1/float64(len(point))
		}
	}
	p.row = make([]float64, len(points)*columns)
	return p
}

// add takes the value of a column of a replica.
func (p *pool) add(replica, column int, v float64) {
	p.row[p.point[replica]*p.columns+column] += float64(p.share[replica] * v)
}
