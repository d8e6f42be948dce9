package tnnstats_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/analysis/analysistest"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnstats"
)

// given is a run whose states and columns are made by a test.
type given struct {
	columns map[string][][]float64 // by replica
	states  [][][]float64          // by replica and step
	final   func(field string) []float64
}

func (g *given) End() int64 { return int64(g.len()) }

func (g *given) len() int {
	if g.states != nil {
		return len(g.states[0])
	}
	return len(g.columns["order"][0])
}

func (g *given) Steps() ([]int64, error) {
	steps := make([]int64, g.len())
	for i := range steps {
		steps[i] = int64(i + 1)
	}
	return steps, nil
}

func (g *given) Column(name string, replica int) ([]float64, error) {
	return g.columns[name][replica], nil
}

func (g *given) Recording(field string) (*analysis.Recording, error) {
	if g.states == nil {
		return nil, analysis.Missing("record %s", field)
	}
	return &analysis.Recording{First: 1, Every: 1, Len: g.len(), Close: func() error { return nil },
		Read: func(i, replica int) ([]float64, error) { return g.states[replica][i], nil }}, nil
}

func (g *given) Final(field string, _ int) ([]float64, error) {
	if g.final == nil {
		return nil, analysis.Missing("no last state")
	}
	return g.final(field), nil
}

// runOf is a run of a lattice of these sides.
func runOf(t *testing.T, g *given, bipartite bool, externals []tnn.ExternalSpec, sides ...int) *analysis.Run {
	t.Helper()
	s := tnn.Defaults()
	s.Graph.Sides, s.Graph.Bipartite, s.Groups[0].Connections, s.Externals = sides, bipartite, 2*len(sides), externals
	s.Eras[0].Steps = g.len()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Build(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &analysis.Run{Network: n, First: 1, Last: int64(g.len()), From: g}
	for k := range max(len(g.states), len(g.columns["order"])) {
		r.Replicas = append(r.Replicas, k)
	}
	return r
}

// made is what a statistic finds.
func made(t *testing.T, r *analysis.Run, name string) *analysis.Result {
	t.Helper()
	return analysistest.Made(t, tnnstats.Statistics(), r, name)
}

// near compares with the truth, in errors of the estimate.
func near(t *testing.T, r *analysis.Result, name string, want float64) {
	t.Helper()
	v := analysistest.Value(t, r, name)
	if !(v.Error > 0) || math.Abs(v.Mean-want) > 4.5*v.Error {
		t.Errorf("%s is %s, want %.4f", name, analysis.Number(v.Mean, v.Error), want)
	}
}

// chain draws a ring of Ising spins: neighbours have one sign with probability p. With
// alternate, what holds of the spins holds of their staggered values.
func chain(random *rand.Rand, n int, p float64, alternate bool) []float64 {
	for {
		s := make([]float64, n)
		s[0] = float64(2*random.IntN(2) - 1)
		for i := range n - 1 {
			s[i+1] = s[i]
			if random.Float64() >= p {
				s[i+1] = -s[i]
			}
		}
		same := s[0] == s[n-1]
		if random.Float64() >= p == same { // the ring's last bond has the same law
			continue
		}
		for i := range s {
			if alternate && i%2 == 1 {
				s[i] = -s[i]
			}
		}
		return s
	}
}

// TestRingOfSpins: configurations of Ising's ring at a temperature, drawn exactly, have
// the correlation, its length, domains and walls that are known. So have those of an
// antiferromagnet on a bipartite lattice.
func TestRingOfSpins(t *testing.T) {
	const n, p = 200, 0.9
	v := 2*p - 1 // tanh of the coupling
	for _, bipartite := range []bool{false, true} {
		random := rand.New(rand.NewPCG(3, 4))
		g := &given{}
		for range 2 {
			var steps [][]float64
			for range 400 {
				steps = append(steps, chain(random, n, p, bipartite))
			}
			g.states = append(g.states, steps)
		}
		r := runOf(t, g, bipartite, nil, n)
		c := made(t, r, "correlation")
		table := c.Tables[0]
		for d := 1; d < 20; d++ {
			want := (math.Pow(v, float64(d)) + math.Pow(v, float64(n-d))) / (1 + math.Pow(v, n))
			got, err := table.Values[1][d], table.Values[2][d]
			if table.Values[0][d] != float64(d) || math.Abs(got-want) > 4.5*err {
				t.Errorf("correlation at %g is %s, want %.4f", table.Values[0][d], analysis.Number(got, err), want)
			}
		}
		if got, want := analysistest.Value(t, c, "length_e").Mean, -1/math.Log(v); math.Abs(got-want) > 0.3 {
			t.Errorf("the correlation falls to 1/e at %.3f, want %.3f", got, want)
		}
		// S(k) = (1 - v^2)/(1 - 2 v cos k + v^2), so that the second-moment length is sqrt(v)/(1 - v).
		near(t, c, "length", math.Sqrt(v)/(1-v))
		if len(c.Notes) > 0 {
			t.Errorf("of a length within the lattice it says %q", c.Notes)
		}
		d := made(t, r, "domains")
		near(t, d, "walls", 1-p)
		near(t, d, "domains", n*(1-p))
		near(t, d, "size", (1+p)/(1-p)) // of the domain that a site is in: a run to either side
	}
}

// TestLengthBeyondTheLattice: a length in one domain is told of with caution.
func TestLengthBeyondTheLattice(t *testing.T) {
	s := make([]float64, 36)
	for i := range s {
		s[i] = 1
	}
	s[7] = -1
	c := made(t, runOf(t, &given{states: [][][]float64{{s, s}}}, false, nil, 6, 6), "correlation")
	if got := analysistest.Value(t, c, "length").Mean; got < 6 || len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "length is beyond the longest side of the lattice, 6 sites") {
		t.Errorf("of the length %g it says %q", got, c.Notes)
	}
}

