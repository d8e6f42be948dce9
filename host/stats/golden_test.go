package stats

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// recorded reads a file of values that an independent program worked out.
func recorded(t *testing.T, name string, to any) {
	t.Helper()
	f, err := os.Open("../../testdata/sorn/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(to); err != nil {
		t.Fatal(err)
	}
}

// is compares with a relative tolerance.
func is(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

type fitted struct {
	Xmin, Xmax, N            int
	Alpha                    float64
	AlphaSE                  float64 `json:"alpha_se"`
	KS                       float64
	LogLikelihood            float64 `json:"log_likelihood"`
	ExponentialLambda        float64 `json:"exponential_lambda"`
	ExponentialLogLikelihood float64 `json:"exponential_log_likelihood"`
}

type windowed struct {
	Window, Windows, Dropped int
	Mean, Variance, Fano     float64
}

type analysis struct {
	Counts     []float64
	Avalanches struct {
		Theta          float64
		N              int
		First20        []int           `json:"first20_duration"`
		First20Size    []float64       `json:"first20_size"`
		TotalDuration  int             `json:"total_duration"`
		TotalSize      float64         `json:"total_size"`
		DurationFit    fitted          `json:"duration_fit"`
		SizeFit        fitted          `json:"size_fit"`
		SizeOfDuration map[int]float64 `json:"mean_size_of_duration"`
	}
	Autocorrelation map[int]float64
	Smoothness      struct {
		SD     float64 `json:"sd_diff"`
		ByMean float64 `json:"sd_diff_over_mean"`
	}
	Fano    []windowed `json:"fano_neuron4_true_window"`
	Entropy struct {
		Counts []float64
		Value  float64
	} `json:"entropy_with_silent_unit"`
	Ridge struct {
		Labels    []int
		Mu        float64
		Weights   [][]float64 `json:"weights_bias_not_penalised"`
		Predicted []int
		Accuracy  float64
	}
}

type statistics struct {
	Statistics struct {
		Trains      [][]float64 `json:"spike_train"`
		Network     []float64   `json:"firing_rate_network"`
		Dependent   float64     `json:"scale_dependent_smoothness"`
		Independent float64     `json:"scale_independent_smoothness"`
		Matrix      [][]float64 `json:"correlation_matrix"`
		OffDiagonal float64     `json:"avg_corr_coeff_offdiagonal_mean"`
		Intervals   []float64   `json:"isi_neuron4"`
		Hamming     []int       `json:"hamming_distance_X_vs_rolled"`
		Entropy     float64     `json:"spike_source_entropy_N8"`
		Plot        struct {
			LogNormal struct {
				Mu                 float64 `json:"mu_log"`
				Sigma              float64 `json:"sigma_log"`
				Median, Mode, Mean float64
			} `json:"lognormal_fit_ge_0_01"`
		} `json:"plot_data"`
	}
}

// unit is the train of a unit.
func (s *statistics) unit(n int) []float64 {
	out := make([]float64, len(s.Statistics.Trains))
	for t, row := range s.Statistics.Trains {
		out[t] = row[n]
	}
	return out
}

// TestRecordedAnalysis holds avalanches, fits, Fano factors and the read-out to values
// of an independent program.
func TestRecordedAnalysis(t *testing.T) {
	var a analysis
	var s statistics
	recorded(t, "analysis.json.gz", &a)
	recorded(t, "statistics.json.gz", &s)

	avalanches := Avalanches(a.Counts, a.Avalanches.Theta)
	duration, size := 0, 0.0
	for i, v := range avalanches {
		duration += v.Duration
		size += v.Size
		if i < 20 && (v.Duration != a.Avalanches.First20[i] || v.Size != a.Avalanches.First20Size[i]) {
			t.Errorf("avalanche %d is %+v", i, v)
		}
	}
	is(t, "threshold", Threshold(a.Counts), a.Avalanches.Theta)
	is(t, "number of avalanches", float64(len(avalanches)), float64(a.Avalanches.N))
	is(t, "duration of all", float64(duration), float64(a.Avalanches.TotalDuration))
	is(t, "size of all", size, a.Avalanches.TotalSize)
	ofDuration := SizeOfDuration(avalanches)
	for d, want := range a.Avalanches.SizeOfDuration {
		is(t, "mean size of a duration", ofDuration[d].Mean, want)
	}
	for _, f := range []struct {
		values []float64
		want   fitted
	}{{Durations(avalanches), a.Avalanches.DurationFit}, {Sizes(avalanches), a.Avalanches.SizeFit}} {
		power, err := FitPowerLaw(f.values, f.want.Xmin, f.want.Xmax)
		if err != nil {
			t.Fatal(err)
		}
		exponential, err := FitExponential(f.values, f.want.Xmin, f.want.Xmax)
		if err != nil {
			t.Fatal(err)
		}
		is(t, "values within", float64(power.N), float64(f.want.N))
		is(t, "exponent", power.Parameter[0], f.want.Alpha)
		is(t, "its error", power.Error[0], f.want.AlphaSE)
		is(t, "distance", power.KS, f.want.KS)
		is(t, "log-likelihood", power.LogLikelihood, f.want.LogLikelihood)
		is(t, "rate", exponential.Parameter[0], f.want.ExponentialLambda)
		is(t, "log-likelihood of the exponential", exponential.LogLikelihood, f.want.ExponentialLogLikelihood)
		both, err := FitCutOff(f.values, f.want.Xmin, f.want.Xmax)
		if err != nil || both.LogLikelihood < max(power.LogLikelihood, exponential.LogLikelihood) {
			t.Errorf("a power law with a cut-off has log-likelihood %g (%v), below those of its special cases", both.LogLikelihood, err)
		}
	}

	curve := Autocorrelation(a.Counts, 50)
	for k, want := range a.Autocorrelation {
		is(t, "autocorrelation", curve[k], want)
	}
	is(t, "smoothness", Smooth(a.Counts).Dependent, a.Smoothness.SD)
	is(t, "smoothness by the mean", Smooth(a.Counts).Relative, a.Smoothness.ByMean)
	is(t, "entropy", Entropy(a.Entropy.Counts), a.Entropy.Value)
	for _, w := range a.Fano {
		if got := Fano(s.unit(4), w.Window); got.Windows != w.Windows || got.Dropped != w.Dropped {
			t.Errorf("windows of %d: %+v", w.Window, got)
		} else {
			is(t, "mean count", got.Mean, w.Mean)
			is(t, "variance", got.Variance, w.Variance)
			is(t, "Fano factor", got.Fano, w.Fano)
		}
	}
	readOut(t, &a, &s)
}

func readOut(t *testing.T, a *analysis, s *statistics) {
	t.Helper()
	r := NewRidge(8, 3)
	for i, row := range s.Statistics.Trains {
		target := make([]float64, 3)
		target[a.Ridge.Labels[i]] = 1
		r.Add(row, target)
	}
	w, err := r.Solve(a.Ridge.Mu)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range a.Ridge.Weights {
		for k, want := range row {
			is(t, "weight of the read-out", w.At(i, k), want)
		}
	}
	right := 0
	for i, row := range s.Statistics.Trains {
		got := Largest(Read(w, row))
		if got != a.Ridge.Predicted[i] {
			t.Errorf("step %d is predicted as %d, want %d", i, got, a.Ridge.Predicted[i])
		}
		if got == a.Ridge.Labels[i] {
			right++
		}
	}
	is(t, "accuracy", float64(right)/float64(len(s.Statistics.Trains)), a.Ridge.Accuracy)
}

// TestRecordedStatistics holds the statistics of spikes to what an independent program
// and the package that users have return.
func TestRecordedStatistics(t *testing.T) {
	var s statistics
	recorded(t, "statistics.json.gz", &s)
	g := &s.Statistics
	is(t, "smoothness", Smooth(g.Network).Dependent, g.Dependent)
	is(t, "smoothness by the slope", Smooth(g.Network).Independent, g.Independent)
	is(t, "autocorrelation of 1,1,5,6,3,7 at 2", Autocorrelation([]float64{1, 1, 5, 6, 3, 7}, 2)[2], -0.018553546269482777)
	units := make([][]float64, 8)
	counts := make([]float64, 8)
	for n := range units {
		units[n] = s.unit(n)
		for _, v := range units[n] {
			counts[n] += v
		}
	}
	matrix, mean, constant := Correlations(units)
	for i, row := range g.Matrix {
		for j, want := range row {
			is(t, "correlation", matrix[i][j], want)
		}
	}
	is(t, "mean correlation", mean, g.OffDiagonal)
	if constant != 0 {
		t.Errorf("%d units are constant", constant)
	}
	got := Intervals(units[4])
	if len(got) != len(g.Intervals) {
		t.Fatalf("%d intervals, want %d", len(got), len(g.Intervals))
	}
	for i, want := range g.Intervals {
		is(t, "interval", got[i], want)
	}
	for i, want := range g.Hamming {
		before := (i + len(g.Trains) - 1) % len(g.Trains)
		if d := Hamming(g.Trains[i], g.Trains[before]); d != want {
			t.Errorf("step %d differs from the one before in %d units, want %d", i, d, want)
		}
	}
	is(t, "entropy", Entropy(counts), g.Entropy)
}
