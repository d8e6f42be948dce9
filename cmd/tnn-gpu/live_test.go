package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// served is the program while it serves a page.
type served struct {
	*exec.Cmd
	url  string
	line string      // that has it
	rest chan string // what it prints after the address of the page
}

// startServing starts the program, and finds the address that it prints.
func startServing(t *testing.T, dir string, args ...string) *served {
	t.Helper()
	s := &served{Cmd: command(t, dir, args...), rest: make(chan string, 1)}
	s.Stderr = os.Stderr
	out, err := s.StdoutPipe()
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Process.Kill() }) // it may have ended
	in := bufio.NewReader(out)
	for s.url == "" {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("the program has printed no address: %v", err)
		}
		for word := range strings.FieldsSeq(line) {
			if strings.HasPrefix(word, "http://") {
				s.url, s.line = word, line
			}
		}
	}
	go func() {
		rest, _ := io.ReadAll(in)
		s.rest <- string(rest)
	}()
	return s
}

// ends waits for the program's end.
func (s *served) ends(t *testing.T, code int) {
	t.Helper()
	<-s.rest
	_ = s.Wait() // the code says it
	if got := s.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
}

// TestLivePage watches and steers a run in a browser.
func TestLivePage(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := startServing(t, dir, "run", "--preset", "driven", "--backend", "cpu", "--threads", "1", "--steps", "100000000", "--out", "live", "--live")
	b.open(s.url, 1400, 900, "light")
	b.until(`document.querySelector("#status").textContent === "running"`)
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").startsWith("state of 30 by 30 nodes at step")`)
	b.until(`document.querySelectorAll("#charts .chart canvas").length >= 10`)
	b.until(`/^Histogram: .*now/.test(document.querySelector("#histogram").getAttribute("aria-label"))`)
	b.screenshot("live-light")

	b.press(" ")
	b.until(`document.querySelector("#status").textContent === "paused"`)
	step := `Number(document.querySelector("#facts dd").textContent.split(" ")[0])`
	before := b.eval(step).(float64)
	b.press(".")
	b.until(step + ` === ` + itoa(int(before)+1))
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").includes("at step ` + itoa(int(before)+1) + `,")`)

	// A derived field is there some steps later. Each is asked for when the one before is made.
	b.eval(`window.asked = ` + step)
	b.eval(`(() => { const f = document.querySelector("#field"); f.value = "fluctuating"; f.dispatchEvent(new Event("change")); })()`)
	b.until(step + ` >= window.asked && (window.asked++, document.querySelector("#step").click()), document.querySelector("#lattice").getAttribute("aria-label").startsWith("fluctuating of 30 by 30 nodes at step")`)
	b.eval(`(() => { const f = document.querySelector("#field"); f.value = "state"; f.dispatchEvent(new Event("change")); })()`)
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").startsWith("state of")`)
	b.until(step + ` === window.asked`)
	before = b.eval(step).(float64)

	// From node to node by keys.
	b.eval(`document.querySelector("#lattice").focus()`)
	b.press("ArrowRight")
	b.until(`document.querySelectorAll("#card table:last-of-type td").length === 4`)
	b.until(`document.querySelector("#card").textContent.includes("energy")`)
	b.scheme("dark")
	b.screenshot("live-dark")
	b.press("Escape")
	b.until(`document.querySelector("#card").hidden`)

	// The state of an external node is set.
	id := externalNode(t)
	at := b.eval(fmt.Sprintf(`(() => {
		const r = document.querySelector("#lattice").getBoundingClientRect(), zoom = Math.min(r.width, r.height) / 30;
		return [r.x + r.width / 2 + (%d - 14.5) * zoom, r.y + r.height / 2 + (%d - 14.5) * zoom];
	})()`, id%30, id/30)).([]any)
	b.click(at[0].(float64), at[1].(float64))
	b.until(`document.querySelector("#card h3").textContent.startsWith("Node ` + itoa(int(id)) + ` external")`)
	b.eval(`[...document.querySelectorAll("#card button")].find(b => b.textContent === "+1").click()`)

	b.eval(`document.querySelector("#switch-adapt").value = "0"; document.querySelector("#switch-adapt").dispatchEvent(new Event("change"))`)
	b.eval(`document.querySelector("#checkpoint").click()`)
	b.until(`document.querySelector("#facts").textContent.includes("Savedstep ` + itoa(int(before)) + `")`)
	b.eval(`document.querySelector("#stop").click()`)
	b.eval(`document.querySelector("#stop").click()`)
	b.until(`document.querySelector("#status").textContent.startsWith("stopped at step ` + itoa(int(before)) + `")`)
	s.ends(t, codeDone)
	b.noErrors()

	m, err := record.ReadMetadata(filepath.Join(dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	want := []state.Control{{Step: m.Steps, Name: fmt.Sprintf("external:%d", id), Value: 1}, {Step: m.Steps, Name: "adapt", Value: 0}}
	if d := cmp.Diff(want, m.Controls); d != "" || m.Steps != int64(before) {
		t.Errorf("the run has %d steps; its controls (-want +is):\n%s", m.Steps, d)
	}
}

// TestPageWithoutPicture: of a model whose items have no places the curves take the
// place of the picture.
func TestPageWithoutPicture(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := startServing(t, dir, "run", "--preset", "perceptron-hebb", "--backend", "cpu", "--threads", "1", "--steps", "100000000", "--out", "live", "--live")
	b.open(s.url, 1400, 900, "light")
	b.until(`document.querySelector("#status").textContent === "running"`)
	b.until(`document.querySelector("#picture").hidden`)
	b.until(`document.querySelectorAll("#charts .chart canvas").length >= 3`)
	b.screenshot("live-without-picture")
	b.press(" ")
	b.until(`document.querySelector("#status").textContent === "paused"`)
	b.eval(`document.querySelector("#stop").click()`)
	b.eval(`document.querySelector("#stop").click()`)
	b.until(`document.querySelector("#status").textContent.startsWith("stopped at step ")`)
	s.ends(t, codeDone)
	b.noErrors()
}

// externalNode is the first of the preset driven.
func externalNode(t *testing.T) int32 {
	t.Helper()
	cfg, err := config.NewPreset("driven")
	if err != nil {
		t.Fatal(err)
	}
	net, err := tnn.Build(cfg.Spec.(*tnn.Spec), cfg.Run.Seed)
	if err != nil {
		t.Fatal(err)
	}
	return net.Externals[0].ID
}

// TestServedRuns replays and compares finished runs in a browser.
func TestServedRuns(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	for _, seed := range []string{"1", "2"} {
		tnnGPU(t, dir, "run", "--preset", "driven", "--backend", "cpu", "--seed", seed, "--steps", "300", "--record", "state,energy", "--every", "10", "--out", "runs/seed-"+seed).want(t, codeDone)
	}
	s := startServing(t, dir, "serve", "runs")
	b.open(s.url, 1400, 900, "dark")
	b.until(`document.querySelectorAll("#list tr").length === 2`)
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").startsWith("state of 30 by 30 nodes at step 300")`)
	b.press(",")
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").includes("at step 290,")`)
	b.eval(`[...document.querySelectorAll("#list input")].find(i => !i.checked).click()`)
	b.until(`document.querySelectorAll("#list input:checked").length === 2`)
	b.eval(`document.querySelector("#lattice").focus()`)
	b.press("ArrowRight")
	b.until(`document.querySelector("#card").textContent.includes("energy")`)
	b.screenshot("serve-dark")
	b.scheme("light")
	b.screenshot("serve-light")
	b.noErrors()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.ends(t, codeDone)
}

// TestPageMistakes: what cannot be served is said before anything is computed.
func TestPageMistakes(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "--listen", "127.0.0.1:0"}, "--live"},
		{[]string{"run", "--paused"}, "--live"},
		{[]string{"run", "--paused", "--device", "no such thing"}, "--live"}, // before a device is looked for
		{[]string{"run", "--backend", "cpu", "--live", "--listen", "0.0.0.0:0"}, "public"},
		{[]string{"run", "--backend", "cpu", "--live", "--listen", "8080"}, "HOST:PORT"},
		{[]string{"serve"}, "one argument"},
		{[]string{"serve", "nowhere"}, "nowhere"},
		{[]string{"serve", "."}, "has no run in it"},
	} {
		r := tnnGPU(t, dir, test.args...).want(t, codeUsage)
		if !strings.Contains(r.errs, test.says) {
			t.Errorf("%q says %q, not %q", test.args, r.errs, test.says)
		}
	}
	wantEmpty(t, dir)
}
