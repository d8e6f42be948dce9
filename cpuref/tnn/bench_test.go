//go:build unix

package tnn_test

import (
	"fmt"
	"syscall"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// BenchmarkStep makes steps of lattices that have settled. updates/cpu-s counts
// visits of nodes per second of processor time, that of all threads together:
// unlike the time that passes, it says the same on a machine with other work.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		rule   tnn.Rule
		levels int
	}{{tnn.Hylton2020, 10}, {tnn.Hylton2019, 10}, {tnn.Hylton2019, 101}} {
		for _, connections := range []int{4, 16} {
			for _, precision := range []state.Precision{state.Single, state.Double} {
				for _, side := range []int{40, 256} {
					for _, threads := range []int{1, 2} {
						b.Run(fmt.Sprintf("rule=%s/levels=%d/size=%dx%d/connections=%d/precision=%s/threads=%d",
							c.rule, c.levels, side, side, connections, precision, threads), func(b *testing.B) {
							benchmarkStep(b, benchmarkSpec(c.rule, c.levels, side, connections), precision, threads)
						})
					}
				}
			}
		}
	}
}

func benchmarkSpec(rule tnn.Rule, levels, side, connections int) *tnn.Spec {
	s := tnn.Defaults()
	s.Network.Rule, s.Externals = rule, nil
	s.Graph.Sides, s.Graph.Bipartite = []int{side, side}, true
	s.Groups[0].Connections, s.Groups[0].Levels = connections, levels
	s.Eras[0].Steps = 1 << 28
	if rule == tnn.Hylton2019 {
		s.Network.Relaxations, s.Groups[0].Threshold = 10, 0
	}
	return s
}

func benchmarkStep(b *testing.B, spec *tnn.Spec, precision state.Precision, threads int) {
	net, err := tnn.Build(spec, 1)
	if err != nil {
		b.Fatal(err)
	}
	engine, err := cpuref.New(net, backend.Options{Precision: precision, Seeds: []uint64{1}, Threads: threads})
	if err != nil {
		b.Fatal(err)
	}
	defer engine.Close()
	if _, err := engine.Advance(50); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	before := processorTime(b)
	if _, err := engine.Advance(b.N); err != nil {
		b.Fatal(err)
	}
	visits := float64(b.N) * float64(net.Graph.Nodes) * float64(spec.Sweeps())
	b.ReportMetric(visits/(processorTime(b)-before), "updates/cpu-s")
}

// processorTime is the seconds that all threads of the process have computed.
func processorTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
