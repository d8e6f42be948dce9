//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
)

// TestProbe is rung 0 of the ladder: the host's functions and noise against the
// device's, bit by bit.
func TestProbe(t *testing.T) {
	d := openTest(t)
	for _, precision := range []state.Precision{state.Single, state.Double} {
		t.Run(precision.String(), func(t *testing.T) {
			if precision == state.Double && !d.Info().Double {
				t.Skip("the device has no double precision")
			}
			must(t, d.Probe(precision))
			if got := d.Info().Verdict(precision); got != Strict {
				t.Errorf("the verdict is %q", got)
			}
			v, err := d.probe(d.probeHeader(precision).Source(), precision, 1<<16)
			must(t, err)
			if v.arithmetic != Strict {
				t.Errorf("the verdict over more rows is %q", v.arithmetic)
			}
		})
	}
	if d.used != 0 {
		t.Errorf("the probes left %d bytes on the device", d.used)
	}
}

func TestProbeByIndex(t *testing.T) {
	d := openTest(t)
	info, err := Probe(d.Info())
	must(t, err)
	if info.SingleVerdict == "" || info.Double != (info.DoubleVerdict != "") || info.Name != d.Info().Name {
		t.Errorf("probing gives %+v", info)
	}
	if _, err := Probe(Info{Index: -1}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("a device that is not there gives %v", err)
	}
}

// TestProbeFindsDeviations builds kernels that compute as a device might that is
// less exact, or broken.
func TestProbeFindsDeviations(t *testing.T) {
	d := openTest(t)
	tests := []struct {
		name, old, new string
		verdict        string // or "" where the device must be refused
	}{
		{"fused multiply-add", "= x * y + z;", "= fma(x, y, z);", "tolerant: x*y+z"},
		{"inexact division", "= x / y;", "= x * (1 / y);", "tolerant: x/y"},
		{"another exponential", "= r_exp(x);", "= exp(x);", "tolerant: exp(x)"},
		{"another uniform", "= uniform_real(x.x);", "= uniform_real(x.x) + R(0x1p-24);", "tolerant: uniform"},
		{"a wrong function", "= r_log(x);", "= R(1.01) * r_log(x);", ""},
		{"wrong integers", "0xD2511F53u", "0xD2511F52u", ""},
		{"nothing at all", "if (i >= n)", "if (i >= 0)", ""},
		{"a loop without an answer", "*output = x;", "", ""},
		{"a loop that ends nowhere", "uint x = 0;", "uint x = 1;", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			whole := d.probeHeader(state.Single).Source()
			source := strings.ReplaceAll(whole, test.old, test.new)
			if source == whole {
				t.Fatalf("%q is not in kernels.cl", test.old)
			}
			v, err := d.probe(source, state.Single, probeRows)
			if v.arithmetic != test.verdict || errors.Is(err, ErrWrong) != (test.verdict == "") {
				t.Errorf("the verdict is %q, %v; want %q", v.arithmetic, err, test.verdict)
			}
		})
	}
}

func TestDoubleOnADeviceWithoutIt(t *testing.T) {
	d := openTest(t)
	d.info.Double = false
	if err := d.Probe(state.Double); !errors.Is(err, backend.ErrNoDouble) || !strings.Contains(err.Error(), d.info.Name) {
		t.Errorf("double precision where there is none gives %v", err)
	}
}

// TestProbeCountsTurns: a device whose loops end before they are done is known by it.
func TestProbeCountsTurns(t *testing.T) {
	d := openTest(t)
	must(t, d.Probe(state.Single))
	for _, end := range []int{1, 1000, manyTurns - 1, manyTurns} {
		source := strings.ReplaceAll(d.probeHeader(state.Single).Source(), "i < n; i++)\n        x = turned", fmt.Sprintf("i < min(n, %du); i++)\n        x = turned", end))
		v, err := d.probe(source, state.Single, probeRows)
		must(t, err)
		want := end
		if own := d.Info().Turns; end == manyTurns || own > 0 && own < end {
			want = own
		}
		if v.turns != want {
			t.Errorf("of a loop that ends after %d turns, the probe says that it has %d", end, v.turns)
		}
	}
}

// TestTurnsOfBothPrecisions: of two limits the lower one holds, and 0 is none.
func TestTurnsOfBothPrecisions(t *testing.T) {
	for _, c := range []struct{ single, double, want int }{{0, 0, 0}, {0, 500, 500}, {500, 0, 500}, {500, 1000, 500}, {1000, 500, 500}} {
		var i Info
		i.take(state.Single, verdict{"tolerant: x/y", c.single})
		i.take(state.Double, verdict{Strict, c.double})
		if i.Turns != c.want || i.SingleVerdict != "tolerant: x/y" || i.DoubleVerdict != Strict {
			t.Errorf("of %d turns in single precision and %d in double, these are known: %+v", c.single, c.double, i)
		}
	}
}
