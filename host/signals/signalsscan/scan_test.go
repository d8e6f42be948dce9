package signalsscan_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/signals/signalsscan"
	"tnn-gpu/host/stats"
)

func soak() bool { return os.Getenv("TNN_SOAK") == "1" }

// bench makes an experiment's trials on the processor.
type bench struct {
	t       *testing.T
	runner  experiment.Runner
	columns []string
	places  []float64
}

func newBench(t *testing.T, name string, base *signals.Spec) *bench {
	t.Helper()
	if testing.Short() {
		t.Skip("statistics take long")
	}
	kinds := signalsscan.Kinds()
	i := slices.IndexFunc(kinds, func(k experiment.Kind) bool { return k.Name == name })
	lab := experiment.Lab{Open: func(n model.Network, keys []uint64) (backend.Backend, error) {
		return cpuref.New(n, backend.Options{Seeds: keys})
	}}
	runner, err := kinds[i].New(lab, base)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, runner: runner, places: []float64{0}}
	for _, c := range runner.Outcomes() {
		b.columns = append(b.columns, c.Name)
	}
	if along, ok := runner.(experiment.Placed); ok {
		_, b.places = along.Along()
	}
	return b
}

// seed of the populations; other than that of the tables.
const seed = 20

// try makes trials of a specification, and gives the values of a column at a place by
// trial.
func (b *bench) try(count int, s *signals.Spec) func(column string, place float64) []float64 {
	b.t.Helper()
	if err := s.Validate(); err != nil {
		b.t.Fatal(err)
	}
	var trials []experiment.Trial
	for n := range count {
		trials = append(trials, experiment.Trial{Number: n, Seed: seed, Spec: s})
	}
	results, err := b.runner.Run(context.Background(), trials)
	if err != nil {
		b.t.Fatal(err)
	}
	return func(column string, place float64) []float64 {
		at := slices.Index(b.places, place)*len(b.columns) + slices.Index(b.columns, column)
		var out []float64
		for _, r := range results {
			out = append(out, r.Values[at])
		}
		return out
	}
}

// agrees compares with a measured mean, which has an error of its own, within 4 standard
// errors of both.
func agrees(t *testing.T, what string, values []float64, want, wantError float64) stats.Estimate {
	t.Helper()
	e := stats.Mean(values)
	if !(math.Abs(e.Mean-want) <= 4*math.Hypot(e.Error, wantError)) {
		t.Errorf("%s is %.4f(%.4f), and %.4f(%.4f) was measured elsewhere", what, e.Mean, e.Error, want, wantError)
	}
	return e
}

func lewis(states, signalsOf, plays int) *signals.Spec {
	s := signals.Defaults()
	s.Lewis.States, s.Lewis.Signals, s.Lewis.Plays = states, signalsOf, plays
	return s
}

// lewisRow is a row of the table of Lewis's game.
type lewisRow struct {
	states      int
	success     [3][2]float64 // after 10^4, 10^5 and 10^6 plays
	above, full [2]float64    // after 10^6
}

func lewisTable() []lewisRow {
	return []lewisRow{
		{2, [3][2]float64{{0.9871, 0.0040}, {0.9958, 0.0024}, {0.9983, 0.0015}}, [2]float64{0.995, 0.005}, [2]float64{0.995, 0.005}},
		{3, [3][2]float64{{0.9385, 0.0057}, {0.9574, 0.0052}, {0.9647, 0.0050}}, [2]float64{0.898, 0.015}, [2]float64{0.898, 0.015}},
		{4, [3][2]float64{{0.9047, 0.0055}, {0.9331, 0.0053}, {0.9413, 0.0052}}, [2]float64{0.773, 0.021}, [2]float64{0.768, 0.021}},
		{8, [3][2]float64{{0.8194, 0.0038}, {0.8970, 0.0034}, {0.9142, 0.0033}}, [2]float64{0.960, 0.010}, [2]float64{0.365, 0.024}},
	}
}

