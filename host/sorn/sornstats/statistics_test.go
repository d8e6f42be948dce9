package sornstats_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/analysis/analysistest"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sornstats"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// given is a run whose records are made by a test: by field, replica and step.
type given struct {
	net     *sorn.Network
	active  [][]float64
	records map[string][][][]float64
	last    *state.State
}

func (g *given) End() int64 {
	for _, of := range g.records {
		return int64(len(of[0]))
	}
	return int64(len(g.active[0]))
}

func (g *given) Steps() ([]int64, error) {
	steps := make([]int64, g.End())
	for i := range steps {
		steps[i] = int64(i + 1)
	}
	return steps, nil
}

func (g *given) Column(name string, replica int) ([]float64, error) {
	if name != "active_e" {
		return nil, analysis.Missing("no column %s", name)
	}
	return g.active[replica], nil
}

func (g *given) Recording(field string) (*analysis.Recording, error) {
	of, found := g.records[field]
	if !found {
		return nil, analysis.Missing("record %s", field)
	}
	return &analysis.Recording{First: 1, Every: 1, Len: len(of[0]), Close: func() error { return nil },
		Read: func(i, replica int) ([]float64, error) { return of[replica][i], nil }}, nil
}

func (g *given) Final(field string, _ int) ([]float64, error) {
	a := g.last.Array(field)
	out := make([]float64, a.Len())
	for i := range out {
		out[i] = a.At(i)
	}
	return out, nil
}

