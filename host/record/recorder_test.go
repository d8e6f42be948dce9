package record

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// trajectory gives the state after every step.
func trajectory(t *testing.T, s setup) (states []*state.State, sums []float64) {
	t.Helper()
	b := simtest.NewBackend(s.model, s.precision, s.plan.Replicas)
	for range s.plan.Steps {
		step, err := b.Advance(1)
		if err != nil {
			t.Fatal(err)
		}
		now, err := b.State()
		if err != nil {
			t.Fatal(err)
		}
		states, sums = append(states, now), append(sums, step...)
	}
	return states, sums
}

func TestStepsTableHasEveryNumberExactly(t *testing.T) {
	for _, replicas := range []int{1, 3} {
		s := small(state.Single, replicas)
		path := filepath.Join(t.TempDir(), "run")
		s.fresh(t, path, 0)
		header, rows := readTable(t, path, StepsName)
		want := []string{"step", "replica", "mean", "ratio"}
		if replicas == 1 {
			want = []string{"step", "mean", "ratio"}
		}
		if d := cmp.Diff(want, header); d != "" {
			t.Errorf("header (-want +got):\n%s", d)
		}
		_, sums := trajectory(t, s)
		if len(rows) != len(sums)/2 {
			t.Fatalf("%d rows, want %d", len(rows), len(sums)/2)
		}
		for i, row := range rows {
			number := fmt.Sprint(i/replicas + 1)
			if replicas > 1 {
				number += "," + fmt.Sprint(i%replicas)
			}
			if got := strings.Join(row[:len(row)-2], ","); got != number {
				t.Fatalf("row %d is numbered %s, want %s", i, got, number)
			}
			var exact [2]float64
			s.model.Row(exact[:], sums[2*i:2*i+2])
			for k, cell := range row[len(row)-2:] {
				if v := numberIn(t, cell, 64); math.Float64bits(v) != math.Float64bits(exact[k]) {
					t.Fatalf("row %d: %s reads back as %v, want %v", i, cell, v, exact[k])
				}
			}
		}
	}
}

func TestEpochTables(t *testing.T) {
	s := small(state.Double, 2)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	header, epochs := readTable(t, path, epochsName)
	if d := cmp.Diff([]string{"epoch", "first", "last", "mean", "mean_error", "ratio", "ratio_error"}, header); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	header, replicas := readTable(t, path, replicaEpochsName)
	if d := cmp.Diff([]string{"epoch", "first", "last", "replica", "mean", "ratio"}, header); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	if len(epochs) != 5 || len(replicas) != 10 || strings.Join(epochs[4][:3], " ") != "5 41 47" {
		t.Fatalf("%d epochs, %d of replicas, the last one %v", len(epochs), len(replicas), epochs[len(epochs)-1])
	}
	for i, e := range epochs {
		a, b := numberIn(t, replicas[2*i][4], 64), numberIn(t, replicas[2*i+1][4], 64)
		mean, stderr := numberIn(t, e[3], 64), numberIn(t, e[4], 64)
		if math.Abs(mean-(a+b)/2) > 1e-15 || math.Abs(stderr-math.Abs(a-b)/2) > 1e-15 {
			t.Errorf("epoch %d: replicas %v and %v, mean %v, error %v", i+1, a, b, mean, stderr)
		}
	}
}

func TestProbesAreSingleValuesOfFields(t *testing.T) {
	s := small(state.Single, 2)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	header, rows := readTable(t, path, probesName)
	if d := cmp.Diff([]string{"step", "replica", "state[3]", "weight[1-0]", "double[0]"}, header); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	states, _ := trajectory(t, s)
	if len(rows) != 2*6 {
		t.Fatalf("%d rows, want those of 6 steps and 2 replicas", len(rows))
	}
	for i, row := range rows {
		step, replica := 7*(i/2+1), i%2
		now, nodes, edges := states[step-1], 6*replica, 6*replica
		at := func(field string, i int) string { return fmt.Sprint(now.Array(field).Single[i]) }
		want := []string{fmt.Sprint(step), fmt.Sprint(replica), at("state", nodes+2), at("weight", edges+5), fmt.Sprint(2 * now.Array("state").Single[nodes+5])}
		if d := cmp.Diff(want, row); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	}
}

