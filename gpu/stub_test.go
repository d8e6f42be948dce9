//go:build !opencl

package gpu

import (
	"errors"
	"os"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
)

func TestNotBuilt(t *testing.T) {
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatal("TNN_REQUIRE_OPENCL=1 asks for a test run with -tags opencl")
	}
	_, devices := Devices()
	_, probe := Probe(Info{})
	_, open := New(nil, backend.Options{})
	_, stream := NewStream("", 1, 0.5)
	for _, err := range []error{devices, probe, open, stream} {
		if !errors.Is(err, ErrNotBuilt) || !strings.Contains(err.Error(), "-tags opencl") {
			t.Errorf("the error is %v, want ErrNotBuilt and how to build it", err)
		}
	}
}
