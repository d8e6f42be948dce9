package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tnn-gpu/host/npy"
)

// arraysOf reads arrays of an archive.
func arraysOf(t *testing.T, path string, names ...string) map[string]*npy.Array {
	t.Helper()
	archive, err := npy.OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	out := map[string]*npy.Array{}
	for _, name := range names {
		if out[name], err = archive.Read(name, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestFinalIsAState: a run begins where another ended, by the seven arrays of the Python
// package in its final.npz.
func TestFinalIsAState(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1", "--backend", "cpu", "--no-overview", "--precision", "double"}
	tnnGPU(t, dir, append(args, "--steps", "200", "--out", "first")...).want(t, codeDone)
	tnnGPU(t, dir, append(args, "--set", "sorn.state=first/final.npz", "--set", "era[0].phase=training", "--steps", "1", "--out", "second")...).want(t, codeDone)
	first := arraysOf(t, filepath.Join(dir, "first", "final.npz"), "Wee", "Wei", "Wie", "Te", "Ti", "X", "Y", "ee", "x")
	second := arraysOf(t, filepath.Join(dir, "second", "final.npz"), "Wee", "Wei", "Wie", "Te", "Ti", "X", "Y", "ee", "x")
	for _, name := range []string{"Wee", "Wei", "Wie", "Te", "Ti", "ee"} {
		if fmt.Sprint(first[name]) != fmt.Sprint(second[name]) {
			t.Errorf("%s has changed in training", name)
		}
	}
	if shape := fmt.Sprint(first["X"].Shape, first["Y"].Shape, first["Wei"].Shape); shape != "[60 2] [12 2] [12 60]" {
		t.Errorf("X, Y and Wei have shapes %s", shape)
	}
	for i := range 60 {
		if first["X"].Values[2*i+1] != first["x"].Values[i] || second["X"].Values[2*i] != first["x"].Values[i] {
			t.Fatalf("unit %d: the states now are not those of X, or of the step before in the run that goes on", i)
		}
	}
	tnnGPU(t, dir, "check", "first").want(t, codeDone, "final.npz")
	if !bytes.Contains(read(t, dir, "first", "run.json"), []byte(`"name": "Wee"`)) {
		t.Error("run.json does not tell of Wee in final.npz")
	}
}

// TestSORNPage runs what docs/sorn.md shows.
func TestSORNPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := read(t, "../../docs/sorn.md")
	if blocks := len(runBlocks(t, dir, page)); blocks < 2 {
		t.Fatalf("%d blocks are found", blocks)
	}
	_, rasters, _ := bytes.Cut(page, []byte("\nRasters are arrays"))
	runKinds(t, dir, rasters, "python")
	table, events := strings.Count(string(read(t, dir, "analysed", "raster.csv")), "\n"), strings.Count(string(read(t, dir, "events.csv")), "\n")
	if events < 1000 || events != table {
		t.Errorf("the raster has %d rows, and events.csv %d", table, events)
	}
	for _, name := range []string{"first/recordings/r.npy", "free/recordings/task.npy", "counted/readout.csv", "counted/size_of_duration.png", "analysed/correlations.png", "analysed/pairs.png", "analysed/pairs.csv", "analysed/raster.csv", "rates.png", "synapses.png", "synapses.csv", "synapses.txt", "unit/bins.png", "unit/bins.csv"} {
		if len(read(t, dir, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// TestMoreRoom: a unit that needs more slots than it began with gets them, and nothing
// but the shape of its slots tells: not in a run that goes on from a checkpoint, nor in
// what is made of the last state. What was recorded slot by slot ends, and says why.
func TestMoreRoom(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1", "--set", "sorn.sp_prob=20.5", "--backend", "cpu", "--no-overview", "--replicas", "2"}
	little := append(args, "--set", "sorn.room=25")
	tnnGPU(t, dir, append(args, "--steps", "60", "--out", "enough")...).want(t, codeDone)
	tnnGPU(t, dir, append(little, "--steps", "60", "--out", "whole")...).want(t, codeDone)
	tnnGPU(t, dir, append(little, "--steps", "37", "--out", "parts")...).want(t, codeDone)
	tnnGPU(t, dir, "resume", "parts", "--steps", "60").want(t, codeDone)
	tnnGPU(t, dir, "run", "--from", "parts@37", "--set", "sorn.room=30", "--steps", "60", "--out", "branch", "--no-overview").want(t, codeDone)
	want := arraysOf(t, filepath.Join(dir, "enough", "final.npz"), "Wee", "Te", "x")
	for _, run := range []string{"whole", "parts", "branch"} {
		have := arraysOf(t, filepath.Join(dir, run, "final.npz"), "Wee", "Te", "x", "ee", "ee_from")
		for name := range want {
			if fmt.Sprint(want[name]) != fmt.Sprint(have[name]) {
				t.Errorf("%s: %s is not that of a network with enough room", run, name)
			}
		}
		if room := have["ee"].Shape[2]; room <= 30 || room >= 60 || fmt.Sprint(have["ee"].Shape) != fmt.Sprint(have["ee_from"].Shape) {
			t.Errorf("%s: ee has the shape %v", run, have["ee"].Shape)
		}
		if run != "branch" && !bytes.Equal(read(t, dir, "enough", "steps.csv"), read(t, dir, run, "steps.csv")) {
			t.Errorf("%s: steps.csv is another one", run)
		}
		tnnGPU(t, dir, "check", run).want(t, codeDone, "final.npz")
		tnnGPU(t, dir, "stats", run, "--of", "weights,degrees").want(t, codeDone, "in_degree")
		if shape := fmt.Sprintf(`"shape":[2,60,%d]`, have["ee"].Shape[2]); !bytes.Contains(bytes.Join(bytes.Fields(read(t, dir, run, "run.json")), nil), []byte(shape)) {
			t.Errorf("%s: run.json does not tell of the shape %s", run, shape)
		}
	}
	tnnGPU(t, dir, append(little, "--steps", "60", "--record", "ee", "--every", "5", "--out", "slots")...).want(t, codeFailed, "more room")
	tnnGPU(t, dir, append(little, "--steps", "60", "--record", "Wee", "--every", "5", "--out", "matrices")...).want(t, codeDone)
}

// TestScanOfSORN: a trial of a scan over rates and rules is the replica of a run.
func TestScanOfSORN(t *testing.T) {
	dir := t.TempDir()
	same := []string{"--preset", "sorn-0.3", "--set", "sorn.ne=40", "--set", "sorn.target_rate=0.1", "--steps", "100", "--backend", "cpu"}
	tnnGPU(t, dir, append([]string{"scan", "--over", "sorn.eta_ip=0.01,0.02", "--over", "sorn.inhibition=old,new", "--trials", "2", "--out", "scanned"}, same...)...).want(t, codeDone)
	tnnGPU(t, dir, append([]string{"run", "--set", "sorn.eta_ip=0.02", "--set", "sorn.inhibition=new", "--replicas", "2", "--no-overview", "--out", "single"}, same...)...).want(t, codeDone)
	lines := func(folder, name string) []string {
		return strings.Split(strings.TrimSpace(string(read(t, dir, folder, name))), "\n")
	}
	trials, epochs := lines("scanned", "trials.csv"), lines("single", "epochs_replicas.csv")
	if len(trials) != 1+4*2 {
		t.Fatalf("there are %d trials", len(trials)-1)
	}
	for trial, row := range trials[len(trials)-2:] { // of the runs of seeds 1 and 2
		outcomes, found := strings.CutPrefix(row, fmt.Sprintf("0.02,new,%d,%d,", trial, 1+trial))
		counts := strings.Join(strings.Split(outcomes, ",")[:8], ",") // from active_e to ei
		if last := epochs[len(epochs)-2+trial]; !found || !strings.Contains(last, fmt.Sprintf(",%d,%s,", trial, counts)) {
			t.Errorf("trial %d is %s, and the replica's last epoch %s", trial, row, last)
		}
	}
}

// TestWatchWeights: a value of a matrix is a column of the table, by its row and column.
func TestWatchWeights(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1", "--steps", "30", "--replicas", "2", "--backend", "cpu", "--no-overview", "--precision", "double"}
	tnnGPU(t, dir, append(args, "--out", "first")...).want(t, codeDone)
	wee := arraysOf(t, filepath.Join(dir, "first", "final.npz"), "Wee")["Wee"].Values
	at := slices.IndexFunc(wee, func(v float64) bool { return v != 0 })
	j, i := at/60, at%60
	watch := fmt.Sprintf("Wee[%d-%d],Wee[%d-%d],Te[7]", j, i, i, j)
	tnnGPU(t, dir, append(args, "--watch", watch, "--out", "watched")...).want(t, codeDone)
	rows := strings.Split(strings.TrimSpace(string(read(t, dir, "watched", "probes.csv"))), "\n")
	if !strings.HasSuffix(rows[0], ","+watch) || len(rows) != 1+2*30 {
		t.Fatalf("%d rows of %s", len(rows), rows[0])
	}
	for replica := range 2 {
		cells := strings.Split(rows[len(rows)-2+replica], ",")
		for k, place := range []int{60*j + i, 60*i + j} {
			if v, err := strconv.ParseFloat(cells[len(cells)-3+k], 64); err != nil || v != wee[3600*replica+place] {
				t.Errorf("replica %d: column %d is %v, and final.npz has %v", replica, k, v, wee[3600*replica+place])
			}
		}
	}
	for text, says := range map[string]string{"Wee[3]": "write its row and its column, as in Wee[3-4]", "Wee[3-60]": "use 0 to 59 and 0 to 59", "x[3-4]": "name one, as in x[3]"} {
		tnnGPU(t, dir, append(args, "--watch", text, "--out", "refused")...).want(t, codeUsage, says)
	}
	tnnGPU(t, dir, "feed", "--preset", "sorn-0.3", "--answer", "x[3-4]", "--out", "refused").want(t, codeUsage, "the value of one item, as in x[3]")
}

// TestStatsOfQuantity: what is general in statistics is so for any quantity of any model,
// and for the sum of a recording: that of the states of units is the number of those that
// are active.
func TestStatsOfQuantity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "sorn-0.3", "--steps", "1500", "--replicas", "2", "--record", "x", "--every", "1", "--backend", "cpu", "--no-overview", "--out", "spikes").want(t, codeDone)
	of := func(quantity string) string {
		t.Helper()
		return tnnGPU(t, dir, "stats", "spikes", "--quantity", quantity, "--out", quantity).want(t, codeDone).out
	}
	recorded, column := of("x"), of("active_e")
	for _, name := range []string{"autocorrelation.csv", "fano.csv", "durations.csv", "durations_at_least.csv", "size_of_duration.csv"} {
		if a, b := read(t, dir, "x", name), read(t, dir, "active_e", name); bytes.Count(a, []byte("\n")) < 5 || !bytes.Equal(a, b) {
			t.Errorf("%s: %d bytes of the recording are not the %d of the quantity", name, len(a), len(b))
		}
	}
	own := tnnGPU(t, dir, "stats", "spikes", "--of", "activity", "--out", "own").want(t, codeDone).out
	line := func(text string) string {
		for l := range strings.Lines(text) {
			if f := strings.Fields(l); len(f) > 1 && f[0] == "autocorrelation_1" {
				return f[1]
			}
		}
		return ""
	}
	if line(own) == "" || line(own) != line(column) || line(own) != line(recorded) {
		t.Errorf("autocorrelation %q, of the quantity %q, and of the recording %q", line(own), line(column), line(recorded))
	}
	tnnGPU(t, dir, "run", "--preset", "sorn-0.3", "--steps", "1500", "--replicas", "2", "--record", "x", "--every", "3", "--backend", "cpu", "--no-overview", "--set", "sorn.eta_ip=0.0101", "--out", "other").want(t, codeDone)
	tnnGPU(t, dir, "stats", "spikes", "--quantity", "x", "--of", "distance", "--beside", "other", "--out", "distance").want(t, codeDone, "500 rows of step distance share")
	rows := strings.Split(string(read(t, dir, "distance", "distance.csv")), "\n")
	if rows[1] != "3,0,0,0" || strings.HasPrefix(rows[500], "1500,0,") {
		t.Errorf("the runs begin alike and part: %q, %q", rows[1], rows[500])
	}
	tnnGPU(t, dir, "stats", "spikes", "--quantity", "x", "--of", "distance").want(t, codeUsage, "--beside")
	tnnGPU(t, dir, "stats", "spikes", "--quantity", "x[12]", "--of", "bins", "--bin", "500", "--out", "unit").want(t, codeDone, "3 rows of step mean sum")
	tnnGPU(t, dir, "stats", "spikes", "--quantity", "x[200]").want(t, codeUsage, "x[0] to x[199]")
	tnnGPU(t, dir, "stats", "spikes", "--quantity", "x[1]", "--bin", "0").want(t, codeUsage, "--bin 0")
	tnnGPU(t, dir, "stats", "spikes", "--bin", "5").want(t, codeUsage, "--quantity")
	tnnGPU(t, dir, small("--record", "state", "--every", "1")...).want(t, codeDone)
	tnnGPU(t, dir, "stats", "out", "--quantity", "energy").want(t, codeDone, "autocorrelation_1")
	tnnGPU(t, dir, "stats", "out", "--quantity", "state", "--of", "autocorrelation").want(t, codeDone, "autocorrelation_1")
	tnnGPU(t, dir, "stats", "out", "--quantity", "state", "--of", "fano").want(t, codeUsage, "below 0")
	tnnGPU(t, dir, "stats", "out", "--quantity", "nothing").want(t, codeUsage, `no quantity "nothing"`)
}

// TestStatsOfItem: a series is that of the one item that is named, also where few were
// recorded.
func TestStatsOfItem(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--record", "state", "--every", "2", "--watch", "state[37]", "--set", "record.nodes=[4, 37]")...).want(t, codeDone)
	tnnGPU(t, dir, "stats", "out", "--quantity", "state[37]", "--of", "bins", "--bin", "2", "--out", "one").want(t, codeDone, "10 rows")
	watched := strings.Split(strings.TrimSpace(string(read(t, dir, "out", "probes.csv"))), "\n")
	found := strings.Split(strings.TrimSpace(string(read(t, dir, "one", "bins.csv"))), "\n")
	for i, row := range found[1:] {
		cells, probe := strings.Split(row, ","), strings.Split(watched[2*i+2], ",")
		if cells[0] != probe[0] || cells[1] != probe[len(probe)-1] {
			t.Errorf("bin %d is %s, and state[37] was %s", i, row, watched[2*i+2])
		}
	}
	tnnGPU(t, dir, "stats", "out", "--quantity", "state[5]", "--of", "bins").want(t, codeUsage, "item 5 of state is none of those that were recorded")
	tnnGPU(t, dir, "stats", "out", "--quantity", "state[37]", "--of", "bins", "--bin", "3").want(t, codeUsage, "use a multiple of 2")
	tnnGPU(t, dir, "stats", "out", "--quantity", "weight[4]").want(t, codeUsage, "edges")
	tnnGPU(t, dir, "plot", "out", "--quantity", "order", "--inset", "5").want(t, codeDone)
	for _, args := range [][]string{{"--inset", "1"}, {"--inset", "5", "--x", "order"}, {"--inset", "5", "--field", "state"}} {
		tnnGPU(t, dir, append([]string{"plot", "out"}, args...)...).want(t, codeUsage, "--inset", "against the step")
	}
	tnnGPU(t, dir, "plot", "out", "--inset", "21").want(t, codeUsage, "at most the 20")
}
