package graph

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// A seed names the same graph on every machine and in every version: runs are
// repeated from their seeds. A change here is a change of what seeds mean.
func TestSeedsNameGraphs(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Kind: Random, Sides: []int{50, 50}}, "02c751f0037e204a"},
		{Options{Kind: Gaussian, Sides: []int{10, 20, 10}, Bipartite: true, Scale: 2.5}, "5823655353cb1ab7"},
		{Options{Kind: Exponential, Sides: []int{3000}, Scale: 20}, "6e70d73791777960"},
	} {
		c.o.Seed, c.o.Separation, c.o.Connections = 0x0123456789abcdef, 4, constant(6)
		placed, _, err := PlaceExternals(Placement{Kind: c.o.Kind, Sides: c.o.Sides, Bipartite: c.o.Bipartite, Pairs: 5, Seed: c.o.Seed})
		if err != nil {
			t.Fatal(err)
		}
		c.o.External = oneOf(sitesOf(placed))
		g, _ := mustBuild(t, c.o)
		hash := sha256.New()
		fmt.Fprintln(hash, placed)
		fmt.Fprintf(hash, "# nodes %d\n", g.Nodes)
		for _, e := range g.Edges {
			fmt.Fprintf(hash, "%d %d\n", e.A, e.B)
		}
		if got := fmt.Sprintf("%x", hash.Sum(nil)[:8]); got != c.want {
			t.Errorf("%s: %s, want %s", c.o.Kind, got, c.want)
		}
	}
}
