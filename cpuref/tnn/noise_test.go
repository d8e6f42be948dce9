package tnn

import (
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

func TestFed(t *testing.T) { tnntest.Fed(t, openOn) }

func openOn(net model.Network, o backend.Options) (backend.Backend, error) {
	return New(net.(*tnn.Network), o)
}

// TestCorrelatedNoise: external nodes have the standard deviation and the correlation
// time that are asked for, from the first step on, and each its own noise.
func TestCorrelatedNoise(t *testing.T) {
	const steps, deviation, correlation = 4000, 0.2, 5.0
	s := tnn.Defaults()
	s.Graph.Sides, s.Graph.Bipartite = []int{40, 40}, true
	s.Groups[0].Connections = 4
	s.Edge.Kind = tnn.Fixed
	s.Eras = []tnn.EraSpec{{Steps: steps, Mode: tnn.Driven}}
	s.Externals = []tnn.ExternalSpec{{Count: 24, Connections: 4, Polarity: 1, Sublattice: tnn.Even, Weight: 1, Wave: tnn.WaveNoise, Amplitude: deviation, Correlation: correlation}}
	net, err := tnn.Build(s, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(net, backend.Options{Precision: state.Double, Seeds: []uint64{9}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	series := make([][]float64, len(net.Externals))
	for range steps {
		if _, err := b.Advance(1); err != nil {
			t.Fatal(err)
		}
		a, err := b.Field("state", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range net.Layout.External {
			series[i] = append(series[i], a.At(int(at)))
		}
	}
	var variance, first, cross float64
	lags := map[int]float64{1: 0, 5: 0, 15: 0}
	for i, x := range series {
		first += x[0] * x[0] / float64(len(series))
		for k := range x {
			variance += x[k] * x[k] / float64(steps*len(series))
			cross += x[k] * series[(i+1)%len(series)][k] / float64(steps*len(series))
			for lag := range lags {
				if k >= lag {
					lags[lag] += x[k] * x[k-lag] / float64((steps-lag)*len(series))
				}
			}
		}
	}
	// The effective number of values is steps x nodes / (2 T): errors of 1.5 %.
	if want := deviation * deviation; math.Abs(variance/want-1) > 0.06 || math.Abs(cross/want) > 0.06 {
		t.Errorf("the variance is %v, want %v, and between nodes %v", variance, want, cross)
	}
	if ratio := first / (deviation * deviation); ratio < 0.3 || ratio > 2.2 {
		t.Errorf("the variance of the first step is %v of the stationary one", ratio)
	}
	for lag, got := range lags {
		if want := math.Exp(-float64(lag) / correlation); math.Abs(got/variance-want) > 0.06 {
			t.Errorf("the correlation at lag %d is %v, want %v", lag, got/variance, want)
		}
	}
}

func TestNumbers(t *testing.T) { tnntest.Numbers(t, openOn) }

func TestScheduled(t *testing.T) { tnntest.Scheduled(t, openOn) }
