package tnn

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/graph"
)

// waved is a network of single external nodes with a wave form.
func waved(nodes int, e ExternalSpec) *Spec {
	s := Defaults()
	s.Graph.Kind, s.Graph.Sides, s.Graph.Bipartite, s.Graph.Separation = graph.Neighbor, []int{12, 12}, true, 3
	s.Groups[0].Connections = 4
	s.Eras[0].Steps = 4
	e.Count, e.Connections, e.Polarity, e.Sublattice, e.Weight = nodes, 4, 1, Even, 10
	s.Externals = []ExternalSpec{e}
	return s
}

// TestSingleNodes stand on the sublattice and have the polarity that the table gives,
// beside pairs whose places they do not change.
func TestSingleNodes(t *testing.T) {
	pairs := waved(0, ExternalSpec{Periods: []int{4}})
	pairs.Externals[0].Pairs = 2
	before, err := Build(pairs, 3)
	if err != nil {
		t.Fatal(err)
	}
	single := ExternalSpec{Count: 3, Connections: 4, Periods: []int{6}, Polarity: -1, Sublattice: Odd, Weight: 5}
	both := *pairs
	both.Externals = []ExternalSpec{single, pairs.Externals[0]}
	n, err := Build(&both, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Externals) != 7 {
		t.Fatalf("there are %d external nodes", len(n.Externals))
	}
	odd := 0
	for _, x := range n.Externals {
		old := before.external(x.ID)
		switch {
		case old != nil && old.Polarity != x.Polarity:
			t.Errorf("node %d of a pair has polarity %d", x.ID, x.Polarity)
		case old == nil && (x.Polarity != -1 || n.Graph.Lattice.Parity(int(x.ID)) != 1 || x.Period(0) != 6):
			t.Errorf("single node %+v", x)
		case old == nil:
			odd++
		}
	}
	if odd != 3 {
		t.Errorf("%d nodes are new: the pairs are elsewhere", odd)
	}
}

func TestWaveMistakes(t *testing.T) {
	for _, c := range []struct {
		change func(e *ExternalSpec)
		says   string
	}{
		{func(e *ExternalSpec) { e.Wave = "saw" }, `external[0].wave is "saw": use square, sine, noise, series or feed`},
		{func(e *ExternalSpec) { e.Pairs = 2 }, "external[0].count is 1: a table has pairs or single nodes"},
		{func(e *ExternalSpec) { e.Count = -1 }, "external[0].count is -1"},
		{func(e *ExternalSpec) { e.Periods = nil }, "external[0].periods is missing"},
		{func(e *ExternalSpec) { e.Wave = Fed }, "external[0].periods is [4]: a node of wave feed has none"},
		{func(e *ExternalSpec) { e.Wave, e.Amplitude = Sine, 1.5 }, "external[0].amplitude is 1.5"},
		{func(e *ExternalSpec) { e.Wave, e.Amplitude = Sine, math.NaN() }, "external[0].amplitude is NaN"},
		{func(e *ExternalSpec) { e.Amplitude = 0.5 }, "external[0].amplitude is 0.5: a node of wave square has none"},
		{func(e *ExternalSpec) { e.Wave, e.Periods, e.Correlation = WaveNoise, nil, 3 }, "external[0].amplitude is 0"},
		{func(e *ExternalSpec) { e.Wave, e.Periods, e.Amplitude = WaveNoise, nil, 0.5 }, "external[0].correlation_time is 0"},
		{func(e *ExternalSpec) { e.Correlation = 3 }, "external[0].correlation_time is 3"},
		{func(e *ExternalSpec) { e.Wave, e.Periods = Series, nil }, "external[0].series is missing"},
		{func(e *ExternalSpec) { e.Series = "x.csv" }, `external[0].series is "x.csv"`},
		{func(e *ExternalSpec) { e.Nodes = Numbered(0, 2) }, "name each of the single nodes"},
		{func(e *ExternalSpec) { e.Nodes = Numbered(1) }, "this node must be on an even site"},
	} {
		s := waved(1, ExternalSpec{Periods: []int{4}})
		c.change(&s.Externals[0])
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %s", err, c.says)
		}
	}
}

// TestSeries reads files of several forms, and gives nodes their columns.
func TestSeries(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"csv", "0.5,-1\n0,1\n1,0\n-0.25,0.75\n", ""},
		{"spaces, no end", "# mine\n 0.5  -1\n\n0 1\n1 0\n-0.25\t0.75", ""},
		{"head", "step;up;down\r\n1;0.5;-1\r\n2;0;1\r\n3;1;0\r\n4;-0.25;0.75\r\n5;9;9", "row 5 has 9"},
		{"head", "step;up;down\r\n1;0.5;-1\r\n2;0;1\r\n3;1;0\r\n4;-0.25;0.75\r\n", ""},
		{"short", "0.5,-1\n0,1\n1,0\n", "it has 3 rows, and the run has 4 steps"},
		{"ragged", "0.5,-1\n0\n", "line 2: it has 1 number, and others have 2"},
		{"wide", "1,2,3\n", "it has 1 row"},
		{"columns", "1,1,1\n1,1,1\n1,1,1\n1,1,1\n", "it has 3 columns, and drives 2 nodes"},
		{"NaN", "0.5,NaN\n", "line 1: NaN is no finite number"},
		{"no number", "0.5,0\n1,x\n", `line 2: "x" is no number`},
		{"empty", "", "there are no numbers in it"},
		{"large", "0.5,-1\n0,1.5\n1,0\n-0.25,0.75\n", "row 2 has 1.5: use numbers from -1 to 1"},
		{"names", "step,node 9999\n1,1\n2,1\n3,1\n4,1\n", "it has no column for node"},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		s := waved(2, ExternalSpec{Wave: Series, Series: path})
		n, err := Build(s, 1)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "external[0].series") {
				t.Errorf("%s: %v, want %s", c.name, err, c.says)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		d, row, got := NewDrive(n, &Controls{}), make([]Told, 2), []float64(nil)
		for step := range int64(4) {
			if err := d.Row(row, step+1); err != nil {
				t.Fatal(err)
			}
			got = append(got, row[0].State, row[1].State)
		}
		// The first column is the first node's that was placed, whatever its number.
		want := []float64{0.5, -1, 0, 1, 1, 0, -0.25, 0.75}
		swapped := []float64{-1, 0.5, 1, 0, 0, 1, 0.75, -0.25}
		if !slices.Equal(got, want) && !slices.Equal(got, swapped) {
			t.Errorf("%s: the states are %v", c.name, got)
		}
	}
	path := filepath.Join(t.TempDir(), "nowhere.csv")
	if _, err := Build(waved(1, ExternalSpec{Wave: Series, Series: path}), 1); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}

