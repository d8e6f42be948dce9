package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
)

// jsonLines reads what --json prints: objects, one a line, and nothing else.
func jsonLines(t *testing.T, text string) (events []map[string]any, kinds string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q is no line of JSON: %v", line, err)
		}
		events, kinds = append(events, e), kinds+e["event"].(string)+" "
	}
	return events, kinds
}

// TestJSONLines: what a run prints for scripts is what its tables have.
func TestJSONLines(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "isolated4", "--set", "graph.sides=[6, 6]", "--steps", "25", "--sweep", "edge.inverse_temperature=20,80", "--replicas", "4", "--backend", "cpu", "--no-overview", "--out", "r"}
	r := tnnGPU(t, dir, append(args, "--json")...).want(t, codeDone)
	lines, kinds := jsonLines(t, r.out)
	if kinds != "begin epoch epoch epoch end " || r.errs != "" {
		t.Fatalf("there are %s, and on standard error %q", kinds, r.errs)
	}
	want := map[string]any{"event": "begin", "folder": "r", "model": "tnn", "device": lines[0]["device"], "precision": "single", "seed": 1.0, "replicas": 4.0, "first": 0.0, "steps": 25.0}
	if d := cmp.Diff(want, lines[0]); d != "" {
		t.Errorf("it begins with (-want +got):\n%s", d)
	}
	last := lines[3]
	if last["epoch"] != 3.0 || last["first"] != 21.0 || last["last"] != 25.0 || last["percent"] != 100.0 || lines[1]["percent"] != 40.0 {
		t.Errorf("the last epoch is %v", last)
	}
	points := last["points"].([]any)
	rows := strings.Split(strings.TrimSpace(string(read(t, dir, "r", "epochs.csv"))), "\n")
	for i, value := range []float64{20, 80} {
		p, cells := points[i].(map[string]any), strings.Split(rows[len(rows)-2+i], ",")
		mean, stderr := p["mean"].(map[string]any), p["error"].(map[string]any)
		if p["replicas"] != 2.0 || p["swept"].(map[string]any)["edge.inverse_temperature"] != value || mean["energy"] != number(t, cells[4]) || stderr["energy"] != number(t, cells[5]) {
			t.Errorf("point %d is %v, and the table has %v", i, p, cells)
		}
	}
	if end := lines[4]; end["status"] != "finished" || end["steps"] != 25.0 || end["folder"] != "r" {
		t.Errorf("it ends with %v", end)
	}

	// Numbers that are not finite, which single replicas of some models have, are null.
	var text bytes.Buffer
	columns := []model.Column{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	(&events{&text}).ofRun(columns, nil, 10)(&sim.Epoch{Index: 1, First: 1, Last: 10, Points: []sim.Point{{Replicas: []int{0}, Mean: []float64{math.Inf(1), math.NaN(), 0.5}}}})
	if want := `{"event":"epoch","epoch":1,"first":1,"last":10,"percent":100,"points":[{"replicas":1,"mean":{"a":null,"b":null,"c":0.5}}]}` + "\n"; text.String() != want {
		t.Errorf("it prints %s, want %s", text.String(), want)
	}

	_, kinds = jsonLines(t, tnnGPU(t, dir, "resume", "r", "--steps", "+5", "--backend", "cpu", "--json").want(t, codeDone).out)
	if kinds != "begin epoch end " {
		t.Errorf("resume prints %s", kinds)
	}
	// Of a run that has ended nothing is left to do, which is its end all the same.
	ended, kinds := jsonLines(t, tnnGPU(t, dir, "resume", "r", "--steps", "30", "--json").want(t, codeDone).out)
	if kinds != "end " || ended[0]["status"] != "finished" || ended[0]["steps"] != 30.0 || ended[0]["folder"] != "r" {
		t.Errorf("resume of a run that has ended prints %v", ended)
	}
	tnnGPU(t, dir, "run", "--json", "--quiet").want(t, codeUsage, "use one of them")
	if r := tnnGPU(t, dir, "run", "--json", "--set", "group[0].levels=0"); r.code != codeUsage || r.out != "" {
		t.Errorf("a mistake prints %q, exit code %d", r.out, r.code)
	}
}

// TestJSONOfAnInterruptedRun says how it ended.
func TestJSONOfAnInterruptedRun(t *testing.T) {
	dir := t.TempDir()
	c := command(t, dir, endless("--backend", "cpu", "--json")...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var end map[string]any
	d := json.NewDecoder(out)
	for told := false; d.Decode(&end) == nil; {
		if end["event"] == "epoch" && !told {
			told = true
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = c.Wait() // its exit code is looked at
	if c.ProcessState.ExitCode() != codeInterrupted || end["event"] != "end" || end["status"] != "cancelled" {
		t.Errorf("exit code %d, and the last line is %v", c.ProcessState.ExitCode(), end)
	}
}

// TestJSONOfAScan has a line for each point.
func TestJSONOfAScan(t *testing.T) {
	dir := t.TempDir()
	r := tnnGPU(t, dir, "scan", "--preset", "isolated4", "--steps", "5", "--over", "graph.sides=[4, 4],[6, 6]", "--over", "edge.inverse_temperature=20,80", "--trials", "3", "--backend", "cpu", "--out", "s", "--json").want(t, codeDone)
	events, kinds := jsonLines(t, r.out)
	if kinds != "begin point point point point end " {
		t.Fatalf("there are %s", kinds)
	}
	if d := cmp.Diff(map[string]any{"event": "begin", "folder": "s", "keys": []any{"graph.sides", "edge.inverse_temperature"}, "points": 4.0, "trials": 3.0}, events[0]); d != "" {
		t.Errorf("it begins with (-want +got):\n%s", d)
	}
	seen := make(map[any]bool)
	for i, e := range events[1:5] {
		point := e["point"].(map[string]any)
		seen[point["graph.sides"].(string)+" "+itoa(int(point["edge.inverse_temperature"].(float64)))] = true
		if e["trials"] != 3.0 || e["left"] != float64(3-i) {
			t.Errorf("line %d is %v", i+1, e)
		}
	}
	if len(seen) != 4 || events[5]["status"] != "finished" {
		t.Errorf("points %v, end %v", seen, events[5])
	}
}