// run is that of a network of some units, changed by with.
func (g *given) run(t *testing.T, units, replicas int, with func(s *sorn.Spec)) *analysis.Run {
	t.Helper()
	s := sorn.Defaults()
	s.Sorn.NE, s.Sorn.NU, s.Sorn.TargetRate = units, min(10, units), 0.1
	s.Sorn.LambdaEE, s.Sorn.LambdaEI, s.Sorn.LambdaIE = min(20, units/2), min(40, units/2), min(100, units)
	if with != nil {
		with(s)
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Build(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.net = n.(*sorn.Network)
	r := &analysis.Run{Network: g.net, First: 1, Above: 0.2, From: g}
	for k := range replicas {
		r.Replicas = append(r.Replicas, k)
	}
	return r
}

// made is what a statistic finds in all steps.
func made(t *testing.T, r *analysis.Run, name string) *analysis.Result {
	t.Helper()
	r.Last = r.From.End()
	return analysistest.Made(t, sornstats.Statistics(), r, name)
}

// near compares a value with the truth, in errors of the estimate and a bound.
func near(t *testing.T, r *analysis.Result, name string, want, within float64) {
	t.Helper()
	v := analysistest.Value(t, r, name)
	if v.Error > 0 {
		within += 4.5 * v.Error
	}
	if !(math.Abs(v.Mean-want) <= within) {
		t.Errorf("%s is %s, want %.4f", name, analysis.Number(v.Mean, v.Error), want)
	}
}

func tableOf(t *testing.T, r *analysis.Result, name string) analysis.Table {
	t.Helper()
	i := slices.IndexFunc(r.Tables, func(v analysis.Table) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("there is no table %s", name)
	}
	return r.Tables[i]
}

// TestActivity: of a series of independent counts.
func TestActivity(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	g := &given{}
	for range 3 {
		values := make([]float64, 4000)
		for i := range values {
			for range 50 {
				if random.Float64() < 0.2 {
					values[i]++
				}
			}
		}
		g.active = append(g.active, values)
	}
	r := g.run(t, 50, 3, nil)
	found := made(t, r, "activity")
	near(t, found, "active", 10, 0)
	near(t, found, "rate", 0.2, 0)
	near(t, found, "smoothness", 4, 0.15) // sqrt(2 x 50 x 0.2 x 0.8)
	near(t, found, "autocorrelation_1", 0, 0.04)
	fano := tableOf(t, found, "fano")
	for i, f := range fano.Values[1] {
		if windows := 4000 / fano.Values[0][i]; math.Abs(f-0.8) > 4.5*0.8*math.Sqrt(2/windows/3) {
			t.Errorf("Fano factor of windows of %v steps: %v, want 0.8", fano.Values[0][i], f)
		}
	}
	steps := 0.0
	for _, v := range tableOf(t, found, "activity").Values[1] {
		steps += v
	}
	if steps < 11990 || steps > 12000 {
		t.Errorf("the histogram has %v of 12000 steps, hardly any of which has no active unit", steps)
	}
	r.First, r.Last = 7, 7
	chosen, _ := analysis.Choose(sornstats.Statistics(), []string{"activity"})
	if found, err := analysis.Make(r, chosen, false); err != nil || found[0].Missing == "" {
		t.Errorf("of a single step: %v, %v", found, err)
	}
}

// TestAvalanches: durations are drawn from a power law, sizes grow as a power of them.
func TestAvalanches(t *testing.T) {
	const exponent, grows = 1.7, 0.3
	random := rand.New(rand.NewPCG(3, 4))
	cumulated, sum := make([]float64, 61), 0.0
	for k := 6; k <= 60; k++ {
		sum += math.Pow(float64(k), -exponent)
		cumulated[k] = sum
	}
	c := []float64{90, 90, 0} // of one that began before
	for range 4000 {
		u, k := random.Float64()*sum, 6
		for cumulated[k] < u {
			k++
		}
		height := 40 * math.Pow(float64(k), grows)
		for range k {
			c = append(c, 35+math.Round(height*(0.5+random.Float64())))
		}
		for range 2 * k { // so that half the mean is below the heights
			c = append(c, 0)
		}
	}
	g := &given{active: [][]float64{c}}
	found := made(t, g.run(t, 1000, 1, nil), "avalanches")
	near(t, found, "duration_exponent", exponent, 0)
	near(t, found, "avalanches", 4000, 0)
	near(t, found, "size_of_duration", 1+grows, 0.1)
	if gain := analysistest.Value(t, found, "duration_exponential_gain").Mean; gain > -100 {
		t.Errorf("an exponential is likelier by %v", gain)
	}
	if gain := analysistest.Value(t, found, "duration_cut_off_gain").Mean; gain < -1e-6 || gain > 10 {
		t.Errorf("a cut-off makes the law likelier by %v", gain)
	}
	// All durations are within the law's range, so all are at least its lower end, and a law
	// that fits is near all along.
	atLeast := tableOf(t, found, "durations_at_least")
	for i, law := range atLeast.Values[2] {
		if n := atLeast.Values[1][i]; math.Abs(n-law) > 4*math.Sqrt(n) || atLeast.Values[0][i] == 6 && (n != 4000 || math.Abs(law-4000) > 1e-9) {
			t.Errorf("%v avalanches take at least %v steps, by the law %v", n, atLeast.Values[0][i], law)
		}
	}
	n := 0.0
	for _, each := range tableOf(t, found, "durations").Values[1] {
		n += each
	}
	if n != 4000 {
		t.Errorf("there are %v durations", n)
	}
}

// bernoulli are spikes of units that are independent, but for the last one, which does
// what the first does, and the one before it, which is silent.
func bernoulli(units, steps int, p float64) [][]float64 {
	random := rand.New(rand.NewPCG(5, 6))
	out := make([][]float64, steps)
	for k := range out {
		out[k] = make([]float64, units)
		for i := range units - 2 {
			if random.Float64() < p {
				out[k][i] = 1
			}
		}
		out[k][units-1] = out[k][0]
	}
	return out
}

// TestSpikes: of units that are active at random.
func TestSpikes(t *testing.T) {
	const units, p = 42, 0.25
	g := &given{records: map[string][][][]float64{"x": {bernoulli(units, 3000, p)}}}
	r := g.run(t, units, 1, nil)
	found := made(t, r, "spikes")
	near(t, found, "rate", p*41/42, 0)
	near(t, found, "silent", 1, 0)
	near(t, found, "interval", 1/p, 0.1)
	near(t, found, "interval_variation", math.Sqrt(1-p), 0.02)
	near(t, found, "fano_unit", (1-p)*29/30, 0.02) // of 30 windows, about their own mean
	near(t, found, "hamming", 2*p*(1-p)*41, 0.3)
	near(t, found, "entropy", math.Log(41)/math.Log(42), 0.002)
	active, rate := make([]float64, 3000), analysistest.Value(t, found, "rate")
	for k, x := range g.records["x"][0] {
		for _, v := range x {
			active[k] += v / units
		}
	}
	if want := stats.Series(active); !(math.Abs(rate.Error-want.Error) < 1e-12) || math.Abs(rate.Mean-want.Mean) > 1e-12 {
		t.Errorf("the rate is %+v, want that of the series of activity, %+v", rate.Estimate, want)
	}
	counts := 0.0
	for _, n := range tableOf(t, found, "intervals").Values[1] {
		counts += n
	}
	if want := float64(analysistest.Value(t, found, "interval").N); counts != want {
		t.Errorf("the histogram has %v of %v intervals", counts, want)
	}
	// The units but the silent one spike as if by lot, so nearly all intervals are of the law,
	// and it has as many.
	law := 0.0
	for _, n := range tableOf(t, found, "intervals").Values[2] {
		law += n
	}
	if math.Abs(law/counts-1) > 0.01 {
		t.Errorf("the law has %v of %v intervals", law, counts)
	}

	rates := tableOf(t, found, "rates")
	for i, interval := range rates.Values[2] {
		spikes, first, last, squares := 0.0, -1, -1, 0.0
		for k, x := range g.records["x"][0] {
			if x[i] == 0 {
				continue
			}
			if spikes++; first < 0 {
				first = k
			} else {
				squares += float64((k - last) * (k - last))
			}
			last = k
		}
		if silent := i == units-2; silent {
			if !math.IsNaN(interval) || !math.IsNaN(rates.Values[3][i]) {
				t.Errorf("the silent unit has intervals of %v", interval)
			}
			continue
		}
		mean := float64(last-first) / (spikes - 1)
		variation := math.Sqrt(squares/(spikes-1)-mean*mean) / mean
		if math.Abs(interval-mean) > 1e-9 || math.Abs(rates.Values[3][i]-variation) > 1e-9 || math.Abs(rates.Values[1][i]-spikes/3000) > 1e-12 {
			t.Errorf("unit %d has the rate %v and intervals of %v, which vary by %v; want %v and %v", i, rates.Values[1][i], interval, rates.Values[3][i], mean, variation)
		}
	}

	found = made(t, r, "correlations")
	near(t, found, "left_out", 1, 0)
	near(t, found, "correlation", 1.0/(41*40/2), 0.003)
	table := tableOf(t, found, "correlations")
	for i, v := range table.Values[2] {
		a, b := table.Values[0][i], table.Values[1][i]
		if silent := a == units-2 || b == units-2; silent != math.IsNaN(v) || a == 0 && b == units-1 && math.Abs(v-1) > 1e-12 {
			t.Errorf("units %v and %v: %v", a, b, v)
		}
	}

	if pairs := tableOf(t, found, "pairs"); len(pairs.Values[2]) != 1 || pairs.Values[0][0] != 0 || pairs.Values[1][0] != units-1 || !pairs.Graph {
		t.Errorf("pairs above 0.2 are %v", pairs.Values)
	}
	r.Above = 0.02
	found = made(t, r, "correlations")
	for i, v := range tableOf(t, found, "correlations").Values[2] {
		if joined := slices.Contains(tableOf(t, found, "pairs").Values[2], v); joined != (v > 0.02) {
			t.Errorf("pair %d of correlation %v: joined is %v", i, v, joined)
		}
	}
	near(t, found, "pairs", float64(len(tableOf(t, found, "pairs").Values[0])), 0)

	table = tableOf(t, made(t, r, "raster"), "raster")
	for i, step := range table.Values[0] {
		if g.records["x"][0][int(step)-1][int(table.Values[1][i])] != 1 {
			t.Errorf("step %v: unit %v is not active", step, table.Values[1][i])
		}
	}
}

// TestWeights: a network as it is built has degrees about lambda - 1/2, and weights
// whose law is the uniform one.
func TestWeights(t *testing.T) {
	g := &given{active: [][]float64{{0, 0}}}
	r := g.run(t, 400, 1, nil)
	var err error
	if g.last, err = g.net.Start(state.Double, []uint64{1}); err != nil {
		t.Fatal(err)
	}
	found := made(t, r, "degrees")
	near(t, found, "in_degree", 19.5, 4.5/20) // 400 units whose degrees deviate by 1
	near(t, found, "in_deviation", 1, 0.25)
	near(t, found, "out_degree", analysistest.Value(t, found, "in_degree").Mean, 1e-9)
	near(t, found, "out_deviation", math.Sqrt(19.5*(1-19.5/399)), 0.6)
	for c := 1; c <= 4; c++ {
		sum := 0.0
		for _, v := range tableOf(t, found, "degrees").Values[c] {
			sum += v
		}
		if math.Abs(sum-400) > 2 {
			t.Errorf("column %d has %v of 400 units", c, sum)
		}
	}
	found = made(t, r, "weights")
	near(t, found, "synapses", 400*19.5, 150)
	near(t, found, "mean", 0.056, 0.01) // of those of 0.01 or more, about uniform in (0, 2/19.5)
	sum, law := 0.0, 0.0
	for i, v := range tableOf(t, found, "weights").Values[1] {
		sum += v
		law += tableOf(t, found, "weights").Values[2][i]
	}
	if n := analysistest.Value(t, found, "strong").Mean; sum != n || math.Abs(law/n-1) > 0.25 {
		t.Errorf("the histogram has %v, and the law %v, of %v weights", sum, law, n)
	}
	r.Last = 1
	chosen, _ := analysis.Choose(sornstats.Statistics(), []string{"weights"})
	if found, err := analysis.Make(r, chosen, false); err != nil || found[0].Missing == "" {
		t.Errorf("of steps before the last: %v, %v", found, err)
	}
}

// TestRateOfUnitInBins: the spikes of a unit are counted in bins, the last whole one at
// the end; its rate is the mean.
func TestRateOfUnitInBins(t *testing.T) {
	const unit, steps, width = 5, 103, 10
	g := &given{records: map[string][][][]float64{"x": {bernoulli(12, steps, 0.3), bernoulli(12, steps, 0.6)}}}
	r := g.run(t, 12, 2, nil)
	r.Last, r.Bin = r.From.End(), width
	of, err := r.Only("x[5]")
	if err != nil {
		t.Fatal(err)
	}
	found := analysistest.Made(t, analysis.OfQuantity(), of, "bins")
	table := tableOf(t, found, "bins")
	if len(table.Values[0]) != steps/width {
		t.Fatalf("there are %d bins", len(table.Values[0]))
	}
	for i, step := range table.Values[0] {
		spikes := [2]float64{}
		for k := i * width; k < (i+1)*width; k++ {
			for replica := range spikes {
				spikes[replica] += g.records["x"][replica][k][unit]
			}
		}
		mean, err := (spikes[0]+spikes[1])/2, math.Abs(spikes[0]-spikes[1])/2
		if step != float64((i+1)*width) || table.Values[3][i] != mean || math.Abs(table.Values[1][i]-mean/width) > 1e-15 || math.Abs(table.Values[4][i]-err) > 1e-12 {
			t.Errorf("bin %d: step %v has %v(%v) spikes at the rate %v, want %v(%v)", i, step, table.Values[3][i], table.Values[4][i], table.Values[1][i], mean, err)
		}
	}
	if len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "last 3 steps") {
		t.Errorf("what is left out is told by %q", found.Notes)
	}
	chosen, _ := analysis.Choose(analysis.OfQuantity(), []string{"bins"})
	of.Bin = steps + 1
	if _, err := analysis.Make(of, chosen, true); err == nil || !strings.Contains(err.Error(), "at most 103") {
		t.Errorf("a bin that is longer than the run: %v", err)
	}
	if _, err := r.Only("Wee"); err != nil { // which is computed from what is held
		t.Error(err)
	}
	for name, want := range map[string]string{"x[12]": "x[0] to x[11]", "x[-1]": "x[0] to x[11]", "x[1": "no quantity", "z[1]": "no quantity", "Wee[3]": "several axes", "x[]": "no quantity"} {
		if _, err := r.Only(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