func TestHistogramsCountEveryValueAtStartAndEnd(t *testing.T) {
	s := small(state.Double, 2)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	start, err := simtest.NewBackend(s.model, s.precision, 2).Field("weight", nil)
	if err != nil {
		t.Fatal(err)
	}
	states, _ := trajectory(t, s)
	want := make(map[string]int)
	for when, a := range map[string]*state.Array{"start": start, "end": states[46].Array("weight")} {
		for _, v := range a.Double {
			lower := math.Floor(4*v) / 4
			want[fmt.Sprintf("weight %s %v %v", when, lower, lower+0.25)]++
		}
	}
	_, rows := readTable(t, path, HistogramsName)
	got := make(map[string]int)
	for _, row := range rows {
		got[strings.Join(row[:4], " ")] = int(numberIn(t, row[4], 64))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestBinOfZeroHasNoSign(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &Recorder{folder: f, replicas: 1, points: [][]int{{0}}, histograms: newTable(HistogramsName, nil)}
	r.about.Distributions = []model.Distribution{{From: "weight", Width: 0.25, Items: 3, Values: func(out []float64, of model.Part) []float64 {
		return append(out, []float64{math.Copysign(0, -1), 0, -0.25}[of.First:of.Last]...)
	}}}
	if err := r.histograms.take(f, 0, nil); err == nil {
		t.Fatal("a table that does not exist can be gone on with")
	}
	if err := r.histograms.begin(f, 0, 0); err != nil {
		t.Fatal(err)
	}
	counted, err := r.count(func(string) *state.Array { return &state.Array{} })
	if err != nil {
		t.Fatal(err)
	}
	if err := r.writeHistograms("end", counted); err != nil {
		t.Fatal(err)
	}
	if _, err := r.histograms.sync(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(path, HistogramsName))
	if want := "\n,end,-0.25,0,1\n,end,0,0.25,2\n"; err != nil || string(text) != want {
		t.Errorf("got %q, want %q, error %v", text, want, err)
	}
}

// expected lists in Python's notation what the arrays of a run must be.
func expected(t *testing.T, s setup) string {
	t.Helper()
	states, _ := trajectory(t, s)
	lists := make(map[string]any)
	pick := func(a *state.Array, replica int, order []int) []float64 {
		out := make([]float64, len(order))
		for i, at := range order {
			out[i] = a.At(replica*(a.Len()/s.plan.Replicas) + at)
		}
		return out
	}
	all := func(now *state.State, field string, order []int) [][]float64 {
		var out [][]float64
		for r := range s.plan.Replicas {
			out = append(out, pick(now.Array(field), r, order))
		}
		return out
	}
	last := states[len(states)-1]
	lists["state"] = all(last, "state", s.model.Order(state.Node))
	lists["weight"] = all(last, "weight", s.model.Order(state.Edge))
	lists["charge"] = all(last, "charge", s.model.Order(state.HalfEdge))
	var states3, weights5, charges20 [][][]float64
	order := s.model.Order(state.Edge)
	for i, now := range states {
		if (i+1)%3 == 0 {
			states3 = append(states3, all(now, "state", s.model.Order(state.Node)))
		}
		if (i+1)%5 == 0 {
			weights5 = append(weights5, all(now, "weight", []int{order[5], order[0]}))
		}
		if (i+1)%20 == 0 {
			charges20 = append(charges20, all(now, "charge", s.model.Order(state.HalfEdge)))
		}
	}
	lists["recordings/state"], lists["recordings/weight"], lists["recordings/charge"] = states3, weights5, charges20
	text, err := json.Marshal(lists)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const openEverything = `
folder, want = sys.argv[1], json.loads(sys.argv[2])
meta = json.load(open(folder + "/run.json"))
files = {f["name"]: f for f in meta["files"]}
final = numpy.load(folder + "/final.npz", allow_pickle=False)
assert list(final.files) == [a["name"] for a in files["final.npz"]["arrays"]], final.files
for a in files["final.npz"]["arrays"]:
    got = final[a["name"]]
    assert list(got.shape) == a["shape"] and got.dtype == numpy.dtype(a["dtype"]) and len(a["axes"]) == got.ndim, (a, got.shape, got.dtype)
assert final["step"] == 47
assert final["a"].tolist() == [0, 1, 2, 3, 4, 0] and final["b"].tolist() == [1, 2, 3, 4, 0, 0]
def same(got, want):
    want = numpy.array(want, dtype=got.dtype).reshape(got.shape)
    assert numpy.array_equal(got, want), (got, want)
for name in ["state", "weight", "charge"]:
    same(final[name], want[name])
for name, file in files.items():
    if not name.startswith("recordings/"):
        continue
    a = file["arrays"][0]
    got = numpy.load(folder + "/" + name, mmap_mode="r", allow_pickle=False)
    assert got.dtype == numpy.dtype(a["dtype"]) and list(got.shape) == [47 // a["every"]] + a["shape"], (a, got.shape)
    assert len(a["axes"]) == got.ndim
    if name[:-4] in want:
        same(got, want[name[:-4]])
state, double, speed = (numpy.load(folder + "/recordings/" + n + ".npy") for n in ["state", "double", "speed"])
assert numpy.array_equal(double[2::3], 2 * state[3::4])
assert numpy.abs(speed).min() > 0
items = files["recordings/weight.npy"]["arrays"][0]["items"]
assert numpy.load(folder + "/" + items).tolist() == [5, 0]
print("opened", len(files))
`

func TestNumPyOpensEverything(t *testing.T) {
	for _, s := range []setup{small(state.Single, 2), small(state.Double, 1)} {
		path := filepath.Join(t.TempDir(), "run")
		s.fresh(t, path, 0)
		if out := numpy(t, openEverything, path, expected(t, s)); !strings.HasPrefix(out, "opened") {
			t.Errorf("%s precision: %s", s.precision, out)
		}
	}
}

func TestRecordingsCanBeReadWhileTheRunGoesOn(t *testing.T) {
	s := small(state.Single, 1)
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := simtest.NewBackend(s.model, s.precision, 1)
	o := s.options(b.Describe())
	plan, err := o.Plan(s.plan)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Record(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := sim.New(s.model, b, plan, r.Observe)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	b.BeforeStep = func(step int64) {
		if step != 10 && step != 40 {
			return
		}
		r.queue.wait()
		out := numpy(t, `
a = numpy.load(sys.argv[1] + "/recordings/state.npy", mmap_mode="r")
t = open(sys.argv[1] + "/steps.csv").read()
print(a.shape, numpy.isfinite(a).all(), t.endswith("\n"))`, path)
		if want := fmt.Sprintf("(%d, 5) True True", (step-1)/3); out != want {
			t.Errorf("before step %d NumPy sees %s, want %s", step, out, want)
		}
		looked++
	}
	summary, err := run.Go(t.Context())
	if err := r.Close(summary, err); err != nil || looked != 2 {
		t.Errorf("looked %d times, error %v", looked, err)
	}
}

func TestMetadataDescribeEveryFile(t *testing.T) {
	s := small(state.Double, 2)
	path := filepath.Join(t.TempDir(), "run")
	summary := s.fresh(t, path, 0)
	m, err := ReadMetadata(path)
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	for _, file := range m.Files {
		described = append(described, file.Name)
		if file.Doc == "" {
			t.Errorf("%s is not described", file.Name)
		}
		if file.Columns != nil {
			header, _ := readTable(t, path, file.Name)
			var names []string
			for _, c := range file.Columns {
				names = append(names, c.Name)
			}
			if d := cmp.Diff(header, names); d != "" {
				t.Errorf("columns of %s (-file +described):\n%s", file.Name, d)
			}
		}
		for _, a := range file.Arrays {
			if a.Items != "" {
				described = append(described, a.Items)
			}
		}
	}
	there := slices.Sorted(maps.Keys(results(t, path)))
	slices.Sort(described)
	if d := cmp.Diff(there, described); d != "" {
		t.Errorf("files (-there +described):\n%s", d)
	}
	if m.Status != sim.Finished || m.Steps != 47 || m.Updates != summary.Updates || m.Network["edges"] != 6 || m.Noise()[1] != 1<<63+1 || len(m.Sessions) != 1 {
		t.Errorf("metadata %+v", m)
	}
	one := m.Sessions[0]
	if one.Program != "test 1.0" || one.Backend.Name != "test" || one.Status != sim.Finished || one.Ended == nil || one.LastStep != 47 {
		t.Errorf("session %+v", one)
	}
}

func TestWhatCannotBeRecordedIsSaidBefore(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"no field":          func(o *Options) { o.Recordings[0].Field = "colour" },
		"no stride":         func(o *Options) { o.Recordings[0].Every = 0 },
		"a field twice":     func(o *Options) { o.Recordings[1].Field = "state" },
		"no node":           func(o *Options) { o.Recordings[0].Items = []int{5} },
		"negative edge":     func(o *Options) { o.Recordings[1].Items = []int{-1} },
		"some half-edges":   func(o *Options) { o.Recordings[4].Items = []int{1} },
		"no seed":           func(o *Options) { o.Seeds = nil },
		"no probe stride":   func(o *Options) { o.ProbeEvery = 0 },
		"no probed node":    func(o *Options) { o.Probes[0].A = 5 },
		"no probed edge":    func(o *Options) { o.Probes[1] = model.Probe{Field: "weight", A: 1, B: 3} },
		"a node as edge":    func(o *Options) { o.Probes[0].B = 4 },
		"an edge as node":   func(o *Options) { o.Probes[1].B = -1 },
		"no probed field":   func(o *Options) { o.Probes[0].Field = "colour" },
		"an edge's state":   func(o *Options) { o.Probes[0].B = 2 },
		"a node's weight":   func(o *Options) { o.Probes[1].B = -1 },
		"a half-edge probe": func(o *Options) { o.Probes[0].Field = "charge" },
	} {
		s := small(state.Single, 1)
		o := s.options(simtest.NewBackend(s.model, s.precision, 1).Describe())
		spoil(&o)
		if err := o.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := o.Plan(s.plan); err == nil {
			t.Errorf("%s: planned", name)
		}
		f, err := Create(filepath.Join(t.TempDir(), "run"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Record(o, nil); err == nil {
			t.Errorf("%s: recorded", name)
		}
		entries, err := fs.Glob(os.DirFS(f.Path()), "*.csv")
		if err != nil || len(entries) > 0 {
			t.Errorf("%s: %v were written, error %v", name, entries, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTwoCheckpointsAreKept(t *testing.T) {
	s := small(state.Single, 1)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	names, err := filepath.Glob(filepath.Join(path, "*.tnn"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(path, "checkpoint-45.tnn"), filepath.Join(path, "checkpoint-47.tnn")}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
