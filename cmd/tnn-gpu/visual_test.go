package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/results"
)

// visualRun makes a run with external nodes and recordings, in the folder out.
func visualRun(t *testing.T, more ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	tnnGPU(t, dir, drivenRun("out", append([]string{"--record", "state,fluctuating,weight", "--every", "5"}, more...)...)...).want(t, codeDone)
	return dir
}

func decoded(t *testing.T, path ...string) (width, height int) {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(read(t, path...)))
	if err != nil {
		t.Fatal(err)
	}
	return picture.Bounds().Dx(), picture.Bounds().Dy()
}

func TestOverview(t *testing.T) {
	t.Parallel()
	dir := visualRun(t)
	if w, h := decoded(t, dir, "out/overview.png"); w < 900 || h < 900 {
		t.Errorf("the overview has %d x %d pixels", w, h)
	}
	tnnGPU(t, dir, drivenRun("without", "--no-overview")...).want(t, codeDone)
	if _, err := os.Stat(filepath.Join(dir, "without/overview.png")); err == nil {
		t.Error("there is an overview although none was wanted")
	}
	// A run that is made longer is drawn again.
	before := read(t, dir, "out/overview.png")
	tnnGPU(t, dir, "resume", "out", "--steps", "+10").want(t, codeDone)
	if bytes.Equal(before, read(t, dir, "out/overview.png")) {
		t.Error("the overview is that of the shorter run")
	}
}

func TestPlotCommand(t *testing.T) {
	t.Parallel()
	dir := visualRun(t)
	tnnGPU(t, dir, "plot", "out").want(t, codeDone, filepath.Join("out", "plot.png")+" has 15 plots")
	decoded(t, dir, "out/plot.png")
	// What a plot drew before is replaced, and nothing else is.
	for _, name := range []string{"ours.png", "ours.svg", "ours.pdf"} {
		tnnGPU(t, dir, "plot", "out", "--quantity", "order", "--out", name).want(t, codeDone)
		tnnGPU(t, dir, "plot", "out", "--quantity", "order", "--out", name).want(t, codeDone)
		if err := os.WriteFile(filepath.Join(dir, "other"+filepath.Ext(name)), []byte("mine, and no plot"), 0o600); err != nil {
			t.Fatal(err)
		}
		tnnGPU(t, dir, "plot", "out", "--quantity", "order", "--out", "other"+filepath.Ext(name)).want(t, codeUsage, "exists; use --overwrite to replace it")
	}
	tnnGPU(t, dir, "plot", "out", "--overwrite", "--quantity", "order,weight").want(t, codeDone, "has 2 plots")
	tnnGPU(t, dir, drivenRun("second", "--seed", "2")...).want(t, codeDone)
	tnnGPU(t, dir, "plot", "out", "second", "--mean", "--out", "mean.pdf").want(t, codeDone)
	tnnGPU(t, dir, "plot", "out", "second", "--x", "entropy", "--quantity", "order", "--out", "both.svg").want(t, codeDone)
	if !bytes.HasPrefix(read(t, dir, "mean.pdf"), []byte("%PDF")) || !bytes.Contains(read(t, dir, "both.svg"), []byte("second")) {
		t.Error("the PDF or the SVG is none")
	}
}

func TestVideoCommand(t *testing.T) {
	t.Parallel()
	dir := visualRun(t)
	tnnGPU(t, dir, "video", "out", "--format", "apng", "--fps", "10").want(t, codeDone, "has 4 pictures of state")
	if w, h := decoded(t, dir, "out/state.apng"); w != 640 || h != 658 {
		t.Errorf("the pictures have %d x %d pixels", w, h)
	}
	if !bytes.Contains(read(t, dir, "out/state.apng"), []byte("acTL\x00\x00\x00\x04")) {
		t.Error("the file does not say that it has four frames")
	}
	tnnGPU(t, dir, "video", "out", "--field", "fluctuating", "--format", "png", "--every", "10", "--scale", "8").want(t, codeDone, "has 2 pictures of fluctuating")
	if w, _ := decoded(t, dir, "out/fluctuating/fluctuating-00000020.png"); w != 160 {
		t.Errorf("the pictures have %d pixels a line", w)
	}
	tnnGPU(t, dir, "video", "out", "--field", "change", "--format", "apng").want(t, codeDone, "has 3 pictures of change")
}

