package tnn

import (
	"runtime"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// lattice opens a network that is large enough for several threads.
func lattice(t *testing.T, threads int) *engine[float32] {
	t.Helper()
	spec := tnn.Defaults()
	spec.Graph.Sides, spec.Externals, spec.Groups[0].Connections = []int{256, 256}, nil, 4
	spec.Eras[0].Steps = 100
	net, err := tnn.Build(spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEngine(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}, Threads: threads}, fastest[float32])
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// helping is the number of goroutines that wait for parts.
func helping() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), ".help(")
}

// The threads of an engine are started once and end with it; a step takes no memory.
func TestThreadsStay(t *testing.T) {
	others := helping() // of engines that other tests have not closed
	e := lattice(t, 3)
	sums := make([]float64, tnn.Sums)
	if n := testing.AllocsPerRun(5, func() {
		clear(sums)
		e.state.Step++
		e.step(e.state.Step, sums)
	}); n != 0 {
		t.Errorf("a step takes memory %v times", n)
	}
	if n := helping() - others; n != 2 {
		t.Errorf("there are %d goroutines for 3 threads, one of which is the caller's", n)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for helping() > others {
		runtime.Gosched() // until they have seen it; the test's time limit ends a leak
	}
}
