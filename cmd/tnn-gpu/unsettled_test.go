package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestUnsettled: the summary of a run that ends in a transient says so, that of one that
// has settled does not, and where many steps have too few rows it says that.
func TestUnsettled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := tnnGPU(t, dir, "run", "--backend", "cpu", "--out", "default").want(t, codeDone, "stationary in steps 251 to 500: ", "see `tnn-gpu stats default --first 251`")
	sameAsStats(t, dir, r.out)
	r = tnnGPU(t, dir, "run", "--preset", "relaxed", "--backend", "cpu", "--set", "graph.sides=[10, 10]", "--steps", "600", "--out", "settled").want(t, codeDone)
	if regexp.MustCompile(`stationary in steps[^\n]*\benergy\b`).MatchString(r.out) {
		t.Errorf("noise at a high temperature is called a transient:\n%s", r.out)
	}
	for name, args := range map[string][]string{"short": {"--steps", "60"}, "replicas": {"--steps", "2", "--replicas", "12"}} {
		if r = tnnGPU(t, dir, append([]string{"run", "--preset", "isolated4", "--backend", "cpu", "--out", name}, args...)...).want(t, codeDone); strings.Contains(r.out, "stationary") {
			t.Errorf("of a short run too few rows are told of:\n%s", r.out)
		}
	}
	r = tnnGPU(t, dir, "run", "--backend", "cpu", "--steps", "1003", "--steps-every", "5", "--out", "thinned").want(t, codeDone, "stationary in steps 505 to 1000: ", "see `tnn-gpu stats thinned --first 505`")
	sameAsStats(t, dir, r.out)
	tnnGPU(t, dir, "run", "--preset", "signals-urns", "--steps", "1995", "--backend", "cpu", "--out", "sparser").want(t, codeDone, "too few rows to tell what is stationary in steps 998 to 1995: 10 are evenly spaced, and it takes 100, or two and 10 replicas; see `tnn-gpu stats sparser --first 1000`")
}

// TestUnsettledEverywhere: many replicas, many rows, students that may diverge, branches,
// sweeps and eras are looked at, too.
func TestUnsettledEverywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	adapting := []string{"run", "--backend", "cpu", "--set", "graph.sides=[8, 8]"}
	run := func(want string, args ...string) {
		t.Helper()
		r := tnnGPU(t, dir, args...).want(t, codeDone, want)
		sameAsStats(t, dir, r.out)
	}
	run("in steps 1001 to 2000: ", append(adapting, "--steps", "2000", "--replicas", "40", "--out", "many")...)
	run("in steps 36 to 70: ", append(adapting, "--steps", "70", "--replicas", "12", "--out", "few")...)
	run("in steps 16501 to 33000: ", append(adapting, "--set", `era[0].change=["edge.inverse_temperature=20..80"]`, "--steps", "33000", "--replicas", "2", "--out", "long")...)
	run("in steps 1010 to 2000: epsilon, information, Q", "run", "--preset", "perceptron-hebb", "--backend", "cpu", "--steps", "2000", "--out", "student")
	tnnGPU(t, dir, "run", "--backend", "cpu", "--set", "graph.sides=[10, 10]", "--steps", "200", "--out", "default").want(t, codeDone)
	run("in steps 301 to 400: ", "run", "--from", "default@200", "--steps", "400", "--backend", "cpu", "--out", "branch")
}

// sameAsStats runs the command that the end of a run names: it calls the same quantities
// not stationary.
func sameAsStats(t *testing.T, dir, out string) {
	t.Helper()
	line := regexp.MustCompile("(?m)^(.*stationary in steps.*); see `tnn-gpu (stats [^`]*)`$").FindStringSubmatch(out)
	if line == nil {
		t.Errorf("the end says nothing of what is stationary:\n%s", out)
		return
	}
	if strings.Contains(line[1], "edge_inverse_temperature") {
		t.Errorf("a setting is said to be not stationary: %s", line[1])
	}
	var names []string
	if moving := regexp.MustCompile(`not stationary in steps \d+ to \d+: ([^;]*)`).FindStringSubmatch(line[1]); moving != nil {
		names = strings.Split(moving[1], ", ")
	}
	found := tnnGPU(t, dir, append(strings.Fields(line[2]), "--of", "series")...).want(t, codeDone)
	for _, name := range names {
		if !strings.Contains(found.out, "  "+name+" is not stationary: ") {
			t.Errorf("%s is not stationary, but not by stats:\n%s\n%s", name, line[0], found.out)
		}
	}
	if said := strings.Count(found.out, "is not stationary: "); said != len(names) {
		t.Errorf("stats calls %d quantities not stationary, the end of the run %d:\n%s\n%s", said, len(names), line[0], found.out)
	}
	if tooSlow := regexp.MustCompile(`too slow to tell whether stationary in steps \d+ to \d+: ([^;]*)`).FindStringSubmatch(line[1]); tooSlow != nil && !strings.Contains(found.out, ", and no error is known: "+tooSlow[1]+"\n") {
		t.Errorf("stats does not call the same too slow:\n%s\n%s", line[0], found.out)
	}
}
