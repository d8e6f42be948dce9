package scan

import (
	"strings"
	"testing"
)

// TestNothingIsPassedOver: what the file or a flag sets, and an axis or the seeds of the file
// give otherwise, is refused.
func TestNothingIsPassedOver(t *testing.T) {
	bound := "axis = [{key = \"edge.bound\", values = [1, 2]}]\n"
	steps := "axis = [{keys = [\"era[0].steps\", \"edge.noise\"], values = [[1, true], [3, false]]}]\n"
	for _, c := range []struct{ set, file, want string }{
		{`"edge.bound=4"`, bound, "edge.bound is an axis of the scan, so that no point would have edge.bound=4"},
		{`"edge={bound = 4.0}"`, bound, "edge.bound is an axis of the scan"},
		{`"era[0].steps=30"`, steps, "era[0].steps is an axis of the scan"},
		{`"era=[{steps = 30}]"`, steps, "era[0].steps is an axis of the scan"},
		{`"edge.noise=false"`, steps, "edge.noise is an axis of the scan"},
		{`"run.seed=5"`, "seeds = {first = 1, count = 2}\n" + bound, "seeds.first of the scan is 1, so that no point would have run.seed=5"},
		{`"run={seed = 5}"`, "seeds = {first = 1}\n" + bound, "give another seed with --seed"},
		{`"run.replicas=5"`, "seeds = {first = 1, count = 2}\n" + bound, "seeds.count of the scan is 2, so that no point would have run.replicas=5"},
		{`"run={replicas = 5}"`, "seeds.count = 2\n" + bound, "give another number with --trials"},
	} {
		text := "base = \"isolated4\"\nset = ['" + strings.Trim(c.set, `"`) + "']\n" + c.file
		if _, err := scanOf(text); err == nil || !strings.Contains(err.Error(), "scan.toml: set: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngives %v\nwant  %s", text, err, c.want)
		}
		f := decode(t, "base = \"isolated4\"\n"+c.file)
		if err := f.Settle(strings.Trim(c.set, `"`)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("--set %s with %s gives %v, want %s", c.set, c.file, err, c.want)
		}
	}
	mixed := "axis = [{key = \"patterns.load\", values = [0.05, 0.1]}]\n"
	for text, want := range map[string]string{
		"base = \"hopfield-recall\"\nset = [\"network.units=100\", \"patterns.count=5\"]\n" + mixed:                                           "scan.toml: set: patterns.load is an axis of the scan, in whose place patterns.count, which is set to 5, would be passed over",
		"base = \"hopfield-recall\"\nset = [\"patterns.load=0.5\"]\naxis = [{key = \"patterns.count\", values = [5, 10]}]\n":                  "patterns.load, which is set to 0.5, would be passed over",
		"base = \"hopfield-recall\"\naxis = [{key = \"patterns.count\", values = [5, 10]}, {key = \"patterns.load\", values = [0.1, 0.2]}]\n": "there are both",
	} {
		if _, err := scanOf(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngives %v\nwant  %s", text, err, want)
		}
	}
	f := decode(t, "base = \"hopfield-recall\"\nset = [\"network.units=100\"]\n"+mixed)
	if err := f.Settle("patterns.count=5"); err != nil {
		t.Fatal(err)
	}
	if _, err := New(f); err == nil || !strings.HasPrefix(err.Error(), "patterns.load is an axis of the scan, in whose place patterns.count") {
		t.Errorf("a flag gives %v", err)
	}
	f = decode(t, "base = \"isolated4\"\nset = [\"run.seed=5\", \"run.replicas=3\", \"graph.sides=[4, 4]\"]\n"+bound)
	s, err := New(f)
	if err != nil || s.Base.Run.Seed != 5 || s.Plan.Trials != 3 {
		t.Errorf("without seeds a file sets them: %+v, %v", s, err)
	}
}

// scanOf is the scan of a file.
func scanOf(text string) (*Scan, error) {
	f, err := Decode("scan.toml", []byte(text))
	if err != nil {
		return nil, err
	}
	return New(f)
}

// TestWhatTheBaseNeeds: a file may set a key of an axis where its base is impossible without,
// and a flag's axis takes the place of what the file sets.
func TestWhatTheBaseNeeds(t *testing.T) {
	dense := "base = \"hopfield-recall\"\nset = [\"network.rule=polynomial\", \"network.degree=3\"]\naxis = [{key = \"network.degree\", values = [2, 3]}]\n"
	if _, err := scanOf(dense); err != nil {
		t.Error(err)
	}
	f := decode(t, "base = \"isolated4\"\nset = [\"edge.bound=3\"]\naxis = [{key = \"edge.noise\", values = [true, false]}]\n")
	if err := f.Vary([]Axis{{Key: "edge.bound", Values: []any{int64(1), int64(2)}}}); err != nil {
		t.Fatal(err)
	}
	if s, err := New(f); err != nil || len(s.Plan.Points) != 4 {
		t.Errorf("%+v, %v", s, err)
	}
	text := "base = \"hopfield-recall\"\nset = [\"patterns.count=5\"]\naxis = [{key = \"network.units\", values = [100, 200]}]\n"
	f = decode(t, text)
	if err := f.Vary([]Axis{{Key: "patterns.load", Values: []any{0.1, 0.2}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := New(f); err != nil {
		t.Error(err)
	}
}