// TestOneColumnForAll is taken times the polarity of each node.
func TestOneColumnForAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("0.5\n-1\n0\n1\n1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := waved(0, ExternalSpec{Wave: Series, Series: path, Pairs: 1})
	n, err := Build(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]Told, 2)
	if err := NewDrive(n, &Controls{}).Row(row, 1); err != nil || row[0].State != 0.5*float64(n.Externals[0].Polarity) || row[1].State != -row[0].State || row[0].Weight == row[0].Weight {
		t.Errorf("%v, %v", row, err)
	}
	told := false
	for _, line := range n.Announce() {
		told = told || strings.Contains(line[1], "1 row more than the run has steps")
	}
	if !told {
		t.Errorf("a series that is longer than the run is not told: %q", n.Announce())
	}
}

// TestSine against the formula, over eras of different periods.
func TestSine(t *testing.T) {
	s := waved(1, ExternalSpec{Wave: Sine, Periods: []int{8, 5}, Amplitude: 0.5})
	s.Eras = []EraSpec{{Steps: 20, Mode: Driven}, {Steps: 30, Mode: Driven}}
	n, err := Build(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, row := NewDrive(n, &Controls{}), make([]Told, 1)
	for step := int64(1); step <= 50; step++ {
		period := 8.0
		if step > 20 {
			period = 5
		}
		want := 0.5 * math.Sin(2*math.Pi*math.Mod(float64(step-1), period)/period)
		if err := d.Row(row, step); err != nil || math.Abs(row[0].State-want) > 1e-15 {
			t.Errorf("step %d: %v, want %v, %v", step, row[0], want, err)
		}
	}
}

// TestSetFed has all external nodes fed, or leaves those that are named.
func TestSetFed(t *testing.T) {
	s := waved(2, ExternalSpec{Periods: []int{4}})
	if err := s.SetFed(); err != nil || s.Validate() != nil || s.Externals[0].Wave != Fed {
		t.Errorf("%+v, %v, %v", s.Externals, err, s.Validate())
	}
	s = waved(2, ExternalSpec{Wave: Fed})
	s.Externals = append(s.Externals, ExternalSpec{Count: 1, Periods: []int{3}})
	if err := s.SetFed(); err != nil || s.Externals[1].Wave != "" {
		t.Errorf("%+v, %v", s.Externals, err)
	}
	s.Externals = nil
	if err := s.SetFed(); err == nil {
		t.Error("a network without external nodes takes inputs")
	}
}

// TestFlips: square and sine waves and series change signs at known steps; where there are
// too many, none are told.
func TestFlips(t *testing.T) {
	series := make([]float64, 20)
	for i := range series {
		series[i] = []float64{0.5, 0, -0.5, -1}[i/5]
	}
	for name, test := range map[string]struct {
		x    External
		want []int64
	}{
		"square": {External{Polarity: 1, Periods: []int{8}}, []int64{5, 9, 13, 17}},
		"sine":   {External{Polarity: 1, Periods: []int{8}, Wave: Sine, Amplitude: 1}, []int64{6, 10, 14, 18}},
		"series": {External{Polarity: 1, Wave: Series, Values: series}, []int64{11}},
		"noise":  {External{Polarity: 1, Wave: WaveNoise, Amplitude: 1, Correlation: 3}, nil},
	} {
		n := &Network{Spec: &Spec{Eras: []EraSpec{{Steps: 20, Mode: Driven}}}, Externals: []External{test.x}}
		if got := n.Flips(10); !slices.Equal(got, test.want) {
			t.Errorf("%s: flips at %v, want %v", name, got, test.want)
		}
		if got := n.Flips(0); got != nil {
			t.Errorf("%s: flips at %v, of which there are too many", name, got)
		}
	}
	n := &Network{Spec: &Spec{Eras: []EraSpec{{Steps: 6, Mode: Driven}, {Steps: 6, Mode: Off}, {Steps: 8, Mode: Driven}}}, Externals: []External{{Polarity: 1, Periods: []int{8}}}}
	if got, want := n.Flips(10), []int64{5, 17}; !slices.Equal(got, want) {
		t.Errorf("flips at %v, want %v", got, want)
	}
	late := &Network{Spec: &Spec{Eras: []EraSpec{{Steps: mostSearched, Mode: Off}, {Steps: 20, Mode: Driven}}}, Externals: []External{{Polarity: 1, Periods: []int{8}}}}
	if got := late.Flips(10); got != nil {
		t.Errorf("flips at %v, after the steps that are searched", got)
	}
}
