package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// What the page shows and does, line by line, in a browser. Each expectation is waited for.

// keepFrames has a page keep the last picture that it is sent, and its connection.
const keepFrames = `
const Socket = WebSocket;
window.WebSocket = class extends Socket {
	constructor(...all) {
		super(...all);
		window.connection = this;
		this.addEventListener("message", e => { if (typeof e.data !== "string") window.lastFrame = e.data; });
	}
};`

// pausedPage opens the page of a run that waits before its first step.
func pausedPage(t *testing.T, b *browser, dir string, args ...string) *served {
	t.Helper()
	s := startServing(t, dir, append([]string{"run", "--backend", "cpu", "--threads", "1", "--out", "live", "--live", "--paused"}, args...)...)
	b.open(s.url, 1000, 700, "light")
	b.until(`document.querySelector("#status").textContent === "paused"`)
	return s
}

// stopPage ends the run of a page.
func (b *browser) stopPage(s *served) {
	b.t.Helper()
	b.button("#stop")
	b.button("#stop")
	b.until(`document.querySelector("#status").textContent.startsWith("stopped at step ")`)
	s.ends(b.t, codeDone)
}

// steps makes a paused run go on step by step.
func (b *browser) steps(from, n int) {
	b.t.Helper()
	for i := range n {
		b.button("#step")
		b.says("#facts", fmt.Sprintf("Step%d of", from+i+1))
	}
}

// stepUntilShown makes steps until a field that is computed on request is shown, and gives
// the step that the run is at.
func (b *browser) stepUntilShown(field string) int {
	b.t.Helper()
	const step = `Number(document.querySelector("#facts dd").textContent.split(" ")[0])`
	label := `document.querySelector("#lattice").getAttribute("aria-label")`
	b.eval(`window.asked = ` + step)
	b.until(fmt.Sprintf(`%s.startsWith("%s of ") || %s >= window.asked && (window.asked++, document.querySelector("#step").click(), false)`, label, field, step))
	b.until(step + ` === window.asked && ` + label + `.includes("at step " + window.asked + ",")`)
	return int(b.eval(step).(float64))
}

