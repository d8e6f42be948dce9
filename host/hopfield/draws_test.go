package hopfield_test

import (
	"slices"
	"testing"

	"tnn-gpu/host/hopfield"
)

// TestDrawsAreNested: a network with more units or patterns has those of a smaller one,
// and a start with more that is corrupted differs where one with less does.
func TestDrawsAreNested(t *testing.T) {
	const small, large = 100, 317
	w := hopfield.NewDraws(12)
	for mu := range uint32(3) {
		for name, of := range map[string]func(n int) hopfield.Pattern{
			"fair":      func(n int) hopfield.Pattern { return w.Pattern(n, mu) },
			"biased":    func(n int) hopfield.Pattern { return w.BiasedPattern(n, mu, 0.3) },
			"clustered": func(n int) hopfield.Pattern { return w.ClusteredPattern(n, mu, 1, 0.1) },
		} {
			if a, b := of(small).Text(small), of(large).Text(large); a != b[:small] {
				t.Errorf("%s pattern %d of %d units is %s, of %d it begins with %s", name, mu, small, a, large, b[:small])
			}
		}
	}
	var before []int32
	changed := hopfield.NewPattern(large)
	for _, f := range []float64{0.1, 0.25, 0.9, 1} {
		now := w.Subset(large, f, 4)
		if !slices.Equal(now[:len(before)], before) {
			t.Errorf("the units that are corrupted at %g are not among those at less", f)
		}
		before = now
		flips := w.Flips(large, f, 4)
		for i := range changed {
			if changed[i]&^flips[i] != 0 {
				t.Errorf("the units that noise of %g negates are not among those of less", f)
			}
		}
		changed = flips
	}
	if slices.Sort(before); len(before) != large || before[0] != 0 || before[large-1] != large-1 {
		t.Error("not all units are corrupted at 1")
	}
}
