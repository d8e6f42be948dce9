//go:build opencl && cgo

package tnn

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/gpu/internal/ptx"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
)

// nvidia is a network as an NVIDIA GPU would compute it.
type nvidia[F float32 | float64] struct {
	*engine[F]
	kernel     *ptx.Kernel
	parameters []device.Parameter
	memory     ptx.Memory
	buffers    map[*device.Buffer][]byte
	address    map[*device.Buffer]uint64
}

// newNVIDIA compiles a kernel of a network.
func newNVIDIA[F float32 | float64](t *testing.T, n *engine[F], kernel string) *nvidia[F] {
	t.Helper()
	if _, err := exec.LookPath("clang"); err != nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	source := n.source()
	module, err := ptx.Compile(source)
	must(t, err)
	parameters, err := device.Parameters(source, kernel)
	must(t, err)
	g := &nvidia[F]{engine: n, parameters: parameters, buffers: map[*device.Buffer][]byte{}, address: map[*device.Buffer]uint64{}}
	g.kernel, err = ptx.Parse(module, kernel)
	must(t, err)
	return g
}

// launch executes the kernel in a copy of the memory, which is made when a buffer is
// first an argument.
func (g *nvidia[F]) launch(t *testing.T, groups int, arguments device.Args) *ptx.Counts {
	t.Helper()
	var values []uint64
	for _, p := range g.parameters {
		switch v := arguments[p.Name].(type) {
		case *device.Buffer:
			if g.buffers[v] == nil {
				g.buffers[v] = contents(t, v)
				g.address[v] = g.memory.Add(g.buffers[v])
			}
			values = append(values, g.address[v])
		case uint32:
			values = append(values, uint64(v))
		case uint64:
			values = append(values, v)
		default:
			t.Fatalf("argument %s is a %T", p.Name, v)
		}
	}
	c, err := g.kernel.Launch(&g.memory, values, [3]int{groups, len(g.options.Seeds), 1}, g.items)
	must(t, err)
	return c
}

func contents(t *testing.T, b *device.Buffer) []byte {
	t.Helper()
	data := make([]byte, b.Size())
	must(t, device.Read(b, 0, data))
	return data
}

// sweepCopy sweeps the copy, and tells what each segment took.
func (g *nvidia[F]) sweepCopy(t *testing.T, k, flags uint32) []*ptx.Counts {
	t.Helper()
	var counts []*ptx.Counts
	for i, seg := range g.net.Layout.Segments {
		counts = append(counts, g.launch(t, g.groupsOf(seg), g.sweepArguments(i, k, flags)))
	}
	return counts
}

// Rung 2 for NVIDIA, as far as it goes without one: what clang makes of the kernels for
// its GPUs computes the bits of the device that the tests run on.
func TestPTX(t *testing.T) {
	inTurns(t, func(t *testing.T, _ int, net *tnn.Network, p state.Precision) {
		if p == state.Double {
			samePTX[float64](t, net, p)
		} else {
			samePTX[float32](t, net, p)
		}
	})
}

// samePTX compares two sweeps, and two steps in one launch.
func samePTX[F float32 | float64](t *testing.T, net *tnn.Network, precision state.Precision) {
	d := devicetest.Open(t)
	devicetest.Vector(d, 1)
	o := backend.Options{Precision: precision, Seeds: []uint64{5}}
	n, err := newEngine[F](d, net, o)
	must(t, err)
	if n.small {
		t.Skip("the device makes whole steps in one launch")
	}
	_, err = n.Advance(15)
	must(t, err)
	must(t, n.Watch(watches(net.Spec.Network.Rule)...))
	g := newNVIDIA(t, n, "tnn_sweep_segment")
	flags := n.lastFlags(net.Spec.Eras[0])
	for k := range uint32(2) {
		g.sweepCopy(t, 1000+k, flags)
		must(t, n.sweep(1000+k, flags))
	}
	g.compare(t)
}

// TestPTXOfSmallNetworks does so for whole steps in one launch.
func TestPTXOfSmallNetworks(t *testing.T) {
	for _, name := range []string{"lattice", "loops", "driven", "relaxed"} {
		t.Run(name, func(t *testing.T) {
			net, err := tnn.Build(widthSpec(widthNetworks()[name]), 5)
			must(t, err)
			d := devicetest.Open(t)
			d.Pretend(func(i *device.Info) { i.Kind, i.ComputeUnits = "gpu", 100 })
			seeds := []uint64{5, 6}
			n, err := newEngine[float32](d, net, backend.Options{Precision: state.Single, Seeds: seeds})
			must(t, err)
			if !n.small || n.group != 256 {
				t.Fatalf("work-groups have %d nodes, which is small: %v", n.group, n.small)
			}
			const steps = 3
			for range 2 { // the second batch leaves the program of the next steps, too; the first one's begins
				_, err = n.Advance(steps)
				must(t, err)
			}
			must(t, device.Fill(n.solved, 0, steps*len(seeds), uint32(0)))
			g := newNVIDIA(t, n, "tnn_run_steps")
			g.launch(t, 1, n.runArguments(steps, n.step+1))
			_, err = n.Advance(steps)
			must(t, err)
			g.compare(t)
		})
	}
}

// compare finds buffers of the device that differ from their copies.
func (g *nvidia[F]) compare(t *testing.T) {
	t.Helper()
	for b, have := range g.buffers {
		if want := contents(t, b); !slices.Equal(want, have) {
			t.Errorf("buffer %s differs", b.Name())
		}
	}
}

// TestWhatAnUpdateTakes holds what limits a GPU to what docs/performance-notes.md states, on
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
			spec := tnnbench.Spec(c.rule, c.size, c.connections)
			spec.Graph.Kind, spec.Groups[0].Levels = c.graph, 10
			net, err := tnn.Build(spec, 1)
			must(t, err)
			settled, activity := settle(t, net)
			slots, lanes, asked, moved := measureUpdate(t, net, settled)
			model := tnnbench.Model(spec, state.Single, c.graph != graph.Neighbor, activity).Bytes(float64(c.connections))
			t.Logf("an update takes %.0f slots, %.0f of them of lanes at work, asks for %.0f bytes and moves %.0f; the model has %.0f", slots, lanes, asked, moved, model)
			if slots > c.slots {
				t.Errorf("an update takes %.0f slots, more than %.0f", slots, c.slots)
			}
			if math.Abs(moved-model) > 0.03*model {
				t.Errorf("an update moves %.0f bytes, the model has %.0f", moved, model)
			}
		})
	}
}

// measureUpdate executes a step, and gives what an update takes: bytes that are asked
// for come from caches or memory, those that move do from memory.
func measureUpdate(t *testing.T, net *tnn.Network, settled *state.State) (slots, lanes, asked, moved float64) {
	t.Helper()
	d := devicetest.Open(t)
	devicetest.Vector(d, 1)
	n, err := newEngine[float32](d, net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	must(t, n.SetState(settled))
	g := newNVIDIA(t, n, "tnn_sweep_segment")
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
			asked += float64(c.Asked) / updates
			moved += float64(c.Read()+c.Written()) / updates
		}
	}
	return slots, lanes, asked, moved
}

// settle gives a network's state after 300 steps, and its activity from then on.
func settle(t *testing.T, net *tnn.Network) (*state.State, tnnbench.Activity) {
	t.Helper()
	b, err := cpuref.New(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	must(t, err)
	defer b.Close()
	_, err = b.Advance(300)
	must(t, err)
	s, err := b.State()
	must(t, err)
	activity, err := tnnbench.ActivityOf(b, net, state.Single)
	must(t, err)
	return s, activity
}
