package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestListOfRuns: runs show in which keys they differ, are sorted and filtered, and the
// newest is never hidden; the focus stays; short and long runs are read together; charts and
// pictures are saved.
func TestListOfRuns(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	make := func(name, steps, bound string) {
		tnnGPU(t, dir, "run", "--preset", "isolated4", "--backend", "cpu", "--set", "graph.sides=[8, 8]", "--steps", steps, "--set", "edge.bound="+bound, "--out", "runs/"+name).want(t, codeDone)
	}
	make("long", "400", "50.0")
	make("short", "20", "9.0")
	s := startServing(t, dir, "serve", "runs")
	b.open(s.url, 1000, 700, "light")
	names := `[...document.querySelectorAll("#list tr")].map(tr => tr.children[1].textContent).join(" ")`
	b.until(names + ` === "short long"`)
	heads := `[...document.querySelectorAll("#head th")].map(th => th.textContent)`
	b.until(heads + `.includes("edge.bound") && !` + heads + `.includes("edge.inverse_temperature")`)
	sort := `[...document.querySelectorAll("#head button")].find(b => b.textContent === "edge.bound").click()`
	b.eval(sort)
	b.until(names + ` === "short long"`)
	b.eval(sort)
	b.until(names + ` === "long short" && document.querySelector("#head [aria-sort]").getAttribute("aria-sort") === "descending"`)

	// A tick leaves the focus where it is, also when the list is fetched again.
	b.eval(`(() => { const box = [...document.querySelectorAll("#list input")].find(i => i.getAttribute("aria-label") === "long in the charts"); box.focus(); box.click(); window.ticked = box; })()`)
	b.until(`document.querySelectorAll("#list input:checked").length === 2 && document.activeElement === window.ticked`)
	make("third", "50", "20.0")
	b.until(names + `.includes("third")`)
	b.until(`document.activeElement === window.ticked && window.ticked.checked`)

	b.set("#filter", "edge.bound>10")
	b.until(names + ` === "long third"`)
	b.says("#count", "2 of 3 runs.")
	b.set("#filter", "short")
	b.until(names + ` === "short"`)
	b.says("#count", "The newest is not among them: third")
	b.set("#filter", "")

	// Over the share of the run both fill the chart, and at the pointer stands where that is.
	b.set("#abscissa", "share")
	chart := `document.querySelector(".chart")`
	b.eval(chart + `.scrollIntoView()`)
	at := b.eval(`(() => { const r = ` + chart + `.querySelector(".u-over").getBoundingClientRect(); return [r.right - 3, r.y + r.height / 2]; })()`).([]any)
	b.move(at[0].(float64), at[1].(float64))
	b.until(`!` + chart + `.querySelector(".tip").hidden && / %$/.test(` + chart + `.querySelector(".tip").textContent) && ` + chart + `.querySelector("h3 b").textContent.split(",").length === 2`)
	b.set("#abscissa", "log")
	b.move(at[0].(float64)-30, at[1].(float64))
	b.until(`/^step \d+$/.test(` + chart + `.querySelector(".tip").textContent)`)
	b.set("#abscissa", "step")
	b.eval(chart + `.querySelector(".tools [aria-pressed]").click()`)
	b.until(chart + `.querySelector(".tools [aria-pressed]").getAttribute("aria-pressed") === "true"`)

	b.button("#settings summary")
	b.button("#differing")
	keys := `[...document.querySelectorAll("#texts th")].map(th => th.textContent).join(" ")`
	b.until(keys + `.includes("edge.bound") && !` + keys + `.includes("edge.inverse_temperature")`)

	saved := t.TempDir()
	b.downloads(saved)
	title := b.eval(chart + `.querySelector("h3 button").textContent`).(string)
	press := func(text string) {
		b.eval(chart + `.querySelector("h3 .tools").querySelectorAll("button")[` + map[string]string{"CSV": "1", "PNG": "2"}[text] + `].click()`)
	}
	press("CSV")
	rows, err := csv.NewReader(bytes.NewReader(b.downloaded(saved, "short+long-energy.csv"))).ReadAll()
	if err != nil || len(rows) != 401 || cmp.Diff([]string{"step", "energy of short", "energy of long"}, rows[0]) != "" || rows[20][1] == "" || rows[21][1] != "" || rows[400][2] == "" {
		t.Errorf("the numbers of %s: %v, %d rows", title, err, len(rows))
	}
	press("PNG")
	picture, err := png.Decode(bytes.NewReader(b.downloaded(saved, "short+long-energy.png")))
	if err != nil || picture.Bounds().Dx() < 200 {
		t.Errorf("the chart: %v", err)
	}
	b.eval(`{
		const before = CanvasRenderingContext2D.prototype.fillText;
		CanvasRenderingContext2D.prototype.fillText = function (text, ...of) {
			if (text.includes("short, long")) window.caption = text;
			return before.call(this, text, ...of);
		};
	}`)
	b.set("#abscissa", "share")
	press("PNG")
	b.until(`window.caption?.includes(" against the share of the run: ")`)
	b.set("#abscissa", "step")
	b.button("#save")
	picture, err = png.Decode(bytes.NewReader(b.downloaded(saved, "short-state-20.png")))
	if err != nil || picture.Bounds().Dx() < 300 {
		t.Errorf("the picture: %v", err)
	}
	b.noErrors()
}

