package sorngolden

import (
	"fmt"
	"math"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/stats"
)

// The formats of worked statistics, which are computed in double precision.
const (
	StatisticsFormat = "sorn statistics 1"
	AnalysisFormat   = "sorn analysis 1"
)

// fitTolerance is that of fits, which end where the likelihood is flat.
const fitTolerance = 1e-9

// worked compares computed values with those of a file.
type worked struct {
	on     *golden.On
	values int
	times  float64 // largest deviation over its tolerance
	worst  string
}

// is compares a number, relative to its magnitude above 1.
func (w *worked) is(want, have, tolerance float64, what string, args ...any) {
	w.values++
	tolerance = w.on.Within(tolerance)
	deviation := math.Abs(have-want) / max(1, math.Abs(want))
	times := math.Inf(1)
	switch {
	case deviation == 0:
		times = 0
	case deviation <= tolerance:
		times = deviation / tolerance
	}
	if times > w.times || w.worst == "" {
		w.times = times
		w.worst = fmt.Sprintf("%.3g (%s: recorded %v, computed %v)", deviation, fmt.Sprintf(what, args...), want, have)
	}
}

// verifyWorked verifies a file into which v is decoded.
func verifyWorked[T any](check func(w *worked, v *T) error) func(text []byte, on *golden.On) (golden.Result, error) {
	return func(text []byte, on *golden.On) (golden.Result, error) {
		var v T
		if err := golden.Decode(text, &v); err != nil {
			return golden.Result{}, fmt.Errorf("it is not as its format says: %w", err)
		}
		w := &worked{on: on}
		if err := check(w, &v); err != nil {
			return golden.Result{}, err
		}
		return golden.Result{Detail: w.worst, Compared: w.values, Failed: !(w.times <= 1), Tolerance: on.Within(sumTolerance)}, nil
	}
}

// Analysis are avalanches and what else is worked out of a series of counts.
type Analysis struct {
	Counts     []float64
	Avalanches struct {
		Theta          float64
		N              int
		Durations      []int           `json:"first20_duration"`
		Sizes          []float64       `json:"first20_size"`
		TotalSize      float64         `json:"total_size"`
		DurationFit    Fit             `json:"duration_fit"`
		SizeFit        Fit             `json:"size_fit"`
		SizeOfDuration map[int]float64 `json:"mean_size_of_duration"`
	}
	Autocorrelation map[int]float64
	Smoothness      struct {
		SD     float64 `json:"sd_diff"`
		ByMean float64 `json:"sd_diff_over_mean"`
	}
	Entropy struct {
		Counts []float64
		Value  float64
	} `json:"entropy_with_silent_unit"`
}

// Fit is one of a power law, with an exponential beside it.
type Fit struct {
	Xmin, Xmax, N            int
	Alpha                    float64
	AlphaSE                  float64 `json:"alpha_se"`
	KS                       float64
	LogLikelihood            float64 `json:"log_likelihood"`
	ExponentialLambda        float64 `json:"exponential_lambda"`
	ExponentialLogLikelihood float64 `json:"exponential_log_likelihood"`
}

func checkAnalysis(w *worked, a *Analysis) error {
	avalanches := stats.Avalanches(a.Counts, a.Avalanches.Theta)
	w.is(a.Avalanches.Theta, stats.Threshold(a.Counts), 0, "threshold")
	w.is(float64(a.Avalanches.N), float64(len(avalanches)), 0, "number of avalanches")
	total := 0.0
	for i, v := range avalanches {
		total += v.Size
		if i < min(len(a.Avalanches.Durations), len(a.Avalanches.Sizes)) {
			w.is(float64(a.Avalanches.Durations[i]), float64(v.Duration), 0, "duration of avalanche %d", i)
			w.is(a.Avalanches.Sizes[i], v.Size, sumTolerance, "size of avalanche %d", i)
		}
	}
	w.is(a.Avalanches.TotalSize, total, sumTolerance, "size of all avalanches")
	means := stats.SizeOfDuration(avalanches)
	for d, want := range a.Avalanches.SizeOfDuration {
		w.is(want, means[d].Mean, sumTolerance, "mean size of avalanches of %d steps", d)
	}
	if err := w.fit(&a.Avalanches.DurationFit, stats.Durations(avalanches), "durations"); err != nil {
		return err
	}
	if err := w.fit(&a.Avalanches.SizeFit, stats.Sizes(avalanches), "sizes"); err != nil {
		return err
	}
	most := 0
	for k := range a.Autocorrelation {
		most = max(most, k)
	}
	if most >= len(a.Counts) {
		return fmt.Errorf("an autocorrelation has lag %d of %d counts", most, len(a.Counts))
	}
	curve := stats.Autocorrelation(a.Counts, most)
	for k, want := range a.Autocorrelation {
		w.is(want, curve[k], sumTolerance, "autocorrelation at lag %d", k)
	}
	smooth := stats.Smooth(a.Counts)
	w.is(a.Smoothness.SD, smooth.Dependent, sumTolerance, "smoothness")
	w.is(a.Smoothness.ByMean, smooth.Relative, sumTolerance, "smoothness over the mean")
	w.is(a.Entropy.Value, stats.Entropy(a.Entropy.Counts), sumTolerance, "entropy with a silent unit")
	return nil
}

