package scan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// small is the beginning of scans of networks that take no time.
const small = `
base = "isolated4"
set = ["graph.sides=[4, 4]", "run.precision=double", "run.epoch=5"]
steps = 12
`

func decode(t *testing.T, text string) *File {
	t.Helper()
	f, err := Decode("scan.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newScan(t *testing.T, text string) *Scan {
	t.Helper()
	s, err := New(decode(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// points lists the values of every point.
func points(s *Scan) []string {
	var out []string
	for _, p := range s.Plan.Points {
		var texts []string
		for _, v := range p.Values {
			texts = append(texts, v.Text)
		}
		out = append(out, strings.Join(texts, " "))
	}
	return out
}

func TestDesigns(t *testing.T) {
	for text, want := range map[string][]string{
		small + `axis = [{key = "edge.inverse_temperature", values = [20, 80]}, {key = "group[0].levels", values = [2, 3, 10]}]`:                                    {"20 2", "20 3", "20 10", "80 2", "80 3", "80 10"},
		small + `axis = [{key = "edge.inverse_temperature", from = 20, to = 160, count = 4, scale = "log"}]`:                                                        {"20", "40", "80", "160"},
		small + `axis = [{key = "group[0].inverse_temperature", from = 0.1, to = 0.5, count = 5}]`:                                                                  {"0.1", "0.2", "0.3", "0.4", "0.5"},
		small + `axis = [{key = "group[0].levels", from = 2, to = 8, count = 13, scale = "log"}]`:                                                                   {"2", "3", "4", "5", "6", "7", "8"},
		small + `axis = [{keys = ["graph.sides", "group[0].connections"], values = [[[4, 4], 4], [[8, 8], 16]]}]`:                                                   {"[4, 4] 4", "[8, 8] 16"},
		small + "design = \"list\"\n" + `axis = [{key = "edge.size_mass", values = [0, 1]}, {key = "edge.noise", values = [true, false]}]`:                          {"0 true", "1 false"},
		small + `axis = [{keys = ["network.rule", "network.relaxations"], values = [["hylton2020", 0], ["hylton2019", 3]]}, {key = "graph.seed", values = [3, 4]}]`: {"hylton2020 0 3", "hylton2020 0 4", "hylton2019 3 3", "hylton2019 3 4"},
		strings.Replace(small, "steps = 12", "", 1) + `axis = [{key = "era[0].steps", values = [10, 20]}, {key = "run.precision", values = ["single", "double"]}]`:  {"10 single", "10 double", "20 single", "20 double"},
	} {
		if d := cmp.Diff(want, points(newScan(t, text))); d != "" {
			t.Errorf("%s\n(-want +is):\n%s", text, d)
		}
	}
}

// TestMeasuredKeysNameTasks: points that differ only in what is measured of the same run are
// different tasks.
func TestMeasuredKeysNameTasks(t *testing.T) {
	for _, text := range []string{
		"base = \"hopfield-recall\"\nexperiment = \"hopfield-capacity\"\naxis = [{key = \"recall.trials\", values = [5, 20]}]",
		"base = \"codes-backprop\"\nexperiment = \"codes-blocks\"\naxis = [{key = \"codes.blocks\", values = [100, 200]}]",
		"base = \"codes-backprop\"\nexperiment = \"codes-blocks\"\naxis = [{key = \"codes.evaluate\", values = [[0.05], [0.1]]}]",
		"base = \"perceptron-hebb\"\naxis = [{key = \"perceptron.average_from\", values = [1.0, 2.0]}]",
	} {
		f := decode(t, text)
		if s, err := New(f); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if p := s.Plan.Points; p[0].Task == p[1].Task {
			t.Errorf("%s: one task for both", text)
		}
	}
}

// TestDrawnPoints: drawing more of them changes none of the first, and they fill the
// space between the ends: random ones as random ones do, Sobol's evenly.
func TestDrawnPoints(t *testing.T) {
	text := small + `axis = [{key = "edge.inverse_temperature", from = 10, to = 1000, scale = "log"}, {key = "edge.size_mass", from = 0, to = 1}, {key = "group[0].levels", values = [2, 3]}]`
	for _, design := range []string{Random, Sobol} {
		few := newScan(t, "points = 8\ndesign = \""+design+"\"\n"+text)
		many := newScan(t, "points = 64\ndesign = \""+design+"\"\n"+text)
		if d := cmp.Diff(points(few), points(many)[:8]); d != "" {
			t.Errorf("%s: the first points change (-8 +64):\n%s", design, d)
		}
		for i := range few.Plan.Points {
			if few.Plan.Points[i].Task != many.Plan.Points[i].Task {
				t.Errorf("%s: task %d has another name", design, i)
			}
		}
		if few.Includes(many) == nil || many.Includes(few) != nil {
			t.Errorf("%s: 64 points include 8, and not the other way round", design)
		}
		cells := make(map[[2]int]int)
		for _, p := range many.Plan.Points {
			x := math.Log(p.Values[0].Number/10) / math.Log(100)
			cells[[2]int{int(8 * x), int(8 * p.Values[1].Number)}]++
		}
		if design == Sobol && len(cells) != 64 || design == Random && (len(cells) > 55 || len(cells) < 25) {
			t.Errorf("%s: 64 points are in %d of 64 cells", design, len(cells))
		}
		other := newScan(t, "seeds = {first = 5}\npoints = 8\ndesign = \""+design+"\"\n"+text)
		if points(other)[0] == points(few)[0] {
			t.Errorf("%s: the seed changes nothing", design)
		}
	}
}

// TestSobolIsANet: of the first 2^m points each interval of length 2^-m has one, along
// every axis (a property of the direction numbers: all first ones are odd).
func TestSobolIsANet(t *testing.T) {
	const m = 10
	for axis := range len(joeKuo) + 1 {
		place := sobolPlace(axis)
		var seen [1 << m]bool
		for i := range 1 << m {
			seen[int(place(3, i, axis)*(1<<m))] = true
		}
		for i, s := range seen {
			if !s {
				t.Fatalf("axis %d: interval %d is empty", axis, i)
			}
		}
	}
}

func TestParseAxis(t *testing.T) {
	list := func(v ...any) []any { return v }
	for text, want := range map[string]Axis{
		"edge.bound=1,2.5":             {Key: "edge.bound", Values: list(int64(1), 2.5)},
		"graph.sides=[16, 16],[8,8]":   {Key: "graph.sides", Values: list(list(int64(16), int64(16)), list(int64(8), int64(8)))},
		"network.rule=hylton2020, b":   {Key: "network.rule", Values: list("hylton2020", "b")},
		`graph.file="a,b;c.txt",'d'`:   {Key: "graph.file", Values: list("a,b;c.txt", "d")},
		"A=1,2;B=[3,4],x":              {Keys: []string{"A", "B"}, Values: list(list(int64(1), list(int64(3), int64(4))), list(int64(2), "x"))},
		"edge.noise = true , false ":   {Key: "edge.noise", Values: list(true, false)},
		"edge.inverse_temperature=1e2": {Key: "edge.inverse_temperature", Values: list(100.0)},
	} {
		got, err := ParseAxis(text)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +is):\n%s", text, err, d)
		}
	}
	for _, text := range []string{"", "a", "a=", "=1", "a=1,,2", "a=[1", "a=1]", "a=1;b=1,2", "a=1;b", "a=\"x", "a={b=1}", "a=1\nb=2", "a=1979-05-27"} {
		if got, err := ParseAxis(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %q", text, err)
		}
	}
}

func FuzzParseAxis(f *testing.F) {
	f.Add("A=1,2;B=[3,4],x")
	f.Add(`graph.file="a,b;c.txt",'d'`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAxis(text)
		if err != nil {
			return
		}
		scan := &File{Format: Format, Base: "isolated", Axes: []Axis{a}}
		if scan.Validate() != nil {
			return
		}
		encoded, err := scan.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode("scan.toml", encoded)
		if err != nil {
			t.Fatalf("%q is written as\n%s\nwhich is refused: %v", text, encoded, err)
		}
		twice, err := again.Encode()
		if err != nil || string(twice) != string(encoded) {
			t.Errorf("%q is written as\n%s\nand then as\n%s", text, encoded, twice)
		}
	})
}

// TestEncode: what is written is read as the same scan.
func TestEncode(t *testing.T) {
	text := small + `
experiment = ""
average_from = 3
own_graph = true
design = "sobol"
points = 5
seeds = {first = 9, count = 4, independent = true}
figure = {x = "edge.bound", y = "edge.size_mass", quantity = ["order"]}
axis = [{key = "edge.bound", from = 1, to = 2.5, scale = "log"}, {keys = ["edge.size_mass", "graph.sides"], values = [[0.5, [4, 4]]]}]
`
	for _, text := range []string{text, strings.Replace(text, `y = "edge.size_mass"`, "stack = true", 1)} {
		f := decode(t, text)
		encoded, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f, decode(t, string(encoded))); d != "" {
			t.Errorf("(-want +is):\n%s\n%s", d, encoded)
		}
	}
}

