package results_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/results/resultstest"
	"tnn-gpu/host/sim"
)

func TestRun(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "isolated4", []string{"state", "weight"}, "graph.sides=[6, 6]", "era[0].steps=23", "run.replicas=2")
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	if step := steps.Column("step"); steps.Rows() != 46 || step[0] != 1 || step[45] != 23 || steps.Column("colour") == nil || steps.Column("color") != nil {
		t.Errorf("%d rows with columns %v", steps.Rows(), steps.Columns)
	}
	final, err := r.Final()
	if err != nil {
		t.Fatal(err)
	}
	defer final.Close()
	last, err := final.Read("step", 1)
	if err != nil || last.Values[0] != 23 {
		t.Errorf("the last step is %v, %v", last, err)
	}
	if d := cmp.Diff([]string{"state", "weight"}, r.Recorded()); d != "" {
		t.Errorf("recorded (-want +is):\n%s", d)
	}
	state, err := r.Recording("state")
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if state.Len() != 4 || state.Step(3) != 20 {
		t.Errorf("%d records, the last of step %d", state.Len(), state.Step(state.Len()-1))
	}
	// The record of a step has the observables of that step.
	for replica := range 2 {
		v, err := state.Read(3, replica)
		if err != nil {
			t.Fatal(err)
		}
		colour := 0.0
		for id, s := range v {
			colour += s * float64(1-2*((id/6+id%6)%2)) / 36
		}
		if want := steps.Column("colour")[2*19+replica]; len(v) != 36 || math.Abs(colour-want) > 1e-6 {
			t.Errorf("replica %d: the colour of %d states is %v, and steps.csv has %v", replica, len(v), colour, want)
		}
	}
	if _, err := state.Read(0, 2); err == nil {
		t.Error("a replica that is not there was read")
	}
	if _, err := r.Recording("energy"); err == nil || !strings.Contains(err.Error(), "--record energy") {
		t.Errorf("a field that was not recorded: %v", err)
	}
}

// TestKeep: a table is read again, unless tables are kept.
func TestKeep(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "isolated4", nil, "graph.sides=[6, 6]", "era[0].steps=5")
	read := func() *results.Table {
		table, err := r.Table("steps.csv")
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	if first, second := read(), read(); first == second {
		t.Error("a table that may grow is not read again")
	}
	r.Keep()
	if first, second := read(), read(); first != second || first.Rows() != 5 {
		t.Error("a table that is kept is read again")
	}
}

// TestTablesThatAreNotWhole: a table that is empty, or whose columns are others than those
// that the run wrote, is not read as one without rows, or with others' values.
func TestTablesThatAreNotWhole(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "isolated4", nil, "graph.sides=[6, 6]", "era[0].steps=5")
	for _, name := range []string{"steps.csv", "epochs.csv", "histograms.csv"} {
		path := filepath.Join(r.Path, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, rows, _ := strings.Cut(string(text), "\n")
		names := strings.Split(head, ",")
		names[0], names[1] = names[1], names[0]
		for content, says := range map[string]string{"": "is not whole", head: "is not whole", strings.Join(names, ",") + "\n" + rows: "its columns are " + names[0], head + "\n" + rows: ""} {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if name == "histograms.csv" {
				_, err = r.Histograms()
			} else {
				_, err = r.Table(name)
			}
			if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%s with %.30q: %v, want %q", name, content, err, says)
			}
		}
	}
}

func TestHistogramsHaveNoGaps(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "driven", nil, "era[0].steps=30")
	edges := float64(r.Metadata.Network["plastic_edges"])
	nodes := float64(r.Metadata.Network["network_nodes"])
	for _, when := range []string{"start", "end"} {
		all, err := r.Histograms()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{"weight": edges, "weight_sum": nodes, "absolute_weight_sum": nodes}
		got := make(map[string]float64)
		for _, h := range all {
			if h.When != when {
				continue
			}
			for _, n := range h.Counts {
				got[h.Name] += float64(n)
			}
			if h.Width != 0.25 || math.Mod(h.Lower, 0.25) != 0 {
				t.Errorf("%s has bins of %v from %v on", h.Name, h.Width, h.Lower)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("values in the histograms at the %s (-want +is):\n%s", when, d)
		}
	}
}

