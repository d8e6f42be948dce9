package hopfield

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/state"
)

// The bracket of Hopfield networks compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for f := matrix; f <= sequence; f++ {
			for _, given := range []bool{false, true} {
				if given && f != matrix {
					continue // it changes nothing that depends on the form
				}
				for _, together := range []bool{false, true} {
					t.Run(fmt.Sprint(precision, f, given, together), func(t *testing.T) {
						t.Parallel()
						devicetest.Lint(t, header(choices{precision: precision, items: 64, form: f, degree: 3, given: given, together: together}).Source())
					})
				}
			}
		}
	}
}
