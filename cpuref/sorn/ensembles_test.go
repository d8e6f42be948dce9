package sorn

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// measured are the package's own statistics over seeds.
type measured struct {
	Core       []string `json:"core_metrics"`
	Conditions []struct {
		ID         string
		Parameters struct {
			NE       int `json:"ne"`
			NU       int `json:"nu"`
			LambdaEE int `json:"lambda_ee"`
			LambdaEI int `json:"lambda_ei"`
			T        int
		}
		Metrics map[string]struct{ Mean, SE float64 }
	}
}

// window is what is kept of the steps from one on, up to another, counted from 0.
type window struct {
	from, to int
	trains   bool // spikes of single units, too
}

// ensemble gathers the metrics of one seed.
type ensemble struct {
	net    *sorn.Network
	sums   [][]float64 // by step
	trains map[string][][]float64
	values map[string]float64
}

var windows = []window{{0, 500, false}, {500, 1000, false}, {1000, 2000, false}, {2000, 5000, true}, {15000, 20000, true}}

func (w window) name() string { return fmt.Sprintf("w%d_%d_", w.from, w.to) }

// run makes the steps of a seed.
func (e *ensemble) run(t *testing.T, b backend.Backend, steps int) {
	e.trains, e.values = map[string][][]float64{}, map[string]float64{}
	n := e.net.Spec.Sorn.NE
	for step := range steps {
		sums, err := b.Advance(1)
		if err != nil {
			t.Fatal(err)
		}
		e.sums = append(e.sums, sums)
		for _, w := range windows {
			if !w.trains || step < w.from || step >= w.to {
				continue
			}
			x, err := b.Field(sorn.XField, nil)
			if err != nil {
				t.Fatal(err)
			}
			name := w.name()
			if e.trains[name] == nil {
				e.trains[name] = make([][]float64, n)
			}
			trains := e.trains[name]
			for i := range n {
				trains[i] = append(trains[i], float64(x.Bits[i]))
			}
		}
		if step+1 == 20000 || step+1 == 5000 {
			e.state(backendtest.Moment(t, b), fmt.Sprintf("t%d_", step+1))
		}
	}
	e.counts(steps)
	for _, w := range windows {
		if w.to <= steps {
			e.window(w)
		}
	}
}

// counts are numbers of synapses, and the first spike.
func (e *ensemble) counts(steps int) {
	e.values["t0_Wee_n"] = e.sums[0][sorn.SumEE]
	for _, t := range []int{1000, 5000, 20000} {
		if t <= steps {
			s := e.sums[t-1]
			e.values[fmt.Sprintf("t%d_Wee_n", t)] = s[sorn.SumEE] + s[sorn.SumBorn] - s[sorn.SumPrunedEE]
			e.values[fmt.Sprintf("t%d_Wei_n", t)] = s[sorn.SumEI] - s[sorn.SumPrunedEI]
		}
	}
	for step, s := range e.sums {
		if s[sorn.SumActiveE] > 0 {
			e.values["first_spike_step"] = float64(step)
			return
		}
	}
}

// state are moments of weights and thresholds.
func (e *ensemble) state(s *state.State, prefix string) {
	var weights, logs, thresholds []float64
	for i := range s.Array(sorn.WeightEE).Len() {
		if w := s.Array(sorn.WeightEE).At(i); w > 0 {
			weights = append(weights, w)
			if w >= 0.01 {
				logs = append(logs, math.Log(w))
			}
		}
	}
	for i := range e.net.Spec.Sorn.NE {
		thresholds = append(thresholds, s.Array(sorn.TeField).At(i))
	}
	moment := func(v []float64, mean float64, power float64) (sum float64) {
		for _, x := range v {
			sum += math.Pow(x-mean, power)
		}
		return sum / float64(len(v))
	}
	for name, v := range map[string][]float64{"Wee": weights, "Te": thresholds} {
		mean := stats.Mean(v).Mean
		sd := math.Sqrt(moment(v, mean, 2))
		e.values[prefix+name+"_mean"], e.values[prefix+name+"_sd"] = mean, sd
		e.values[prefix+name+"_skew"] = moment(v, mean, 3) / (sd * sd * sd)
		e.values[prefix+name+"_min"] = v[0]
		for _, x := range v {
			e.values[prefix+name+"_min"] = min(x, e.values[prefix+name+"_min"])
		}
	}
	mean := stats.Mean(logs).Mean
	e.values[prefix+"Wee_log_mean_ge_0.01"], e.values[prefix+"Wee_log_sd_ge_0.01"] = mean, math.Sqrt(moment(logs, mean, 2))
}

