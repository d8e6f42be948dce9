package signals

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/signals/signalstest"
	"tnn-gpu/host/state"
)

// The bracket of signals compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range signalstest.Cases() {
		for _, precision := range []state.Precision{state.Single, state.Double} {
			for _, items := range []int{1, 64} {
				source := header(c.Network.Spec, precision, items).Source()
				if seen[source] {
					continue
				}
				seen[source] = true
				t.Run(fmt.Sprint(c.Name, precision, items), func(t *testing.T) {
					t.Parallel()
					devicetest.Lint(t, source)
				})
			}
		}
	}
}
