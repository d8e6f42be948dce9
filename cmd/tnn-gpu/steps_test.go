package main

import (
	"os"
	"path/filepath"
	"testing"
)

// --steps changes no value that was given: one that does not fit the shorter run is
// refused before anything is written. A default fits itself.
func TestStepsKeepWhatIsGiven(t *testing.T) {
	dir := t.TempDir()
	small := []string{"--set", "perceptron.n=40", "--backend", "cpu"}
	given := append([]string{"--set", "perceptron.average_from=15"}, small...)
	preset := []string{"--preset", "perceptron-hebb", "--steps", "100"}
	join := func(lists ...[]string) []string {
		var out []string
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	tnnGPU(t, dir, join([]string{"run"}, preset, small, []string{"--out", "default"})...).want(t, codeDone)
	over := []string{"--over", "perceptron.nut=1,2", "--out", "scan"}
	const refusal = "perceptron.average_from is 15: a run of 100 steps ends before"
	file := filepath.Join(dir, "mine.toml")
	text := "model = \"perceptron\"\n[perceptron]\nn = 40\naverage_from = 15.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, args := range [][]string{
		join([]string{"run"}, preset, given),
		join([]string{"scan"}, preset, given, over),
		{"run", "mine.toml", "--steps", "100"},
		join([]string{"scan", "mine.toml", "--steps", "100"}, over),
	} {
		tnnGPU(t, dir, args...).want(t, codeUsage, refusal)
	}
	sameTree(t, before, dir)
	// What another run's configuration has was not given for this one.
	tnnGPU(t, dir, "run", "--from", "default@50", "--steps", "60", "--backend", "cpu", "--out", "branch").want(t, codeDone)
}
