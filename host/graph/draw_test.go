package graph

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/rng"
)

func TestShellsCountSites(t *testing.T) {
	for _, sides := range [][]int{{1}, {2}, {7}, {4, 6}, {5, 1}, {3, 8}, {2, 2, 2}, {4, 5, 6}} {
		l := Lattice{Sides: sides}
		s := newShells(l.torus())
		want := sitesByDistance(l)
		for len(want) > 0 && want[len(want)-1] == 0 {
			want = want[:len(want)-1]
		}
		if diff := cmp.Diff(want, s.count[0]); diff != "" {
			t.Errorf("shells of %v (-want +got):\n%s", l, diff)
		}
	}
}

// A vector of given length leads to all sites that far away, each as often.
func TestShellsDrawAllSitesAlike(t *testing.T) {
	draws := rng.NewStream(rng.Key(1), rng.GraphStubs, 0)
	for _, sides := range [][]int{{9}, {8}, {6, 7}, {4, 4, 6}, {3, 9, 2}} {
		l := Lattice{Sides: sides}
		torus := l.torus()
		s := newShells(torus)
		for d, size := range s.count[0] {
			t.Run(fmt.Sprint(sides, d), func(t *testing.T) {
				counts, mass := make([]int, l.Sites()), make([]float64, l.Sites())
				for range 200 * size {
					counts[torus.id(torus.add(point{}, s.draw(torus, d, &draws)))]++
				}
				for id := range mass {
					if l.Distance(0, id) == d {
						mass[id] = 1
					}
				}
				checkChiSquare(t, counts, mass)
			})
		}
	}
}

func TestAliasDrawsByMass(t *testing.T) {
	draws := rng.NewStream(rng.Key(2), rng.GraphStubs, 0)
	for _, mass := range [][]float64{
		{1, 1},
		{0, 3, 0, 1},
		{0.1, 1e-300, 7, 0, 2, 2, 2, 1e3},
		{1e-200, 3e-200, 2e-200},
	} {
		a := newAlias(mass)
		counts := make([]int, len(mass))
		for range 100000 {
			counts[a.draw(&draws)]++
		}
		checkChiSquare(t, counts, mass)
	}
}

func TestPick(t *testing.T) {
	mass := []float64{0, 2, 0, 3, 0}
	for target, want := range map[float64]int{0: 1, 1.9: 1, 2: 3, 4.9: 3, 5: 3, 6: 3} {
		if got := pick(mass, target); got != want {
			t.Errorf("target %v picks %d, want %d", target, got, want)
		}
	}
}
