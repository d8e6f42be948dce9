package graph

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxNodes is the largest number of nodes of a graph: a node id is an int32.
const MaxNodes = math.MaxInt32

// Lattice is a periodic lattice of one, two or three sides. Site ids are
// row-major: the last coordinate runs fastest. The zero Lattice has no sites.
type Lattice struct {
	Sides []int
}

// Validate says what is wrong with the lattice: it needs one to three sides of
// at least 1 and at most MaxNodes sites, and even sides where its two
// sublattices are to be told apart (docs/model.md section 9).
func (l Lattice) Validate(bipartite bool) error {
	if n := len(l.Sides); n < 1 || n > len(torus{}) {
		return fmt.Errorf("a lattice has 1, 2 or 3 sides, and %d are given", n)
	}
	sites := 1
	for _, side := range l.Sides {
		if side < 1 {
			return fmt.Errorf("a side of the lattice %v is %d: it must be at least 1", l, side)
		}
		if side > MaxNodes/sites {
			return fmt.Errorf("the lattice %v has more than %d sites: make it smaller", l, MaxNodes)
		}
		sites *= side
		if bipartite && side%2 != 0 {
			return fmt.Errorf("a bipartite lattice needs even sides, and %v has a side of %d", l, side)
		}
	}
	return nil
}

// String is the sides as in 30x30.
func (l Lattice) String() string {
	sides := make([]string, len(l.Sides))
	for i, side := range l.Sides {
		sides[i] = strconv.Itoa(side)
	}
	return strings.Join(sides, "x")
}

// Sites is the number of sites; 0 for the zero Lattice.
func (l Lattice) Sites() int {
	if len(l.Sides) == 0 {
		return 0
	}
	sites := 1
	for _, side := range l.Sides {
		sites *= side
	}
	return sites
}

// Coordinates are the coordinates of a site, one for each side.
func (l Lattice) Coordinates(id int) []int {
	return l.AppendCoordinates(nil, id)
}

// AppendCoordinates appends the coordinates of a site to dst: Coordinates for
// callers that bring their own memory.
func (l Lattice) AppendCoordinates(dst []int, id int) []int {
	p := l.torus().at(id)
	return append(dst, p[:len(l.Sides)]...)
}

// ID is the site at the given coordinates, one for each side, taken modulo the
// sides.
func (l Lattice) ID(coordinates []int) int {
	id := 0
	for i, side := range l.Sides {
		id = id*side + wrap(coordinates[i], side)
	}
	return id
}

// Distance is the Manhattan distance of two sites on the torus.
func (l Lattice) Distance(a, b int) int {
	t := l.torus()
	return t.distance(t.at(a), t.at(b))
}

// Parity is the sublattice of a site: its coordinate sum modulo 2.
func (l Lattice) Parity(id int) int {
	return l.torus().at(id).parity()
}

func (l Lattice) torus() torus {
	t := torus{1, 1, 1}
	copy(t[:], l.Sides)
	return t
}

// torus is a lattice whose sides are made up to three by trailing ones, which
// change neither ids nor distances.
type torus [3]int

// point is a site of a torus by its coordinates, or a vector between two.
type point [3]int

func (t torus) sites() int { return t[0] * t[1] * t[2] }

func (t torus) at(id int) point {
	row := id / t[2]
	return point{row / t[1], row % t[1], id % t[2]}
}

// id needs coordinates that lie inside the torus: see add.
func (t torus) id(p point) int {
	return (p[0]*t[1]+p[1])*t[2] + p[2]
}

// add is the site reached from p by a vector of any length.
func (t torus) add(p, vector point) point {
	for k, side := range t {
		p[k] = wrap(p[k]+vector[k], side)
	}
	return p
}

func (t torus) distance(a, b point) int {
	sum := 0
	for k, side := range t {
		d := max(a[k]-b[k], b[k]-a[k])
		sum += min(d, side-d)
	}
	return sum
}

func (p point) parity() int { return (p[0] + p[1] + p[2]) & 1 }

// norm is the Manhattan length of a vector.
func (p point) norm() int {
	sum := 0
	for _, c := range p {
		sum += max(c, -c)
	}
	return sum
}

// wrap is c modulo side, not negative.
func wrap(c, side int) int {
	if c >= 0 && c < side {
		return c
	}
	return ((c % side) + side) % side
}
