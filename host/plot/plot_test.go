package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/results"
	"tnn-gpu/host/results/resultstest"
)

func run(t *testing.T, preset string, settings ...string) *results.Run {
	t.Helper()
	return resultstest.Make(t, cpuref.New, preset, nil, append([]string{"graph.sides=[20, 20]", "era[0].steps=30"}, settings...)...)
}

func written(t *testing.T, p *plot.Page, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTextThatCannotBePrinted: an SVG is XML whatever the names in it are.
func TestTextThatCannotBePrinted(t *testing.T) {
	const odd = "a\x01b\x1b[c\xff\ufffe"
	panel := plot.Panel{Title: odd, X: odd, Y: odd, Curves: []plot.Curve{{Style: plot.Style{Name: odd}, X: []float64{1, 2}, Y: []float64{1, 2}}}, Key: []plot.Style{{Name: odd}}}
	page := &plot.Page{Title: odd, Subtitle: odd, Colours: []string{odd, "plain"}, Columns: 1, Panels: []plot.Panel{panel}}
	for _, format := range plot.Formats() {
		if svg := written(t, page, format); format == "svg" && texts(t, svg)["a\ufffdb\ufffd[c\ufffd\ufffd"] < 4 {
			t.Errorf("the texts are %v", texts(t, svg))
		}
	}
}

// texts of an SVG, which are the labels of a plot.
func texts(t *testing.T, svg []byte) map[string]int {
	t.Helper()
	found := make(map[string]int)
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			found[strings.TrimSpace(string(text))]++
		}
	}
}

func TestFormats(t *testing.T) {
	page, err := plot.Observables([]*results.Run{run(t, "driven", "graph.separation=3")}, plot.Options{X: "step"})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(written(t, page, "png")))
	if err != nil {
		t.Fatal(err)
	}
	if b := picture.Bounds(); b.Dx() < 1500 || b.Dy() < 1000 {
		t.Errorf("the page is %v", b)
	}
	if text := written(t, page, "pdf"); !bytes.HasPrefix(text, []byte("%PDF-")) || !bytes.Contains(text, []byte("%%EOF")) {
		t.Error("this is no PDF")
	}
	labels := texts(t, written(t, page, "svg"))
	for _, want := range []string{
		"step", "energies per node (kT)", "energy", "dissipation", "transport", "free energy per node (kT)", "fluctuating nodes (%)",
		"order", "solved external nodes (%)", "weight × √(2g)", "start", "end", "density, middle 99 %",
	} {
		if labels[want] == 0 {
			t.Errorf("there is no label %q", want)
		}
	}
	if err := page.Write(io.Discard, "gif"); err == nil || !strings.Contains(err.Error(), "use png, svg, pdf") {
		t.Errorf("a format that is not there: %v", err)
	}
}

// TestEveryObservableHasAPanel: none that a run has may be forgotten.
func TestEveryObservableHasAPanel(t *testing.T) {
	r := run(t, "relaxed")
	page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step"})
	if err != nil {
		t.Fatal(err)
	}
	shown := make(map[string]bool)
	for _, p := range page.Panels {
		shown[p.Y] = true
	}
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range steps.Columns {
		if c.Title != "" && !shown[c.Title] && !shown[c.Title+" ("+c.Unit+")"] && c.Name != "energy" {
			t.Errorf("there is no panel of %s", c.Name)
		}
	}
	if len(page.Panels[0].Curves) != 3 {
		t.Errorf("the panel of energies has %d curves", len(page.Panels[0].Curves))
	}
}

