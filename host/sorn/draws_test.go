package sorn

import (
	"math"
	"math/bits"
	"testing"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// A lane that is made alone has the bits that it has among the others, and does not get
// beyond the largest.
func TestLanes(t *testing.T) {
	lanes[float32](t)
	lanes[float64](t)
}

func lanes[F fmath.Float](t *testing.T) {
	var all [][4]uint32
	for zeros := range 33 { // the least words with so many leading zeros
		first := uint32(uint64(1) << 31 >> zeros)
		for _, y := range []uint32{0, 1 << 30, 1 << 31, 3 << 30, 1<<32 - 1} {
			all = append(all, [4]uint32{first, y, first, y})
		}
	}
	for i := range uint32(2000) {
		x0, x1, x2, x3 := rng.Draw(i, 0, 1, rng.SornNoiseE, rng.Key(5))
		all = append(all, [4]uint32{x0, x1, x2, x3})
	}
	for _, words := range all {
		for k, want := range Normals[F](words[0], words[1], words[2], words[3]) {
			have := Lane[F](&words, k)
			if have != want {
				t.Fatalf("lane %d of %x is %v, not %v", k, words, have, want)
			}
			if most := LargestNormal[F](bits.LeadingZeros32(words[k&2])); !(math.Abs(float64(have)) < float64(most)) {
				t.Fatalf("lane %d of %x is %v, which is not below %v", k, words, have, most)
			}
		}
	}
}

// Numbers are different and ascend, and the table of those that are taken is left empty.
func TestDistinct(t *testing.T) {
	taken := make([]bool, 50)
	for _, c := range []struct{ d, n int }{{0, 5}, {1, 1}, {3, 50}, {25, 50}, {26, 50}, {49, 50}, {50, 50}} {
		for item := range uint32(20) {
			out := distinct(rng.Key(1), rng.SornPartnersEE, item, c.d, c.n, taken)
			if len(out) != c.d {
				t.Fatalf("%d of %d: %v", c.d, c.n, out)
			}
			for i, v := range out {
				if v < 0 || int(v) >= c.n || i > 0 && v <= out[i-1] {
					t.Fatalf("%d of %d: %v", c.d, c.n, out)
				}
			}
			for i, was := range taken {
				if was {
					t.Fatalf("%d of %d: %d is left behind", c.d, c.n, i)
				}
			}
		}
	}
}
