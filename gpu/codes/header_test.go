package codes

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/codes/codestest"
	"tnn-gpu/host/state"
)

// The bracket of learned codes compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for _, c := range codestest.Cases() {
			for _, items := range []int{1, most} {
				t.Run(fmt.Sprint(c.Name, precision, items), func(t *testing.T) {
					t.Parallel()
					devicetest.Lint(t, header(&c.Network.Spec.Codes, precision, items).Source())
				})
			}
		}
	}
}
