package scan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// onCPU computes with the reference.
func onCPU(fit int) Computer {
	return Computer{
		Open: func(c *config.Config, n model.Network, keys []uint64) (backend.Backend, error) {
			p, err := state.ParsePrecision(c.Run.Precision)
			if err != nil {
				return nil, err
			}
			return cpuref.New(n, backend.Options{Precision: p, Seeds: keys, Threads: 1})
		},
		Fit: func(*config.Config) (int, error) { return fit, nil },
	}
}

func runAll(t *testing.T, s *Scan, c Computer) *experiment.Table {
	t.Helper()
	r, err := s.Runner(c)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := experiment.Create(files.OS{}, t.TempDir(), false, texts, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	w := experiment.Work{Folder: folder, Plan: &s.Plan, Runner: r, Share: experiment.All()}
	if report, err := w.Go(t.Context()); err != nil || report.Done != len(s.Plan.Points) {
		t.Fatalf("%+v, %v", report, err)
	}
	table, err := folder.Merge(&s.Plan, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// ordinary makes the run that a trial is a replica of, and averages its rows.
func ordinary(t *testing.T, s *Scan, point int, seed uint64, from int64) []stats.Estimate {
	t.Helper()
	c := s.configs[point]
	n, err := c.Spec.Build(seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := onCPU(1).Open(c, n, []uint64{seed})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	columns := make([][]float64, len(n.Describe().Columns))
	run, err := sim.New(n, b, sim.Plan{Steps: c.Spec.Steps(), Replicas: 1, Epoch: 1}, func(e sim.Event) error {
		if rows, ok := e.(*sim.Rows); ok {
			for i := range rows.Steps() {
				for k, v := range rows.Row(i, 0) {
					if rows.First+int64(i) >= from {
						columns[k] = append(columns[k], v)
					}
				}
			}
		}
		return nil
	})
	if err == nil {
		_, err = run.Go(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []stats.Estimate
	for _, v := range columns {
		out = append(out, stats.Series(v))
	}
	return out
}

// TestTrialsAreReplicasOfRuns: trial t of a point is replica t of a run with the
// point's seed, and its outcomes are means over the part of the run that is asked
// for: by default the last epoch, which can be shorter than the others.
func TestTrialsAreReplicasOfRuns(t *testing.T) {
	const axes = "seeds = {first = 5, count = 3}\naxis = [{key = \"group[0].inverse_temperature\", values = [0.5, 2]}, {key = \"group[0].levels\", values = [2, 10]}]\n"
	for _, c := range []struct {
		text string
		from int64
		fit  int
	}{{"", 11, 10}, {"average_from = 4\n", 4, 1}, {"own_graph = true\n", 11, 2}} {
		s := newScan(t, small+c.text+axes)
		table := runAll(t, s, onCPU(c.fit))
		for point, row := range table.Rows {
			var values []float64
			for trial := range uint64(3) {
				// These graphs are lattices, so that of a seed is that of another.
				values = append(values, ordinary(t, s, point, 5+trial, c.from)[0].Mean)
			}
			want := stats.Mean(values)
			if got := row.Estimates[0]; got.N != 3 || math.Abs(got.Mean-want.Mean) > 1e-12 || math.Abs(got.Error-want.Error) > 1e-12 {
				t.Errorf("%q: point %d has %s %+v, want %+v", c.text, point, table.Outcomes[0].Name, got, want)
			}
		}
	}
}

// The replicas of the base are the trials of each point, unless the scan says how many
// there are; and a file that is written says so.
func TestReplicasAreTrials(t *testing.T) {
	const axis = "axis = [{key = \"edge.noise\", values = [true, false]}]\n"
	base := strings.Replace(small, "\"run.epoch=5\"", "\"run.replicas=3\"", 1)
	for text, want := range map[string]int{small + axis: 1, base + axis: 3, small + "seeds = {count = 2}\n" + axis: 2} {
		s := newScan(t, text)
		if s.Plan.Trials != want || s.Base.Run.Replicas != 1 {
			t.Errorf("there are %d trials of %d replicas, want %d of 1\n%s", s.Plan.Trials, s.Base.Run.Replicas, want, text)
		}
		files, err := s.Files()
		if err != nil || !strings.Contains(string(files[experiment.ConfigName]), fmt.Sprintf("count = %d ", want)) {
			t.Errorf("%v: the file does not have %d trials:\n%s", err, want, files[experiment.ConfigName])
		}
	}
}

// TestOneTrial has its error from the autocorrelation time.
func TestOneTrial(t *testing.T) {
	s := newScan(t, strings.Replace(small, "12", "400", 1)+"average_from = 101\naxis = [{key = \"group[0].inverse_temperature\", values = [0.5]}]\n")
	row := runAll(t, s, onCPU(1)).Rows[0]
	for k, want := range ordinary(t, s, 0, 1, 101) {
		got := row.Estimates[k]
		same := math.Abs(got.Error-want.Error) <= 1e-12 || math.IsNaN(got.Error) && math.IsNaN(want.Error)
		if math.Abs(got.Mean-want.Mean) > 1e-12 || !same {
			t.Errorf("outcome %d is %+v, want %+v", k, got, want)
		}
	}
	if !(row.Estimates[0].Error > 0) {
		t.Errorf("the energy has no error: %+v", row.Estimates[0])
	}
}

// TestOwnGraph: trial t has the graph of seed + t; else all share that of graph.seed
// or the point's.
func TestOwnGraph(t *testing.T) {
	text := `
base = "isolated4"
set = ["graph.kind=random", "graph.sides=[6, 6]", "run.precision=double"]
steps = 10
seeds = {count = 3}
axis = [{key = "group[0].inverse_temperature", values = [1]}]
`
	for own, seeds := range map[string][]uint64{"": {1, 1, 1}, "own_graph = true\n": {1, 2, 3}} {
		var asked []uint64
		c := onCPU(10)
		open := c.Open
		c.Open = func(cfg *config.Config, n model.Network, keys []uint64) (backend.Backend, error) {
			for range keys {
				asked = append(asked, uint64(len(keys)))
			}
			return open(cfg, n, keys)
		}
		table := runAll(t, newScan(t, own+text), c)
		s := newScan(t, own+text)
		var values []float64
		for trial, seed := range seeds {
			n, err := s.configs[0].Spec.Build(seed, nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := open(s.configs[0], n, []uint64{1 + uint64(trial)})
			if err != nil {
				t.Fatal(err)
			}
			m := newMeans(1, 1, len(n.Describe().Columns))
			run, err := sim.New(n, b, sim.Plan{Steps: 10, Replicas: 1, Epoch: 10}, m.observe)
			if err == nil {
				_, err = run.Go(t.Context())
			}
			if err = errors.Join(err, b.Close()); err != nil {
				t.Fatal(err)
			}
			values = append(values, m.results()[0].Values[0])
		}
		if want, got := stats.Mean(values), table.Rows[0].Estimates[0]; math.Abs(want.Mean-got.Mean) > 1e-12 || math.Abs(want.Error-got.Error) > 1e-12 {
			t.Errorf("%q: %+v, want %+v", own, got, want)
		}
		if together := uint64(len(seeds)); own == "" && asked[0] != together || own != "" && asked[0] != 1 {
			t.Errorf("%q: launches of %v replicas", own, asked)
		}
	}
}

// TestStop: a run that is told to stop is no result.
func TestStop(t *testing.T) {
	s := newScan(t, strings.Replace(small, "12", "1000000", 1)+`axis = [{key = "edge.bound", values = [1]}]`)
	r, err := s.Runner(onCPU(1))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if results, err := r.Run(ctx, []experiment.Trial{{Seed: 1, Graph: 1, Spec: s.Plan.Points[0].Spec}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", results, err)
	}
}

// TestLongSeries: values beyond those that are kept change neither mean nor error
// much, and take no more memory.
func TestLongSeries(t *testing.T) {
	var s series
	var values []float64
	x := 0.0
	for i := range 5 * mostValues {
		x = 0.9*x + math.Sin(float64(i)*float64(i)) // as good as noise
		s.add(x)
		values = append(values, x)
	}
	want := stats.Series(values)
	mean, deviation := s.estimate()
	if math.Abs(mean-want.Mean) > 1e-9 || math.Abs(deviation/want.Error-1) > 0.1 || len(s.kept) > mostValues {
		t.Errorf("%v %v of %d kept values, want %+v", mean, deviation, len(s.kept), want)
	}
}
