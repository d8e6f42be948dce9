package perceptron

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/state"
)

// The bracket of the perceptron compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for _, items := range []int{1, 64} {
			for _, given := range []bool{false, true} {
				for _, width := range []int{1, 2, 4, 8} {
					t.Run(fmt.Sprint(precision, items, given, width), func(t *testing.T) {
						t.Parallel()
						devicetest.Lint(t, header(precision, width, items, given).Source())
					})
				}
			}
		}
	}
}