// window are rates and correlations of some steps.
func (e *ensemble) window(w window) {
	var active, inhibitory []float64
	for _, s := range e.sums[w.from:w.to] {
		active, inhibitory = append(active, s[sorn.SumActiveE]), append(inhibitory, s[sorn.SumActiveI])
	}
	of := func(name string, value float64) { e.values[w.name()+name] = value }
	mean := stats.Mean(active)
	of("exc_rate", mean.Mean/float64(e.net.Spec.Sorn.NE))
	of("inh_rate", stats.Mean(inhibitory).Mean/float64(e.net.Spec.Sorn.M()))
	of("popcount_var", mean.Deviation()*mean.Deviation()*float64(mean.N-1)/float64(mean.N))
	of("popcount_autocorr_lag1", stats.Autocorrelation(active, 1)[1])
	if !w.trains {
		return
	}
	var intervals, fano10, fano100 []float64
	for _, train := range e.trains[w.name()] {
		intervals = append(intervals, stats.Intervals(train)...)
		if stats.Mean(train).Mean > 0 {
			fano10, fano100 = append(fano10, stats.Fano(train, 10).Fano), append(fano100, stats.Fano(train, 100).Fano)
		}
	}
	of("neuron_fano_win10", stats.Mean(fano10).Mean)
	of("neuron_fano_win100", stats.Mean(fano100).Mean)
	of("isi_cv", stats.Variation(intervals))
	_, pairs, _ := stats.Correlations(e.trains[w.name()])
	of("pair_corr_mean", pairs)
}

// condition is the specification of a condition of the file; false for what it lacks.
func condition(id string) (*sorn.Spec, bool) {
	s := sorn.Defaults()
	switch id {
	case "v0.3_zero-input_noise-on":
	case "v0.3_zero-input_noise-off":
		s.Sorn.Noise = false
	case "v0.3_uniform-input_noise-on":
		s.Input.Kind = sorn.Uniform
	case "v0.7_zero-input_noise-on":
		s.Sorn.Clamp = true
	default:
		return nil, false
	}
	return s, true
}

// TestEnsembles compares ten own seeds with the package's: each core metric is within
// 3.5 standard errors of the difference. Up to 5000 steps here, 20,000 in make soak.
func TestEnsembles(t *testing.T) {
	steps, seeds := 5000, 10
	if backendtest.Soak() {
		steps, seeds = 20000, 16
	}
	_, text, err := golden.Open("../../testdata/sorn/ensembles.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	var all measured
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, c := range all.Conditions {
		spec, known := condition(c.ID)
		if !known || !backendtest.Soak() && compared > 0 && c.ID != "v0.3_uniform-input_noise-on" {
			continue
		}
		spec.Eras[0].Steps = steps
		net := sorntest.Build(spec)
		values := map[string][]float64{}
		for seed := range seeds {
			b := backendtest.Opened(t, open, net, backend.Options{Precision: state.Single, Seeds: []uint64{uint64(1000 + seed)}, Threads: 1})
			e := &ensemble{net: net}
			e.run(t, b, steps)
			for name, v := range e.values {
				values[name] = append(values[name], v)
			}
		}
		largest := 0.0
		for _, name := range all.Core {
			want, found := c.Metrics[name]
			if !found || len(values[name]) != seeds {
				continue
			}
			compared++
			own := stats.Mean(values[name])
			if own.Mean == want.Mean {
				continue
			}
			z := math.Abs(own.Mean-want.Mean) / math.Hypot(own.Error, want.SE)
			largest = max(largest, z)
			if !(z <= 3.5) {
				t.Errorf("%s: %s is %g(%g), and the package's %g(%g): z = %.2f", c.ID, name, own.Mean, own.Error, want.Mean, want.SE, z)
			}
		}
		t.Logf("%s: largest z %.2f", c.ID, largest)
	}
	if compared < 20 {
		t.Errorf("only %d metrics were compared", compared)
	}
}