// The table of Lewis's game: populations of another seed agree with those of an
// independent program, cell by cell; none has more success than there can be; the share
// that signals falls with the number of states. The soak has 10,000 populations, and a
// million plays of 1,000.
func TestLewis(t *testing.T) {
	sizes := [][2]int{{100, 10000}}
	if soak() {
		sizes = [][2]int{{10000, 100000}, {1000, 1000000}}
	}
	for _, size := range sizes {
		populations, plays := size[0], size[1]
		shares := map[int]stats.Estimate{}
		for _, row := range lewisTable() {
			shares[row.states] = row.check(t, populations, plays)
		}
		for _, pair := range [][2]int{{2, 3}, {3, 4}, {4, 8}} {
			a, b := shares[pair[0]], shares[pair[1]]
			if pair[0] == 3 && !soak() {
				continue // the difference is one standard error of so few
			}
			if !(a.Mean-b.Mean > 2*math.Hypot(a.Error, b.Error)) {
				t.Errorf("N = %d signals in %.3f(%.3f), N = %d in %.3f(%.3f)", pair[0], a.Mean, a.Error, pair[1], b.Mean, b.Error)
			}
		}
	}
}

// check makes populations of a row, and gives the share that signals in the end.
func (row *lewisRow) check(t *testing.T, populations, plays int) stats.Estimate {
	t.Helper()
	s := lewis(row.states, row.states, plays)
	b := newBench(t, "signals-lewis", s)
	of := b.try(populations, s)
	for k, place := range []float64{1e4, 1e5, 1e6} {
		if int(place) > plays {
			break
		}
		e := agrees(t, fmt.Sprintf("N = %d: success after %g plays", row.states, place), of("success", place), row.success[k][0], row.success[k][1])
		t.Logf("N = %d, %g plays: success %.4f(%.4f)", row.states, place, e.Mean, e.Error)
	}
	if plays == 1e6 {
		agrees(t, fmt.Sprintf("N = %d: share above 0.8", row.states), of("above", 1e6), row.above[0], row.above[1])
		agrees(t, fmt.Sprintf("N = %d: share that signals", row.states), of("signalling", 1e6), row.full[0], row.full[1])
	}
	for _, place := range b.places {
		if most := slices.Max(of("success", place)); most > of("bound", place)[0] {
			t.Errorf("N = %d: success %v is above the bound", row.states, most)
		}
	}
	last := b.places[len(b.places)-1]
	if row.states == 3 {
		bimodal(t, of("success", last))
	}
	share := stats.Mean(of("signalling", last))
	t.Logf("N = %d, %d populations, %d plays: share that signals %.4f(%.4f)", row.states, populations, plays, share.Mean, share.Error)
	return share
}

// bimodal checks that success, in tenths, has two peaks with a gap: of 400 populations 38
// were between 0.6 and 0.7, and 357 above 0.9.
func bimodal(t *testing.T, success []float64) {
	t.Helper()
	var tenths [11]int
	for _, v := range success {
		tenths[int(10*v)]++
	}
	t.Logf("success in tenths: %v", tenths)
	n := float64(len(success))
	low, gap, high := float64(tenths[6])/n, float64(tenths[7]+tenths[8])/n, float64(tenths[9]+tenths[10])/n
	margin := 4 * math.Sqrt(0.095*0.905*(1/n+1.0/400))
	if math.Abs(low-0.095) > margin || high < 0.8 || gap > 0.1 {
		t.Errorf("success is not bimodal: %v", tenths)
	}
}

// Bottlenecks: fewer signals than states.
func TestBottlenecks(t *testing.T) {
	populations := 60
	if soak() {
		populations = 10000
	}
	for _, row := range []struct {
		states, signals int
		want            [2]float64
		bound           float64
	}{{3, 2, [2]float64{0.6662, 0.0001}, 2.0 / 3}, {4, 3, [2]float64{0.7460, 0.0016}, 0.75}} {
		s := lewis(row.states, row.signals, 100000)
		b := newBench(t, "signals-lewis", s)
		of := b.try(populations, s)
		e := agrees(t, fmt.Sprintf("N = %d, M = %d: success", row.states, row.signals), of("success", 1e5), row.want[0], row.want[1])
		t.Logf("N = %d, M = %d: success %.5f(%.5f)", row.states, row.signals, e.Mean, e.Error)
		if most := slices.Max(of("success", 1e5)); most > row.bound || of("bound", 1e5)[0] != row.bound {
			t.Errorf("N = %d, M = %d: success %v, bound %v", row.states, row.signals, most, of("bound", 1e5)[0])
		}
		if slices.Max(of("signalling", 1e5)) != 0 {
			t.Errorf("N = %d, M = %d signals", row.states, row.signals)
		}
	}
}

