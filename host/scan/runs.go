package scan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// Computer is where the runs of a scan are computed.
type Computer struct {
	// Open puts the network of a configuration on a backend, with a replica for each
	// key.
	Open func(c *config.Config, n model.Network, keys []uint64) (backend.Backend, error)
	// Fit is the number of replicas of a configuration that there is memory for; an
	// error where there is not enough for one.
	Fit func(c *config.Config) (int, error)
	// A run of at least SaveFrom updates, of all replicas together, is saved now and
	// then, in a folder below that of the scan, and goes on from there; 0 saves none.
	SaveFrom int64
	// Progress is that of experiment.Lab; nil where no one wants to know.
	Progress func(made, steps int64)
	Folder   string // of the scan
	Program  string // name and version
}

// Runner tries the points of the scan.
func (s *Scan) Runner(computer Computer) (experiment.Runner, error) {
	if s.Kind == nil {
		return &runs{scan: s, computer: computer, columns: make(map[model.Spec][]model.Column)}, nil
	}
	precision, err := state.ParsePrecision(s.Base.Run.Precision)
	if err != nil {
		return nil, err
	}
	return s.Kind.New(experiment.Lab{Precision: precision, Progress: computer.Progress, Open: func(n model.Network, keys []uint64) (backend.Backend, error) {
		return computer.Open(s.Base, n, keys)
	}}, s.Base.Spec)
}

// runs is the Runner of ordinary runs: the trials of a point are replicas of one
// run, and an outcome is the mean of a quantity over a part of its steps.
type runs struct {
	scan     *Scan
	computer Computer
	columns  map[model.Spec][]model.Column // of runs so far
	first    []model.Column                // of the first run
}

// CheckMemory finds points whose networks are too large, before any is built.
func (s *Scan) CheckMemory(computer Computer) error {
	for i, c := range s.configs {
		if _, err := computer.Fit(c); err != nil {
			return fmt.Errorf("point %d of the scan (%s): %w", i+1, s.Plan.Name(i), err)
		}
	}
	return nil
}

// Outcomes implements experiment.Runner: those of the first run.
func (r *runs) Outcomes() []model.Column { return r.first }

// OutcomesOf implements experiment.Varied: rules have different quantities.
func (r *runs) OutcomesOf(spec model.Spec) []model.Column { return r.columns[spec] }

// AtOnce implements experiment.Runner: points have different networks.
func (r *runs) AtOnce() int { return 1 }

// Run implements experiment.Runner.
func (r *runs) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	var results []experiment.Result
	for len(trials) > 0 {
		n, err := r.together(trials)
		if err != nil {
			return nil, err
		}
		more, err := r.launch(ctx, trials[:n])
		if err != nil {
			return nil, err
		}
		results, trials = append(results, more...), trials[n:]
	}
	return results, nil
}

// together is the number of trials, from the first on, that one run takes as
// replicas: those of a network, as many as there is memory for.
func (r *runs) together(trials []experiment.Trial) (int, error) {
	most, err := r.computer.Fit(r.scan.configs[trials[0].Point])
	n := 1
	for n < len(trials) && n < most && trials[n].Point == trials[0].Point && trials[n].Graph == trials[0].Graph {
		n++
	}
	return n, err
}

