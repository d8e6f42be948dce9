package tnn_test

import (
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

func TestSuite(t *testing.T) { tnntest.Run(t, cpuref.New, backendtest.Both, tnntest.Catalogue()) }

// Rung 4: samples have the enumerated probabilities.
func TestDistributions(t *testing.T) { tnntest.Distributions(t, cpuref.New) }

// Rung 5: nodes without edges change nothing.
func TestIsolation(t *testing.T) { tnntest.Isolation(t, cpuref.New) }

// Rung 6: a run that was interrupted is the run that was not.
func TestResume(t *testing.T) { tnntest.Resume(t, cpuref.New, cpuref.New) }

// Rung 5: the number of threads shows in no bit. The replicas make work for all
// threads, in the smallest networks too.
func TestThreads(t *testing.T) {
	for i, c := range tnntest.Catalogue() {
		p := [...]state.Precision{state.Single, state.Double}[i%2]
		t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
			net := c.Network(t)
			for _, threads := range []int{2, 3, 7} {
				backendtest.Agree(t, net, open(t, net, p, 1), open(t, net, p, threads), 1, 6)
			}
		})
	}
}

func open(t *testing.T, net *tnn.Network, p state.Precision, threads int) backend.Backend {
	t.Helper()
	seeds := make([]uint64, 28)
	for i := range seeds {
		seeds[i] = uint64(i)
	}
	b, err := cpuref.New(net, backend.Options{Precision: p, Seeds: seeds, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