// Variants: forgetting dissolves partial pooling but keeps some noise, punishment helps,
// and over a binary symmetric channel success reaches the channel's.
func TestVariants(t *testing.T) {
	populations := 100
	if soak() {
		populations = 1000
	}
	change := func(f func(l *signals.LewisTable)) func(column string, place float64) []float64 {
		s := lewis(3, 3, 20000)
		f(&s.Lewis)
		return newBench(t, "signals-lewis", s).try(populations, s)
	}
	plain := change(func(*signals.LewisTable) {})
	more := func(what string, of func(column string, place float64) []float64) {
		t.Helper()
		a, b := stats.Mean(plain("signalling", 20000)), stats.Mean(of("signalling", 20000))
		t.Logf("%s: %.3f(%.3f) signal, %.3f(%.3f) without", what, b.Mean, b.Error, a.Mean, a.Error)
		if !(b.Mean-a.Mean > 2*math.Hypot(a.Error, b.Error)) {
			t.Errorf("%s: %.3f(%.3f) signal, %.3f(%.3f) without", what, b.Mean, b.Error, a.Mean, a.Error)
		}
	}
	forgets := change(func(l *signals.LewisTable) { l.Forget = 0.01 })
	more("forgetting", forgets)
	more("punishment", change(func(l *signals.LewisTable) { l.Punish = 1 }))
	// An urn of a signalling system in balance loses as many balls as it gains. A kind
	// that never wins is drawn by its last ball now and then.
	if e := stats.Mean(forgets("success", 20000)); e.Mean > 0.99 || e.Mean < 0.9 {
		t.Errorf("urns of about a hundred balls succeed in %.4f", e.Mean)
	}
	noisy := change(func(l *signals.LewisTable) { l.States, l.Signals, l.Noise = 2, 2, 0.1 })
	if e := stats.Mean(noisy("success", 20000)); e.Mean > 0.9 || e.Mean < 0.87 {
		t.Errorf("over a channel that errs in a tenth success is %.4f(%.4f), want just below 0.9", e.Mean, e.Error)
	}
	if most := slices.Max(noisy("success", 20000)); most > 0.9 {
		t.Errorf("success %v is above that of the channel", most)
	}
	// With a frequent state, pooling on it alone is worth more than a third.
	frequent := change(func(l *signals.LewisTable) { l.Weights = []int{8, 1, 1} })
	if least := slices.Min(frequent("success", 20000)); least < 0.7 {
		t.Errorf("a population succeeds in %v where one state alone is 0.8", least)
	}
	many := change(func(l *signals.LewisTable) { l.Listeners = 10 })
	if e := stats.Mean(many("success", 20000)); e.Mean < 0.7 || slices.Max(many("success", 20000)) > 1 {
		t.Errorf("with ten listeners success is %.4f(%.4f)", e.Mean, e.Error)
	}
}

// row of the table of attributes.
type row struct {
	agents                             signals.Agents
	values, symbols, updates           int
	entropy                            float64
	train, heldOut, similarity, posdis [2]float64
	perfect, of                        float64 // populations
}

