package device_test

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/state"
)

// Each generic bracket of kernels.cl compiles alone, without warnings.
func TestKernelsCompile(t *testing.T) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		for _, width := range []int{1, 2, 4, 8, 16} {
			for _, bracket := range []string{"PROBE", "STREAM", "GROUP"} {
				t.Run(fmt.Sprint(precision, width, bracket), func(t *testing.T) {
					t.Parallel()
					h := device.NewHeader(precision, width)
					h.Define(bracket, 64)
					devicetest.Lint(t, h.Source())
				})
			}
		}
	}
}
