package hopfield

import (
	"math/rand/v2"
	"sync"
	"testing"

	"tnn-gpu/host/hopfield"
)

// TestFields: fields are those of the formula, however a state was reached: set anew, unit by
// unit, or many units at once; asked for one by one or all together; for numbers of patterns
// on either side of what a table and a word hold.
func TestFields(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	for _, p := range []int{1, 7, 8, 9, 31, 32, 33, 64, 100} {
		const n = 77
		w := hopfield.NewDraws(uint64(p))
		var patterns []hopfield.Pattern
		for mu := range uint32(p) {
			patterns = append(patterns, w.Pattern(n, mu))
		}
		want := func(i int, s hopfield.Pattern) int64 {
			sum := int64(0)
			for j := range n {
				if i == j {
					continue
				}
				for _, x := range patterns {
					sum += int64(x.Sign(i) * x.Sign(j) * s.Sign(j))
				}
			}
			return sum
		}
		next := func(i int, s hopfield.Pattern) int64 {
			sum := int64(0)
			for mu, x := range patterns {
				sum += int64(patterns[(mu+1)%p].Sign(i) * x.Overlap(s, n))
			}
			return sum
		}
		spare := new(sync.Pool)
		for name, m := range map[string]*hopfield.Memory{
			"matrix": hopfield.NewHebbMemory(patterns, n), "overlaps": hopfield.NewOverlapMemory(hopfield.Hebb, patterns, n), "polynomial": hopfield.NewPolynomialMemory(patterns, n, 2),
			"sequence": hopfield.NewOverlapMemory(hopfield.Sequence, patterns, n),
		} {
			want := want
			if name == "sequence" {
				want = next
			}
			scale := int64(1)
			if name == "polynomial" {
				scale = 4 // (a + x)^2 - (a - x)^2 = 4 a x
			}
			r := newRecall[float32](m, w.RandomStart(n, 3), 0, false, spare)
			check := func(how string) {
				t.Helper()
				for _, together := range []bool{false, true} {
					if together {
						r.fields.begin()
					}
					for i := range n {
						if h := r.fields.at(i, r.s); h != scale*want(i, r.s) {
							t.Fatalf("%s, %d patterns, %s, all together %v: the field of unit %d is %d, it must be %d", name, p, how, together, i, h, scale*want(i, r.s))
						}
					}
					if together {
						r.fields.end()
					}
				}
				for mu, m := range r.fields.known() {
					if m != patterns[mu].Overlap(r.s, n) {
						t.Fatalf("%s, %d patterns, %s: the overlap with pattern %d is %d", name, p, how, mu, m)
					}
				}
			}
			check("set")
			for range 5 {
				i := random.IntN(n)
				r.s.Flip(i)
				r.fields.flipped(i, r.s)
			}
			check("unit by unit")
			all := make([]int32, n)
			for i := range all {
				all[i] = int32(i)
			}
			for range 3 {
				r.together(all, nil)
				check("at once")
			}
		}
	}
}