func table() []row {
	return []row{
		{"additive", 5, 5, 2000, 0.01, [2]float64{0.928, 0.008}, [2]float64{0.560, 0.041}, [2]float64{0.809, 0.018}, [2]float64{0.721, 0.032}, 0.46, 100},
		{"both", 5, 5, 2000, 0.01, [2]float64{0.912, 0.007}, [2]float64{0.332, 0.032}, [2]float64{0.718, 0.017}, [2]float64{0.621, 0.031}, 0.25, 100},
		{"table", 5, 5, 2000, 0.01, [2]float64{0.762, 0.008}, [2]float64{0.002, 0.002}, [2]float64{0.341, 0.006}, [2]float64{0.208, 0.012}, 0, 100},
		{"additive/table", 5, 5, 2000, 0.01, [2]float64{0.802, 0.012}, [2]float64{0.026, 0.007}, [2]float64{0.665, 0.017}, [2]float64{0.561, 0.031}, 0.14, 100},
		{"table/additive", 5, 5, 2000, 0.01, [2]float64{0.855, 0.008}, [2]float64{0.012, 0.006}, [2]float64{0.394, 0.008}, [2]float64{0.259, 0.016}, 0.02, 100},
		{"additive", 5, 8, 2000, 0.01, [2]float64{0.993, 0.002}, [2]float64{0.792, 0.034}, [2]float64{0.898, 0.013}, [2]float64{0.804, 0.029}, 0.89, 100},
		{"additive", 5, 4, 2000, 0.01, [2]float64{0.724, 0.008}, [2]float64{0.117, 0.018}, [2]float64{0.645, 0.013}, [2]float64{0.708, 0.039}, 0, 100},
		{"additive", 8, 8, 4000, 0.01, [2]float64{0.893, 0.010}, [2]float64{0.506, 0.042}, [2]float64{0.804, 0.019}, [2]float64{0.727, 0.039}, 14.0 / 60, 60},
		{"additive", 5, 5, 2000, 0.1, [2]float64{0.989, 0.003}, [2]float64{0.274, 0.031}, [2]float64{0.840, 0.019}, [2]float64{0.761, 0.032}, 0.82, 100},
		{"additive", 5, 5, 4000, 0.05, [2]float64{0.986, 0.003}, [2]float64{0.572, 0.041}, [2]float64{0.839, 0.018}, [2]float64{0.752, 0.032}, 0.77, 100},
	}
}

// The table of two attributes, cell by cell, with populations of another seed. Structure
// that both agents share decides: additive agents are above those with both kinds of
// terms, and these above tables. The soak has all rows and 200 populations, and 800 of the
// first three rows, which then differ in all four measures by three standard errors.
func TestAttributes(t *testing.T) {
	rows := table()[:3]
	if soak() {
		rows = table()
	}
	var got []map[string]stats.Estimate
	for i, r := range rows {
		populations := 16
		if soak() {
			populations = 200
			if i < 3 {
				populations = 800
			}
		}
		s := signals.Defaults()
		s.Signals.Game = signals.AttributesGame
		a := &s.Attributes
		a.Agents, a.Values, a.Symbols, a.Updates, a.Entropy = r.agents, r.values, r.symbols, r.updates, r.entropy
		of := newBench(t, "signals-attributes", s).try(populations, s)
		name := fmt.Sprintf("%s, i = %d, V = %d, lambda %v", r.agents, r.values, r.symbols, r.entropy)
		means := map[string]stats.Estimate{}
		for column, want := range map[string][2]float64{"train": r.train, "held_out": r.heldOut, "similarity": r.similarity, "posdis": r.posdis} {
			means[column] = agrees(t, name+": "+column, of(column, 0), want[0], want[1])
		}
		p := r.perfect
		means["perfect"] = agrees(t, name+": perfect", of("perfect", 0), p, math.Sqrt((p*(1-p)+1/r.of)/r.of+0.25/float64(populations*populations)))
		for _, column := range []string{"train", "held_out", "similarity", "posdis", "perfect"} {
			t.Logf("%s: %s %.4f(%.4f)", name, column, means[column].Mean, means[column].Error)
		}
		inputs := float64(r.values*r.values - s.HeldOutCount())
		if most := slices.Max(of("train", 0)); most > float64(r.symbols*r.symbols)/inputs {
			t.Errorf("%s: an accuracy of %v with %d messages for %g inputs", name, most, r.symbols*r.symbols, inputs)
		}
		if r.agents == signals.Additive && r.symbols == r.values && r.entropy == 0.01 {
			// 0.91 over 100 populations.
			if c := correlation(of("similarity", 0), of("held_out", 0)); c < 0.7 {
				t.Errorf("%s: similarity and accuracy on new inputs have a correlation of %.2f", name, c)
			}
		}
		got = append(got, means)
	}
	if held := got[2]["held_out"]; held.Mean >= 0.02 {
		t.Errorf("tables name %.4f of new inputs", held.Mean)
	}
	above := func(a, b int, column string, errors float64) {
		t.Helper()
		x, y := got[a][column], got[b][column]
		if !(x.Mean-y.Mean > errors*math.Hypot(x.Error, y.Error)) {
			t.Errorf("%s: row %d has %.4f(%.4f), row %d %.4f(%.4f)", column, a, x.Mean, x.Error, b, y.Mean, y.Error)
		}
	}
	for _, column := range []string{"train", "held_out", "similarity", "posdis"} {
		above(0, 2, column, 3)
		above(1, 2, column, 3)
		if soak() {
			above(0, 1, column, 3)
		}
	}
	if soak() {
		above(5, 0, "held_out", 3)
	}
}