// TestFieldThatIsNotComputedYet: no picture of another field, and none of an earlier step,
// is shown under its name. What was done to numbers of the network is in the run's folder,
// and a run with the same commands makes the same steps.
func TestFieldThatIsNotComputedYet(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	b.script(keepFrames)
	dir := t.TempDir()
	s := pausedPage(t, b, dir, "--preset", "driven", "--steps", "100000000")
	b.shows("state of 30 by 30 nodes at step 0")

	b.set("#field", "transport") // whether it is known at once depends on when it is asked for
	b.stepUntilShown("transport")
	b.says("#doc", "transport: ")
	b.eval(`window.late = window.lastFrame`)
	b.set("#field", "entropy")
	// The picture of transport comes again, late.
	b.eval(`window.connection.onmessage({ data: window.late })`)
	blank := `(() => {
		return pixels("#lattice").every(v => v === 0);
	})()`
	label := `document.querySelector("#lattice").getAttribute("aria-label")`
	b.until(label + `.startsWith("entropy of ") || ` + label + `.startsWith("entropy: no picture yet") && ` + blank +
		` && document.querySelector("#low").textContent === "" && document.querySelector("#high").textContent === ""`)
	b.stepUntilShown("entropy")
	b.until(`!(` + blank + `)`)
	// Transport was shown some steps ago, and may still be computed: what is shown is of now.
	b.set("#field", "transport")
	at := b.stepUntilShown("transport")

	// Temperature and drive.
	b.set(`[id="switch-group[0].inverse_temperature"]`, "0.25")
	b.set(`[id="switch-external[0].weight"]`, "7")
	b.steps(at, 2)
	b.until(`document.querySelector('[id="switch-external[0].weight"]').value === "7"`)
	b.set(`[id="switch-edge.bound"]`, "-1")
	b.until(`document.querySelector("#status").textContent.includes("edge.bound")`) // and why not
	b.set(`[id="switch-group[0].inverse_temperature"]`, "")
	b.steps(at+2, 2)
	b.stopPage(s)
	b.noErrors()

	m, err := record.ReadMetadata(filepath.Join(dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(m.Controls)
	want := []state.Control{{Step: int64(at), Name: "group[0].inverse_temperature", Value: 0.25}, {Step: int64(at), Name: "external[0].weight", Value: 7}}
	if len(m.Controls) != 3 || cmp.Diff(want, m.Controls[:2]) != "" || m.Controls[2].Step != int64(at+2) || !strings.Contains(got, "NaN") || m.Steps != int64(at+4) {
		t.Errorf("the run has %d steps and the controls %s", m.Steps, got)
	}
	tnnGPU(t, dir, "run", "live/config.toml", "--commands", "live", "--steps", itoa(at+4), "--backend", "cpu", "--out", "again").want(t, codeDone)
	tnnGPU(t, dir, "run", "live/config.toml", "--steps", itoa(at+4), "--backend", "cpu", "--out", "without").want(t, codeDone)
	steps := read(t, dir, "live", "steps.csv")
	if !bytes.Equal(steps, read(t, dir, "again", "steps.csv")) {
		t.Error("the run that is made again has other steps")
	}
	if bytes.Equal(steps, read(t, dir, "without", "steps.csv")) {
		t.Error("the numbers that were set change nothing")
	}
}

// TestPicturesOfOneAndThreeSides: of three sides a slice is shown and named; a line of
// sites is shown against the steps.
func TestPicturesOfOneAndThreeSides(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := pausedPage(t, b, dir, "--preset", "isolated4", "--set", "graph.sides=[4, 6, 8]", "--set", "group[0].connections=6", "--steps", "100")
	b.shows("state of 4 by 6 by 8 nodes at step 0, slice 0 of 4")
	b.says("#axes", "Slice 0 of 4: 6 rows of 8.")
	b.says("#slicing", "of 4, the first coordinate from 0 to 3")
	b.set("#slice", "2")
	b.shows("state of 4 by 6 by 8 nodes at step 0, slice 2 of 4")
	b.says("#axes", "Slice 2 of 4")
	b.stopPage(s)

	dir = t.TempDir()
	s = pausedPage(t, b, dir, "--preset", "isolated4", "--set", "graph.sides=[24]", "--set", "group[0].connections=2", "--steps", "40", "--record", "state", "--every", "10")
	b.shows("state of 24 nodes at step 0, steps from 0 on")
	b.says("#axes", "Across: nodes. Down: steps, the last one lowest.")
	for step := range 3 {
		b.steps(step, 1)
		b.shows(fmt.Sprintf("at step %d, steps from 0 on", step+1))
	}
	// Of the 256 rows that there is room for four are filled, each 24 sites wide.
	filled := `(() => {
		const data = pixels("#lattice");
		let n = 0;
		for (let i = 3; i < data.length; i += 4) n += data[i] === 255;
		return n / data.length * 4 * 256;
	})()`
	b.until(filled + ` > 3.5 && ` + filled + ` < 4.5`)
	at := b.eval(`(() => { const r = document.querySelector("#lattice").getBoundingClientRect(); return [r.x + r.width * 5.5 / 24, r.y + r.height * 1.5 / 256]; })()`).([]any)
	b.move(at[0].(float64), at[1].(float64))
	b.says("#under", "node 5, step 1: ")
	b.button("#pause")
	b.until(`document.querySelector("#status").textContent.startsWith("finished at step 40")`)
	s.ends(t, codeDone)

	s = startServing(t, dir, "serve", "live")
	b.open(s.url, 1000, 700, "light")
	b.shows("state of 24 nodes at step 40, steps from 10 on")
	b.press(",")
	b.shows("state of 24 nodes at step 30, steps from 10 on")
	b.until(filled + ` > 2.5 && ` + filled + ` < 3.5`)
	b.noErrors()
}

// TestGraphOnThePage: a graph without lattice is drawn by its edges, up to a number of
// nodes, live and when it has ended.
func TestGraphOnThePage(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ring := func(name string, nodes int) {
		var edges strings.Builder
		for i := range nodes {
			fmt.Fprintf(&edges, "%d %d\n%d %d\n", i, (i+1)%nodes, i, (i+6)%nodes)
		}
		write(name+".txt", edges.String())
		write(name+".toml", "model = \"tnn\"\n[graph]\nkind = \"file\"\nfile = \""+name+".txt\"\n[[group]]\n[[era]]\nsteps = 20\n")
	}
	ring("small", 25)
	ring("large", 401)
	s := pausedPage(t, b, dir, "small.toml")
	b.shows("state of 25 nodes at step 0,")
	b.says("#axes", "Drawn by its edges")
	b.eval(`document.querySelector("#lattice").focus()`)
	b.press("ArrowRight")
	b.says("#card h3", "Node 0")
	b.until(`document.querySelectorAll("#card table:last-of-type td").length === 4`)
	b.eval(`window.seen = new Set()`)
	for _, key := range []string{"ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"} {
		b.press(key)
		b.eval(`window.seen.add(document.querySelector("#card h3").textContent)`)
	}
	b.until(`window.seen.size > 1`)
	b.press("Escape")
	// Discs and lines are apart from each other: most of the window is empty.
	covered := `(() => {
		const data = pixels("#lattice");
		let n = 0;
		for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
		return n / data.length * 4;
	})()`
	b.until(covered + ` > 0.01 && ` + covered + ` < 0.5`)
	b.screenshot("graph")
	b.button("#pause")
	b.until(`document.querySelector("#status").textContent.startsWith("finished at step 20")`)
	s.ends(t, codeDone)
	s = startServing(t, dir, "serve", "live")
	b.open(s.url, 1000, 700, "light")
	b.shows("state of 25 nodes at step 20,")
	b.says("#axes", "Drawn by its edges")
	b.until(covered + ` > 0.01 && ` + covered + ` < 0.5`)

	tnnGPU(t, dir, "run", "large.toml", "--backend", "cpu", "--out", "large").want(t, codeDone)
	s = startServing(t, dir, "serve", "large")
	b.open(s.url, 1000, 700, "light")
	b.shows("state of 401 nodes at step 20,")
	b.says("#axes", "Line by line, by node id.")

	// A run that is made anew under its name has another graph.
	ring("other", 36)
	tnnGPU(t, dir, "run", "small.toml", "--backend", "cpu", "--out", "runs/a").want(t, codeDone)
	s = startServing(t, dir, "serve", "runs")
	b.open(s.url, 1000, 700, "light")
	b.shows("state of 25 nodes at step 20,")
	b.says("#axes", "Drawn by its edges")
	b.eval(`{
		const before = window.fetch;
		window.fetch = async (...of) => {
			const answer = await before(...of);
			if (String(of[0]).includes("api/graph")) window.drawn = (await answer.clone().json()).x.length;
			return answer;
		};
	}`)
	tnnGPU(t, dir, "run", "other.toml", "--backend", "cpu", "--out", "other").want(t, codeDone)
	for _, move := range [][2]string{{"runs/a", "before"}, {"other", "runs/a"}} {
		if err := os.Rename(filepath.Join(dir, move[0]), filepath.Join(dir, move[1])); err != nil {
			t.Fatal(err)
		}
	}
	b.shows("state of 36 nodes at step 20,")
	b.until(`window.drawn === 36`)
	b.noErrors()
}

// TestPageOfSORN: raster, rates, numbers of synapses, histogram of weights, and matrices as
// pictures, while the run goes on and when it has ended.
func TestPageOfSORN(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := pausedPage(t, b, dir, "--preset", "sorn-0.3", "--steps", "300", "--record", "x", "--every", "1")
	b.shows("x of 200 units at step 0, steps from 0 on")
	for step := range 3 {
		b.steps(step, 1)
		b.shows(fmt.Sprintf("x of 200 units at step %d, steps from 0 on", step+1))
	}
	b.says("#axes", "Across: units. Down: steps")
	charts := `document.querySelector("#charts").textContent`
	for _, word := range []string{"excitatory rate", "E-E synapses"} {
		b.until(charts + fmt.Sprintf(`.includes(%q)`, word))
	}
	b.until(`/^Histogram: .*now/.test(document.querySelector("#histogram").getAttribute("aria-label"))`)
	b.until(`[...document.querySelectorAll("#distribution option")].map(o => o.value).join() === "weights,inhibition"`)
	for field, size := range map[string]string{"Wee": "200 by 200", "Wei": "40 by 200", "Wie": "200 by 40"} {
		b.set("#field", field)
		b.shows(field + " of " + size + " units at step 3,")
	}
	b.set("#field", "Wee")
	b.shows("Wee of 200 by 200 units at step 3,")
	b.screenshot("sorn-matrix")
	b.set("#field", "r") // what would be without input
	at := b.stepUntilShown("r")
	b.shows(fmt.Sprintf("r of 200 units at step %d, steps from ", at))
	b.set("#field", "x")
	b.shows(fmt.Sprintf("x of 200 units at step %d,", at))
	b.button("#pause")
	b.until(`document.querySelector("#status").textContent.startsWith("finished at step 300")`)
	b.shows("x of 200 units at step 300")
	s.ends(t, codeDone)

	s = startServing(t, dir, "serve", "live")
	b.open(s.url, 1000, 700, "light")
	b.shows("x of 200 units at step 300, steps from 45 on")
	b.screenshot("sorn-raster")
	b.set("#field", "Wee")
	b.shows("Wee of 200 by 200 units at step 300,")
	b.until(`/^Histogram: .*end/.test(document.querySelector("#histogram").getAttribute("aria-label"))`)
	b.noErrors()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.ends(t, codeDone)
	tnnGPU(t, dir, "run", "live/config.toml", "--backend", "cpu", "--out", "unseen").want(t, codeDone)
	if !bytes.Equal(read(t, dir, "live", "steps.csv"), read(t, dir, "unseen", "steps.csv")) {
		t.Error("that a page looked on changes the steps")
	}
}

// TestPictureOfThePage makes docs/live.png: TNN_SCREENSHOTS=docs go test ./cmd/tnn-gpu -run
// TestPictureOfThePage.
func TestPictureOfThePage(t *testing.T) {
	if os.Getenv(shots) == "" {
		t.Skip("the picture for the documentation is made with " + shots + "=docs")
	}
	b := startBrowser(t)
	s := startServing(t, t.TempDir(), "run", "--preset", "driven", "--set", "graph.sides=[64, 64]", "--backend", "cpu", "--steps", "100000000", "--out", "live", "--live")
	b.open(s.url, 1280, 800, "light")
	step := `Number(document.querySelector("#facts dd").textContent.split(" ")[0])`
	b.until(step + ` > 3000`)
	b.press(" ")
	b.until(`document.querySelector("#status").textContent === "paused"`)
	b.button("#numbers summary")
	b.eval(`document.querySelector("#lattice").focus()`)
	b.press("ArrowRight")
	b.until(`document.querySelectorAll("#card table:last-of-type td").length === 4`)
	b.until(`document.querySelector("#lattice").getAttribute("aria-label").includes("at step " + ` + step + ` + ",")`)
	b.screenshot("live")
	b.stopPage(s)
}
