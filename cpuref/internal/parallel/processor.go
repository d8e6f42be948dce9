package parallel

import (
	"os"
	"runtime"
	"strings"
)

// Processor is the name of the machine's processor where the system tells it, else
// its architecture.
func Processor() string {
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
