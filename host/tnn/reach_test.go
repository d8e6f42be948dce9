package tnn

import "testing"

func TestBallIsTheSumOfItsShells(t *testing.T) {
	for dimensions := 1; dimensions <= 3; dimensions++ {
		sites := int64(1)
		for r := int64(0); r < 50; r++ {
			if r > 0 {
				sites += int64(shell(dimensions, int(r)))
			}
			if got := ball(dimensions, r); got != sites {
				t.Fatalf("a ball of radius %d in %d dimensions has %d sites, and its shells have %d", r, dimensions, got, sites)
			}
		}
	}
}
