package codes_test

import (
	"math"
	"strings"
	"testing"

	"tnn-gpu/host/codes"
)

// Each value that cannot be used is one sentence about its key.
func TestValidate(t *testing.T) {
	for _, test := range []struct {
		key, says string
		change    func(t *codes.Table)
	}{
		{"channel", "awgn, laplace, bsc or bursts", func(t *codes.Table) { t.Channel = "fibre" }},
		{"transmitter", "policy or exact", func(t *codes.Table) { t.Transmitter = "hand" }},
		{"receiver", "counts or posterior", func(t *codes.Table) { t.Receiver = "ear" }},
		{"k", "from 1 to 8", func(t *codes.Table) { t.K = 0 }},
		{"n", "from 1 to 16", func(t *codes.Table) { t.N = 17 }},
		{"n", "10 uses at most", func(t *codes.Table) { t.N = 11 }},
		{"hidden", "from 1 to 1024", func(t *codes.Table) { t.Hidden = 0 }},
		{"copies", "use 2 or more", func(t *codes.Table) { t.Copies = 1 }},
		{"copies", "from 1 to 4096", func(t *codes.Table) { t.Copies = 4097 }},
		{"updates", "from 1 to", func(t *codes.Table) { t.Updates = 0 }},
		{"schedule", "from 0 to", func(t *codes.Table) { t.Schedule = -1 }},
		{"blocks", "from 1 to", func(t *codes.Table) { t.Blocks = 0 }},
		{"eta", "from 0 to 1", func(t *codes.Table) { t.Eta = math.NaN() }},
		{"eta", "above 0", func(t *codes.Table) { t.Eta = 0 }},
		{"rate", "from 1e-09 to 10", func(t *codes.Table) { t.Rate = 0 }},
		{"transmitter_rate", "use 0, or", func(t *codes.Table) { t.TransmitterRate = 1e-12 }},
		{"anneal", "from 0 to 1000", func(t *codes.Table) { t.Anneal = -1 }},
		{"exploration", "from 0.001 to 0.999", func(t *codes.Table) { t.Exploration = 1 }},
		{"train_at", "from 0 to 0.5", func(t *codes.Table) { t.TrainAt = 0.6 }},
		{"train_at", "hardly ever", func(t *codes.Table) { t.TrainAt = 1e-4 }},
		{"burst", "from 0 to 1", func(t *codes.Table) { t.Burst = 2 }},
		{"burst_length", "from 1 to 16", func(t *codes.Table) { t.BurstLength = 0 }},
		{"evaluate", "from 0 to 0.5", func(t *codes.Table) { t.Evaluate = []float64{0.1, 3} }},
		{"evaluate", "0.1 stands twice", func(t *codes.Table) { t.Evaluate = []float64{0.1, 0.2, 0.1} }},
		{"transmitter", "use relaxed, straight, dithered, policy or exact", func(t *codes.Table) { t.Transmitter = codes.Free }},
		{"transmitter", "use backprop or free", func(t *codes.Table) { t.Channel, t.TrainAt, t.Evaluate = codes.AWGN, 3, nil }},
		{"transmitter", "those of bsc", func(t *codes.Table) {
			t.Channel, t.Transmitter, t.Receiver = codes.Bursts, codes.Exact, codes.Posterior
		}},
		{"receiver", "posterior, and no other", func(t *codes.Table) { t.Transmitter = codes.Exact }},
		{"receiver", "posterior, and no other", func(t *codes.Table) { t.Receiver = codes.Posterior }},
		{"receiver", "no gradient goes through counts", func(t *codes.Table) { t.Transmitter = codes.Dithered }},
		{"anneal", "only signs have a dither", func(t *codes.Table) {
			t.Channel, t.Transmitter, t.Receiver, t.TrainAt, t.Evaluate = codes.Laplace, codes.Free, codes.Network, 3, nil
		}},
	} {
		s := codes.Defaults()
		test.change(&s.Codes)
		err := s.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "codes."+test.key+" is ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.key, err)
		}
	}
	for _, p := range codes.Presets() {
		if err := p.Spec.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// A run of other length has the same temperatures and rates at the same updates.
func TestLengthLeavesSchedule(t *testing.T) {
	s := codes.Defaults()
	want := codes.PaceAt[float64](&s.Codes, 500)
	s.SetSteps(1000)
	if s.Steps() != 1000 || codes.PaceAt[float64](&s.Codes, 500) != want {
		t.Errorf("at update 500 the pace is %v, not %v", codes.PaceAt[float64](&s.Codes, 500), want)
	}
	s.SetSteps(200000)
	if p := codes.PaceAt[float64](&s.Codes, 500); p != want {
		t.Errorf("at update 500 of a longer run the pace is %v, not %v", p, want)
	}
	if p := codes.PaceAt[float64](&s.Codes, 80000); p.Temperature != 0 {
		t.Errorf("at four fifths the temperature is %v", p.Temperature)
	}
}

// Where they take turns, each counts its own updates.
func TestTurns(t *testing.T) {
	s := codes.Presets()[3].Spec
	for update, want := range map[int64][2]int64{1: {0, 1}, 10: {0, 10}, 11: {1, 0}, 20: {10, 0}, 21: {0, 11}, 35: {15, 0}} {
		p := codes.PaceAt[float64](&s.Codes, update)
		for i, stride := range []codes.Stride[float64]{p.Transmitter, p.Receiver} {
			mean := 1 - math.Pow(codes.KeepMean, float64(want[i]))
			if (stride.Rate > 0) != (want[i] > 0) || want[i] > 0 && math.Abs(stride.Mean-mean) > 1e-15 {
				t.Errorf("update %d: %d has %v, which is not its update %d", update, i, stride, want[i])
			}
		}
	}
}
