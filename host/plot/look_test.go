package plot_test

import (
	"bytes"
	"encoding/csv"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tnn-gpu/host/plot"
	"tnn-gpu/host/results"
)

// TestLook: a figure has the size, the axes and the title that are asked for, and its
// data are the values that were drawn, whatever the axes are.
func TestLook(t *testing.T) {
	r := run(t, "isolated4", "era[0].change=[\"edge.inverse_temperature=20..80\"]")
	draw := func(l plot.Look, x string) *plot.Page {
		page, err := plot.Observables([]*results.Run{r}, plot.Options{X: x, Quantities: []string{"order", "weight2"}})
		if err == nil {
			err = page.Apply(l)
		}
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	page := draw(plot.Look{Width: 86, Height: 60, Font: 8, Title: "mine", Columns: 1, LogX: true, LogY: true, LimitX: &[2]float64{2, 20}}, "step")
	picture, err := png.Decode(bytes.NewReader(written(t, page, "png")))
	if err != nil {
		t.Fatal(err)
	}
	const dots = 150 / 25.4 // a millimetre
	if b := picture.Bounds(); math.Abs(float64(b.Dx())-86*dots) > 30 || float64(b.Dy()) < 2*60*dots || float64(b.Dy()) > 2*60*dots+100 {
		t.Errorf("two panels of 86 x 60 mm above each other are %v", b)
	}
	labels := texts(t, written(t, page, "svg"))
	for _, want := range []string{"mine", "2", "20"} {
		if labels[want] == 0 {
			t.Errorf("there is no label %q among %v", want, labels)
		}
	}
	if labels["30"] != 0 {
		t.Error("there is a label beyond the limits")
	}
	var b bytes.Buffer
	if err := page.WriteData(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	steps, err := r.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 61 {
		t.Fatalf("%d rows of data", len(rows))
	}
	for i, want := range steps.Column("weight2") {
		row := rows[31+i]
		x, _ := strconv.ParseFloat(row[4], 64)
		y, _ := strconv.ParseFloat(row[5], 64)
		if math.Abs(x-float64(i+1)) > 1e-9*x || math.Abs(y-want) > 1e-9*want {
			t.Errorf("row %d is %v, want %d and %v", i, row, i+1, want)
		}
	}
	timed := draw(plot.Look{}, "edge_inverse_temperature")
	if !strings.Contains(timed.Subtitle, "from the first step") {
		t.Errorf("the subtitle is %q", timed.Subtitle)
	}
	if colours := strings.Count(string(written(t, timed, "svg")), "stroke:#"); colours < 50 {
		t.Errorf("the curve through two quantities has %d strokes", colours)
	}
	page, err = plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{"energy"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Apply(plot.Look{LogY: true}); err == nil || !strings.Contains(err.Error(), "no value is above 0") {
		t.Errorf("a logarithmic axis of what is negative: %v", err)
	}
}

// TestErrorsAreSmaller: the standard error of n replicas is the deviation by sqrt(n), and
// the page says which of them it shows.
func TestErrorsAreSmaller(t *testing.T) {
	r := run(t, "isolated4", "run.replicas=4")
	var spread [2]float64
	for i, errors := range []bool{false, true} {
		page, err := plot.Observables([]*results.Run{r}, plot.Options{X: "step", Quantities: []string{"order"}, Errors: errors})
		if err != nil {
			t.Fatal(err)
		}
		spread[i] = page.Panels[0].Curves[0].Spread[20]
		if word := []string{"standard deviations", "standard errors"}[i]; !strings.Contains(page.Subtitle, word) {
			t.Errorf("the subtitle is %q", page.Subtitle)
		}
	}
	if math.Abs(spread[0]/spread[1]-2) > 1e-9 {
		t.Errorf("deviation %v and error %v of four", spread[0], spread[1])
	}
}

// TestTitlesFit: a title is as wide as the page at most.
func TestTitlesFit(t *testing.T) {
	page := plot.Page{Title: strings.Repeat("a long title ", 20), Columns: 1, Panels: []plot.Panel{{Curves: []plot.Curve{{X: []float64{1, 2}, Y: []float64{1, 2}}}}}}
	picture, err := png.Decode(bytes.NewReader(written(t, &page, "png")))
	if err != nil {
		t.Fatal(err)
	}
	for y := range picture.Bounds().Dy() {
		for _, x := range []int{0, picture.Bounds().Dx() - 1} {
			if r, _, _, _ := picture.At(x, y).RGBA(); r != 0xffff {
				t.Fatalf("something is drawn at the edge, at %d, %d", x, y)
			}
		}
	}
}

// TestLongSeries: what a point of the page stands for is a band from its least to its
// largest value.
func TestLongSeries(t *testing.T) {
	const n = 100_000
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(i), 1
		if i%2 == 1 {
			y[i] = -3
		}
	}
	page := plot.Page{Columns: 1, Panels: []plot.Panel{{Curves: []plot.Curve{{X: x, Y: y}}}}}
	labels := texts(t, written(t, &page, "svg"))
	if labels["-3"] == 0 && labels["-2"] == 0 || labels["1"] == 0 && labels["0"] == 0 {
		t.Errorf("the axis does not reach to the least values: %v", labels)
	}
}

// TestIsOurs tells this program's plots from all else.
func TestIsOurs(t *testing.T) {
	dir := t.TempDir()
	page := plot.Page{Columns: 1, Panels: []plot.Panel{{}}}
	for _, format := range plot.Formats() {
		path := filepath.Join(dir, "a."+format)
		whole := written(t, &page, format)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if !plot.IsOurs(path) {
			t.Errorf("%s is not known again", format)
		}
		for name, other := range map[string][]byte{"short": whole[:10], "empty": nil, "changed": bytes.ReplaceAll(whole, []byte("tnn-gpu"), []byte("another"))} {
			if err := os.WriteFile(path, other, 0o600); err != nil {
				t.Fatal(err)
			}
			if plot.IsOurs(path) {
				t.Errorf("%s, %s, is taken for ours", format, name)
			}
		}
	}
	if plot.IsOurs(filepath.Join(dir, "nowhere.png")) || plot.IsOurs(dir) {
		t.Error("what is no file is ours")
	}
}

// TestFontsOfSVG: each text names fonts that other systems have.
func TestFontsOfSVG(t *testing.T) {
	page := &plot.Page{Title: "T", Columns: 1, Panels: []plot.Panel{{X: "x", Y: "y", Curves: []plot.Curve{{X: []float64{1, 2}, Y: []float64{1, 2}}}}}}
	svg := string(written(t, page, "svg"))
	all, named := strings.Count(svg, "font-family:"), strings.Count(svg, "font-family:Liberation Sans,Arial,Helvetica,sans-serif;")
	if all == 0 || named != all {
		t.Errorf("%d of %d texts name fonts of other systems", named, all)
	}
}
