//go:build opencl && cgo

package tnn

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
	"tnn-gpu/host/tnn/tnntest"
)

// openNetwork is New on the device that the tests run on, with two cores.
func openNetwork(net model.Network, o backend.Options) (backend.Backend, error) {
	d, err := devicetest.Device()
	if err == nil {
		twoCores(d)
	}
	return openOn(d, err, net.(*tnn.Network), o)
}

// twoCores has a processor described with two cores, whatever it has: so a small network
// makes whole steps of replicas in a launch, and those of one replica sweep by sweep.
func twoCores(d *device.Device) {
	if d.Info().Kind == "cpu" {
		d.Pretend(func(i *device.Info) { i.ComputeUnits = 2 })
	}
}

// openOn opens a network on a device that was opened for it.
func openOn(d *device.Device, err error, net *tnn.Network, o backend.Options) (backend.Backend, error) {
	if err != nil {
		return nil, err
	}
	b, err := New(d, net, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// skipWithoutDouble skips a test in double precision on a device without it.
func skipWithoutDouble(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, backend.ErrNoDouble) {
		t.Skip(err)
	}
}

// openBoth opens a network on the reference and on the device, for the length of a test.
// Without a strict device the test is skipped, or fails with TNN_REQUIRE_OPENCL=1.
func openBoth(t *testing.T, net *tnn.Network, o backend.Options) (reference, device backend.Backend) {
	t.Helper()
	reference, err := cpuref.New(net, o)
	must(t, err)
	device, err = openNetwork(net, o)
	skipWithoutDouble(t, err)
	must(t, err)
	t.Cleanup(func() { must(t, device.Close()) })
	if d := device.Describe(); !d.Strict {
		devicetest.Missing(t, "this device is not strict: "+d.Note)
	}
	return reference, device
}

func TestSuite(t *testing.T) {
	devicetest.Open(t)
	tnntest.Run(t, openNetwork, backendtest.InTurns, tnntest.Core())
}

// Rung 2: the device and the reference agree in every bit of every field and of
// every sum, over 1,000 steps of every network of the catalogue. Networks take
// turns in precision; the core networks come with replicas too, which the
// device may compute in another way. -short has only those, for fewer steps, in single
// precision: for drivers that are slow.
func TestAgreesWithReference(t *testing.T) {
	devicetest.Open(t)
	if testing.Short() {
		for _, c := range tnntest.Core() {
			agree(t, c, state.Single, []uint64{1, 2, 3}, 1, 2, 30)
		}
		return
	}
	for i, c := range tnntest.Catalogue() {
		for _, p := range backendtest.InTurns(i) {
			agree(t, c, p, []uint64{1<<32 + 3}, 1, 2, 10, 100, 500, 1000)
		}
	}
	for i, c := range tnntest.Core() {
		precisions := backendtest.InTurns(i)
		if strings.Contains(c.Name, "external nodes in all modes") {
			precisions = backendtest.Both(i) // TestNumbers has their programs in both
		}
		for _, p := range precisions {
			agree(t, c, p, []uint64{1, 2, 3}, 1, 2, 10, 100, 500, 1000)
		}
	}
}

func agree(t *testing.T, c tnntest.Case, p state.Precision, seeds []uint64, moments ...int64) {
	t.Run(fmt.Sprintf("%s/%d/%s", c.Name, len(seeds), p), func(t *testing.T) {
		net := c.Network(t)
		reference, device := openBoth(t, net, backend.Options{Precision: p, Seeds: seeds})
		backendtest.Agree(t, net, reference, device, moments...)
	})
}

// Rung 2 under interventions: weights held, and an external node.
func TestAgreesUnderControls(t *testing.T) {
	devicetest.Open(t)
	net := find(t, "groups, external nodes in all modes")
	reference, device := openBoth(t, net, backend.Options{Seeds: []uint64{4}})
	external := fmt.Sprintf("external:%d", net.Externals[1].ID)
	for i, control := range []struct {
		name  string
		value float64
	}{{"adapt", 0}, {external, 0.3}, {"adapt", 1}, {"adapt", math.NaN()}, {external, math.NaN()}} {
		must(t, reference.Control(control.name, control.value), device.Control(control.name, control.value))
		backendtest.Agree(t, net, reference, device, int64(15*i+1), int64(15*i+15))
	}
}

// Rung 2 on a device whose driver may end loops before they are done: steps are made sweep by
// sweep, up to nodes of as many levels or connections as one sweep has turns for. Others are
// refused.
func TestAgreesWithinTurns(t *testing.T) {
	connected := tnnbench.Spec(tnn.Hylton2020, 16, 110)
	connected.Graph.Kind = graph.Random
	refused := relaxedWith(t, 9001)
	for _, spec := range []*tnn.Spec{relaxedWith(t, 10), relaxedWith(t, 7801), connected, refused} {
		net, err := tnn.Build(spec, 1)
		must(t, err)
		o := backend.Options{Seeds: []uint64{1, 2}}
		d := devicetest.Open(t)
		d.Pretend(func(i *device.Info) { i.Turns = 65535 })
		b, err := New(d, net, o)
		if spec == refused {
			if !errors.Is(err, device.ErrTurns) {
				t.Errorf("a device that ends loops opens nodes of %d levels: %v", spec.Groups[0].Levels, err)
			}
			continue
		}
		must(t, err)
		reference, err := cpuref.New(net, o)
		must(t, err)
		backendtest.Agree(t, net, reference, b, 1, 3)
	}
}

// relaxedWith is a lattice of nodes with so many levels.
func relaxedWith(t *testing.T, levels int) *tnn.Spec {
	t.Helper()
	spec := *find(t, "relaxed lattice").Spec
	spec.Groups = slices.Clone(spec.Groups)
	spec.Groups[0].Levels = levels
	return &spec
}

// The bound, on devices with llvmpipe's limits, of networks on both sides of its 65,535
// turns. Replicas may differ in levels: the most of any replica count.
func TestBoundsTurns(t *testing.T) {
	const turns = 65535
	for _, c := range []struct {
		rule        tnn.Rule
		connections int
		levels      []int // by replica
		within      bool
	}{
		{tnn.Hylton2020, 110, []int{10}, true},
		{tnn.Hylton2020, 120, []int{10}, false},
		{tnn.Hylton2019, 200, []int{10}, true},
		{tnn.Hylton2019, 4, []int{10, 7801}, true},
		{tnn.Hylton2019, 4, []int{10, 9001}, false},
		{tnn.Hylton2019, 4, []int{9001, 10}, false},
	} {
		spec := tnnbench.Spec(c.rule, 30, c.connections)
		spec.Graph.Kind, spec.Groups[0].Levels = graph.Random, 10
		net, err := tnn.Build(spec, 1)
		must(t, err)
		for _, levels := range c.levels {
			variant := *spec
			variant.Groups = slices.Clone(spec.Groups)
			variant.Groups[0].Levels = levels
			net.Variants = append(net.Variants, &variant)
		}
		d := device.Described(device.Info{Kind: "cpu", ComputeUnits: 8, MaxWorkGroup: 32, LocalMemory: 32 << 10, Turns: turns})
		n, err := planEngine[float32](d, net, backend.Options{Seeds: make([]uint64, len(c.levels))})
		must(t, err)
		if got := n.Turns(); (got <= turns) != c.within {
			t.Errorf("%s, %d connections, levels %d: at most %d turns", c.rule, c.connections, c.levels, got)
		}
	}
}

// Rung 2 for networks too large for what is done with small ones.
func TestAgreesOnLargeNetworks(t *testing.T) {
	devicetest.Open(t)
	for i, c := range tnntest.Large() {
		for _, p := range backendtest.InTurns(i) {
			agree(t, c, p, []uint64{1}, 1, 2, 50)
		}
	}
}

// Rung 4: samples have the enumerated probabilities, as those of the reference have that
// a strict device shares bit by bit.
func TestDistributions(t *testing.T) {
	d := devicetest.Open(t)
	must(t, d.Probe(state.Single))
	if d.Info().SingleVerdict != device.Strict || backendtest.Soak() {
		tnntest.Distributions(t, openNetwork)
		return
	}
	tnntest.Draws(t, cpuref.New, openNetwork)
}

// Rung 5: the size of work-groups shows in no bit. Every size is a program of its
// own, which takes its time to build, so networks take turns in sizes; TNN_SOAK=1 has all
// of them.
func TestWorkGroups(t *testing.T) {
	devicetest.Open(t)
	for _, run := range []struct {
		network   string
		precision state.Precision
		sizes     []int
	}{
		{"lattice", state.Single, []int{32, 1024}},
		{"lattice", state.Double, nil},
		{"relaxed lattice", state.Single, nil},
		{"relaxed lattice", state.Double, []int{256}},
	} {
		if backendtest.Soak() {
			run.sizes = []int{32, 64, 128, 256, 512, 1024}
		}
		for _, size := range run.sizes {
			t.Run(fmt.Sprintf("%s/%s/%d", run.network, run.precision, size), func(t *testing.T) {
				net := find(t, run.network)
				reference, device := openBoth(t, net, backend.Options{Precision: run.precision, Seeds: []uint64{1, 2}, WorkGroup: size})
				backendtest.Agree(t, net, reference, device, 1, 50)
			})
		}
	}
}

// find gives a network of the catalogue.
func find(t *testing.T, name string) *tnn.Network {
	t.Helper()
	for _, c := range tnntest.Catalogue() {
		if c.Name == name {
			return c.Network(t)
		}
	}
	t.Fatalf("the catalogue has no network %q", name)
	return nil
}

// Rung 5: nodes without edges change nothing.
func TestIsolation(t *testing.T) {
	devicetest.Open(t)
	tnntest.Isolation(t, openNetwork)
}

// Rung 6: a run goes on where another backend left it.
func TestResumeAcrossBackends(t *testing.T) {
	devicetest.Open(t)
	for _, p := range []state.Precision{state.Single, state.Double} {
		openBoth(t, find(t, "lattice"), backend.Options{Precision: p, Seeds: []uint64{1}})
	}
	tnntest.Resume(t, cpuref.New, openNetwork, cpuref.New)
}

// Rung 5: all devices that are there give the bits of the reference.
func TestEveryDevice(t *testing.T) {
	devicetest.Open(t)
	infos, err := device.List()
	must(t, err)
	net := find(t, "groups, external nodes in all modes")
	for i, info := range infos {
		t.Logf("device %d: %s", i, info)
		options := backend.Options{Seeds: []uint64{9}}
		reference, err := cpuref.New(net, options)
		must(t, err)
		d, err := device.Open(strconv.Itoa(i))
		device, err := openOn(d, err, net, options)
		must(t, err)
		if device.Describe().Device != info.Name {
			t.Errorf("device %d is %s, not %s", i, device.Describe().Device, info.Name)
		}
		if device.Describe().Strict {
			backendtest.Agree(t, net, reference, device, 60)
		}
		must(t, device.Close())
	}
}

// Rung 5: nor does it matter which device is how many and comes first. PoCL shows
// those that it is asked for.
func TestOtherDevices(t *testing.T) {
	devicetest.Open(t)
	infos, err := device.List()
	must(t, err)
	if !slices.ContainsFunc(infos, func(i device.Info) bool { return strings.Contains(i.Platform, "Portable Computing Language") }) {
		devicetest.Missing(t, "only PoCL can be asked for several devices")
	}
	for _, kinds := range []string{"basic pthread", "basic"} {
		child := exec.Command(os.Args[0], "-test.run=^TestEveryDevice$", "-test.v")
		child.Env = append(os.Environ(), "POCL_DEVICES="+kinds, "TNN_TEST_DEVICE=0")
		out, err := child.CombinedOutput()
		if err != nil {
			t.Errorf("POCL_DEVICES=%q: %v\n%s", kinds, err, out)
		}
		for _, kind := range strings.Fields(kinds) {
			if !strings.Contains(string(out), ": "+kind+"-") {
				t.Errorf("POCL_DEVICES=%q shows no device %s:\n%s", kinds, kind, out)
			}
		}
	}
}

// TestFed: inputs reach external nodes on a device, too.
func TestFed(t *testing.T) { tnntest.Fed(t, openNetwork) }

func TestNumbers(t *testing.T) { tnntest.Numbers(t, openNetwork) }