// fit compares those of one quantity of avalanches.
func (w *worked) fit(want *Fit, values []float64, what string) error {
	power, err := stats.FitPowerLaw(values, want.Xmin, want.Xmax)
	if err != nil {
		return err
	}
	exponential, err := stats.FitExponential(values, want.Xmin, want.Xmax)
	if err != nil {
		return err
	}
	w.is(float64(want.N), float64(power.N), 0, "%s that are fitted", what)
	w.is(want.Alpha, power.Parameter[0], fitTolerance, "exponent of %s", what)
	w.is(want.AlphaSE, power.Error[0], fitTolerance, "error of the exponent of %s", what)
	w.is(want.KS, power.KS, fitTolerance, "KS distance of %s", what)
	w.is(want.LogLikelihood, power.LogLikelihood, fitTolerance, "likelihood of a power law of %s", what)
	w.is(want.ExponentialLambda, exponential.Parameter[0], fitTolerance, "rate of %s", what)
	w.is(want.ExponentialLogLikelihood, exponential.LogLikelihood, fitTolerance, "likelihood of an exponential of %s", what)
	return nil
}

// Statistics are those of spikes.
type Statistics struct {
	Statistics struct {
		Trains      [][]float64 `json:"spike_train"` // by step and unit
		Network     []float64   `json:"firing_rate_network"`
		Dependent   float64     `json:"scale_dependent_smoothness"`
		Independent float64     `json:"scale_independent_smoothness"`
		Matrix      [][]float64 `json:"correlation_matrix"`
		OffDiagonal float64     `json:"avg_corr_coeff_offdiagonal_mean"`
		Intervals   []float64   `json:"isi_neuron4"`
		Hamming     []int       `json:"hamming_distance_X_vs_rolled"`
		Entropy     float64     `json:"spike_source_entropy_N8"`
	}
}

func checkStatistics(w *worked, s *Statistics) error {
	g := &s.Statistics
	const shown = 4 // the unit whose intervals there are
	if len(g.Trains) == 0 || len(g.Trains[0]) <= shown || len(g.Matrix) != len(g.Trains[0]) {
		return fmt.Errorf("it has no spikes of %d units", shown+1)
	}
	units, counts := make([][]float64, len(g.Trains[0])), make([]float64, len(g.Trains[0]))
	for t, row := range g.Trains {
		if len(row) != len(units) {
			return fmt.Errorf("step %d has %d units, not %d", t, len(row), len(units))
		}
		sum := 0.0
		for u, spike := range row {
			units[u] = append(units[u], spike)
			counts[u] += spike
			sum += spike
		}
		if t < len(g.Network) {
			w.is(g.Network[t], sum, 0, "spikes of step %d", t)
		}
		if t < len(g.Hamming) {
			w.is(float64(g.Hamming[t]), float64(stats.Hamming(row, g.Trains[(t+len(g.Trains)-1)%len(g.Trains)])), 0, "Hamming distance of step %d", t)
		}
	}
	smooth := stats.Smooth(g.Network)
	w.is(g.Dependent, smooth.Dependent, sumTolerance, "smoothness")
	w.is(g.Independent, smooth.Independent, sumTolerance, "smoothness by the slope")
	matrix, mean, _ := stats.Correlations(units)
	for i, row := range g.Matrix {
		for j, want := range row {
			if j < len(units) {
				w.is(want, matrix[i][j], sumTolerance, "correlation of units %d and %d", i, j)
			}
		}
	}
	w.is(g.OffDiagonal, mean, sumTolerance, "mean correlation")
	intervals := stats.Intervals(units[shown])
	w.is(float64(len(g.Intervals)), float64(len(intervals)), 0, "intervals of unit %d", shown)
	for i, want := range g.Intervals {
		if i < len(intervals) {
			w.is(want, intervals[i], 0, "interval %d of unit %d", i, shown)
		}
	}
	w.is(g.Entropy, stats.Entropy(counts), sumTolerance, "entropy")
	return nil
}
