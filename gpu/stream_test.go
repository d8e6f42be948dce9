//go:build opencl && cgo

package gpu

import (
	"os"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

func TestStream(t *testing.T) {
	openTest(t)
	opened, err := NewStream(os.Getenv("TNN_TEST_DEVICE"), 5000)
	must(t, err)
	s := opened.(*stream)
	must(t, s.Run(2))
	got := make([]float32, s.a.Size()/4)
	must(t, Read(s.a, 0, got))
	if len(got) < 5000 || s.Bytes() != int64(12*len(got)) {
		t.Errorf("%d elements are streamed, %d bytes a pass", len(got), s.Bytes())
	}
	for i, v := range got {
		if v != 1.75 { // 1, 1/2 + 1, 3/4 + 1
			t.Fatalf("element %d is %v after two passes, not 1.75", i, v)
		}
	}
	must(t, s.Close())
}

// What is done once, before the first step, is no part of a profile.
func TestProfileHasNoProbe(t *testing.T) {
	openTest(t)
	net, err := tnn.Build(benchmarkSpec(tnn.Hylton2020, 128, 4), 1)
	must(t, err)
	b, err := openNetwork(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}, Profile: true})
	must(t, err)
	defer b.Close()
	_, err = b.Advance(3)
	must(t, err)
	times, err := b.(backend.Profiler).Profile()
	if err != nil {
		t.Skip(err) // the device makes its times up
	}
	sweeps := 0
	for _, k := range times {
		if strings.HasPrefix(k.Kernel, "probe") {
			t.Errorf("kernel %s is in the profile", k.Kernel)
		}
		if k.Kernel == "sweep_segment" {
			sweeps = k.Launches
		}
	}
	if sweeps != 2*(1+3) {
		t.Errorf("sweep_segment was launched %d times, not twice for the start and each of 3 steps: %+v", sweeps, times)
	}
}