// launch makes a run whose replicas are trials.
func (r *runs) launch(ctx context.Context, trials []experiment.Trial) (_ []experiment.Result, err error) {
	point := trials[0].Point
	c := r.scan.configs[point]
	var keys []uint64
	var numbers []int
	for _, t := range trials {
		keys, numbers = append(keys, c.Spec.Key(t.Seed, t.Number, 1)), append(numbers, t.Number)
	}
	n, err := c.Spec.Build(trials[0].Graph, nil)
	if err != nil {
		return nil, c.Locate(err)
	}
	if of, ok := n.(model.Numbered); ok {
		n = of.Numbered(numbers)
	}
	b, err := r.computer.Open(c, n, keys)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	about := n.Describe()
	lab := experiment.Lab{Progress: r.computer.Progress}
	l := &launch{lab: lab, config: c, network: n, backend: b, keys: keys, means: newMeans(r.scan.from[point], len(trials), len(about.Columns))}
	l.plan = sim.Plan{Steps: c.Spec.Steps(), Replicas: len(trials), Epoch: int64(c.Run.Epoch)}
	run := l.run
	if work := about.Updates * l.plan.Steps; r.computer.SaveFrom > 0 && work >= r.computer.SaveFrom/int64(len(trials)) {
		l.folder = filepath.Join(r.computer.Folder, experiment.RunsName(r.scan.Plan.Points[point].Task), fmt.Sprintf("%d-%d", trials[0].Number, trials[len(trials)-1].Number))
		l.program = r.computer.Program
		run = l.saved
	}
	summary, err := run(ctx)
	if err != nil {
		return nil, err
	}
	if summary.Reason != sim.Finished && summary.Reason != sim.AllEnded {
		return nil, errors.Join(ctx.Err(), fmt.Errorf("the run ended after step %d: %s", summary.Last, summary.Reason))
	}
	r.columns[c.Spec] = about.Columns
	if r.first == nil {
		r.first = about.Columns
	}
	return l.means.results(), nil
}

// means averages the rows of a run from a step on.
type means struct {
	from    int64
	columns int
	series  [][]series  // by replica and column
	last    [][]float64 // by replica: the last row, whatever its step
}

func newMeans(from int64, replicas, columns int) *means {
	m := &means{from: from, columns: columns, series: make([][]series, replicas), last: make([][]float64, replicas)}
	for r := range m.series {
		m.series[r] = make([]series, columns)
	}
	return m
}

// observe is an observer of a run.
func (m *means) observe(e sim.Event) error {
	rows, ok := e.(*sim.Rows)
	if !ok {
		return nil
	}
	for i := range rows.Steps() {
		for k := range m.series {
			m.add(rows.Step(i), k, rows.Row(i, k))
		}
	}
	return nil
}

// add takes the row of a step and replica.
func (m *means) add(step int64, replica int, row []float64) {
	m.last[replica] = append(m.last[replica][:0], row...)
	if step < m.from {
		return
	}
	for c, v := range row {
		m.series[replica][c].add(v)
	}
}

// results are the means. A run whose replicas all ended before there was anything to
// average stays as its last row has it.
func (m *means) results() []experiment.Result {
	var out []experiment.Result
	for k, columns := range m.series {
		var r experiment.Result
		for i := range columns {
			mean, deviation := columns[i].estimate()
			if columns[i].count == 0 && m.last[k] != nil {
				mean = m.last[k][i]
			}
			r.Values, r.Errors = append(r.Values, mean), append(r.Errors, deviation)
		}
		out = append(out, r)
	}
	return out
}

// mostValues is how many values of a series are kept. Of a longer one they are means
// of two, four, ... values that follow each other, which tell the error as well.
const mostValues = 1 << 13

// series is a quantity, step by step.
type series struct {
	sum   float64
	count int64
	kept  []float64
	block int     // values whose mean is kept as one
	open  float64 // sum of the block that is not full
	in    int     // values in it
}

func (s *series) add(v float64) {
	s.sum += v
	s.count++
	s.block = max(1, s.block)
	s.open += v
	if s.in++; s.in < s.block {
		return
	}
	s.kept = append(s.kept, s.open/float64(s.in))
	s.open, s.in = 0, 0
	if len(s.kept) == mostValues {
		for i := range mostValues / 2 {
			s.kept[i] = (s.kept[2*i] + s.kept[2*i+1]) / 2
		}
		s.kept, s.block = s.kept[:mostValues/2], 2*s.block
	}
}

// estimate is the mean and its error, which follows from the autocorrelation time.
// Both are NaN where there is nothing to tell them from.
func (s *series) estimate() (mean, deviation float64) {
	if s.count == 0 {
		return math.NaN(), math.NaN()
	}
	return s.sum / float64(s.count), stats.Series(s.kept).Error
}
