//go:build opencl && cgo

package tnn

import (
	"fmt"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// benchmarkSpec is a network of bench.Case.
func benchmarkSpec(rule tnn.Rule, size, connections int) *tnn.Spec {
	return tnnbench.Spec(rule, size, connections)
}

// BenchmarkStep makes steps of lattices that have settled. updates/s counts visits
// of nodes in the time that passes; where the device is the processor,
// updates/cpu-s counts them in the time of all its threads.
func BenchmarkStep(b *testing.B) {
	processor := devicetest.Open(b).Info().Kind == "cpu"
	for _, c := range []bench.Case{
		{Rule: string(tnn.Hylton2020), Size: 30, Connections: 4, Replicas: 1},
		{Rule: string(tnn.Hylton2020), Size: 30, Connections: 4, Replicas: 1024},
		{Rule: string(tnn.Hylton2020), Size: 256, Connections: 4, Replicas: 1},
		{Rule: string(tnn.Hylton2020), Size: 256, Connections: 16, Replicas: 1},
		{Rule: string(tnn.Hylton2020), Size: 256, Connections: 4, Replicas: 1, Precision: state.Double},
		{Rule: string(tnn.Hylton2020), Size: 256, Connections: 16, Replicas: 1, Precision: state.Double},
		{Rule: string(tnn.Hylton2020), Size: 1024, Connections: 4, Replicas: 1},
		{Rule: string(tnn.Hylton2020), Size: 1024, Connections: 16, Replicas: 1},
		{Rule: string(tnn.Hylton2019), Size: 256, Connections: 4, Replicas: 1},
		{Rule: string(tnn.Hylton2019), Size: 256, Connections: 16, Replicas: 1},
	} {
		b.Run(fmt.Sprintf("rule=%s/size=%d/connections=%d/precision=%s/replicas=%d", c.Rule, c.Size, c.Connections, c.Precision, c.Replicas),
			func(b *testing.B) { benchmarkStep(b, c, processor) })
	}
}

func benchmarkStep(b *testing.B, c bench.Case, processor bool) {
	spec := tnnbench.Spec(tnn.Rule(c.Rule), c.Size, c.Connections)
	net, err := tnn.Build(spec, 1)
	must(b, err)
	device, err := openNetwork(net, backend.Options{Precision: c.Precision, Seeds: c.Keys(spec)})
	must(b, err)
	defer device.Close()
	_, err = device.Advance(10)
	must(b, err)
	b.ResetTimer()
	before := bench.ProcessorTime()
	_, err = device.Advance(b.N)
	must(b, err)
	updates := float64(b.N) * float64(net.Describe().Updates*int64(c.Replicas))
	b.ReportMetric(updates/b.Elapsed().Seconds(), "updates/s")
	if spent := bench.ProcessorTime() - before; processor && spent > 0 {
		b.ReportMetric(updates/spent.Seconds(), "updates/cpu-s")
	}
}