// TestVideoWithoutFFmpeg: a machine without it gets an animated PNG.
func TestVideoWithoutFFmpeg(t *testing.T) {
	dir := visualRun(t)
	t.Setenv("PATH", t.TempDir())
	tnnGPU(t, dir, "video", "out").want(t, codeDone, "state.apng has 4 pictures")
	tnnGPU(t, dir, "video", "out", "--format", "mp4").want(t, codeUsage, "an mp4 needs ffmpeg, which is not in PATH; use --format apng")
}

// TestVideoOfATable: sites that have two axes in recordings are drawn, without being asked
// for by name, of one replica or of one of several.
func TestVideoOfATable(t *testing.T) {
	t.Parallel()
	for replicas, last := range map[string]string{"1": "0", "2": "1"} {
		dir := t.TempDir()
		tnnGPU(t, dir, "run", "--preset", "codes-exact", "--steps", "20", "--replicas", replicas, "--record", "x,loss", "--every", "10", "--backend", "cpu", "--no-overview", "--out", "out").want(t, codeDone)
		tnnGPU(t, dir, "video", "out", "--replica", last, "--format", "png", "--scale", "20").want(t, codeDone, "has 2 pictures of x")
		if w, _ := decoded(t, dir, "out/x/x-00000020.png"); w != 140 {
			t.Errorf("the pictures have %d pixels a line", w)
		}
		tnnGPU(t, dir, "video", "out", "--field", "loss").want(t, codeUsage, "loss has no value per entry to be drawn")
	}
}

