package tnn

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// variants are choices that differ in what the compiler sees of sections 7 to 10 of
// kernels.cl; TNN_SOAK=1 has more of their combinations.
func variants(width int) map[string]choices {
	square := &lattice{sides: [3]int{1, 16, 18}, count: 144, oddFirst: 160, offsets: [][3]int{{0, 0, 1}, {0, 1, 0}, {0, 15, 0}, {0, 0, 17}}}
	out := map[string]choices{}
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		name := func(what string) string { return fmt.Sprintf("%s, %s, width %d", rule, what, width) }
		out[name("tables, small")] = choices{rule: rule, kind: tnn.Real1, noise: true, externals: true, loops: true, small: true, group: 64}
		if width > 1 {
			out[name("kept")] = choices{rule: rule, kind: tnn.Real2, noise: true, group: 64, keep: 16}
			continue
		}
		out[name("lattice")] = choices{rule: rule, kind: tnn.Real1, noise: true, lattice: square, group: 128}
		for _, kind := range []tnn.EdgeKind{tnn.Real1, tnn.Real2, tnn.Fixed} {
			for _, noise := range []bool{true, false} {
				out[name(fmt.Sprintf("%s, noise %v", kind, noise))] = choices{rule: rule, kind: kind, noise: noise, group: 64}
			}
		}
		if rule == tnn.Hylton2020 {
			out[name("shared")] = choices{rule: rule, kind: tnn.Real1, noise: true, externals: true, loops: true, group: 64, share: mostShared}
			out[name("shared, least")] = choices{rule: rule, kind: tnn.Real1, lattice: square, group: leastGroup, share: 128}
		}
	}
	return out
}

// The bracket of the TNN compiles alone, without warnings, and its memory of a
// work-group has the size that the host counts with.
func TestKernelsCompile(t *testing.T) {
	widths := []int{1, 8}
	if backendtest.Soak() {
		widths = []int{1, 2, 4, 8, 16}
	}
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for _, width := range widths {
			for name, c := range variants(width) {
				t.Run(precision.String()+", "+name, func(t *testing.T) {
					t.Parallel()
					h := device.NewHeader(precision, width)
					c.define(h)
					devicetest.Lint(t, h.Source())
				})
			}
		}
	}
}