// TestTitleCountsReplicas, also of a model whose replicas have keys in place of seeds.
func TestTitleCountsReplicas(t *testing.T) {
	page, err := plot.Observables([]*results.Run{resultstest.Make(t, cpuref.New, "hopfield-two-memories", nil, "run.replicas=3")}, plot.Options{X: "step"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.Title, ", 3 replicas, seed ") {
		t.Errorf("the title is %q", page.Title)
	}
}

// TestPanelsOfTheModel: what a model shows on one pair of axes comes first, and no
// energies where it has none.
func TestPanelsOfTheModel(t *testing.T) {
	page, err := plot.Observables([]*results.Run{resultstest.Make(t, cpuref.New, "hopfield-two-memories", nil)}, plot.Options{X: "step"})
	if err != nil {
		t.Fatal(err)
	}
	first := page.Panels[0]
	if first.Y != "overlaps" || len(first.Curves) != 2 || first.Key[0].Name != "overlap" || first.Key[1].Name != "best_overlap" {
		t.Errorf("the first panel is %s of %d curves, %v", first.Y, len(first.Curves), first.Key)
	}
	for _, p := range page.Panels[1:] {
		if p.Y == "overlap" || strings.Contains(p.Y, "energies") {
			t.Errorf("there is a panel %s", p.Y)
		}
	}
}

// TestCurvesAreTheTable compares what is drawn with what was computed.
func TestCurvesAreTheTable(t *testing.T) {
	r := run(t, "isolated4")
	page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "entropy", Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	p := page.Panels[0]
	if d := cmp.Diff([][]float64{steps.Column("entropy"), steps.Column("order"), nil}, [][]float64{p.Curves[0].X, p.Curves[0].Y, p.Curves[0].Spread}); d != "" || p.X != "entropy" || p.Y != "order" {
		t.Errorf("%s against %s (-want +is):\n%s", p.Y, p.X, d)
	}
}

func TestMeanAndSpreadOfReplicas(t *testing.T) {
	r := run(t, "isolated4", "run.replicas=3")
	page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	at := steps.Column("order")[3*29:] // of the last step
	mean := (at[0] + at[1] + at[2]) / 3
	squares := 0.0
	for _, v := range at {
		squares += (v - mean) * (v - mean)
	}
	c := page.Panels[0].Curves[0]
	if len(c.X) != 30 || c.X[29] != 30 || math.Abs(c.Y[29]-mean) > 1e-12 || math.Abs(c.Spread[29]-math.Sqrt(squares/2)) > 1e-12 {
		t.Errorf("%v ± %v, want %v ± %v", c.Y[29], c.Spread[29], mean, math.Sqrt(squares/2))
	}
	overview, err := plot.Overview(r)
	if err != nil || page.Subtitle == "" || overview.Subtitle != page.Subtitle {
		t.Errorf("bands are %q, those of the overview %q: %v", page.Subtitle, overview.Subtitle, err)
	}
}

// TestTitleOfOne: of one thing there is one.
func TestTitleOfOne(t *testing.T) {
	made := resultstest.Make(t, cpuref.New, "signals-urns", nil, "lewis.plays=20")
	page, err := plot.Observables([]*results.Run{made}, plot.Options{X: "step"})
	if err != nil || !strings.Contains(page.Title, "3 signals, 1 listener, 20 steps") {
		t.Errorf("%v: the title is %q", err, page.Title)
	}
}

// TestSeveralRuns: two seeds overlaid have a colour and a name each; their mean is
// that of the replicas of one run with the same seeds.
func TestSeveralRuns(t *testing.T) {
	runs := []*results.Run{run(t, "isolated4", "run.seed=5", "graph.seed=1"), run(t, "isolated4", "run.seed=6", "graph.seed=1")}
	over, err := plot.Observables(runs, plot.Options{X: "step", Quantities: []string{"order", "energies", "weight"}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(over.Panels[0].Curves); n != 2 || len(over.Colours) != 2 || len(over.Panels[1].Curves) != 6 || len(over.Panels[2].Curves) != 4 {
		t.Errorf("%d curves, names %q", n, over.Colours)
	}
	if key := over.Panels[1].Key; len(key) != 3 || key[0].Dash == key[1].Dash {
		t.Errorf("the key of the energies is %v", key)
	}
	mean, err := plot.Observables(runs, plot.Options{X: "step", Quantities: []string{"order", "weight"}, Mean: true})
	if err != nil {
		t.Fatal(err)
	}
	both, err := plot.Observables([]*results.Run{run(t, "isolated4", "run.seed=5", "graph.seed=1", "run.replicas=2")}, plot.Options{X: "step", Quantities: []string{"order", "weight"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(both.Panels, mean.Panels); d != "" {
		t.Errorf("the mean of two runs is not that of two replicas:\n%s", d)
	}
}

const swept = "edge.inverse_temperature"

// TestSweep: each value of a key has a curve of its own, the mean of its replicas.
func TestSweep(t *testing.T) {
	r := run(t, "isolated4", "run.replicas=3", "run.sweep="+swept+"=80,20")
	page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{"weight2", "energies", "weight"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{swept + " = 80, mean of 2", swept + " = 20"}, page.Colours); d != "" {
		t.Errorf("the names of the curves (-want +is):\n%s", d)
	}
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	at := steps.Column("weight2")[3*29:] // of the last step
	many, one := page.Panels[0].Curves[0], page.Panels[0].Curves[1]
	if math.Abs(many.Y[29]-(at[0]+at[2])/2) > 1e-12 || math.Abs(many.Spread[29]-math.Abs(at[0]-at[2])/math.Sqrt2) > 1e-12 {
		t.Errorf("%v ± %v of the replicas %v", many.Y[29], many.Spread[29], at)
	}
	if one.Y[29] != at[1] || one.Spread != nil {
		t.Errorf("%v of the replica %v; spread %v", one.Y[29], at[1], one.Spread)
	}
	if n := len(page.Panels[1].Curves); n != 6 {
		t.Errorf("%d curves of energies", n)
	}
	weights := page.Panels[2]
	if len(weights.Curves) != 4 || len(weights.Key) != 2 || weights.Curves[0].Colour != 0 || weights.Curves[1].Colour != 1 {
		t.Errorf("the histograms have %d curves and the key %v", len(weights.Curves), weights.Key)
	}
	over, err := plot.Overview(r)
	if err != nil || len(over.Colours) != 2 || len(over.Panels[1].Curves) != 2 {
		t.Errorf("the overview does not tell the values apart: %v, %v", over.Colours, err)
	}
}

// TestAgainstTheSweptKey has the last epochs of two runs against the values.
func TestAgainstTheSweptKey(t *testing.T) {
	runs := []*results.Run{
		run(t, "isolated4", "run.replicas=3", "run.sweep="+swept+"=80,20"),
		run(t, "isolated4", "run.seed=7", "run.replicas=2", "run.sweep="+swept+"=20,80"),
	}
	var last [][]float64
	for _, r := range runs {
		epochs, err := r.Table("epochs_replicas.csv")
		if err != nil {
			t.Fatal(err)
		}
		order := epochs.Column("order")
		last = append(last, order[len(order)-r.Replicas():])
	}
	o := plot.Options{X: swept, Quantities: []string{"order"}}
	page, err := plot.Observables(runs, o)
	if err != nil {
		t.Fatal(err)
	}
	first, second := page.Panels[0].Curves[0], page.Panels[0].Curves[1]
	want := [][]float64{{20, 80}, {last[0][1], (last[0][0] + last[0][2]) / 2}, {0, math.Abs(last[0][0]-last[0][2]) / math.Sqrt2}, {20, 80}, last[1], nil}
	near := cmpopts.EquateApprox(0, 1e-12)
	if d := cmp.Diff(want, [][]float64{first.X, first.Y, first.Spread, second.X, second.Y, second.Spread}, near); d != "" || page.Panels[0].X != swept {
		t.Errorf("against %s (-want +is):\n%s", page.Panels[0].X, d)
	}
	o.Mean = true
	page, err = plot.Observables(runs, o)
	if err != nil {
		t.Fatal(err)
	}
	mean := page.Panels[0].Curves
	if d := cmp.Diff([]float64{(last[0][1] + last[1][0]) / 2, (last[0][0] + last[0][2] + last[1][1]) / 3}, mean[0].Y, near); d != "" || len(mean) != 1 {
		t.Errorf("the mean of both runs, %d curves (-want +is):\n%s", len(mean), d)
	}
	if _, err := plot.Observables(append(runs, run(t, "isolated4")), o); err == nil || !strings.Contains(err.Error(), "the same trajectory") {
		t.Errorf("a run that has a value of the sweep: %v", err)
	}
	o.Quantities = []string{"weight"}
	if _, err := plot.Observables(runs, o); err == nil || !strings.Contains(err.Error(), `no quantity "weight"; use energies`) {
		t.Errorf("a histogram against the key: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	r := run(t, "isolated4")
	if _, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{"solved_percent"}}); err == nil || !strings.Contains(err.Error(), "energies, free_energy") {
		t.Errorf("a quantity that the run does not have: %v", err)
	}
	if _, err := plot.Observables([]*results.Run{r}, plot.Options{X: "time"}); err == nil || !strings.Contains(err.Error(), "step, energy") {
		t.Errorf("an axis that is not there: %v", err)
	}
}

func TestOverviewHasThePicture(t *testing.T) {
	red := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range red.Pix {
		red.Pix[i] = []byte{250, 1, 2, 255}[i%4]
	}
	page, err := plot.Overview(run(t, "relaxed"), plot.Shown{Title: "last", Image: red})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(written(t, page, "png")))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for y := range drawn.Bounds().Dy() {
		for x := range drawn.Bounds().Dx() {
			if (color.RGBAModel.Convert(drawn.At(x, y)) == color.RGBA{250, 1, 2, 255}) {
				found++
			}
		}
	}
	if found < 150*150 {
		t.Errorf("%d pixels of the picture are there", found)
	}
	if _, err := plot.Overview(run(t, "isolated")); err != nil {
		t.Error(err)
	}
}

// TestHeldIsNotDrawn: in an era without adaptation no node equilibrates, and what is held
// over from before has a gap there.
func TestHeldIsNotDrawn(t *testing.T) {
	r := run(t, "driven", "era=[{steps = 12}, {steps = 8, adapt = false}, {steps = 10}]", "external[0].periods=[6]")
	for quantity, parts := range map[string]int{"dissipation": 2, "transport": 2, "quality": 2, "order": 1, "energies": 5} {
		page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{quantity}})
		if err != nil {
			t.Fatal(err)
		}
		p := page.Panels[0]
		if len(p.Curves) != parts {
			t.Fatalf("%s has %d parts, want %d", quantity, len(p.Curves), parts)
		}
		for _, c := range p.Curves {
			for _, x := range c.X {
				if parts == 2 && x > 12 && x <= 20 {
					t.Errorf("%s is drawn at step %g", quantity, x)
				}
			}
		}
		// Of its external nodes the first two change their signs within 30 steps.
		if len(p.Ticks) == 0 || p.Ticks[0] != 4 || !strings.Contains(page.Subtitle, "external nodes change their signs") {
			t.Errorf("flips are marked at %v, below %q", p.Ticks, page.Subtitle)
		}
		written(t, page, "png")
	}
}

// TestInsets: panels against the step have insets of the first and the last steps; what
// cannot be shown is an error.
func TestInsets(t *testing.T) {
	r := run(t, "driven", "graph.separation=3")
	options := plot.Options{X: "step", Quantities: []string{"order", "energies", "weight"}, Inset: 7}
	page, err := plot.Observables([]*results.Run{r}, options)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][][2]float64{{{1, 7}, {24, 30}}, {{1, 7}, {24, 30}}, nil} { // histograms have none
		if d := cmp.Diff(want, page.Panels[i].Insets); d != "" {
			t.Errorf("panel %d: %s", i, d)
		}
	}
	options.Inset = 0
	bare, err := plot.Observables([]*results.Run{r}, options)
	if err != nil {
		t.Fatal(err)
	}
	if with, without := len(written(t, page, "svg")), len(written(t, bare, "svg")); with < without+2000 {
		t.Errorf("insets have %d bytes", with-without)
	}
	if err := page.Apply(plot.Look{LogX: true}); err != nil || page.Panels[0].Insets[0] != [2]float64{0, math.Log10(7)} {
		t.Errorf("on a logarithmic axis insets show %v, %v", page.Panels[0].Insets, err)
	}
	written(t, page, "pdf")
	for inset, want := range map[int64]string{1: "two rows", 31: "at most the 30"} {
		options.Inset = inset
		if _, err := plot.Observables([]*results.Run{r}, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("insets of %d steps: %v", inset, err)
		}
	}
}
