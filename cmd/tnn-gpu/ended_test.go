package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestLastRowIsPrinted: the last line about a recall is of the step where it ended, and not a mean
// of those that led there; of several replicas it is their mean.
func TestLastRowIsPrinted(t *testing.T) {
	dir := t.TempDir()
	small := []string{"run", "--preset", "hopfield-recall", "--set", "network.units=200", "--set", "patterns.load=0.05", "--backend", "cpu", "--no-overview", "--out"}
	for replicas, out := range map[int]string{1: "one", 3: "three"} {
		r := tnnGPU(t, dir, append(small, out, "--replicas", strconv.Itoa(replicas))...).want(t, codeDone, "ended after step")
		rows := strings.Split(strings.TrimSpace(string(read(t, dir, out, "steps.csv"))), "\n")
		mean := 0.0
		for _, row := range rows[len(rows)-replicas:] {
			cells := strings.Split(row, ",")
			overlap, err := strconv.ParseFloat(cells[len(cells)-5], 64)
			if err != nil {
				t.Fatal(err)
			}
			mean += overlap / float64(replicas)
		}
		var line string
		for text := range strings.Lines(r.out) {
			if strings.HasPrefix(strings.TrimSpace(text), "end ") {
				line = text
			}
		}
		if cells := strings.Fields(line); len(cells) < 4 || cells[3] != fmt.Sprintf("%.4g", mean) {
			t.Errorf("%d replicas: the line is %q, and the last overlap %.4g of\n%s", replicas, line, mean, strings.Join(rows, "\n"))
		}
		if r := tnnGPU(t, dir, "inspect", out).want(t, codeDone, "last row"); !regexp.MustCompile(fmt.Sprintf(`\n  overlap +%s `, regexp.QuoteMeta(fmt.Sprintf("%.6g", mean)))).MatchString(r.out) {
			t.Errorf("%d replicas: the last overlap is %.6g, and inspect says %s", replicas, mean, r.out)
		}
	}
}

// TestLastRowIsDrawn: against a swept key recalls are where they ended.
func TestLastRowIsDrawn(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "hopfield-recall", "--set", "network.units=200", "--set", "patterns.load=0.05", "--sweep", "recall.fraction=0.1,0.2,0.4", "--backend", "cpu", "--no-overview", "--out", "swept").want(t, codeDone, "ended after step")
	tnnGPU(t, dir, "plot", "swept", "--x", "recall.fraction", "--quantity", "flips", "--data", "--out", "p.svg").want(t, codeDone)
	text := strings.Split(strings.TrimSpace(string(read(t, dir, "p.csv"))), "\n")
	if svg := string(read(t, dir, "p.svg")); !strings.Contains(svg, "last row") {
		t.Error("the figure does not say what it is of")
	}
	for _, row := range text[1:] {
		if flips := strings.Split(row, ",")[5]; flips != "0" {
			t.Errorf("a recall that has ended has %s flips: %s", flips, row)
		}
	}
	if len(text) != 4 {
		t.Errorf("there are %d points: %s", len(text)-1, text)
	}
}

// A run whose replicas diverge ends normally, says so, and is drawn as far as there is
// something to draw.
func TestRunThatDiverges(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := tnnGPU(t, t.TempDir(), "run", "--preset", "perceptron-hebb", "--set", "perceptron.rule=alphatron(2)", "--set", "perceptron.n=300", "--set", "perceptron.B=1",
		"--steps", "2000", "--replicas", "2", "--backend", "cpu", "--out", out)
	if r.code != 0 || !strings.Contains(r.out, "replica 1 ended after step ") || !strings.Contains(r.out, "its weights grew without bound") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.errs)
	}
	if _, err := os.Stat(filepath.Join(out, "overview.png")); err != nil {
		t.Error(err)
	}
}

// TestEndedAtTheLastStep: a recall that ends by itself at the last step that was planned is told
// of as one that would have had more.
func TestEndedAtTheLastStep(t *testing.T) {
	dir := t.TempDir()
	recall := []string{"run", "--preset", "hopfield-recall", "--set", "network.units=200", "--set", "patterns.load=0.05", "--backend", "cpu", "--no-overview"}
	r := tnnGPU(t, dir, append(recall, "--out", "long")...).want(t, codeDone)
	at := regexp.MustCompile(`ended after step (\d+)`).FindStringSubmatch(r.out)
	if at == nil {
		t.Fatalf("it did not end by itself:\n%s", r.out)
	}
	short := tnnGPU(t, dir, append(recall, "--steps", at[1], "--out", "short")...).want(t, codeDone)
	if !regexp.MustCompile(`\n +end `).MatchString(short.out) {
		t.Errorf("its last row is not printed:\n%s", short.out)
	}
	long := tnnGPU(t, dir, "inspect", "long").want(t, codeDone, "last row").out
	if got := tnnGPU(t, dir, "inspect", "short").want(t, codeDone).out; strings.ReplaceAll(got, "short", "long") != long {
		t.Errorf("inspect says\n%s, and of the one that had more steps\n%s", got, long)
	}
	tnnGPU(t, dir, "resume", "short", "--steps", "+5").want(t, codeDone, "Every replica of the run has ended by itself, the last after step "+at[1])
	tnnGPU(t, dir, "check", "short").want(t, codeDone)
}
