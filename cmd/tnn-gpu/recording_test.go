package main

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/record"
)

// drivenRun are arguments of a small run with external nodes.
func drivenRun(out string, more ...string) []string {
	return append([]string{"run", "--preset", "driven", "--set", "graph.sides=[20, 20]", "--set", "graph.separation=3",
		"--steps", "20", "--backend", "cpu", "--out", out}, more...)
}

// TestRecordingChangesNothing holds for either rule: with every field recorded the
// run has the same bits as without.
func TestRecordingChangesNothing(t *testing.T) {
	for preset, fields := range map[string]string{
		"driven":         "state,energy,fluctuating,entropy,dissipation,transport,solved,weight,order,charge0",
		"relaxed-driven": "state,energy,entropy,dissipation,transport,solved,weight,order,charge0",
	} {
		t.Run(preset, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := []string{"run", "--preset", preset, "--steps", "12", "--replicas", "2"}
			tnnGPU(t, dir, append(args, "--out", "without", "--no-overview")...).want(t, codeDone)
			tnnGPU(t, dir, append(args, "--out", "with", "--record", fields, "--every", "3", "--watch", "state[7],entropy[8]")...).want(t, codeDone)
			for _, name := range []string{"steps.csv", "epochs.csv", "histograms.csv", "final.npz"} {
				if !bytes.Equal(read(t, dir, "without/"+name), read(t, dir, "with/"+name)) {
					t.Errorf("%s is another one with recordings", name)
				}
			}
		})
	}
}

func TestRecordingOfARegion(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, drivenRun("out", "--record", "state,weight", "--every", "5", "--region", "0:3, 4:6",
		"--watch", "state[4], weight[5-4],solved[0]", "--watch-every", "2", "--no-overview")...).want(t, codeDone)
	m, err := record.ReadMetadata(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	shapes := make(map[string][]int64)
	for _, f := range m.Files {
		for _, a := range f.Arrays {
			if strings.HasPrefix(f.Name, "recordings/") {
				shapes[a.Name] = a.Shape
			}
			if a.Every == 5 && a.Items == "" {
				t.Errorf("%s does not say which items were recorded", a.Name)
			}
		}
	}
	// Six nodes; a box of 3 x 2 has 3 + 4 edges in it.
	if d := cmp.Diff(map[string][]int64{"state": {6}, "weight": {7}}, shapes); d != "" {
		t.Errorf("shapes (-want +is):\n%s", d)
	}
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "out/probes.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"step", "state[4]", "weight[4-5]", "solved[0]"}, rows[0]); d != "" || len(rows) != 11 {
		t.Errorf("%d rows; columns (-want +is):\n%s", len(rows), d)
	}
}

// TestWhatCannotBeRecorded: nothing may be written before it is known that it can be.
func TestWhatCannotBeRecorded(t *testing.T) {
	for _, test := range []struct{ args, says string }{
		{"--record colour", `the model tnn has no field "colour"`},
		{"--record state,state", "--record: record.fields is [state state]: name each field once"},
		{"--every 0", "--every: record.every is 0: use a whole number from 1"},
		{"--every often", `--every: record.every is "often": use a whole number`},
		{"--watch-every 0", "--watch-every: record.watch_every is 0"},
		{"--record state --every 21", "record.every is 21, and the run has steps 1 to 20: no record is due in it; use a number from 1 to 20"},
		{"--watch state[3] --watch-every 21", "record.watch_every is 21, and the run has steps 1 to 20: no record is due in it"},
		{"--record state --region 0:99,0:3", "the region from [0 0] to [99 3] is empty or leaves the lattice of sides [20 20]"},
		{"--record state --region 0:9", "does not have the 2 dimensions of the lattice"},
		{"--record state --nodes 400", "record.nodes: there is no node 400; the run has nodes 0 to 399"},
		{"--record state --nodes three", "record.nodes: there is no node three"},
		{"--record state --nodes 3,4,3", "record.nodes: node 3 stands twice; name each once"},
		{"--watch state[3],state[03]", "state[3] is to be watched twice; name each value once"},
		{"--record charge0 --nodes 3", "field charge0 has one value per half-edge, so all of it is recorded or nothing"},
		{"--watch state", `--watch: record.watch[0]: "state" names no value to watch`},
		{"--watch state[3-4]", "field state has one value per node; name one, as in state[3]"},
		{"--watch weight[3]", "field weight has one value per edge; name its two ends, as in weight[3-4]"},
		{"--watch weight[3-90]", "field weight cannot be read between node 3 and 90, which share no edge"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			tnnGPU(t, dir, drivenRun("out", strings.Fields(test.args)...)...).want(t, codeUsage, test.says)
			wantEmpty(t, dir)
		})
	}
}