// TestVideoHasTheFieldsLimits: where a field has limits, colours are of them, so that
// pictures of one population compare with those of another.
func TestVideoHasTheFieldsLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "signals-language", "--steps", "10", "--record", "code,baseline", "--backend", "cpu", "--no-overview", "--out", "out").want(t, codeDone)
	run, err := results.Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	for field, limited := range map[string]bool{"code": true, "baseline": false} {
		f, err := newFilm(run, field, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if have := f.painter.Low == -1 && f.painter.High == 1; have != limited {
			t.Errorf("%s is drawn from %v to %v", field, f.painter.Low, f.painter.High)
		}
		if err := f.recording.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestVideoOfARegion shows the recorded box as a lattice of its own.
func TestVideoOfARegion(t *testing.T) {
	t.Parallel()
	dir := visualRun(t, "--region", "0:4,3:13")
	tnnGPU(t, dir, "video", "out", "--format", "png", "--scale", "10").want(t, codeDone)
	if w, h := decoded(t, dir, "out/state/state-00000020.png"); w != 100 || h != 58 {
		t.Errorf("the pictures have %d x %d pixels", w, h)
	}
	nodes := visualRun(t, "--nodes", "3,4,5,90")
	tnnGPU(t, nodes, "video", "out", "--format", "png").want(t, codeDone)
}

// inspectedNode is what `inspect --node --json` prints.
type inspectedNode struct {
	ID     int       `json:"id"`
	Values []reading `json:"values"`
	Edges  []struct {
		Compartments []struct {
			Name      string  `json:"name"`
			Charge    float64 `json:"charge"`
			Potential float64 `json:"potential"`
			Memory    float64 `json:"remembered_weight"`
		} `json:"compartments"`
	} `json:"edges"`
	History []history `json:"history"`
}

func TestInspectCommand(t *testing.T) {
	t.Parallel()
	dir := visualRun(t)
	tnnGPU(t, dir, "inspect", "out").want(t, codeDone, "status", "finished at step 20", "recorded", "state, fluctuating, weight", "solved_percent")
	tnnGPU(t, dir, "inspect", "out", "--node", "21").want(t, codeDone, "node 21", "coordinates", "energy", "edges", "to node", "history:", "step 21, to be made next")
	tnnGPU(t, dir, "inspect", "out", "--edge", "22-21", "--step", "12").want(t, codeDone, "edge ", "weight", "step 10")
	var node inspectedNode
	if err := json.Unmarshal([]byte(tnnGPU(t, dir, "inspect", "out", "--node", "21", "--json").out), &node); err != nil {
		t.Fatal(err)
	}
	last := make(map[string]float64)
	for _, v := range node.Values {
		last[v.Field] = v.Value
	}
	if node.ID != 21 || len(node.Edges) != 4 || len(node.History) != 2 {
		t.Fatalf("%+v", node)
	}
	// The state after the last step is also the last that was recorded.
	if h := node.History[0]; h.Field != "state" || len(h.Values) != 4 || h.Steps[3] != 20 || h.Values[3] != last["state"] {
		t.Errorf("the history is %v, and the last state %v", h, last["state"])
	}
	for _, e := range node.Edges {
		for _, c := range e.Compartments {
			sign := map[byte]float64{'+': 1, '-': -1}
			if len(c.Name) != 2 || c.Charge*sign[c.Name[0]] <= 0 || c.Memory*sign[c.Name[1]] <= 0 {
				t.Errorf("compartment %+v", c)
			}
		}
	}
}

// TestInspectTellsWhatTheNextStepFinds: fields that only a visit knows are those that
// the run finds when it goes on, in every replica and of every value that is swept.
func TestInspectTellsWhatTheNextStepFinds(t *testing.T) {
	for preset, field := range map[string]string{"driven": "entropy", "relaxed-driven": "dissipation"} {
		t.Run(preset, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			simulate := func(out string, more ...string) {
				tnnGPU(t, dir, append([]string{"run", "--preset", preset, "--set", "graph.sides=[14, 14]", "--set", "external[0].pairs=1",
					"--replicas", "2", "--sweep", "edge.inverse_temperature=20,80", "--backend", "cpu", "--out", out}, more...)...).want(t, codeDone)
			}
			simulate("short", "--steps", "6")
			simulate("long", "--steps", "7", "--record", field, "--every", "1")
			for _, node := range []string{"0", "5", "101"} {
				for _, replica := range []string{"0", "1"} {
					now, then := inspected(t, dir, "short", node, replica)[field], inspected(t, dir, "long", node, replica)[field]
					then.Next = true // which it was for the short run
					if now != then || now.Step != 7 {
						t.Errorf("node %s, replica %s: %+v, and recorded is %+v", node, replica, now, then)
					}
				}
			}
		})
	}
}

// inspected are the values of a node, by field.
func inspected(t *testing.T, dir, run, node, replica string) map[string]reading {
	t.Helper()
	r := tnnGPU(t, dir, "inspect", run, "--node", node, "--replica", replica, "--json").want(t, codeDone)
	var found inspectedNode
	if err := json.Unmarshal([]byte(r.out), &found); err != nil {
		t.Fatal(err)
	}
	values := make(map[string]reading)
	for _, v := range found.Values {
		values[v.Field] = v
	}
	return values
}

// TestExportIsAStart: what a run leaves is the start of another, the same from
// every format, and of the right weights and states.
func TestExportIsAStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "relaxed", "--set", "graph.sides=[8, 8]", "--steps", "10", "--out", "out", "--no-overview", "--backend", "cpu").want(t, codeDone)
	tnnGPU(t, dir, "export", "out").want(t, codeDone, "64 nodes and 128 edges of step 10")
	tnnGPU(t, dir, "export", "out", "--format", "edgelist").want(t, codeDone)
	tnnGPU(t, dir, "export", "out", "--format", "csv").want(t, codeDone, "network-nodes.csv", "network-edges.csv")
	var first []byte
	for i, file := range []string{"final.npz", "network.graphml", "network.txt"} {
		out := fmt.Sprintf("again%d", i)
		tnnGPU(t, dir, "run", "--preset", "relaxed", "--set", "graph.kind=file", "--set", "graph.file=out/"+file, "--set", "graph.sides=[8, 8]",
			"--set", "group[0].connections=0", "--steps", "4", "--out", out, "--no-overview", "--backend", "cpu").want(t, codeDone)
		steps := read(t, dir, out, "steps.csv")
		if first == nil {
			first = steps
		}
		if d := cmp.Diff(string(first), string(steps)); d != "" {
			t.Errorf("%s starts another run than final.npz:\n%s", file, d)
		}
	}
	// The histogram of weights at the start is that at the end of the first run.
	at := func(folder, when string) (bins []string) {
		for line := range strings.Lines(string(read(t, dir, folder, "histograms.csv"))) {
			if rest, found := strings.CutPrefix(line, "weight,"+when+","); found {
				bins = append(bins, rest)
			}
		}
		return bins
	}
	if d := cmp.Diff(at("out", "end"), at("again0", "start")); d != "" || len(at("out", "end")) < 3 {
		t.Errorf("the weights at the start are not those that were exported:\n%s", d)
	}
}