// TestBadScans: every mistake is one sentence that says where it is.
func TestBadScans(t *testing.T) {
	axis := "axis = [{key = \"edge.bound\", values = [1, 2]}]\n"
	for text, want := range map[string]string{
		"axis = 3\n":             "scan.toml:1: this is no scan",
		"base = \"isolated4\"\n": "there is no axis",
		"tables = 1\nbase = \"isolated4\"\n" + axis: "scan.toml:1: there is no key tables",
		axis:                                 "base is missing",
		"base = \"isolated5\"\n" + axis:      `there is no preset "isolated5"`,
		small + "design = \"cube\"\n" + axis: `design is "cube"`,
		small + "figure = {x = \"edge.bound\", y = \"edge.bound\", stack = true}\n" + axis: "figure.stack is true",
		small + "points = 3\n" + axis:                                                                                            "the axes of a grid say how many",
		small + "design = \"sobol\"\n" + axis:                                                                                    "points is 0",
		small + "seeds = {count = -1}\n" + axis:                                                                                  "seeds.count is -1",
		small + "average_from = 13\n" + axis:                                                                                     "averages begin at step 13, but the run has 12 steps",
		small + "own_graph = true\naxis = [{key = \"graph.seed\", values = [3, 4]}]\n":                                           "graph.seed is 3, by which all trials have the same graph",
		"base = \"perceptron-hebb\"\nown_graph = true\naxis = [{key = \"perceptron.nut\", values = [3, 4]}]\n":                   "perceptron draws none",
		small + "format = 2\n" + axis:                                                                                            "this program reads format 1",
		small + "experiment = \"dice\"\n" + axis:                                                                                 `there is no experiment "dice"`,
		small + `axis = [{values = [1]}]`:                                                                                        "it names no key",
		small + `axis = [{key = "edge.bound"}]`:                                                                                  "it has no values",
		small + `axis = [{key = "edge.bound", from = 1}]`:                                                                        "it has one end",
		small + `axis = [{key = "edge.bound", from = 1, to = 1, count = 3}]`:                                                     "two different finite numbers",
		small + `axis = [{key = "edge.bound", from = 0, to = 1, count = 3, scale = "log"}]`:                                      "a log scale has positive ends",
		small + `axis = [{key = "edge.bound", from = 1, to = 2}]`:                                                                "count is 0",
		small + `axis = [{key = "edge.bound", values = [1], scale = "log"}]`:                                                     "belong to from and to",
		small + `axis = [{keys = ["edge.bound", "edge.noise"], values = [[1]]}]`:                                                 "a list of 2 values",
		small + `axis = [{key = "edge.bounds", values = [1]}]`:                                                                   "there is no key edge.bounds",
		small + `axis = [{key = "edge.bound", values = [1, -2]}]`:                                                                "point 2 of the scan",
		small + `axis = [{key = "edge.bound", values = [1, 1.0]}]`:                                                               "points 1 and 2 of the scan are the same (edge.bound = 1)",
		small + `axis = [{key = "edge.bound", values = [1]}, {key = "edge.bound", values = [2]}]`:                                "edge.bound stands on two axes",
		small + `axis = [{key = "run.seed", values = [1]}]`:                                                                      "run.seed cannot be an axis",
		small + `axis = [{key = "run.replicas", values = [1]}]`:                                                                  "use trials",
		small + `axis = [{key = "run.backend", values = ["cpu"]}]`:                                                               "it is no key of the network",
		small + `axis = [{key = "record.every", values = [1]}]`:                                                                  "it is no key of the network",
		small + `axis = [{key = "edge.bound", values = [1979-05-27]}]`:                                                           "a value is a number",
		small + `axis = [{key = "graph", values = [1]}]`:                                                                         "graph",
		"set = [\"run.replicas=2\", \"run.sweep=edge.bound=1,2\"]\nbase = \"isolated4\"\n" + axis:                                "run.sweep cannot be part of a scan",
		small + "design = \"list\"\n" + `axis = [{key = "edge.bound", values = [1]}, {key = "edge.size_mass", values = [1, 2]}]`: "they need as many",
	} {
		f, err := Decode("scan.toml", []byte(text))
		if err == nil {
			_, err = New(f)
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngives %v\nwant  %s", text, err, want)
		}
	}
}

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
	folder, err := experiment.Create(files.OS{}, t.TempDir(), texts, "test")
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
	const axes = "seeds = {first = 5, count = 3}\naxis = [{key = \"group[0].inverse_temperature\", values = [0.5, 2]}, {key = \"graph.sides\", values = [[4, 4], [4, 6]]}]\n"
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
	for text, want := range map[string]int{small + axis: 1, base + axis: 3, base + "seeds = {count = 2}\n" + axis: 2} {
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

// TestNamesOfTasks: they follow from what is computed and from nothing else.
func TestNamesOfTasks(t *testing.T) {
	const axes = `axis = [{key = "edge.bound", values = [1, 2]}]`
	task := func(text string) string { return newScan(t, text).Plan.Points[0].Task }
	base := task(small + axes)
	for text, same := range map[string]bool{
		small + "seeds = {count = 7}\n" + axes:                                          true,
		small + `axis = [{key = "edge.bound", values = [1, 2, 3]}]`:                     true,
		small + `axis = [{key = "edge.bound", values = [1.0]}]`:                         true,
		small + "average_from = 11\n" + axes:                                            true, // it is the last epoch
		strings.Replace(small, "epoch=5\"", "epoch=5\", \"run.backend=cpu\"", 1) + axes: true,
		small + "average_from = 10\n" + axes:                                            false,
		small + "own_graph = true\n" + axes:                                             false,
		small + "seeds = {first = 2}\n" + axes:                                          false,
		small + "seeds = {independent = true}\n" + axes:                                 false,
		strings.Replace(small, "double", "single", 1) + axes:                            false,
		strings.Replace(small, "steps = 12", "steps = 11", 1) + axes:                    false,
	} {
		if got := task(text); got == base != same {
			t.Errorf("%s\nhas the task %s, and the first %s", text, got, base)
		}
	}
}

// TestIndependentSeeds: a point's own follows from its settings, not from its place.
func TestIndependentSeeds(t *testing.T) {
	const head = small + "seeds = {independent = true}\n"
	a := newScan(t, head+`axis = [{key = "edge.bound", values = [1, 2]}]`)
	b := newScan(t, head+`axis = [{key = "edge.bound", values = [3, 2.0, 1]}]`)
	if a.Plan.Points[0].Seed == a.Plan.Points[1].Seed || a.Plan.Points[1].Seed != b.Plan.Points[1].Seed || a.Plan.Points[0].Seed != b.Plan.Points[2].Seed {
		t.Errorf("%+v\n%+v", a.Plan.Points, b.Plan.Points)
	}
	if s := a.Plan.Points[0].Seed; s > math.MaxInt64 || s != pointSeed(1, []string{"edge.bound=1"}) {
		t.Errorf("the seed is %d", s)
	}
	paired := newScan(t, small+`axis = [{key = "edge.bound", values = [1, 2]}]`)
	if paired.Plan.Points[0].Seed != 1 || paired.Plan.Points[1].Seed != 1 {
		t.Errorf("%+v", paired.Plan.Points)
	}
}

// TestFolderNeedsNoOtherFile: the scan that is read from its folder is the same one,
// though its base is gone.
func TestFolderNeedsNoOtherFile(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "mine.toml")
	preset, err := config.NewPreset("isolated4", "graph.sides=[4, 4]")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(base, preset.Encode(), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "scan.toml")
	if err := os.WriteFile(file, []byte("base = \"mine.toml\"\nset = [\"edge.size_mass=3\"]\nsteps = 9\nseeds = {count = 2}\naxis = [{key = \"edge.bound\", values = [1, 2]}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(base); err != nil {
		t.Fatal(err)
	}
	again, err := Load(filepath.Join(folder, experiment.ConfigName))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	other, err := New(again)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Includes(other), other.Includes(s)); err != nil || other.Plan.Trials != 2 {
		t.Error(err)
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

// TestPresets can all be made, and no name is a run's, too.
func TestPresets(t *testing.T) {
	for _, p := range Presets() {
		f, found, err := NewPreset(p.Name)
		if err != nil || !found {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		// What a kind measures along an axis of its own may be a single point of a scan.
		s, err := New(f)
		if err != nil || len(s.Plan.Points) < 2 && s.Kind == nil || len(s.Plan.Points) == 0 || p.Doc == "" {
			t.Errorf("%s: %v", p.Name, err)
		}
		if _, err := config.NewPreset(p.Name); err == nil || !strings.Contains(err.Error(), "tnn-gpu scan --preset "+p.Name) {
			t.Errorf("%s, as a run: %v", p.Name, err)
		}
	}
}
