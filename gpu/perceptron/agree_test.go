//go:build opencl && cgo

package perceptron

import (
	"errors"
	"fmt"
	"math"
	"testing"

	cpu "tnn-gpu/cpuref/perceptron"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrongolden"
	"tnn-gpu/host/perceptron/perceptrontest"
	"tnn-gpu/host/state"
)

// open opens a network on the device that TNN_TEST_DEVICE names, or the best.
func open(net *perceptron.Network, o backend.Options) (backend.Backend, error) {
	d, err := devicetest.Device()
	if err != nil {
		return nil, err
	}
	b, err := New(d, net, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

// advance makes steps, in parts, and gives the sums of all and the state.
func advance(t *testing.T, b backend.Backend, err error, parts ...int) ([]float64, *state.State) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var sums []float64
	for _, n := range parts {
		more, err := b.Advance(n)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, more...)
	}
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return sums, s
}

// difference says where bits differ.
func difference(wantSums, sums []float64, want, got *state.State) string {
	for i := range wantSums {
		if math.Float64bits(wantSums[i]) != math.Float64bits(sums[i]) && !(math.IsNaN(wantSums[i]) && math.IsNaN(sums[i])) {
			return fmt.Sprintf("sum %d is %v, want %v", i, sums[i], wantSums[i])
		}
	}
	for i := range want.Arrays {
		a, b := &want.Arrays[i], &got.Arrays[i]
		for k := range a.Len() {
			if x, y := a.At(k), b.At(k); math.Float64bits(x) != math.Float64bits(y) && !(math.IsNaN(x) && math.IsNaN(y)) {
				return fmt.Sprintf("value %d of %s is %v, want %v", k, a.Name, y, x)
			}
		}
	}
	return ""
}

// A device gives the bits of the reference: every rule and size, both precisions where
// it has both.
func TestSameBits(t *testing.T) {
	double := devicetest.Open(t).Info().Double
	for _, c := range perceptrontest.Cases() {
		for _, precision := range []state.Precision{state.Single, state.Double} {
			if precision == state.Double && !double {
				continue
			}
			o := backend.Options{Precision: precision, Seeds: c.Keys, Threads: 1}
			b, err := cpu.New(c.Network, o)
			wantSums, want := advance(t, b, err, 40)
			b, err = open(c.Network, o)
			sums, got := advance(t, b, err, 17, 23)
			if d := difference(wantSums, sums, want, got); d != "" {
				t.Errorf("%s in %s precision: %s", c.Name, precision, d)
			}
		}
	}
}

// So do vectors of any width, whatever that of the device is.
func TestVectorWidths(t *testing.T) {
	double := devicetest.Open(t).Info().Double
	c := perceptrontest.Cases()[4]
	for _, test := range []struct {
		precision state.Precision
		width     int
	}{{state.Single, 1}, {state.Single, 2}, {state.Single, 16}, {state.Double, 1}, {state.Double, 8}} {
		if test.precision == state.Double && !double {
			continue
		}
		o := backend.Options{Precision: test.precision, Seeds: c.Keys, Threads: 1}
		b, err := cpu.New(c.Network, o)
		wantSums, want := advance(t, b, err, 10)
		d := devicetest.Open(t)
		devicetest.Vector(d, test.width)
		b, err = New(d, c.Network, o)
		sums, got := advance(t, b, err, 10)
		if d := difference(wantSums, sums, want, got); d != "" {
			t.Errorf("%s precision, vectors of %d: %s", test.precision, test.width, d)
		}
	}
}

// Work-groups of any size give the same bits. Compilers of processors take long over
// those of several work-items, so make soak has most of the sizes.
func TestWorkGroups(t *testing.T) {
	devicetest.Open(t)
	c := perceptrontest.Cases()[4]
	o := backend.Options{Seeds: c.Keys, Threads: 1}
	b, err := cpu.New(c.Network, o)
	wantSums, want := advance(t, b, err, 40)
	sizes := []int{64}
	if backendtest.Soak() {
		sizes = []int{1, 2, 7, 16, 64, 1000}
	}
	for _, size := range sizes {
		o.WorkGroup = size
		b, err := open(c.Network, o)
		sums, got := advance(t, b, err, 40)
		if d := difference(wantSums, sums, want, got); d != "" {
			t.Errorf("work-groups of %d: %s", size, d)
		}
	}
}

// A run goes on from its state, also on another backend.
func TestGoesOn(t *testing.T) {
	devicetest.Open(t)
	for _, c := range perceptrontest.Cases()[3:7] {
		o := backend.Options{Seeds: c.Keys, Threads: 1}
		b, err := cpu.New(c.Network, o)
		wantSums, want := advance(t, b, err, 40)
		b, err = cpu.New(c.Network, o)
		_, half := advance(t, b, err, 17)
		b, err = open(c.Network, o)
		if err == nil {
			err = b.SetState(half)
		}
		sums, got := advance(t, b, err, 23)
		if d := difference(wantSums[len(wantSums)-len(sums):], sums, want, got); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
	}
}

// A device replays the recorded vectors.
func TestGolden(t *testing.T) {
	devicetest.Open(t)
	for _, test := range []struct {
		file      string
		precision state.Precision
		within    float64
	}{
		{"trajectories.json.gz", state.Double, 1e-12},
		{"seeded.json.gz", state.Double, 1e-12},
		{"trajectories.json.gz", state.Single, 1e-5},
		{"seeded.json.gz", state.Single, 1e-6},
	} {
		t.Run(test.file+"/"+test.precision.String(), func(t *testing.T) {
			golden, err := perceptrongolden.Open("../../testdata/perceptron/" + test.file)
			if err != nil {
				t.Fatal(err)
			}
			w, err := golden.(perceptrongolden.Replayer).Replay(func(net *perceptron.Network, keys []uint64) (backend.Backend, error) {
				return open(net, backend.Options{Precision: test.precision, Seeds: keys})
			}, test.within)
			backendtest.OrSkip(t, err)
			if w.Times > 1 {
				t.Error(&w)
			}
		})
	}
}
