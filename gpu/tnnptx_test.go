//go:build opencl && cgo

package gpu

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	tnngpu "tnn-gpu"
	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/internal/ptx"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// nvidia is a network as an NVIDIA GPU would compute it.
type nvidia[F float32 | float64] struct {
	*network[F]
	kernel    *ptx.Kernel
	memory    ptx.Memory
	arguments []uint64
	buffers   map[*Buffer][]byte
}

// newNVIDIA compiles the device code for a network and takes a copy of its memory.
func newNVIDIA[F float32 | float64](t *testing.T, n *network[F]) *nvidia[F] {
	t.Helper()
	if _, err := exec.LookPath("clang"); err != nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	module, err := ptx.Compile(n.lattice+tnngpu.KernelSource, strings.Fields(n.buildOptions())...)
	must(t, err)
	g := &nvidia[F]{network: n, buffers: map[*Buffer][]byte{}}
	g.kernel, err = ptx.Parse(module, "sweep_segment")
	must(t, err)
	for _, argument := range g.networkArguments() {
		switch v := argument.(type) {
		case *Buffer:
			if g.buffers[v] == nil {
				g.buffers[v] = contents(t, v)
			}
			g.arguments = append(g.arguments, g.memory.Add(g.buffers[v]))
		case uint32:
			g.arguments = append(g.arguments, uint64(v))
		case uint64:
			g.arguments = append(g.arguments, v)
		default:
			t.Fatalf("an argument is a %T", v)
		}
	}
	return g
}

func contents(t *testing.T, b *Buffer) []byte {
	t.Helper()
	data := make([]byte, b.Size())
	must(t, Read(b, 0, data))
	return data
}

// sweepCopy sweeps the copy, and tells what each segment took.
func (g *nvidia[F]) sweepCopy(t *testing.T, k, flags uint32) []*ptx.Counts {
	t.Helper()
	var counts []*ptx.Counts
	for i, seg := range g.net.Layout.Segments {
		arguments := append(slices.Clone(g.arguments), uint64(i), uint64(k), uint64(flags))
		c, err := g.kernel.Launch(&g.memory, arguments, [2]int{g.groupsOf(seg), len(g.options.Seeds)}, g.items)
		must(t, err)
		counts = append(counts, c)
	}
	return counts
}

// Rung 2 for NVIDIA, as far as it goes without one: what clang makes of the kernels for
// its GPUs computes the bits of the device that the tests run on.
func TestPTX(t *testing.T) {
	for name, change := range widthNetworks() {
		net, err := tnn.Build(widthSpec(change), 5)
		must(t, err)
		t.Run(name+"/single", func(t *testing.T) { samePTX[float32](t, net, state.Single) })
		t.Run(name+"/double", func(t *testing.T) { samePTX[float64](t, net, state.Double) })
	}
}

func samePTX[F float32 | float64](t *testing.T, net *tnn.Network, precision state.Precision) {
	d := openTest(t)
	d.vector = 1
	n, err := newNetwork[F](d, net, backend.Options{Precision: precision, Seeds: []uint64{5}})
	must(t, err)
	if n.small {
		t.Skip("the device makes whole steps in one launch")
	}
	_, err = n.Advance(15)
	must(t, err)
	must(t, n.Watch(watches(net.Spec.Network.Rule)...))
	g := newNVIDIA(t, n)
	flags := n.lastFlags(net.Spec.Eras[0])
	for k := range uint32(2) {
		g.sweepCopy(t, 1000+k, flags)
		must(t, n.sweep(1000+k, flags))
	}
	for b, have := range g.buffers {
		if want := contents(t, b); !slices.Equal(want, have) {
			t.Errorf("buffer %s differs", b.name)
		}
	}
}

// TestWhatAnUpdateTakes holds what limits a GPU to what docs/performance.md states, on
// networks that have settled: slots for instructions, and the memory that moves, which
// is the model's.
func TestWhatAnUpdateTakes(t *testing.T) {
	for _, c := range []struct {
		rule              tnn.Rule
		graph             graph.Kind
		size, connections int
		slots             float64
	}{
		{tnn.Hylton2020, graph.Neighbor, 256, 4, 2800},
		{tnn.Hylton2020, graph.Neighbor, 128, 16, 4100},
		{tnn.Hylton2020, graph.Random, 128, 4, 3000},
		{tnn.Hylton2020, graph.Random, 128, 16, 4500},
		{tnn.Hylton2019, graph.Neighbor, 64, 4, 2400},
		{tnn.Hylton2019, graph.Neighbor, 64, 16, 3500},
	} {
		t.Run(fmt.Sprint(c.rule, c.graph, c.connections), func(t *testing.T) {
			spec := bench.Case{Rule: c.rule, Size: c.size, Connections: c.connections}.Spec()
			spec.Graph.Kind, spec.Groups[0].Levels = c.graph, 10
			net, err := tnn.Build(spec, 1)
			must(t, err)
			slots, lanes, moved := measureUpdate(t, net)
			_, activity := settle(t, net)
			model := bench.Model(spec, state.Single, c.graph != graph.Neighbor, activity).Bytes(float64(c.connections))
			t.Logf("an update takes %.0f slots, %.0f of them of lanes at work, and moves %.0f bytes; the model has %.0f", slots, lanes, moved, model)
			if slots > c.slots {
				t.Errorf("an update takes %.0f slots, more than %.0f", slots, c.slots)
			}
			if math.Abs(moved-model) > 0.03*model {
				t.Errorf("an update moves %.0f bytes, the model has %.0f", moved, model)
			}
		})
	}
}

// measureUpdate executes a step of a settled network, and gives what an update takes.
func measureUpdate(t *testing.T, net *tnn.Network) (slots, lanes, moved float64) {
	t.Helper()
	d := openTest(t)
	d.vector = 1
	n, err := newNetwork[float32](d, net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	settled, _ := settle(t, net)
	must(t, n.SetState(settled))
	g := newNVIDIA(t, n)
	sweeps := net.Spec.Sweeps()
	updates := float64(net.Graph.Nodes * sweeps)
	for k := 1; k <= sweeps; k++ {
		flags := uint32(0)
		if k == sweeps {
			flags = n.lastFlags(net.Spec.Eras[0])
		}
		for _, c := range g.sweepCopy(t, uint32(int(n.step)*sweeps+k), flags) {
			slots += c.Slots / updates
			lanes += c.Lanes / updates
			moved += float64(c.Read()+c.Written()) / updates
		}
	}
	return slots, lanes, moved
}

// settle gives a network's state after 300 steps, and its activity from then on.
func settle(t *testing.T, net *tnn.Network) (*state.State, bench.Activity) {
	t.Helper()
	b, err := cpuref.New(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	defer b.Close()
	_, err = b.Advance(300)
	must(t, err)
	s, err := b.State()
	must(t, err)
	activity, err := bench.ActivityOf(b, net, state.Single)
	must(t, err)
	return s, activity
}
