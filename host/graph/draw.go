package graph

import "tnn-gpu/host/rng"

// shells counts and draws vectors on a torus by their length.
type shells struct {
	// count[k][d] is the number of vectors of length d over sides k and up;
	// count[0] are the sizes of the shells around a site.
	count [4][]int
	// peak[k][d] is the largest of count[k][0..d].
	peak [4][]int
}

func newShells(t torus) shells {
	var s shells
	s.count[3], s.peak[3] = []int{1}, []int{1}
	for k := 2; k >= 0; k-- {
		rest := s.count[k+1]
		count := make([]int, t[k]/2+len(rest))
		for step := range t[k]/2 + 1 {
			for d, n := range rest {
				count[step+d] += directions(step, t[k]) * n
			}
		}
		peak := make([]int, len(count))
		highest := 0
		for d, n := range count {
			highest = max(highest, n)
			peak[d] = highest
		}
		s.count[k], s.peak[k] = count, peak
	}
	return s
}

// directions is the number of sites that far along a side: both ways, but for
// the site itself and the one opposite on an even side.
func directions(step, side int) int {
	if step == 0 || 2*step == side {
		return 1
	}
	return 2
}

// draw is a vector of length d, all alike; there must be one.
func (s *shells) draw(t torus, d int, stream *rng.Stream) point {
	var vector point
	for k, side := range t {
		step := s.step(k, side, d, stream)
		d -= step
		if directions(step, side) == 2 && stream.Uint32()>>31 == 1 {
			step = -step
		}
		vector[k] = step
	}
	return vector
}

// step is the part of the length d that falls to side k. It is proposed at
// random and accepted by the number of vectors that have it.
func (s *shells) step(k, side, d int, stream *rng.Stream) int {
	rest := s.count[k+1]
	low, high := max(0, d-len(rest)+1), min(d, side/2)
	if low == high {
		return low
	}
	most := 2 * s.peak[k+1][d-low]
	for {
		step := low + stream.IntN(high-low+1)
		n := directions(step, side) * rest[d-step]
		if n == most || stream.IntN(most) < n {
			return step
		}
	}
}

// alias draws an index with given probabilities in constant time (Walker 1977,
// in the form of Vose 1991).
type alias struct {
	keep  []float64 // probability that index i stands for itself
	other []int32   // what it stands for otherwise
}

// newAlias takes masses that need not add up to 1 and are not all zero.
func newAlias(mass []float64) *alias {
	a := &alias{keep: make([]float64, len(mass)), other: make([]int32, len(mass))}
	sum := 0.0
	for _, m := range mass {
		sum += m
	}
	var under, over []int32
	for i, m := range mass {
		a.keep[i] = float64(m/sum) * float64(len(mass))
		if a.keep[i] < 1 {
			under = append(under, int32(i))
		} else {
			over = append(over, int32(i))
		}
	}
	for len(under) > 0 && len(over) > 0 {
		i, j := under[len(under)-1], over[len(over)-1]
		under = under[:len(under)-1]
		a.other[i] = j
		a.keep[j] -= 1 - a.keep[i]
		if a.keep[j] < 1 {
			over = over[:len(over)-1]
			under = append(under, j)
		}
	}
	// What is left would be exactly 1 but for rounding.
	for _, i := range append(under, over...) {
		a.keep[i], a.other[i] = 1, i
	}
	return a
}

func (a *alias) draw(s *rng.Stream) int {
	i := s.IntN(len(a.keep))
	if s.Float64() < a.keep[i] {
		return i
	}
	return int(a.other[i])
}
