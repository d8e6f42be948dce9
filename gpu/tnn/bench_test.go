//go:build opencl && cgo

package tnn

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// benchmarkSpec is a network of the measured series.
func benchmarkSpec(rule tnn.Rule, size, connections int) *tnn.Spec {
	return tnnbench.Spec(rule, size, connections)
}

// BenchmarkStep makes steps of lattices that have settled. updates/s counts visits
// of nodes in the time that passes; where the device is the processor,
// updates/cpu-s counts them in the time of all its threads.
func BenchmarkStep(b *testing.B) {
	processor := devicetest.Open(b).Info().Kind == "cpu"
	for _, c := range []networks{
		{rule: tnn.Hylton2020, size: 30, connections: 4, replicas: 1},
		{rule: tnn.Hylton2020, size: 30, connections: 4, replicas: 1024},
		{rule: tnn.Hylton2020, size: 256, connections: 4, replicas: 1},
		{rule: tnn.Hylton2020, size: 256, connections: 16, replicas: 1},
		{rule: tnn.Hylton2020, size: 256, connections: 4, replicas: 1, precision: state.Double},
		{rule: tnn.Hylton2020, size: 256, connections: 16, replicas: 1, precision: state.Double},
		{rule: tnn.Hylton2020, size: 1024, connections: 4, replicas: 1},
		{rule: tnn.Hylton2020, size: 1024, connections: 16, replicas: 1},
		{rule: tnn.Hylton2019, size: 256, connections: 4, replicas: 1},
		{rule: tnn.Hylton2019, size: 256, connections: 16, replicas: 1},
	} {
		b.Run(fmt.Sprintf("rule=%s/size=%d/connections=%d/precision=%s/replicas=%d", c.rule, c.size, c.connections, c.precision, c.replicas),
			func(b *testing.B) { benchmarkStep(b, c, processor) })
	}
}

// networks are replicas of a lattice.
type networks struct {
	rule                        tnn.Rule
	size, connections, replicas int
	precision                   state.Precision
}

func benchmarkStep(b *testing.B, c networks, processor bool) {
	spec := tnnbench.Spec(c.rule, c.size, c.connections)
	net, err := tnn.Build(spec, 1)
	must(b, err)
	d, err := devicetest.Device()
	device, err := openOn(d, err, net, backend.Options{Precision: c.precision, Seeds: model.Keys(spec, 1, c.replicas, 1)})
	must(b, err)
	defer device.Close()
	_, err = device.Advance(10)
	must(b, err)
	b.ResetTimer()
	before := bench.ProcessorTime()
	_, err = device.Advance(b.N)
	must(b, err)
	updates := float64(b.N) * float64(net.Describe().Updates*int64(c.replicas))
	b.ReportMetric(updates/b.Elapsed().Seconds(), "updates/s")
	if spent := bench.ProcessorTime() - before; processor && spent > 0 {
		b.ReportMetric(updates/spent.Seconds(), "updates/cpu-s")
	}
}
