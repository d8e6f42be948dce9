package main

import "testing"

// TestSeedsThatOverlap: replica 1 of seed 1 is replica 0 of seed 2, so their mean is
// refused, and drawn apart they have their names.
func TestSeedsThatOverlap(t *testing.T) {
	dir := t.TempDir()
	for out, args := range map[string][]string{
		"one": {"--seed", "1", "--replicas", "2"}, "two": {"--seed", "2"}, "longer": {"--seed", "2", "--steps", "30"}, "three": {"--seed", "3"},
		"colder": {"--seed", "2", "--set", "edge.inverse_temperature=200"},
		"swept":  {"--seed", "1", "--replicas", "2", "--sweep", "edge.inverse_temperature=100,200"},
	} {
		tnnGPU(t, dir, small(append(args, "--backend", "cpu", "--no-overview", "--out", out)...)...).want(t, codeDone)
	}
	mean := func(runs ...string) []string {
		return append([]string{"plot", "--mean", "--overwrite", "--quantity", "order", "--out", "plot.png"}, runs...)
	}
	const says = "are the same trajectory, of seed 2 and the same settings, and a mean would count it twice"
	for _, runs := range [][]string{{"one", "two"}, {"two", "one"}, {"three", "two", "longer"}, {"colder", "swept"}} {
		tnnGPU(t, dir, mean(runs...)...).want(t, codeUsage, says)
	}
	tnnGPU(t, dir, mean("two", "two")...).want(t, codeUsage, "the run two stands twice: name each once")
	for _, runs := range [][]string{{"one", "three"}, {"two", "colder"}, {"two", "three"}} {
		tnnGPU(t, dir, mean(runs...)...).want(t, codeDone)
	}
	tnnGPU(t, dir, "plot", "one", "two", "--quantity", "order").want(t, codeDone)
}