// TestVideosOfOtherModels: what cannot be drawn is said as it is, with what was recorded.
func TestVideosOfOtherModels(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for preset, args := range map[string][]string{"perceptron-hebb": {"--record", "w"}, "sorn-0.3": {"--record", "x"}, "signals-urns": nil, "hopfield-recall": {"--record", "state"}} {
		run := []string{"run", "--preset", preset, "--steps", "20", "--backend", "cpu", "--no-overview", "--out", preset}
		tnnGPU(t, dir, append(run, args...)...).want(t, codeDone)
	}
	for _, test := range []struct{ args, says string }{
		{"perceptron-hebb", "networks of the model perceptron have no sites, and so no pictures; the run perceptron-hebb has recorded w"},
		{"perceptron-hebb --field w", "networks of the model perceptron have no sites"},
		{"sorn-0.3", "networks of the model sorn have no sites, and so no pictures; the run sorn-0.3 has recorded x"},
		{"signals-urns", "name the field that is to be drawn with --field, one of those that --record recorded; the run signals-urns has recorded no field"},
		{"signals-urns --field state", `the model signals has no field "state"`},
		{"hopfield-recall", "has no record of state yet: one is due every 10 steps (run --every), and the run has made "},
	} {
		tnnGPU(t, dir, append([]string{"video"}, strings.Fields(test.args)...)...).want(t, codeUsage, test.says)
	}
}

func TestVisualMistakes(t *testing.T) {
	t.Parallel()
	dir := visualRun(t, "--no-overview")
	for _, test := range []struct{ args, says string }{
		{"plot", "tnn-gpu plot needs at least one argument, the folder of a run"},
		{"plot absent", "absent is not the folder of a run"},
		{"plot out --quantity colours", `there is no quantity "colours"; use energies, free_energy`},
		{"plot out --x time", `there is no column "time" for the x axis; there are step, energy`},
		{"plot out --format gif", `a plot cannot be written as "gif"; use png, svg, pdf`},
		{"video", "tnn-gpu video takes one argument"},
		{"video out --field energy", `has recorded state, fluctuating, weight, but not energy: make it again with --record energy`},
		{"video out --field weight", "field weight has no value per node to be drawn"},
		{"video out --every 7", "it cannot be drawn every 7: use a multiple"},
		{"video out --field x", `the model tnn has no field "x"; the run out has recorded state, fluctuating, weight`},
		{"video out --every 40", "no picture would be drawn every 40 steps: the run out has records of state from step 5 to step "},
		{"video out --format gif", `--format is "gif": use mp4, apng or png`},
		{"video out --fps 0", "--fps is 0: use a number from 1 to 240"},
		{"video out --scale -1", "--scale is -1: use a number above 0"},
		{"video out --scale 0", "--scale is 0: use a number above 0"},
		{"video out --scale nan", "--scale is NaN: use a number above 0"},
		{"video out --every 0", "--every is 0: use 1 or more steps"},
		{"video out --every -5", "--every is -5: use 1 or more steps"},
		{"video out --out -", "--out is -: files are not written to standard output"},
		{"plot out --out -", "--out is -: files are not written to standard output"},
		{"export out --out -", "--out is -: files are not written to standard output"},
		{"video out --slice 2", "only a lattice of three sides has slices"},
		{"video out --line", "only a lattice of one side is drawn as a line"},
		{"video out --replica 1", "there is no replica 1; the run has 1"},
		{"inspect out --node 400", "there is no node 400; the run has nodes 0 to 399"},
		{"inspect out --node -1", "there is no node -1"},
		{"inspect out --edge 3", "--edge is 3: write the two ends of the edge, as in 3,4, or name it by its number: --item edge:3"},
		{"inspect out --edge x", "tnn-gpu: --edge: \"x\" are no two nodes: write them as in 3,4\n"},
		{"inspect out --edge 3-90", "there is no edge between node 3 and 90"},
		{"inspect out --edge 3,90", "there is no edge between node 3 and 90"},
		{"inspect out --step 21", "--step is 21: use 1 to 20"},
		{"inspect out --node 3 --edge 3,4", "there are both --node and --edge"},
		{"export out --format gexf", `--format is "gexf": use graphml, edgelist or csv`},
		{"export out --replica 3", "there is no replica 3; the run has 1"},
		{"export out --out no/where.graphml", "no/where.graphml cannot be written"},
	} {
		t.Run(test.args, func(t *testing.T) {
			tnnGPU(t, dir, strings.Fields(test.args)...).want(t, codeUsage, test.says)
		})
	}
}

// TestThin: a scale is chosen from few values, of both sublattices of a lattice whose
// lines are even.
func TestThin(t *testing.T) {
	for _, n := range []int{99, 100, 101, 200, 350} {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i)
		}
		left := thin(values, 100)
		odd := 0
		for _, v := range left {
			odd += int(v) % 2
		}
		if len(left) > 100 || len(left) < min(n, 33) || odd < len(left)/2 || odd > (len(left)+1)/2 || left[0] != 0 {
			t.Errorf("of %d values %d are left, of which %d are odd", n, len(left), odd)
		}
	}
}