// TestLengthOfSmallDomains: states whose waves are larger than their mean have no length, in
// place of an exact 0; and where the length is short its error is as large as it varies.
func TestLengthOfSmallDomains(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	lengths, errs, undefined := []float64{}, []float64{}, 0
	for range 60 {
		var steps [][]float64
		for range 50 {
			steps = append(steps, chain(random, 40, 0.6, false)) // sqrt(v)/(1 - v) is 0.56
		}
		switch e := analysistest.Value(t, made(t, runOf(t, &given{states: [][][]float64{steps}}, false, nil, 40), "correlation"), "length"); {
		case math.IsNaN(e.Mean) && math.IsNaN(e.Error):
			undefined++
		case e.Mean > 0 && e.Error > 0:
			lengths, errs = append(lengths, e.Mean), append(errs, e.Error)
		default:
			t.Errorf("the length is %v ± %v", e.Mean, e.Error)
		}
	}
	if undefined == 0 || len(lengths) < 20 {
		t.Errorf("%d lengths, and %d are undefined", len(lengths), undefined)
	}
	slices.Sort(errs)
	if middle := errs[len(errs)/2]; middle < 0.3*stats.Mean(lengths).Deviation() {
		t.Errorf("errors are %.2f, and lengths vary by %.2f", middle, stats.Mean(lengths).Deviation())
	}
}

