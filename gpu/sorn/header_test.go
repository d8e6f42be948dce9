package sorn

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/state"
)

// The bracket of the networks compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for _, items := range []int{1, 64} {
			for _, given := range []bool{false, true} {
				t.Run(fmt.Sprint(precision, items, given), func(t *testing.T) {
					t.Parallel()
					devicetest.Lint(t, header(precision, items, given).Source())
				})
			}
		}
	}
}