// TestPageOfAPhone: on a narrow window nothing is cut off or lies over the picture, in dark
// and in light; words are explained where they are met; all is there for the keyboard.
func TestPageOfAPhone(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	s := startServing(t, dir, "run", "--preset", "driven", "--backend", "cpu", "--threads", "1", "--steps", "100000000", "--out", "live", "--live", "--paused")
	b.open(s.url, 390, 780, "dark")
	b.shows("state of 30 by 30 nodes at step 0")
	b.until(`document.documentElement.scrollWidth <= 390`)
	under := `document.querySelector("#stage").getBoundingClientRect().bottom <= document.querySelector("#legend").getBoundingClientRect().top`
	b.until(under)
	back := `getComputedStyle(document.body).backgroundColor`
	b.until(back + ` === "rgb(20, 23, 27)"`)
	b.scheme("light")
	b.until(back + ` === "rgb(244, 245, 247)"`)
	b.screenshot("phone")

	b.steps(0, 1)
	b.until(`document.querySelectorAll(".chart").length > 3`)
	words := `[...document.querySelectorAll("button.word")]`
	for word, says := range map[string]string{"Sublattice sign": "checkerboard", "External nodes": "solved when", "Seed": "random numbers", "energy per node": "energy"} {
		b.eval(words + `.find(w => w.textContent === "` + word + `").click()`)
		b.until(`document.querySelector("#meaning").matches(":popover-open")`)
		b.says("#meaning", says)
		b.until(`document.querySelector("#meaning").getBoundingClientRect().right <= 390`)
	}
	b.press("Escape")
	b.until(`!document.querySelector("#meaning").matches(":popover-open")`)

	// Each control has a name, and is reached by Tab.
	nameless := b.eval(`[...document.querySelectorAll("button, input, select, #lattice, summary")]
		.filter(e => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length || e.title))
		.map(e => e.outerHTML).join(" ")`)
	if nameless != "" {
		t.Errorf("controls without a name: %v", nameless)
	}
	b.eval(`window.reached = new Set(), document.addEventListener("focusin", e => window.reached.add(e.target.id)), document.activeElement.blur()`)
	for range 60 {
		b.tab()
	}
	b.until(`["field", "flip", "lattice", "pause", "step", "stop", "switch-adapt", "distribution", "abscissa"].every(id => window.reached.has(id))`)
	b.stopPage(s)
	b.noErrors()
}

// TestPageBehindAProxy: a reverse proxy serves the page under another address and path, and
// pages that were allowed to have it in a frame.
func TestPageBehindAProxy(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	dir := t.TempDir()
	var to *url.URL
	var opened atomic.Int32 // how often a page has begun to watch
	var tells atomic.Bool   // whether the proxy tells the server its own name; many do not
	mux := http.NewServeMux()
	mux.Handle("/tnn/", http.StripPrefix("/tnn", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/live" {
			opened.Add(1)
		}
		proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
			if p.SetURL(to); tells.Load() {
				p.Out.Host = p.In.Host
			}
		}}
		proxy.ServeHTTP(w, r)
	})))
	lab := httptest.NewServer(mux)
	defer lab.Close()
	var address string
	framing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>notebook</title><iframe src="%s" width="900" height="600"></iframe>`, address)
	})
	notebook, stranger := httptest.NewServer(framing), httptest.NewServer(framing)
	defer notebook.Close()
	defer stranger.Close()
	host := strings.Replace(lab.URL, "127.0.0.1", "localhost", 1) // a name, as a proxy has
	s := startServing(t, dir, "run", "--preset", "driven", "--backend", "cpu", "--threads", "1", "--steps", "100000000", "--out", "live", "--live", "--paused",
		"--origin", host+"/tnn/", "--embed", notebook.URL)
	_, behind, found := strings.Cut(s.line, "its proxy finds it at ")
	if !found || !strings.HasPrefix(s.url, host+"/tnn/?token=") {
		t.Fatalf("it says %q", s.line)
	}
	to = &url.URL{Scheme: "http", Host: strings.TrimRight(behind, ")\n")}
	address = s.url
	b.open(s.url, 900, 600, "light")
	b.shows("state of 30 by 30 nodes at step 0")
	b.steps(0, 1)
	b.shows("at step 1,")
	tells.Store(true)
	b.open("about:blank", 900, 600, "light")
	b.until(`location.href === "about:blank"`)
	b.open(s.url, 900, 600, "light")
	b.shows("at step 1,")
	b.steps(1, 1)
	b.shows("at step 2,")

	// In a frame of the notebook the page runs; in one of a stranger the browser refuses it.
	opened.Store(0)
	b.open(notebook.URL, 1000, 700, "light")
	for range 6000 {
		if b.try("0"); opened.Load() > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if opened.Load() == 0 {
		t.Fatalf("the page does not run in the notebook: %s", b.logged)
	}
	b.noErrors()
	b.open("about:blank", 1000, 700, "light")
	b.until(`location.href === "about:blank"`)
	opened.Store(0)
	b.open(stranger.URL, 1000, 700, "light")
	refused := func() bool { return strings.Contains(strings.Join(b.logged, " "), "frame-ancestors") }
	for range 6000 {
		if b.try("0"); refused() {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !refused() || opened.Load() > 0 {
		t.Errorf("the page runs in any frame: %d times, %s", opened.Load(), b.logged)
	}
	b.logged = nil // the browser tells of the frame that it refused
	b.open(s.url, 900, 600, "light")
	b.shows("at step 2,")
	b.stopPage(s)

	for _, bad := range [][]string{{"--origin", "lab.example"}, {"--origin", "https://lab.example/?x=1"}, {"--embed", "*"}, {"--embed", "localhost:8888"}, {"--embed", "http://localhost:8888/lab"}} {
		tnnGPU(t, dir, append([]string{"run", "--backend", "cpu", "--live", "--out", "bad"}, bad...)...).want(t, codeUsage, bad[0], "is no origin")
	}
}