// TestDomainsByHand counts domains of a pattern on a torus.
func TestDomainsByHand(t *testing.T) {
	rows := []string{
		"++--++",
		"++--++",
		"------",
		"--00--",
	}
	var s []float64
	for i, row := range rows {
		for k, c := range row {
			v := map[rune]float64{'+': 0.5, '-': -1, '0': 0}[c]
			if (i+k)%2 == 1 {
				v = -v // as states are on a bipartite lattice
			}
			s = append(s, v)
		}
	}
	r := made(t, runOf(t, &given{states: [][][]float64{{s}}}, true, nil, 4, 6), "domains")
	// The + join around the sides. Of 24 sites 8 are +, 14 -, and two are 0.
	for name, want := range map[string]float64{"domains": 2, "largest": 14.0 / 24, "size": (8*8 + 14*14) / 22.0, "walls": 19.0 / 48} {
		if got := analysistest.Value(t, r, name).Mean; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
}

// TestMomentsOfKnownLaws: Binder's cumulant, susceptibility and specific heat of colours
// and energies that are drawn.
func TestMomentsOfKnownLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const n, nodes = 4000, 100
	g := &given{columns: map[string][][]float64{}}
	for range 3 {
		order, colour, energy := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			colour[i], energy[i], order[i] = 0.1*random.NormFloat64(), -3+0.2*random.NormFloat64(), 0.4+0.05*random.NormFloat64()
		}
		g.columns["order"], g.columns["colour"], g.columns["energy"] = append(g.columns["order"], order), append(g.columns["colour"], colour), append(g.columns["energy"], energy)
	}
	m := made(t, runOf(t, g, true, nil, 10, 10), "moments")
	near(t, m, "binder", 0)
	near(t, m, "colour_abs", 0.1*math.Sqrt(2/math.Pi))
	near(t, m, "susceptibility", nodes*0.01*(1-2/math.Pi))
	near(t, m, "specific_heat", nodes*0.04)
	near(t, m, "order_fluctuation", nodes*0.0025)
	for _, series := range g.columns["colour"] {
		for i := range series {
			series[i] = math.Copysign(0.8, series[i])
		}
	}
	if v := analysistest.Value(t, made(t, runOf(t, g, true, nil, 10, 10), "moments"), "binder"); math.Abs(v.Mean-2.0/3) > 1e-9 {
		t.Errorf("in one domain Binder's cumulant is %g, want 2/3", v.Mean)
	}
}

// TestFlips: neighbours that turn some steps after an external node follow, those that
// turn before it anticipate, and those that do what they like do neither.
func TestFlips(t *testing.T) {
	externals := []tnn.ExternalSpec{{Count: 2, Connections: 4, Polarity: 1, Sublattice: tnn.Even, Weight: 10, Periods: []int{40}}}
	const steps = 900
	square := func(i, period int) float64 {
		if 2*(i%period+period)%(2*period) < period {
			return 1
		}
		return -1
	}
	for _, c := range []struct {
		delay int // of neighbours; -1: they turn a step before
		word  string
		want  map[string]float64
	}{
		{3, "follow", map[string]float64{"before": -0.9, "at": -0.9, "after": -0.9, "end": 0.9, "anticipation": 0}},
		{0, "follow", map[string]float64{"before": -0.9, "at": 0.9, "after": 0.9, "anticipation": 0}},
		{-1, "anticipate", map[string]float64{"before": 0.9, "at": 0.9, "anticipation": 1.8}},
	} {
		g := &given{states: [][][]float64{make([][]float64, steps)}}
		r := runOf(t, g, true, externals, 10, 10)
		net := r.Network.(*tnn.Network)
		for i := range steps {
			s := make([]float64, 100)
			for k, x := range net.Externals {
				period := 40 + 14*k
				for _, e := range net.Graph.Edges {
					if e.A == x.ID || e.B == x.ID {
						s[e.A+e.B-x.ID] = -0.9 * square(i-c.delay+10*period, period)
					}
				}
				s[x.ID] = square(i, period)
			}
			g.states[0][i] = s
		}
		f := made(t, r, "flips")
		if !slices.ContainsFunc(f.Notes, func(n string) bool { return strings.Contains(n, "neighbours "+c.word) }) {
			t.Errorf("delay %d: %q", c.delay, f.Notes)
		}
		for name, want := range c.want {
			if got := analysistest.Value(t, f, name).Mean; math.Abs(got-want) > 1e-9 {
				t.Errorf("delay %d: %s is %g, want %g", c.delay, name, got, want)
			}
		}
		for i, v := range f.Tables[0].Values[3] {
			if e := f.Tables[0].Values[4][i]; math.Abs(v) > 4*e/math.Sqrt(40)+0.02 || !(e > 0.1) {
				t.Errorf("delay %d: chance at lag %g is %s", c.delay, f.Tables[0].Values[0][i], analysis.Number(v, e))
			}
		}
	}
}