// TestDamage: files of a run that were changed are refused with their names.
func TestDamage(t *testing.T) {
	for name, text := range map[string]string{
		"steps.csv":      "step\n1\n",
		"histograms.csv": "histogram,when,lower,upper,count\nweight,start,0,0.25,1\nweight,start,1e9,1e9,1\n",
		"run.json":       "{",
		"config.toml":    "graph = 3",
		"final.npz":      "PK",
	} {
		r := resultstest.Make(t, cpuref.New, "isolated4", nil, "graph.sides=[4, 4]", "era[0].steps=3")
		if err := os.WriteFile(filepath.Join(r.Path, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		switch name {
		case "steps.csv":
			_, err = r.Table(name)
		case "histograms.csv":
			_, err = r.Histograms()
		case "final.npz":
			_, err = r.Final()
		default:
			_, err = results.Open(r.Path)
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := results.Open(t.TempDir()); err == nil {
		t.Error("an empty folder is opened as a run")
	}
}

// TestHalfARowIsLeftOut: the last row of a run that goes on may be half written.
func TestHalfARowIsLeftOut(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "isolated4", nil, "graph.sides=[4, 4]", "era[0].steps=9")
	path := filepath.Join(r.Path, "steps.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	if table, err := r.Table("steps.csv"); err != nil || table.Rows() != 8 {
		t.Errorf("%v, %v", table, err)
	}
}

// TestReplicasOfOneSeed: a model may draw by the numbers of replicas, which then tell them
// apart, and not their seeds.
func TestReplicasOfOneSeed(t *testing.T) {
	const key = "lewis.punish"
	of := func(settings ...string) *results.Run {
		return resultstest.Make(t, cpuref.New, "signals-urns", nil, append(settings, "lewis.plays=20")...)
	}
	three, one, other, swept := of("run.replicas=3"), of(), of("run.seed=2", "run.replicas=2"), of("run.replicas=4", "run.sweep="+key+"=0,1")
	for _, runs := range [][]*results.Run{{three}, {three, other}, {swept}, {other, one}} {
		if err := results.Overlap(runs); err != nil {
			t.Errorf("%d runs: %v", len(runs), err)
		}
	}
	for _, runs := range [][]*results.Run{{three, one}, {three, three}, {swept, one}} {
		if err := results.Overlap(runs); err == nil || !strings.Contains(err.Error(), "are the same trajectory") {
			t.Errorf("%v", err)
		}
	}
}

// TestEndsInARow: the last row is a result of a run that ended by itself, unless it has too many rows
// to be read, whatever numbers run.json has.
func TestEndsInARow(t *testing.T) {
	for _, of := range []struct {
		status string
		steps  int64
		long   bool
		ends   bool
	}{{"ended", 1 << 18, false, true}, {"ended", 1<<18 + 1, true, false}, {"finished", 3, false, false}, {"ended", math.MaxInt64, true, false}} {
		f := &results.Folder{Metadata: &record.Metadata{Status: sim.Reason(of.status), Steps: of.steps, Seeds: make([]uint64, 4)}}
		if f.IsLong() != of.long || f.EndsInARow() != of.ends {
			t.Errorf("%+v: it is long: %v, and ends in a row: %v", of, f.IsLong(), f.EndsInARow())
		}
	}
}

// TestConfigOfAnotherModel: a folder in which two files tell of two models is no run to be read.
func TestConfigOfAnotherModel(t *testing.T) {
	r := resultstest.Make(t, cpuref.New, "isolated4", nil, "graph.sides=[6, 6]", "era[0].steps=2")
	other, err := config.NewPreset("sorn-0.3")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Path, record.ConfigName), other.Encode(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Open(r.Path); err == nil || !strings.Contains(err.Error(), "run.json is of the model tnn, and config.toml of sorn") {
		t.Error(err)
	}
}
