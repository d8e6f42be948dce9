package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/results"
)

// TestStatsPage runs the commands of docs/stats.md.
func TestStatsPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if blocks := len(runBlocks(t, dir, read(t, "../../docs/stats.md"))); blocks < 4 {
		t.Fatalf("%d blocks are found", blocks)
	}
	for _, name := range []string{"stats.json", "correlation.csv", "correlation.svg", "flips.csv", "flips.svg", "spectra.csv"} {
		if len(read(t, dir, "found", name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// statistics are what stats --json prints.
type statistics struct {
	Model string
	First int64
	Last  int64
	Parts []struct {
		Swept      string
		Replicas   []int
		Statistics []struct {
			Name, Missing string
			Values        []struct {
				Name         string
				Value, Error *float64
			}
		}
	}
}

func statsOf(t *testing.T, dir string, args ...string) *statistics {
	t.Helper()
	var s statistics
	if err := json.Unmarshal([]byte(tnnGPU(t, dir, append([]string{"stats", "--json"}, args...)...).want(t, codeDone).out), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// value finds one, or NaN.
func (s *statistics) value(part int, statistic, name string) float64 {
	for _, of := range s.Parts[part].Statistics {
		for _, v := range of.Values {
			if of.Name == statistic && v.Name == name && v.Value != nil {
				return *v.Value
			}
		}
	}
	return math.NaN()
}

// TestStats: values are those of the tables, of each value of a swept key apart and of
// the steps that are asked for; what is missing or wrong is told.
func TestStats(t *testing.T) {
	dir := t.TempDir()
	run := []string{"run", "--preset", "isolated4", "--set", "graph.sides=[8, 8]", "--steps", "60", "--replicas", "4", "--set", "record.overview=false"}
	tnnGPU(t, dir, append(run, "--sweep", "edge.inverse_temperature=20,80", "--out", "swept")...).want(t, codeDone)
	s := statsOf(t, dir, "swept", "--first", "21", "--last", "50")
	if s.Model != "tnn" || s.First != 21 || s.Last != 50 || len(s.Parts) != 2 || s.Parts[1].Swept != "edge.inverse_temperature=80" {
		t.Fatalf("%+v", s)
	}
	folder, err := results.Open(filepath.Join(dir, "swept"))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	table, err := folder.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	sum, n := 0.0, 0.0
	for i, v := range table.Column("order") {
		if step := table.Column("step")[i]; step >= 21 && step <= 50 && table.Column("edge.inverse_temperature")[i] == 80 {
			sum, n = sum+v, n+1
		}
	}
	if got := s.value(1, "moments", "order"); n != 60 || math.Abs(got-sum/n) > 1e-12 {
		t.Errorf("order is %g, want %g of %g rows", got, sum/n, n)
	}
	if got := s.value(1, "series", "order"); math.Abs(got-sum/n) > 1e-12 {
		t.Errorf("order is %g in the series", got)
	}
	whole := statsOf(t, dir, "swept", "--of", "domains,nodes")
	if got := whole.value(0, "domains", "walls"); !(got > 0 && got < 1) || len(whole.Parts[0].Statistics) != 2 {
		t.Errorf("walls are %g", got)
	}
	tnnGPU(t, dir, "stats", "swept").want(t, codeDone, "swept, steps 1 to 60, 2 replicas, edge.inverse_temperature=20", "of the state after step 60 alone", "flips", "cannot be worked out for this run: the network has no external nodes")
	tnnGPU(t, dir, "stats", "swept", "--of", "flips").want(t, codeUsage, "the statistic flips: cannot be worked out for this run")
	tnnGPU(t, dir, "stats", "swept", "--of", "domains", "--last", "50").want(t, codeUsage, "record all of state (--record state)")
	tnnGPU(t, dir, "stats", "swept", "--of", "colours").want(t, codeUsage, `there is no statistic "colours"`, "moments")
	tnnGPU(t, dir, "stats", "swept", "--first", "61").want(t, codeUsage, "--first is 61: use 1 to 60")
	tnnGPU(t, dir, "stats", "swept", "--first", "9", "--last", "8").want(t, codeUsage, "a first step that is not after the last")
	tnnGPU(t, dir, "stats", "swept", "--format", "gif").want(t, codeUsage, `"gif"`)
	tnnGPU(t, dir, "stats").want(t, codeUsage, "takes one argument")
	tnnGPU(t, dir, "stats", "nowhere").want(t, codeUsage, "nowhere is not the folder of a run")

	tnnGPU(t, dir, "stats", "swept", "--of", "domains,spectra", "--out", "found", "--format", "PDF").want(t, codeDone)
	for _, name := range []string{"stats.json", "domains-0.csv", "domains-1.csv", "domains.pdf", "spectra.pdf"} {
		if len(read(t, dir, "found", name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if head, _, _ := strings.Cut(string(read(t, dir, "found", "spectra-1.csv")), "\n"); !strings.HasPrefix(head, "frequency,energy,") {
		t.Errorf("the head of spectra is %q", head)
	}
	tnnGPU(t, dir, "stats", "swept", "--out", "found").want(t, codeUsage, "exists; use --overwrite")
}

// TestStatsOfAllModels: every model has statistics of its runs.
func TestStatsOfAllModels(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, preset := range []string{"hopfield-recall", "perceptron-alphatron", "signals-urns", "sorn-0.3", "codes-exact"} {
		tnnGPU(t, dir, "run", "--preset", preset, "--steps", "40", "--set", "record.overview=false", "--out", preset).want(t, codeDone)
		if s := statsOf(t, dir, preset); len(s.Parts) == 0 || len(s.Parts[0].Statistics[len(s.Parts[0].Statistics)-2].Values) == 0 {
			t.Errorf("%s: %+v", preset, s)
		}
	}
}

// TestStatsOfThinnedRows: means of rows that get sparser are those of the steps, and what
// takes each step is refused where there are rows or records of fewer.
func TestStatsOfThinnedRows(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "signals-urns", "--steps", "20000", "--backend", "cpu", "--no-overview", "--out", "urns").want(t, codeDone)
	if got := statsOf(t, dir, "urns", "--of", "series").value(0, "series", "success"); !(math.Abs(got-0.991) < 0.001) {
		t.Errorf("success is %g", got)
	}
	tnnGPU(t, dir, "stats", "urns", "--of", "series").want(t, codeDone, "urns, steps 1 to 20000 (290 rows)", "each counts for the steps that are nearest to it", "steps 10000 to 20000", "`--first 10000 --last 20000`")
	tnnGPU(t, dir, "stats", "urns", "--of", "spectra").want(t, codeUsage, "(--first 10000 --last 20000)")
	tnnGPU(t, dir, small("--steps", "60", "--steps-every", "5", "--record", "state", "--every", "3", "--backend", "cpu", "--no-overview")...).want(t, codeDone)
	for quantity, every := range map[string]string{"order": "5", "state": "3"} {
		tnnGPU(t, dir, "stats", "out", "--quantity", quantity, "--of", "fano").want(t, codeUsage, quantity+" is known every "+every+" steps, and each is needed")
		tnnGPU(t, dir, "stats", "out", "--quantity", quantity, "--of", "bins").want(t, codeDone, "for sums each is needed")
	}
}

// TestFiguresPage runs the commands of docs/figures.md.
func TestFiguresPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if blocks := len(runBlocks(t, dir, read(t, "../../docs/figures.md"))); blocks != 1 {
		t.Fatalf("%d blocks are found", blocks)
	}
	if rows := strings.Count(string(read(t, dir, "swept", "plot.csv")), "\n"); rows != 1+2*2*60 {
		t.Errorf("the data have %d rows", rows)
	}
	if svg := string(read(t, dir, "against.svg")); !strings.Contains(svg, "standard errors") {
		t.Error("the figure does not say what its bars are")
	}
	for _, c := range []struct{ flag, value, says string }{
		{"--log", "z", "use x, y or x,y"}, {"--xlim", "2,1", "the smaller one first"}, {"--ylim", "a,b", "write two numbers"}, {"--xlim", "0,NaN", "write two numbers"},
		{"--size", "86", "in millimetres"}, {"--size", "1x1", "in millimetres"}, {"--font", "0", "use 4 to 40 points"}, {"--columns", "0", "use 1 or more"},
		{"--title", "a\x01b", "use characters that can be printed"}, {"--title", "two\nlines", "in one line"}, {"--title", "\xff", "use characters"},
	} {
		tnnGPU(t, dir, "plot", "swept", c.flag+"="+c.value, "--out", "bad.png").want(t, codeUsage, c.flag, c.says)
	}
	tnnGPU(t, dir, "plot", "swept", "--quantity", "energy", "--log", "y", "--out", "bad.png").want(t, codeUsage, "no value is above 0", "--quantity")
	tnnGPU(t, dir, "plot", "swept", "--log", "y", "--out", "left.svg").want(t, codeDone)
	if svg := string(read(t, dir, "left.svg")); !strings.Contains(svg, "left out, as no value is above 0: ") || !strings.Contains(svg, "free energy per node") {
		t.Error("the figure does not say what is left out")
	}
	tnnGPU(t, dir, "plot", "swept", "--quantity", "order", "--data", "--format", "pdf").want(t, codeUsage, "plot.csv exists")
}
