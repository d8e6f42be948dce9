package web

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// recorded makes a run of a ring in a folder: the state recorded every 5 steps, and
// the weights of two of its edges. Its replicas may have values of a key.
func recorded(t testing.TB, path string, steps int64, p state.Precision, values ...float64) *state.State {
	t.Helper()
	m := onLattice{simtest.Model{Nodes: nodes}}
	b := simtest.NewBackend(m.Model, p, 2)
	o := record.Options{
		Program: "test", Model: m, Backend: b.Describe(), Seeds: []uint64{1, 2},
		Recordings: []record.Recording{{Field: "state", Every: 5}, {Field: "double", Every: 5, Items: []int{2, 7}}},
	}
	if values != nil {
		o.Sweep = &model.Sweep{Key: "edge.heat", Values: values}
	}
	plan, err := o.Plan(sim.Plan{Steps: steps, Replicas: 2, Epoch: 10})
	if err != nil {
		t.Fatal(err)
	}
	f, err := record.Create(path, []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := f.Record(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := sim.New(m, b, plan, recorder.Observe)
	if err != nil {
		t.Fatal(err)
	}
	s, err := run.Go(context.Background())
	if err == nil {
		err = recorder.Close(s, nil)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	last, _ := b.State()
	return last
}

// onLattice is a ring whose nodes are in rows of 5.
type onLattice struct{ simtest.Model }

func (m onLattice) Sites() model.Sites {
	return model.Sites{Space: state.Node, Count: m.Nodes, Sides: []int{2, 5}, Bipartite: true, Field: "state"}
}

func buildRing(string, []byte) (model.Network, error) {
	return onLattice{simtest.Model{Nodes: nodes}}, nil
}

// runsOf serves a folder of runs.
func runsOf(t testing.TB, path string) *Server {
	t.Helper()
	r, err := OpenRuns(path, buildRing)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(Options{Runs: r, Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	return s
}

// get asks for something of the runs, and wants a code.
func get(t testing.TB, s *Server, code int, target string) []byte {
	t.Helper()
	w := ask(s, http.MethodGet, "/api/"+target+"&token="+s.token)
	if w.Code != code {
		t.Fatalf("%s is answered %d: %s", target, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func getJSON(t testing.TB, s *Server, target string, into any) {
	t.Helper()
	if err := json.Unmarshal(get(t, s, 200, target), into); err != nil {
		t.Fatal(err)
	}
}

// TestSweptRun: replicas of different values of a key are never averaged.
func TestSweptRun(t *testing.T) {
	dir := t.TempDir()
	last := recorded(t, filepath.Join(dir, "one"), 22, state.Double, 20, 80)
	s := runsOf(t, dir)
	var list struct{ Runs []about }
	getJSON(t, s, "runs?", &list)
	if a := list.Runs[0]; len(a.Columns) != 2 || a.Sweep == nil || a.Sweep.Key != "edge.heat" || !slices.Equal(a.Sweep.Values, []float64{20, 80}) {
		t.Errorf("the page is told of the sweep %+v and columns %+v", a.Sweep, a.Columns)
	}
	var p points
	getJSON(t, s, "points?run=one", &p)
	if len(p.Names) != 2 || len(p.Values) != 4 {
		t.Fatalf("%d columns for 2 values of %q", len(p.Values), p.Names)
	}
	for r := range 2 {
		mean := 0.0
		for id := range nodes {
			mean += last.Array("state").At(r*(nodes+1)+nodes-id) / nodes
		}
		if got := float64(p.Values[2*r][21]); math.Abs(got-mean) > 1e-5 {
			t.Errorf("the mean state of value %d at the end is %v, want %v", r, got, mean)
		}
	}
	var h []*Histogram
	getJSON(t, s, "histograms?run=one", &h)
	var swept []float64
	for _, h := range h {
		total := h.Below + h.Above
		for _, n := range h.Counts {
			total += n
		}
		if swept = append(swept, h.Swept); total != nodes+1 {
			t.Errorf("the histogram at %v counts %d weights", h.Swept, total)
		}
	}
	if !slices.Equal(swept, []float64{20, 80, 20, 80}) {
		t.Errorf("histograms are of the values %v", swept)
	}
}

func TestRuns(t *testing.T) {
	dir := t.TempDir()
	last := recorded(t, filepath.Join(dir, "one"), 22, state.Double)
	recorded(t, filepath.Join(dir, "two"), 22, state.Single)
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := runsOf(t, dir)

	var list struct{ Runs []about }
	getJSON(t, s, "runs?", &list)
	if len(list.Runs) != 2 || list.Runs[1].Name != "one" {
		t.Fatalf("the runs are %+v", list.Runs)
	}
	one := list.Runs[1]
	want := []field{
		{Name: "state", Unit: "1", Doc: "state of the node", Records: 4, Every: 5, First: 5, Grid: "node", Scale: others, Flips: true},
		{Name: "double", Unit: "1", Doc: "twice the state", Records: 4, Every: 5, First: 5, Grid: "node", Scale: others},
	}
	if d := cmp.Diff(want, one.Fields); d != "" || one.Steps != 22 || len(one.Columns) != 2 || one.Status != sim.Finished {
		t.Errorf("%+v; the fields (-want +is):\n%s", one, d)
	}

	for step, name := range map[string]string{"20": "recorded", "22": "final"} {
		f := parseFrame(get(t, s, 200, "frame?run=one&field=state&replica=1&w=5&h=2&width=5&height=2&seq=3&step="+step))
		if f.seq != 3 || f.width != 5 || f.height != 2 || len(f.levels) != nodes {
			t.Errorf("the %s picture is %+v", name, f)
		}
		if name != "final" {
			continue
		}
		for id := range nodes {
			want := last.Array("state").At(nodes + 1 + nodes - id)
			if got := float64(f.levels[id]-1) / (levels - 1); math.Abs(got-want) > 1.0/(levels-1) {
				t.Errorf("node %d is shown as %v, and was %v", id, got, want)
			}
		}
	}
	f := parseFrame(get(t, s, 200, "frame?run=two&field=double&w=5&h=2&width=5&height=2&step=5"))
	for id, level := range f.levels {
		if (level != 0) != (id == 2 || id == 7) {
			t.Errorf("node %d, of which nothing was recorded, has level %d, or the other way round", id, level)
		}
	}

	var p points
	getJSON(t, s, "points?run=one", &p)
	if d := cmp.Diff([]string{"mean", "ratio"}, p.Names); d != "" || len(p.Steps) != 22 || len(p.Values) != 2 || len(p.Values[1]) != 22 {
		t.Errorf("points %+v", p)
	}
	mean := 0.0
	for r := range 2 {
		for id := range nodes {
			mean += last.Array("state").At(r*(nodes+1)+nodes-id) / (2 * nodes)
		}
	}
	if got := float64(p.Values[0][21]); math.Abs(got-mean) > 1e-5 {
		t.Errorf("the mean state at the end is %v, want %v", got, mean)
	}

	var h []*Histogram
	getJSON(t, s, "histograms?run=one", &h)
	if len(h) != 2 || h[0].When != "start" || h[1].When != "end" || h[1].Step != 22 {
		t.Errorf("histograms %+v", h)
	}

	var n Node
	getJSON(t, s, "node?run=one&node=0&step=22&replica=1", &n)
	if n.Degree != 3 || len(n.Values) == 0 || math.Abs(float64(n.Values[0].Value)-last.Array("state").At(2*nodes+1)) > 1e-5 {
		t.Errorf("node %+v", n)
	}
	if w := last.Array("weight").At(2*(nodes+1) - 1); len(n.Edges) != 3 || n.Edges[0].To != 1 || math.Abs(float64(n.Edges[0].Values[0])-w) > 1e-5 {
		t.Errorf("edges %+v; the first has weight %v", n.Edges, w)
	}
}

// TestOneRun serves the folder of a run itself, which still grows.
func TestOneRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one")
	recorded(t, path, 22, state.Single)
	whole, err := os.ReadFile(filepath.Join(path, "steps.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s := runsOf(t, path)
	for _, cut := range []int{0, 3, len(whole) / 2, len(whole) - 1, len(whole), len(whole) / 3} {
		if err := os.WriteFile(filepath.Join(path, "steps.csv"), whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		var p points
		getJSON(t, s, "points?run=one", &p)
		// Two rows a step, after the first one.
		if want := max(0, (bytes.Count(whole[:cut], []byte("\n"))-1)/2); p.Points == nil && want > 0 || p.Points != nil && len(p.Steps) != want {
			t.Errorf("%d bytes have %+v points, want %d", cut, p.Points, want)
		}
	}
}

// TestNoWayOut: no request and no file in a run folder leads out of it.
func TestNoWayOut(t *testing.T) {
	dir := t.TempDir()
	recorded(t, filepath.Join(dir, "runs", "one"), 10, state.Single)
	recorded(t, filepath.Join(dir, "secret"), 10, state.Single)
	s := runsOf(t, filepath.Join(dir, "runs"))
	for _, name := range []string{"../secret", "..%2Fsecret", "one/../../secret", ".", "..", "", "%00", strings.ReplaceAll(dir, "/", "%2F") + "%2Fsecret", "ONE"} {
		get(t, s, http.StatusNotFound, "points?run="+name)
		get(t, s, http.StatusNotFound, "frame?w=1&h=1&width=1&height=1&step=5&field=state&run="+name)
	}
	for _, field := range []string{"../../secret/recordings/state", "..", "", "state.npy", "step", "a"} {
		get(t, s, http.StatusBadRequest, "frame?run=one&w=1&h=1&width=1&height=1&step=10&field="+field)
	}
	one := filepath.Join(dir, "runs", "one")
	for _, name := range []string{"steps.csv", "recordings/state.npy"} {
		if err := os.Remove(filepath.Join(one, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(dir, "secret", name), filepath.Join(one, name)); err != nil {
			t.Skipf("there are no links: %v", err)
		}
	}
	get(t, s, http.StatusNotFound, "points?run=one")
	get(t, s, http.StatusBadRequest, "frame?run=one&w=1&h=1&width=1&height=1&step=5&field=state")
}

func TestWhatIsNoRun(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent")} {
		if _, err := OpenRuns(path, buildRing); err == nil {
			t.Errorf("%s is served", path)
		}
	}
	recorded(t, filepath.Join(dir, "one"), 10, state.Single)
	s := runsOf(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "one", "run.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	var list struct{ Runs []about }
	getJSON(t, s, "runs?", &list)
	if len(list.Runs) != 1 || list.Runs[0].Problem == "" {
		t.Errorf("a damaged run is described as %+v", list.Runs)
	}
}

// TestKilledRunIsAtItsLastRow: the page has a run that was killed where its tables end.
func TestKilledRunIsAtItsLastRow(t *testing.T) {
	dir := t.TempDir()
	recorded(t, filepath.Join(dir, "one"), 22, state.Double)
	path := filepath.Join(dir, "one", record.MetadataName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	killed := strings.NewReplacer(`"status": "finished"`, `"status": "running"`, `"steps": 22`, `"steps": 0`, `"last_step": 22`, `"last_step": 0`)
	if err := os.WriteFile(path, []byte(killed.Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	var list struct{ Runs []about }
	getJSON(t, runsOf(t, dir), "runs?", &list)
	if a := list.Runs[0]; a.Status != record.Running || a.Steps != 22 {
		t.Errorf("the page has the run %s at step %d", a.Status, a.Steps)
	}
}

// FuzzMetadata: whatever the metadata of a run say, requests are answered.
func FuzzMetadata(f *testing.F) {
	dir := f.TempDir()
	recorded(f, filepath.Join(dir, "one"), 10, state.Single)
	metadata := filepath.Join(dir, "one", "run.json")
	whole, err := os.ReadFile(metadata)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	for _, change := range [][2]string{
		{`"<f4"`, `"<f8"`}, {`"shape": [`, `"shape": [-`}, {`"every": 5`, `"every": 0`}, {`"seeds": [`, `"seeds": [7,`},
		{`"items": "`, `"items": "../`}, {`"steps": 10`, `"steps": -10`},
	} {
		f.Add(strings.ReplaceAll(string(whole), change[0], change[1]))
	}
	s := runsOf(f, dir)
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(metadata, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{
			"runs?", "points?run=one", "histograms?run=one", "node?run=one&node=3&step=10&replica=1", "node?run=one&node=2&step=5",
			"frame?run=one&field=state&replica=1&w=5&h=2&width=5&height=2&step=5", "frame?run=one&field=double&w=5&h=2&width=5&height=2&step=5",
			"frame?run=one&field=state&w=5&h=2&width=5&height=2&step=10",
		} {
			// That it is answered at all is what is wanted.
			ask(s, http.MethodGet, "/api/"+target+"&token="+s.token)
		}
	})
}

// TestRecordsOfABranch: the first record of a run that was branched off another is of
// a later step.
func TestRecordsOfABranch(t *testing.T) {
	dir := t.TempDir()
	recorded(t, filepath.Join(dir, "one"), 22, state.Double)
	r, err := OpenRuns(dir, buildRing)
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.read("one")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for i := range f.metadata.Files {
		if f.metadata.Files[i].Name == "recordings/state.npy" {
			f.metadata.Files[i].Arrays[0].First = 20
		}
	}
	for step, want := range map[int64]int{5: -1, 15: -1, 20: 0, 25: 1, 35: 3, 40: -1, 22: 0} {
		s, index, err := f.at("state", step)
		if err != nil {
			t.Fatal(err)
		}
		if s == nil {
			index = -1
		} else if err := s.Close(); err != nil {
			t.Error(err)
		}
		if index != want {
			t.Errorf("step %d is record %d, want %d", step, index, want)
		}
	}
}
