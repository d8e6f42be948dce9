package graph

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// law is the law by which a node finds partners (docs/model.md section 9).
type law interface {
	// partner is a site drawn by the law around u among those that fit; false
	// if none was found. Those in taken do not fit.
	partner(u int, fits func(u, x int) bool, taken []int32, s *rng.Stream) (int, bool)
	// uniform says whether all sites that fit are alike.
	uniform() bool
	// likely is the probability of v as a partner of u, relative to that of
	// the likeliest site.
	likely(u, v int) float64
	// far says whether v is farther from u than nearly all partners.
	far(u, v int) bool
}

func newLaw(r *request, o Options) (law, error) {
	if o.Kind == Random {
		return newAnyone(r), nil
	}
	if !(o.Scale > 0) || math.IsInf(o.Scale, 0) {
		return nil, fmt.Errorf("a graph of kind %s needs a finite scale above 0, and it is %v", o.Kind, o.Scale)
	}
	return newByDistance(r, o), nil
}

// anyone is the law of kind random: all nodes that want connections are alike.
type anyone struct {
	candidates [2][]int32 // by sublattice of the node that draws
	sublattice func(id int) int
}

func newAnyone(r *request) *anyone {
	l := &anyone{sublattice: r.sublattice}
	for id, n := range r.want {
		if n == 0 {
			continue
		}
		of := r.sublattice(id)
		if r.bipartite {
			of = 1 - of
		}
		l.candidates[of] = append(l.candidates[of], int32(id))
	}
	return l
}

// anyoneDraws is enough for the last free place in a small full graph.
const anyoneDraws = 4096

func (l *anyone) partner(u int, fits func(u, x int) bool, _ []int32, s *rng.Stream) (int, bool) {
	candidates := l.candidates[l.sublattice(u)] // some, or u could want none
	for range anyoneDraws {
		x := int(candidates[s.IntN(len(candidates))])
		if fits(u, x) {
			return x, true
		}
	}
	return 0, false
}

func (l *anyone) uniform() bool { return true }

func (l *anyone) likely(u, v int) float64 { return 1 }

func (l *anyone) far(u, v int) bool { return false }

// byDistance is the law of the kinds gaussian and exponential: a site at
// distance d has a probability ~ weight[d], so a distance has ~ weight[d] times
// the number of sites there.
type byDistance struct {
	torus    torus
	weight   []float64 // by distance, the largest is 1; 0 where nobody may be
	shells   shells
	distance *alias
	spread   int       // partners beyond are one in a thousand
	mass     []float64 // scratch of remaining: what is left of each distance
}

func newByDistance(r *request, o Options) *byDistance {
	l := &byDistance{torus: r.lattice.torus()}
	l.shells = newShells(l.torus)
	sizes := l.shells.count[0]
	l.weight = make([]float64, len(sizes))
	l.mass = make([]float64, len(sizes))
	sum := 0.0
	for d := 1; d < len(sizes); d++ {
		if r.bipartite && d%2 == 0 {
			continue
		}
		l.weight[d] = fmath.Exp(-o.exponent(d))
		l.mass[d] = l.weight[d] * float64(sizes[d])
		sum += l.mass[d]
	}
	l.distance = newAlias(l.mass)
	l.spread = pick(l.mass, 0.999*sum)
	return l
}

// exponent is minus the logarithm of the weight of distance d >= 1. It is
// counted from distance 1, so that no scale makes all weights vanish.
func (o *Options) exponent(d int) float64 {
	if d == 1 {
		return 0
	}
	x := float64(d-1) / o.Scale
	if o.Kind == Gaussian {
		return x * (float64(d+1) / o.Scale) / 2
	}
	return x
}

// Draws before a node counts what is left of each distance, and after.
const quickDraws, rareDraws = 64, 64

func (l *byDistance) partner(u int, fits func(u, x int) bool, taken []int32, s *rng.Stream) (int, bool) {
	for range quickDraws {
		x := l.site(u, l.distance.draw(s), s)
		if fits(u, x) {
			return x, true
		}
	}
	sum := l.remaining(u, taken)
	if sum == 0 {
		return 0, false
	}
	for range rareDraws {
		d := pick(l.mass, s.Float64()*sum)
		x := l.site(u, d, s)
		for slices.Contains(taken, int32(x)) {
			x = l.site(u, d, s)
		}
		if fits(u, x) {
			return x, true
		}
	}
	return 0, false
}

// remaining puts the mass of what is not taken into l.mass, and adds it up.
func (l *byDistance) remaining(u int, taken []int32) float64 {
	for d, size := range l.shells.count[0] {
		l.mass[d] = float64(size)
	}
	for _, x := range taken {
		l.mass[l.between(u, int(x))]--
	}
	sum := 0.0
	for d, weight := range l.weight {
		l.mass[d] *= weight
		sum += l.mass[d]
	}
	return sum
}

// pick is the index at which the masses, added up, pass the target; the last
// one that has a mass if rounding keeps them below it.
func pick(mass []float64, target float64) int {
	last := 0
	for i, m := range mass {
		if m == 0 {
			continue
		}
		if target < m {
			return i
		}
		target -= m
		last = i
	}
	return last
}

// site is a site at distance d from u, all alike.
func (l *byDistance) site(u, d int, s *rng.Stream) int {
	return l.torus.id(l.torus.add(l.torus.at(u), l.shells.draw(l.torus, d, s)))
}

func (l *byDistance) between(u, v int) int {
	return l.torus.distance(l.torus.at(u), l.torus.at(v))
}

func (l *byDistance) uniform() bool { return false }

func (l *byDistance) likely(u, v int) float64 { return l.weight[l.between(u, v)] }

func (l *byDistance) far(u, v int) bool { return l.between(u, v) > l.spread }
