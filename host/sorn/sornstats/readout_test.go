package sornstats_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/analysis/analysistest"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sornstats"
	"tnn-gpu/host/stats"
)

// TestGenerated: words of a stream that is made by hand.
func TestGenerated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "readout.csv")
	rows := "A,B,C,D,E,F\n" + strings.Repeat("0,0,0,0,0,0\n", 51)
	if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	g := &given{records: map[string][][][]float64{"task": {nil, nil}}}
	r := g.run(t, 50, 2, func(s *sorn.Spec) {
		s.Input = sorn.InputSpec{Kind: sorn.Words, Words: []string{"ABBC", "DEF"}, Transitions: []float64{0, 1, 0.5, 0.5}, Readout: path}
	})
	for replica, stream := range []string{"BC|ABBC|DEF|ABBC|ABBBBC|DEF|DDF|A", "F|DEF|ABBC|ABBC|DE"} {
		for _, letter := range strings.ReplaceAll(stream, "|", "") {
			g.records["task"][replica] = append(g.records["task"][replica], []float64{0, 0, 0, float64(letter-'A') + 1})
		}
		for len(g.records["task"][replica]) < 31 { // streams have one length
			g.records["task"][replica] = append(g.records["task"][replica], []float64{0, 0, 0, 6})
		}
	}
	found := made(t, r, "generated")
	// Of the first: words of 4 + 3 + 4 + 3 symbols, ABBBBC of 6 could be one, DDF of 3 not.
	// Of the second: 3 + 4 + 4, as DE and what comes after is cut off.
	exact := func(name string, want ...float64) {
		t.Helper()
		if v := analysistest.Value(t, found, name).Mean; math.Abs(v-stats.Mean(want).Mean) > 1e-12 {
			t.Errorf("%s is %v, want the mean of %v", name, v, want)
		}
	}
	exact("known", 14.0/23, 1)
	exact("new", 6.0/23, 0)
	exact("ungrammatical", 3.0/23, 0)
	exact("pairs_allowed", 1, 0.5) // ABBC DEF, DEF ABBC; and DEF ABBC, ABBC ABBC, which the odds forbid
	if counts := tableOf(t, found, "generated").Values[1]; counts[0] != 4 || counts[1] != 3 {
		t.Errorf("words came %v times", counts)
	}
	if v := analysistest.Value(t, found, "known_chance").Mean; v > 0.7 {
		t.Errorf("by chance %v of the symbols are in words", v)
	}
	missing, _ := analysis.Choose(sornstats.Statistics(), []string{"generated"})
	drawn := g.run(t, 50, 2, nil)
	drawn.Last = 31
	if found, err := analysis.Make(drawn, missing, false); err != nil || found[0].Missing == "" {
		t.Errorf("of a network that does not run free: %v, %v", found, err)
	}
}

// taught is a run whose states have what tells of the last steps, from the latest: unit
// kinds*b + c is active if code was c, b steps ago.
func taught(t *testing.T, steps, back, kinds int, with func(s *sorn.Spec), code func(s sorn.Shown) int) *analysis.Run {
	t.Helper()
	g := &given{}
	r := g.run(t, max(10, back*kinds), 2, func(s *sorn.Spec) {
		with(s)
		s.Sorn.NU, s.Eras = 0, []sorn.EraSpec{{Steps: 2, Phase: sorn.Plasticity, Input: true}, {Steps: steps, Phase: sorn.Training, Input: true}}
	})
	in := &g.net.Spec.Input
	g.records = map[string][][][]float64{"x": nil, "task": nil}
	for replica := range 2 {
		source := sorn.NewSource[float64](g.net, 0, [2]uint32{uint32(replica), 9})
		task := make([]int32, sorn.TaskItems)
		var x, tasks [][]float64
		var codes []int
		for k := range steps + 2 {
			source.Next(uint32(k+1), g.net.Spec.RegimeAt(int64(k+1)), task, nil)
			at := make([]float64, len(task))
			for i, v := range task {
				at[i] = float64(v)
			}
			codes = append([]int{code(in.Shown(at))}, codes...)
			states := make([]float64, g.net.Spec.Sorn.NE)
			for b, c := range codes[:min(back, len(codes))] {
				if c >= 0 {
					states[kinds*b+c] = 1
				}
			}
			x, tasks = append(x, states), append(tasks, at)
		}
		g.records["x"], g.records["task"] = append(g.records["x"], x), append(g.records["task"], tasks)
	}
	return r
}

// TestReadOut: what states have is read out of them, and nothing else.
func TestReadOut(t *testing.T) {
	symbol := func(s sorn.Shown) int { return s.Symbol }
	r := taught(t, 4000, 2, 5, func(s *sorn.Spec) { s.Input.Kind, s.Input.Alphabet = sorn.RandomSequence, 5 }, symbol)
	found := made(t, r, "readout")
	near(t, found, "recall_0", 1, 0)
	near(t, found, "recall_1", 1, 0)
	near(t, found, "recall_5", 0.2, 0)
	near(t, found, "next_symbol", 0.2, 0)
	near(t, found, "next_symbol_chance", 0.2, 0)
	near(t, found, "next_symbol_best", 0.2, 1e-12)

	// Words: a state that knows the place reads all but the first letter of a word.
	words := func(s *sorn.Spec) {
		s.Input.Kind, s.Input.Words, s.Input.Blank = sorn.Words, []string{"ABA", "CB"}, 1
		s.Input.Transitions = []float64{0.25, 0.75, 0.5, 0.5}
	}
	place := func(s sorn.Shown) int {
		switch {
		case s.Word < 0:
			return -1
		case s.Letter < 0:
			return 5 + s.Word // the word that has ended
		}
		return 3*s.Word + s.Letter
	}
	r = taught(t, 6000, 1, 7, words, place)
	found = made(t, r, "readout")
	best := analysistest.Value(t, found, "next_symbol_best")
	near(t, found, "next_symbol", best.Mean, 0)
	near(t, found, "next_place", analysistest.Value(t, found, "next_place_best").Mean, 0)
	// Of the steps before a letter, those within words are known, and 3/4 after ABA and
	// 1/2 after CB; two fifths of the words are ABA.
	near(t, found, "next_symbol_best", (0.4*(2+0.75)+0.6*(1+0.5))/(0.4*3+0.6*2), 0.01)
	table := tableOf(t, found, "readout")
	if len(table.Columns) != 1+3 || table.Columns[1].Name != "A" || len(table.Values[0]) != 1+10 || table.Values[0][0] != -1 {
		t.Errorf("the weights have columns %v", table.Columns)
	}

	r = taught(t, 100, 1, 5, func(s *sorn.Spec) { s.Input.Kind, s.Input.Alphabet = sorn.RandomSequence, 5 }, symbol)
	r.First, r.Last = 1, 2
	chosen, _ := analysis.Choose(sornstats.Statistics(), []string{"readout"})
	if found, err := analysis.Make(r, chosen, false); err != nil || found[0].Missing == "" {
		t.Errorf("of plastic steps: %v, %v", found, err)
	}
}