func correlation(x, y []float64) float64 {
	a, b := stats.Mean(x), stats.Mean(y)
	sum := 0.0
	for i := range x {
		sum += (x[i] - a.Mean) * (y[i] - b.Mean)
	}
	return sum / float64(len(x)-1) / (a.Deviation() * b.Deviation())
}

// Presets are scans of the kinds that there are, and places ascend to the last step.
func TestPlaces(t *testing.T) {
	b := newBench(t, "signals-lewis", lewis(3, 3, 300))
	if want := []float64{10, 20, 50, 100, 200, 300}; !slices.Equal(b.places, want) {
		t.Errorf("places %v, want %v", b.places, want)
	}
	short := lewis(3, 3, 50)
	of := b.try(5, short)
	if v := of("success", 100); !math.IsNaN(v[0]) {
		t.Errorf("after the last play success is %v", v)
	}
	if v := of("success", 50); math.IsNaN(v[0]) {
		t.Error("at the last play there is no success")
	}
	s := signals.Defaults()
	if _, err := signalsscan.Kinds()[1].New(experiment.Lab{}, s); err == nil {
		t.Error("an experiment with attributes takes Lewis's game")
	}
}

// The results of a trial are the same whatever trials it is made with, and those of a run
// with the point's seed.
func TestTrialsAreReplicas(t *testing.T) {
	s := signals.Defaults()
	s.Signals.Game, s.Attributes.Updates, s.Attributes.Values, s.Attributes.HeldOut = signals.AttributesGame, 30, 3, 0
	other := *s
	other.Attributes.Rate = 0.2
	b := newBench(t, "signals-attributes", s)
	run := func(trials ...experiment.Trial) []experiment.Result {
		results, err := b.runner.Run(context.Background(), trials)
		if err != nil {
			t.Fatal(err)
		}
		return results
	}
	of := func(spec *signals.Spec, number int) experiment.Trial {
		return experiment.Trial{Number: number, Seed: 4, Spec: spec}
	}
	all, alone := run(of(s, 0), of(s, 1), of(s, 2), of(&other, 2)), run(of(s, 2))
	same := func(a, b []float64) bool {
		return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
	}
	if !same(all[2].Values, alone[0].Values) || same(all[1].Values, alone[0].Values) || same(all[3].Values, alone[0].Values) {
		t.Errorf("trials 0 to 2 %v, trial 2 alone %v", all, alone)
	}
	net := &signals.Network{Spec: s}
	keys := []uint64{4, 4, 4}
	backend, err := cpuref.New(net, backend.Options{Seeds: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	if _, err := backend.Advance(30); err != nil {
		t.Fatal(err)
	}
	last, err := backend.State()
	if err != nil {
		t.Fatal(err)
	}
	sums := make([]float64, len(net.Describe().Sums))
	net.Measure(sums, last, 2, 4)
	if !same(slices.Insert(sums, 2, math.NaN()), alone[0].Values) {
		t.Errorf("trial 2 has %v, replica 2 of a run %v", alone[0].Values, sums)
	}
}