// TestWhatIsMissing is told, where it is not asked for by name, and is an error where
// it is.
func TestWhatIsMissing(t *testing.T) {
	g := &given{columns: map[string][][]float64{}}
	for _, name := range []string{"order", "colour", "energy", "entropy", "dissipation", "changed_percent"} {
		g.columns[name] = [][]float64{{1, 2, 3, 2}}
	}
	r := runOf(t, g, true, nil, 4, 4)
	found, err := analysis.Make(r, tnnstats.Statistics(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if missing := slices.Contains([]string{"correlation", "domains", "flips", "polarisation", "nodes"}, f.Name); missing != (f.Missing != "") {
			t.Errorf("%s: %q", f.Name, f.Missing)
		}
	}
	for _, name := range []string{"correlation", "flips"} {
		chosen, err := analysis.Choose(tnnstats.Statistics(), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := analysis.Make(r, chosen, true); err == nil {
			t.Errorf("%s is made of nothing", name)
		}
	}
	if _, err := analysis.Choose(tnnstats.Statistics(), []string{"colours"}); err == nil || !strings.Contains(err.Error(), "moments") {
		t.Errorf("an unknown name: %v", err)
	}
}

// TestPolarisation: sites around two external nodes that follow them by a law of the
// distance have that law, and what parts them is told.
func TestPolarisation(t *testing.T) {
	externals := []tnn.ExternalSpec{
		{Count: 1, Connections: 4, Polarity: 1, Sublattice: tnn.Even, Weight: 10, Periods: []int{40}, Nodes: tnn.Numbered(0)},
		{Count: 1, Connections: 4, Polarity: 1, Sublattice: tnn.Even, Weight: 10, Periods: []int{40}, Nodes: tnn.Numbered(8)},
	}
	const side = 16
	g := &given{states: [][][]float64{make([][]float64, 12)}}
	r := runOf(t, g, true, externals, side, side)
	net := r.Network.(*tnn.Network)
	on := func(id int32) bool {
		return net.Graph.Lattice.Distance(0, int(id))+net.Graph.Lattice.Distance(8, int(id)) <= 10
	}
	var here, all float64 // edges between network nodes
	for _, e := range net.Graph.Edges {
		if net.IsNetwork(e.A) && net.IsNetwork(e.B) {
			all++
			if on(e.A) && on(e.B) {
				here++
			}
		}
	}
	g.final = func(string) []float64 {
		var weights []float64
		for _, e := range net.Graph.Edges {
			w := math.Sqrt((all - 4*here) / (all - here)) // so that 4 is that much of the mean, 1
			if on(e.A) && on(e.B) {
				w = -2
			}
			weights = append(weights, w)
		}
		return weights
	}
	for _, together := range []bool{true, false} {
		region := 0.0
		for i := range g.states[0] {
			sign, s := float64(1-2*(i%2)), make([]float64, side*side)
			for id := range s {
				a, b := net.Graph.Lattice.Distance(0, id), net.Graph.Lattice.Distance(8, id)
				s[id] = sign * math.Exp2(-float64(min(a, b)))
				if i == 0 && id != 0 && a <= b {
					region += math.Exp2(-float64(a)) / 2
				}
				if i == 0 && id != 8 && b < a {
					region += math.Exp2(-float64(b)) / 2
				}
				if !together && b < a {
					s[id] = -s[id]
				}
				if net.Graph.Lattice.Parity(id) == 1 {
					s[id] = -s[id]
				}
			}
			g.states[0][i] = s
		}
		p := made(t, r, "polarisation")
		if got := analysistest.Value(t, p, "region").Mean; math.Abs(got-region) > 1e-9 {
			t.Errorf("together %v: the region has %g sites, want %g", together, got, region)
		}
		if got := analysistest.Value(t, p, "across").Mean; together != (got > 0) || got == 0 {
			t.Errorf("together %v: across is %g", together, got)
		}
		if got := p.Tables[0].Values[1][1]; math.Abs(got-0.5) > 1e-9 {
			t.Errorf("together %v: neighbours are polarised by %g, want 0.5", together, got)
		}
		if got := analysistest.Value(t, p, "bridge").Mean; math.Abs(got-4) > 1e-9 {
			t.Errorf("together %v: weights between are %g, want 4", together, got)
		}
	}
}

// TestNodesByHand: groups, sublattices, what a file says of nodes and degrees have the
// states that they were given; external nodes count nowhere.
func TestNodesByHand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "star.txt")
	text := "0 1\n0 2\n0 3\n1 4\n# attribute kind 0 hub\n# attribute kind 1 \"far away\"\n# attribute kind 2 hub\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := tnn.Defaults()
	s.Graph.Kind, s.Graph.File, s.Eras[0].Steps = tnn.FromFile, path, 2
	s.Externals = []tnn.ExternalSpec{{Count: 1, Periods: []int{4}, Polarity: 1, Sublattice: tnn.Even, Weight: 9, Nodes: tnn.Numbered(4)}}
	s.Groups = append(s.Groups, s.Groups[0])
	s.Groups[0].Name, s.Groups[0].Degree = "hubs", "2.."
	net, err := s.Build(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := &given{states: [][][]float64{{{0.5, -1, 0.25, 0, 1}, {0.5, 1, 0.75, 0, -1}}}}
	found := made(t, &analysis.Run{Network: net, Replicas: []int{0}, First: 1, Last: 2, From: g}, "nodes")
	for name, want := range map[string]float64{
		"hubs_state": 0.25, "hubs_magnitude": 0.75, "group1_state": 0.25, "group1_magnitude": 0.25,
		"kind=hub_state": 0.5, "kind=hub_magnitude": 0.5, "kind=far away_state": 0, "kind=far away_magnitude": 1,
	} {
		if got := analysistest.Value(t, found, name).Mean; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	degrees := found.Tables[0]
	for i, want := range [][]float64{{1, 2, 3}, {2, 1, 1}, {0.25, 1, 0.5}} {
		if got := degrees.Values[i]; !slices.Equal(got, want) {
			t.Errorf("%s by degree is %v, want %v", degrees.Columns[i].Name, got, want)
		}
	}
}

// TestAvalanchesAndDissipationByHand of series whose sums are known.
func TestAvalanchesAndDissipationByHand(t *testing.T) {
	g := &given{columns: map[string][][]float64{
		"order": {make([]float64, 8)}, "entropy": {{4, 4, 4, 4, 12, 12, 12, 12}}, "dissipation": {{1, 3, 1, 3, 1, 3, 1, 3}},
		// In percent of 16 nodes: their mean is 25, so that half of it is 2 nodes.
		"changed_percent": {{0, 50, 25, 0, 0, 100, 0, 25}},
	}}
	r := runOf(t, g, true, nil, 4, 4)
	spec := r.Network.(*tnn.Network).Spec
	rule := spec.Network.Rule
	spec.Network.Rule = tnn.Hylton2019 // the column of the other rule holds what was dissipated before
	lost := made(t, r, "dissipation")
	for name, want := range map[string]float64{"entropy_per_node": 0.5, "dissipation": 2, "dissipated": 256} {
		if got := analysistest.Value(t, lost, name).Mean; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	spec.Network.Rule = rule
	if held := made(t, r, "dissipation"); slices.ContainsFunc(held.Values, func(v analysis.Value) bool { return v.Name == "dissipated" }) {
		t.Errorf("what is held is added up: %+v", held.Values)
	}
	spec.Network.Rule = tnn.Hylton2019
	found := made(t, r, "avalanches")
	// One of two steps, 8 and 4 nodes; one of a step, 16; the last is not over.
	for name, want := range map[string]float64{"avalanches": 2, "duration": 1.5, "size": (6 + 2 + 14) / 2.} {
		if got := analysistest.Value(t, found, name).Mean; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	r.First, r.Last = 8, 12 // of which one has a row
	lost = made(t, r, "dissipation")
	if slices.ContainsFunc(lost.Values, func(v analysis.Value) bool { return v.Name == "dissipated" }) || r.EachStep() == nil {
		t.Errorf("a row of five steps passes as each of them: %+v", lost.Values)
	}
}

// TestDistanceOfEnergies: energy is both a quantity and a field, and a distance is of fields.
func TestDistanceOfEnergies(t *testing.T) {
	g := &given{states: [][][]float64{{make([]float64, 16), make([]float64, 16)}}}
	other := &given{states: [][][]float64{{make([]float64, 16), {5: 1, 15: 0}}}}
	r, err := runOf(t, g, true, nil, 4, 4).Only("energy")
	if err != nil {
		t.Fatal(err)
	}
	r.Beside = other
	if got := analysistest.Value(t, analysistest.Made(t, analysis.OfQuantity(), r, "distance"), "distance_last").Mean; got != 1 {
		t.Errorf("the distance is %v, want 1", got)
	}
}
