// Package cpuref computes networks in pure Go: the reference that the device
// kernels are judged by, and the backend where there is no device. It is written
// to be read beside docs/model.md; kernels.cl follows it line by line.
package cpuref

import (
	"os"
	"runtime"
	"strings"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// New opens a network on the processor, at step 0.
func New(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Precision == state.Double {
		return newEngine(net, o, scalars[float64])
	}
	return newEngine(net, o, fastest)
}

// processor is the name of the machine's processor where the system tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, found := strings.CutPrefix(line, "model name"); found {
				return strings.TrimLeft(strings.TrimSpace(name), ": ")
			}
		}
	}
	return runtime.GOARCH
}
