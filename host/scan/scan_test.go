package scan

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
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
		"base = \"isolated4\"\n" + `axis = [{keys = ["graph.sides", "group[0].connections"], values = [[[4, 4], 4], [[8, 8], 16]]}]`:                                {"[4, 4] 4", "[8, 8] 16"},
		small + "design = \"list\"\n" + `axis = [{key = "edge.size_mass", values = [0, 1]}, {key = "edge.noise", values = [true, false]}]`:                          {"0 true", "1 false"},
		small + `axis = [{keys = ["network.rule", "network.relaxations"], values = [["hylton2020", 0], ["hylton2019", 3]]}, {key = "graph.seed", values = [3, 4]}]`: {"hylton2020 0 3", "hylton2020 0 4", "hylton2019 3 3", "hylton2019 3 4"},
		"base = \"isolated4\"\n" + `axis = [{key = "era[0].steps", values = [10, 20]}, {key = "run.precision", values = ["single", "double"]}]`:                     {"10 single", "10 double", "20 single", "20 double"},
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

// TestWholeExperimentsNeedNoAverage: an experiment whose outcomes are of the whole course is as
// long as one likes, wherever averages would begin, and that names no other task.
func TestWholeExperimentsNeedNoAverage(t *testing.T) {
	make := func(kind, from string) (*Scan, error) {
		return New(decode(t, "base = \"perceptron-hebb\"\nset = [\"perceptron.time=2\", \"perceptron.average_from="+from+"\"]\nexperiment = \""+kind+"\"\naxis = [{key = \"perceptron.nut\", values = [1.0, 2.0]}]"))
	}
	for _, kind := range []string{"learn", "efficiency"} {
		late, err := make(kind, "15")
		if err != nil {
			t.Fatal(err)
		}
		early, err := make(kind, "1")
		if err != nil || late.Includes(early) != nil {
			t.Errorf("%s: %v, %v", kind, err, late.Includes(early))
		}
	}
	for _, kind := range []string{"steady", "entropy"} {
		if _, err := make(kind, "15"); err == nil || !strings.Contains(err.Error(), "perceptron.average_from is 15: use a time from 0 to below the end of the run, time = 2") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestCurvesNeedTenSteps: a learning curve of fewer has no place.
func TestCurvesNeedTenSteps(t *testing.T) {
	_, err := New(decode(t, "base = \"perceptron-hebb\"\nset = [\"perceptron.time=0.009\"]\nexperiment = \"learn\"\naxis = [{key = \"perceptron.nut\", values = [1.0, 2.0]}]"))
	if err == nil || !strings.Contains(err.Error(), "perceptron.time is 0.009: a learning curve begins at step 10; use a time from 0.01") {
		t.Error(err)
	}
}

// TestPresetsFitTheirSteps: what a preset sets is not what a user gave, so that --steps may move it.
func TestPresetsFitTheirSteps(t *testing.T) {
	make := func(set ...string) (*Scan, error) {
		f, _, err := NewPreset("perceptron-separated")
		if err != nil {
			t.Fatal(err)
		}
		f.Steps, f.Set = 1000, append(f.Set, set...)
		return New(f)
	}
	s, err := make()
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.Base.Value("perceptron.average_from"); err != nil || v.Text != "0.15" {
		t.Errorf("averages of a run of time 0.2 begin at %s, %v", v.Text, err)
	}
	if _, err := make("perceptron.average_from=16"); err == nil || !strings.Contains(err.Error(), "a run of 1000 steps ends before") {
		t.Errorf("a value that is given: %v", err)
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
	text := strings.Replace(small, `"graph.sides=[4, 4]", `, "", 1) + `
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
		if d := cmp.Diff(f, decode(t, string(encoded)), cmpopts.IgnoreUnexported(File{})); d != "" {
			t.Errorf("(-want +is):\n%s\n%s", d, encoded)
		}
	}
}

// TestVary: a flag takes the place of an axis that the file has for its keys, and is else
// one more.
func TestVary(t *testing.T) {
	for over, want := range map[string]string{
		"edge.bound=7,8": "edge.bound;edge.noise+edge.size_mass", "edge.size_mass=1,2;edge.noise=3,4": "edge.bound;edge.size_mass+edge.noise",
		"edge.bound=7;edge.levels=8": "edge.bound+edge.levels;edge.noise+edge.size_mass", "run.precision=single": "edge.bound;edge.noise+edge.size_mass;run.precision",
		"edge.noise=1,2": "an axis of the scan varies edge.noise and edge.size_mass together; give values for all of them, as in --over 'edge.noise=...;edge.size_mass=...'",
		"edge.bound=1;edge.noise=2;edge.size_mass=3": "these are two axes of the scan, edge.bound and edge.noise;edge.size_mass; give an --over for each",
	} {
		f := decode(t, small+`axis = [{key = "edge.bound", values = [1, 2]}, {keys = ["edge.noise", "edge.size_mass"], values = [[1, 2]]}]`)
		axis, err := ParseAxis(over)
		if err != nil {
			t.Fatal(err)
		}
		var are []string
		if err = f.Vary([]Axis{axis}); err == nil {
			for _, a := range f.Axes {
				are = append(are, strings.Join(a.keys(), "+"))
			}
		} else {
			are = []string{err.Error()}
		}
		if is := strings.Join(are, ";"); !strings.HasSuffix(is, want) {
			t.Errorf("--over %s gives %s, want %s", over, is, want)
		}
	}
	for _, overs := range [][]string{{"edge.bound=7,8", "edge.bound=9"}, {"edge.bound=7,8", "edge.bound=9,10;edge.levels=4,5"}, {"edge.noise=true", "edge.noise=false"}} {
		f := decode(t, small+`axis = [{key = "edge.bound", values = [1, 2]}]`)
		var axes []Axis
		for _, over := range overs {
			axis, err := ParseAxis(over)
			if err != nil {
				t.Fatal(err)
			}
			axes = append(axes, axis)
		}
		err := f.Vary(axes)
		if err == nil {
			err = f.Validate()
		}
		key, _, _ := strings.Cut(overs[0], "=")
		if want := key + " stands on two axes"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--over %v gives %v, want %s", overs, err, want)
		}
	}
}

// TestBadScans: every mistake is one sentence that says where it is.
func TestBadScans(t *testing.T) {
	axis := "axis = [{key = \"edge.bound\", values = [1, 2]}]\n"
	for text, want := range map[string]string{
		"base = \"a\nb\"\n" + axis:                  "scan.toml:1: this is no scan: basic strings cannot have new lines",
		"steps = 010\n" + axis:                      "scan.toml:1: this is no scan: ",
		"axis = 3\n":                                "scan.toml:1: axis cannot have this value: use tables [[axis]], whose keys docs/scan.md lists",
		"set = [\n1]\n" + axis:                      "scan.toml:2: set cannot have this value: use a list of texts",
		"seeds = 3\n" + axis:                        "scan.toml:1: seeds cannot have this value: use a table whose keys docs/scan.md lists",
		"seeds = {first = -1}\n" + axis:             "scan.toml:1: seeds cannot have this value: use a table whose keys docs/scan.md lists",
		axis + "[seeds]\nfirst = -1\n":              "scan.toml:3: seeds.first cannot have this value: use a whole number from 0 on",
		"steps = true\n" + axis:                     "scan.toml:1: steps cannot have this value: use a whole number",
		"own_graph = 1\n" + axis:                    "scan.toml:1: own_graph cannot have this value: use true or false",
		"[[axis]]\nkey = 1\n":                       "scan.toml:2: axis.key cannot have this value: use a text in quotes",
		"[[axis]]\nfrom = true\n":                   "scan.toml:2: axis.from cannot have this value: use a number",
		"[[axis]]\nvalues = 2\n":                    "scan.toml:2: axis.values cannot have this value: use a list, such as [1, 2]",
		"base = \"isolated4\"\n":                    "there is no axis",
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
		small + "figure = { quantity = [\"order\", \"order\"] }\n" + axis:                                                        "name each once",
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

// TestFigureOfRuns: quantities and axes of figures are outcomes of some point, or keys,
// which is known before anything is computed.
func TestFigureOfRuns(t *testing.T) {
	rules := `axis = [{keys = ["network.rule", "network.relaxations"], values = [["hylton2019", 1], ["hylton2020", 0]]}]` + "\n"
	for figure, says := range map[string]string{
		"":                                       "",
		"quantity = [\"order\"]":                 "",
		"quantity = [\"free_energy\"]":           "", // the second point has it alone
		"x = \"network.rule\"":                   "",
		"x = \"energy\"":                         "",
		"quantity = [\"free_enrgy\"]":            `there is no such outcome; there are energy, `,
		"quantity = [\"free_enrgy\", \"order\"]": "free_energy",
		"x = \"edge.bound\"":                     `the axis "edge.bound", and the scan varies network.rule`,
	} {
		err := newScan(t, small+rules+"figure = {"+figure+"}\n").CheckFigure()
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v, want %q", figure, err, says)
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

// TestPresets can all be made and heed all that they set, and no name is a run's, too.
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
		if says := s.PassedOver(); s.CheckHeeded() != nil || says != "" {
			t.Errorf("%s: %v %s", p.Name, s.CheckHeeded(), says)
		}
		if _, err := config.NewPreset(p.Name); err == nil || !strings.Contains(err.Error(), "tnn-gpu scan --preset "+p.Name) {
			t.Errorf("%s, as a run: %v", p.Name, err)
		}
	}
}
