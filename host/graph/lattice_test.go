package graph

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLatticeByHand(t *testing.T) {
	l := Lattice{Sides: []int{4, 6}}
	if got := l.Sites(); got != 24 {
		t.Errorf("4x6 has %d sites, want 24", got)
	}
	if diff := cmp.Diff([]int{2, 5}, l.Coordinates(17)); diff != "" {
		t.Errorf("coordinates of site 17 (-want +got):\n%s", diff)
	}
	if got := l.ID([]int{2, 5}); got != 17 {
		t.Errorf("site at (2, 5) is %d, want 17", got)
	}
	if got := l.ID([]int{-2, 11}); got != 17 {
		t.Errorf("site at (-2, 11) is %d, want 17", got)
	}
	if got := l.Distance(0, 17); got != 3 {
		t.Errorf("distance of (0, 0) and (2, 5) is %d, want 3", got)
	}
	if got := l.Parity(17); got != 1 {
		t.Errorf("parity of (2, 5) is %d, want 1", got)
	}
	if got := (Lattice{}).Sites(); got != 0 {
		t.Errorf("the zero lattice has %d sites", got)
	}
}

// Distance must be the length of the shortest of all ways round the torus.
func TestLatticeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Lattice{Sides: drawSides(t, 1000, false)}
		if err := l.Validate(false); err != nil {
			t.Fatal(err)
		}
		site := rapid.IntRange(0, l.Sites()-1)
		a, b := site.Draw(t, "a"), site.Draw(t, "b")
		if got := l.ID(l.Coordinates(a)); got != a {
			t.Fatalf("site %d comes back as %d", a, got)
		}
		if got := l.AppendCoordinates([]int{7}, a); got[0] != 7 || !cmp.Equal(got[1:], l.Coordinates(a)) {
			t.Fatalf("appended coordinates are %v", got)
		}
		shortest, parity := 0, 0
		from, to := l.Coordinates(a), l.Coordinates(b)
		for k, side := range l.Sides {
			d := math.Abs(float64(from[k] - to[k]))
			shortest += int(min(d, float64(side)-d))
			parity += from[k]
		}
		if got := l.Distance(a, b); got != shortest {
			t.Fatalf("distance is %d, want %d", got, shortest)
		}
		if got := l.Parity(a); got != parity%2 {
			t.Fatalf("parity is %d, want %d", got, parity%2)
		}
	})
}

func TestLatticeValidate(t *testing.T) {
	for _, c := range []struct {
		sides     []int
		bipartite bool
		want      string // part of the error; none: valid
	}{
		{sides: []int{1}},
		{sides: []int{3, 5, 7}},
		{sides: []int{4, 6}, bipartite: true},
		{sides: []int{MaxNodes}},
		{sides: []int{46340, 46340}},
		{sides: nil, want: "1, 2 or 3 sides"},
		{sides: []int{2, 2, 2, 2}, want: "1, 2 or 3 sides"},
		{sides: []int{3, 0}, want: "is 0"},
		{sides: []int{-4}, want: "is -4"},
		{sides: []int{4, 5}, bipartite: true, want: "even sides, and 4x5 has a side of 5"},
		{sides: []int{MaxNodes + 1}, want: "more than 2147483647 sites"},
		{sides: []int{46341, 46341}, want: "more than 2147483647 sites"},
		{sides: []int{1 << 32, 1 << 32}, want: "more than 2147483647 sites"}, // 2^64 wraps to 0
		{sides: []int{math.MaxInt, 3, 3}, want: "more than 2147483647 sites"},
	} {
		err := Lattice{Sides: c.sides}.Validate(c.bipartite)
		if c.want == "" && err != nil {
			t.Errorf("%v: %v", c.sides, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: error %v, want one with %q", c.sides, err, c.want)
		}
	}
}
