//go:build opencl && cgo

package perceptron

import (
	"testing"

	cpu "tnn-gpu/cpuref/perceptron"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrontest"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// What clang makes of the kernels for NVIDIA's GPUs, in their work-groups, computes the
// bits of the reference.
func TestPTX(t *testing.T) {
	cases := perceptrontest.Cases()
	for _, test := range []struct {
		of        perceptrontest.Case
		precision state.Precision
		steps     int // records are at steps 10, 20, ...
	}{{cases[1], state.Double, 10}, {cases[3], state.Single, 2}, {cases[5], state.Single, 2}} {
		t.Run(test.of.Name+"/"+test.precision.String(), func(t *testing.T) {
			d := devicetest.Open(t)
			devicetest.Vector(d, 1)
			net, keys := halved(test.of)
			p := devicetest.ByPTX(t, d)
			o := backend.Options{Precision: test.precision, Seeds: keys, WorkGroup: perceptron.Lanes}
			b, err := New(d, net, o)
			backendtest.OrSkip(t, err)
			reference, err := cpu.New(net, o)
			wantSums, want := advance(t, reference, err, test.steps)
			sums, got := advance(t, b, nil, test.steps)
			if d := difference(wantSums, sums, want, got); d != "" {
				t.Error(d)
			}
			for _, kernel := range []string{"perceptron_meet", "perceptron_learn", "perceptron_add_heat", "perceptron_record"} {
				if test.steps == 10 && len(p.Launches[kernel]) == 0 {
					t.Errorf("%s was not launched", kernel)
				}
			}
		})
	}
}

// halved has every rule once, of each of the two realisations.
func halved(c perceptrontest.Case) (*perceptron.Network, []uint64) {
	net := &perceptron.Network{Spec: c.Network.Spec}
	var keys []uint64
	for i := 0; i < len(c.Keys); i += 2 {
		net.Variants, keys = append(net.Variants, c.Network.Variants[i]), append(keys, c.Keys[i])
	}
	return net, keys
}

// TestPTXOfGivenDraws does so where draws are given.
func TestPTXOfGivenDraws(t *testing.T) {
	d := devicetest.Open(t)
	devicetest.Vector(d, 1)
	net, keys := halved(perceptrontest.Cases()[1])
	p := devicetest.ByPTX(t, d)
	o := backend.Options{Seeds: keys, WorkGroup: perceptron.Lanes}
	b, err := New(d, net, o)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := cpu.New(net, o)
	if err != nil {
		t.Fatal(err)
	}
	n, examples := net.Spec.Perceptron.N, net.Spec.Perceptron.B
	signs, eta := make([]float64, n*examples), make([]float64, n)
	for i := range signs {
		signs[i] = float64(1 - i*i%3%2*2)
	}
	for i := range eta {
		eta[i] = float64(i%5) - 2
	}
	for _, x := range []backend.Backend{reference, b} {
		if err := x.(backend.Given).Give(map[rng.Purpose][]float64{rng.Example: signs, rng.Thermal: eta}); err != nil {
			t.Fatal(err)
		}
	}
	wantSums, want := advance(t, reference, nil, 1)
	sums, got := advance(t, b, nil, 1)
	if d := difference(wantSums, sums, want, got); d != "" {
		t.Error(d)
	}
	if len(p.Launches["perceptron_meet"]) == 0 {
		t.Error("nothing was launched")
	}
}
