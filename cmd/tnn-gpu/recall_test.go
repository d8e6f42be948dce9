package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/gpu"
	"tnn-gpu/host/hopfield/hopfieldscan"
	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// TestRecallOnThePage: a recall waits for its page, goes on sweep by sweep, has units
// flipped by a click and its target chosen, and is held again when it has ended. What was
// done to it is there after a kill.
func TestRecallOnThePage(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := startServing(t, dir, "run", "--preset", "hopfield-glyphs", "--backend", "cpu", "--out", "live", "--live", "--paused")
	b.open(s.url, 1400, 900, "light")
	b.until(`document.querySelector("#status").textContent === "paused"`)
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").startsWith("state of 32 by 32 units at step 0")`)
	b.until(`document.querySelector("#touch").textContent === "A click flips a unit."`)
	b.screenshot("recall-probe")
	b.press(".")
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").includes("at step 1,")`)

	// A click on unit 33, which is black in the letter A, makes it white.
	at := b.eval(`(() => {
		const r = document.querySelector("#lattice").getBoundingClientRect(), zoom = Math.min(r.width, r.height) / 32;
		return [r.x + r.width / 2 + (1 - 15.5) * zoom, r.y + r.height / 2 + (1 - 15.5) * zoom];
	})()`).([]any)
	brightness := `(() => {
		const c = document.querySelector("#lattice"), r = c.getBoundingClientRect(), copy = new OffscreenCanvas(1, 1).getContext("2d");
		copy.drawImage(c, r.x - ` + fmt.Sprint(at[0]) + `, r.y - ` + fmt.Sprint(at[1]) + `);
		return copy.getImageData(0, 0, 1, 1).data[0];
	})()`
	b.until(brightness + ` < 60`)
	b.click(at[0].(float64), at[1].(float64))
	b.until(brightness + ` > 200`)
	b.until(`document.querySelector("#card h3").textContent.startsWith("Unit 33")`)
	b.until(`document.querySelector("#card").textContent.includes("state1")`)

	b.eval(`(() => { const i = document.querySelector("#switch-target"); i.value = "2"; i.dispatchEvent(new Event("change")); })()`)
	b.screenshot("recall-flipped")
	b.press(".") // the unit falls back
	b.until(brightness + ` < 60`)
	b.press(" ") // and the recall ends in the next sweep
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").includes("at step 3,")`)
	b.until(`document.querySelector("#status").textContent === "paused"`)
	b.press(".")
	b.until(`document.querySelector("#status").textContent.startsWith("all replicas have ended")`)
	b.click(at[0].(float64), at[1].(float64))
	b.until(brightness + ` > 200`)
	b.noErrors()

	if err := s.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.rest
	_ = s.Wait()
	tnnGPU(t, dir, "resume", "live", "--backend", "cpu").want(t, codeDone, "begins anew")
	m, err := record.ReadMetadata(filepath.Join(dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	want := []state.Control{{Step: 1, Name: "flip:33", Value: 1}, {Step: 1, Name: "target", Value: 2}, {Step: 3, Name: "flip:33", Value: 1}}
	if d := cmp.Diff(want, m.Controls); d != "" || m.Steps != 5 {
		t.Errorf("the run has %d steps; its controls (-want +is):\n%s", m.Steps, d)
	}
	rows, err := os.ReadFile(filepath.Join(dir, "live", "steps.csv"))
	if err != nil {
		t.Fatal(err)
	}
	flips := ""
	for _, row := range strings.Split(strings.TrimSpace(string(rows)), "\n")[1:] {
		flips += strings.Split(row, ",")[1] + " "
	}
	if flips != "205 1 0 1 0 " {
		t.Errorf("the sweeps flipped %sunits", flips)
	}
}

// TestRecallLeavesItsImage: the image that a recall leaves is a pattern that can be read,
// and the files of several replicas are numbered.
func TestRecallLeavesItsImage(t *testing.T) {
	dir := t.TempDir()
	r := tnnGPU(t, dir, "run", "--preset", "hopfield-glyphs", "--backend", "cpu", "--set", "recall.trial=3", "--out", "d").want(t, codeDone)
	if !strings.Contains(r.out, "final.npz, state.png, overview.png") {
		t.Errorf("the run says %q", r.out)
	}
	file, err := os.Open(filepath.Join(dir, "d", "state.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	image, err := png.Decode(file)
	if err != nil || image.Bounds().Dx() != 32 || image.Bounds().Dy() != 32 {
		t.Fatalf("an image of %v, %v", image.Bounds(), err)
	}
	// Recalled from the image, the letter D has overlap 1 with pattern 3 before any flip.
	r = tnnGPU(t, dir, "run", "--preset", "hopfield-glyphs", "--backend", "cpu", "--set", "recall.start=d/state.png", "--set", "recall.trial=3", "--out", "again").want(t, codeDone)
	rows, err := os.ReadFile(filepath.Join(dir, "again", "steps.csv"))
	if err != nil || !strings.HasPrefix(strings.Split(string(rows), "\n")[1], "1,0,") || !strings.Contains(string(rows), ",1,1,3,") {
		t.Errorf("the recall from the image: %v\n%s", err, rows)
	}
	tnnGPU(t, dir, "run", "--preset", "hopfield-glyphs", "--backend", "cpu", "--sweep", "recall.trial=0,1", "--out", "two").want(t, codeDone)
	for _, name := range []string{"state-000.png", "state-001.png"} {
		if _, err := os.Stat(filepath.Join(dir, "two", name)); err != nil {
			t.Error(err)
		}
	}
	tnnGPU(t, dir, "check", "two").want(t, codeDone)
	if err := os.WriteFile(filepath.Join(dir, "two", "state-001.png"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := tnnGPU(t, dir, "check", "two"); r.code != codeFailed || !strings.Contains(r.out+r.errs, "state-001.png") {
		t.Errorf("check of a changed image: exit code %d\n%s%s", r.code, r.out, r.errs)
	}
}

// TestPatternsThatCannotBeStored: what is found only when patterns are drawn is an error of
// the configuration, too, and leaves nothing.
func TestPatternsThatCannotBeStored(t *testing.T) {
	dir := t.TempDir()
	run := []string{"run", "--preset", "hopfield-recall", "--out", "r", "--set", "network.units=3", "--set", "network.rule=projection", "--set", "patterns.load=1"}
	tnnGPU(t, dir, append(run, "--backend", "cpu")...).want(t, codeUsage, "the patterns [1 2] depend on each other", "leave one of them out")
	wantEmpty(t, dir)
	if _, err := gpu.Devices(); err == nil {
		tnnGPU(t, dir, append(run, "--backend", "opencl")...).want(t, codeUsage, "the patterns [1 2] depend on each other")
		wantEmpty(t, dir)
	}
}

// TestLargeRecall: couplings that do not fit are refused with what to do, and with that a
// million units recall.
func TestLargeRecall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := []string{"run", "--preset", "hopfield-recall", "--backend", "cpu", "--no-overview", "--set", "network.units=1000000", "--set", "patterns.load=0", "--set", "patterns.count=4", "--out", "large"}
	r := tnnGPU(t, dir, large...).want(t, codeUsage)
	if !strings.Contains(r.errs, "network.matrix is true: the network takes at least") || !strings.Contains(r.errs, "with network.matrix=false no matrix is kept") {
		t.Errorf("it says %q", r.errs)
	}
	wantEmpty(t, dir)
	tnnGPU(t, dir, append(large, "--set", "network.matrix=false")...).want(t, codeDone)
	rows, err := os.ReadFile(filepath.Join(dir, "large", "steps.csv"))
	if err != nil || !strings.Contains(string(rows), "\n1,200000,") || !strings.Contains(string(rows), "\n2,0,") {
		t.Errorf("a million units: %v\n%s", err, rows)
	}
}

// recallCommands are the arguments of every rule with every update and what is to be said
// of it; nothing where it can be computed.
func recallCommands() map[string][2]string {
	rules := map[string]string{
		"hebb": "", "hebb without a matrix": " --set network.matrix=false", "storkey": "", "projection": "", "mpf": " --set network.iterations=20",
		"polynomial": " --set network.degree=3", "exponential": " --set network.beta=0.5", "sequence": "", "hebb on a lattice": " --set network.units=0 --set graph.kind=neighbor --set graph.sides=[6,6] --set graph.connections=4",
	}
	updates := map[string]string{"async": "", "cyclic": "", "iid": "", "sync": "", "blocks": " --set recall.blocks=3", "colours": ""}
	out := make(map[string][2]string)
	for rule, its := range rules {
		for update, more := range updates {
			says := ""
			switch {
			case rule == "sequence" && update != "sync" && update != "colours":
				says = fmt.Sprintf("recall.update is %q: the rule sequence", update)
			case update == "colours" && rule != "hebb on a lattice":
				says = `recall.update is "colours": in a complete graph`
			}
			name, _, _ := strings.Cut(rule, " ")
			out[rule+", "+update] = [2]string{"--set network.rule=" + name + its + " --set recall.update=" + update + more, says}
		}
	}
	for _, rule := range []string{"storkey", "projection", "sequence"} {
		out[rule+" on a lattice"] = [2]string{"--set network.rule=" + rule + rules["hebb on a lattice"] + " --set recall.update=sync", fmt.Sprintf("network.rule is %q: a graph of kind neighbor takes the rule hebb", rule)}
	}
	return out
}

// TestEveryRuleAndUpdate: every rule is computed with every update, at zero temperature
// and above, by run and by scan; what cannot be is refused with one sentence, before
// anything is written.
func TestEveryRuleAndUpdate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range recallCommands() {
		args, says := lastOnly(strings.Fields("run --preset hopfield-recall --backend cpu --steps 3 --set network.units=36 " + c[0]))[1:], c[1]
		out := strings.ReplaceAll(name, " ", "-")
		temperatures := "0,0.4"
		if strings.HasPrefix(name, "exponential") {
			temperatures = "0" // it has no others
		}
		run := append([]string{"run", "--no-overview", "--sweep", "recall.temperature=" + temperatures, "--out", out}, args...)
		scan := append([]string{"scan", "--over", "recall.temperature=" + temperatures, "--trials", "1", "--out", out + "-scan"}, args...)
		if says != "" {
			for _, command := range [][]string{run, scan} {
				r := tnnGPU(t, dir, command...).want(t, codeUsage, says)
				if strings.Count(strings.TrimSpace(r.errs), "\n") > 0 {
					t.Errorf("%s: it says more than a sentence:\n%s", name, r.errs)
				}
				if _, err := os.Stat(filepath.Join(dir, command[slices.Index(command, "--out")+1])); err == nil {
					t.Errorf("%s: %s left a folder", name, command[0])
				}
			}
			continue
		}
		tnnGPU(t, dir, run...).want(t, codeDone)
		tnnGPU(t, dir, scan...).want(t, codeDone)
		points, err := os.ReadFile(filepath.Join(dir, out+"-scan", "points.csv"))
		if err != nil || strings.Count(string(points), "\n") != 2+strings.Count(temperatures, ",") {
			t.Errorf("%s: %v\n%s", name, err, points)
		}
	}
}

// TestScansOfRecalls: every preset of a scan, made small, gives its tables and its figure.
func TestScansOfRecalls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	small := map[string]string{
		"capacity": "--set network.units=60 --set recall.trials=2", "basins": "--set network.units=60 --set recall.trials=2", "thermal": "--set network.units=60 --steps 5",
		"spurious": "--set network.units=60 --set recall.trials=3", "damage": "--set network.units=60 --set recall.trials=2", "sequence": "--set network.units=40 --steps 30",
		"decode": "--set recall.trials=3", "dense": "--set network.units=30 --set recall.trials=2", "letters": "--set patterns.letters=8 --set recall.trials=3", "probes": "--set patterns.letters=8",
		"mpf": "--set network.units=16 --set recall.trials=2", "lattice": "", "continuous": "--set network.units=16 --set recall.trials=2",
	}
	for _, p := range hopfieldscan.Presets() {
		name := strings.TrimPrefix(p.Name, "hopfield-")
		more, known := small[name]
		if !known {
			t.Errorf("%s is not tried", p.Name)
		}
		tnnGPU(t, dir, append([]string{"scan", "--preset", p.Name, "--trials", "2", "--backend", "cpu", "--out", name}, strings.Fields(more)...)...).want(t, codeDone, "points.png")
		rows, err := csv.NewReader(bytes.NewReader(read(t, dir, name, "points.csv"))).ReadAll()
		if err != nil || len(rows) < 4 {
			t.Errorf("%s: %v\n%q", name, err, rows)
		}
	}
	// A row of the table of probes: the target is the number of the trial, and the start has an overlap of about 0.4.
	probes, err := csv.NewReader(bytes.NewReader(read(t, dir, "probes", "points.csv"))).ReadAll()
	if err != nil || len(probes) != 27 {
		t.Fatalf("%v\n%q", err, probes)
	}
	for name, want := range map[string]string{"recall.trial": "25", "target": "25", "m_start": "0.40625"} {
		if got := probes[26][slices.Index(probes[0], name)]; got != want {
			t.Errorf("%s of the last probe is %s, want %s", name, got, want)
		}
	}
	for name, says := range map[string]string{"basins": "\nf50,async,0.01,,success,0.5,0.", "capacity": "\nload50,hebb,,good,0.5,0."} {
		if table := string(read(t, dir, name, "crossings.csv")); !strings.Contains(table, says) {
			t.Errorf("the crossings of %s lack %q:\n%s", name, says, table)
		}
	}
}

// TestRecallPage runs the commands of docs/hopfield.md.
func TestRecallPage(t *testing.T) {
	t.Parallel()
	dir, page := t.TempDir(), string(read(t, "../../docs/hopfield.md"))
	command := func(line, more string) result {
		t.Helper()
		if words := strings.Join(strings.Fields(page), " "); !strings.Contains(words, "`"+line+"`") {
			t.Errorf("the page has no %q", line)
		}
		return tnnGPU(t, dir, strings.Fields(strings.TrimPrefix(line, "tnn-gpu ")+" "+more)...).want(t, codeDone)
	}
	if blocks := len(runBlocks(t, dir, []byte(page))); blocks != 1 {
		t.Errorf("%d blocks are found", blocks)
	}
	for _, name := range []string{"letter/overview.png", "recall.svg", "noisy/points.png"} {
		if len(read(t, dir, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "noisy", "points.csv"))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Errorf("%v\n%q", err, rows)
	}
	tnnGPU(t, dir, "inspect", "letter").want(t, codeDone, "1024") // units
	command("tnn-gpu presets hopfield-recall", "").want(t, codeDone, "max_sweeps = 200")
	command("tnn-gpu run --preset hopfield-glyphs", "--backend cpu --out recorded --record state --every 1")
	for _, name := range []string{"overview.png", "state.png"} {
		if len(read(t, dir, "recorded", name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	tnnGPU(t, dir, "video", "recorded", "--out", "letter.gif").want(t, codeDone)
	command("tnn-gpu scan --preset hopfield-glyphs --over recall.fraction=0.1,0.3,0.5 --trials 5", "--backend cpu --out fractions")
	rows, err = csv.NewReader(bytes.NewReader(read(t, dir, "fractions", "points.csv"))).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][slices.Index(rows[0], "overlap")] != "1" {
		t.Errorf("%v\n%q", err, rows)
	}
	for more, want := range map[string]string{"": "--+-", "--set recall.first=2": "++-+"} {
		out := "memories" + want
		command("tnn-gpu run --preset hopfield-two-memories", more+" --backend cpu --out "+out)
		steps, err := csv.NewReader(bytes.NewReader(read(t, dir, out, "steps.csv"))).ReadAll()
		last := steps[len(steps)-1]
		if target := map[string]string{"--+-": "-1", "++-+": "1"}[want]; err != nil || last[slices.Index(steps[0], "overlap")] != target {
			t.Errorf("%s: %v\n%q", want, err, steps)
		}
	}
}
