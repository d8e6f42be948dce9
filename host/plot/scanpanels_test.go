package plot

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/stats"
)

// has tells whether a picture has a colour on as many dots.
func has(picture image.Image, colour color.RGBA, least int) bool {
	count := 0
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if color.RGBAModel.Convert(picture.At(x, y)) == colour {
				count++
			}
		}
	}
	return count >= least
}

// TestStackedBars: outcomes that are shares stand on each other, in the order that is
// asked for.
func TestStackedBars(t *testing.T) {
	table := scanTable([]string{"count"}, false, []string{"3"}, []string{"10"}, []string{"50"})
	for i := range table.Rows {
		share := 0.25 * float64(i+1)
		table.Rows[i].Estimates = []stats.Estimate{{Mean: share, Error: 0.05, N: 3}, {Mean: 1 - share, Error: 0.05, N: 3}}
	}
	table.Rows[2].Estimates[1] = stats.Estimate{Mean: math.NaN(), Error: math.NaN()} // no trial has it
	page := scanPage(t, table, ScanOptions{Title: "a", Quantities: []string{"speed", "mass"}, Stack: true})
	if len(page.Panels) != 1 || !slices.Equal(page.Colours, []string{"speed", "mass (kg)"}) {
		t.Fatalf("%+v", page)
	}
	p := page.Panels[0]
	if !slices.Equal(p.Names, []string{"3", "10", "50"}) || p.Bars.top(0, 0) != 0.75 || p.Bars.top(1, 0) != 1 || p.Bars.top(1, 2) != 0.75 {
		t.Errorf("%+v", p.Bars)
	}
	picture := drawn(t, page, "stacked")
	for k := range 2 {
		if !has(picture, palette()[k], 2000) {
			t.Errorf("there are no bars of colour %d", k)
		}
	}
}

// TestOutcomesBeside: what is the same along all curves is drawn once, in black.
func TestOutcomesBeside(t *testing.T) {
	table := scanTable([]string{"rule", "x"}, false, product([]string{"a", "b"}, []string{"1", "2", "3"})...)
	for i := range table.Rows {
		table.Rows[i].Estimates[1] = stats.Estimate{Mean: 7 + table.Rows[i].Values[1].Number, N: 3}
	}
	o := ScanOptions{Quantities: []string{"mass"}, Besides: []experiment.Beside{{Outcome: "mass", Other: "speed", Name: "best"}, {Outcome: "none", Other: "mass"}, {Outcome: "mass", Other: "none"}}}
	p := scanPage(t, table, o).Panels[0]
	if len(p.Curves) != 5 || len(p.Key) != 1 || p.Key[0].Name != "best" {
		t.Fatalf("%+v", p)
	}
	if c := p.Curves[4]; c.Colour != black || !slices.Equal(c.Y, []float64{8, 9, 10}) || c.Marks {
		t.Errorf("the line is %+v", c)
	}
	table.Rows[0].Estimates[1].Mean = 5
	if p := scanPage(t, table, o).Panels[0]; len(p.Curves) != 6 || p.Curves[4].Colour != 0 || p.Curves[5].Colour != 1 {
		t.Errorf("lines that differ are %+v", p.Curves)
	}
}

// TestCrossingPanels: where an outcome passes a level along x is drawn against another
// key, a curve for each value of the rest.
func TestCrossingPanels(t *testing.T) {
	var values [][]string
	for _, rest := range product([]string{"hebb", "ada"}, []string{"10", "20"}) {
		for _, x := range []string{"-1", "-25", "-3"} {
			values = append(values, []string{rest[0], rest[1], x})
		}
	}
	table := scanTable([]string{"net.rule", "size", "x"}, false, values...)
	for i := range table.Rows {
		table.Rows[i].Results = [][]float64{{table.Rows[i].Estimates[0].Mean, table.Rows[i].Estimates[0].Mean}, nil}
	}
	crossings := table.Crossings([]experiment.Crossing{{Name: "zero", Title: "zero", Unit: "m", Outcome: "mass", Key: "x"}})
	o := ScanOptions{X: "x", Quantities: []string{"mass"}, Crossings: crossings}
	page := scanPage(t, table, o)
	if len(page.Panels) != 2 {
		t.Fatalf("%d panels", len(page.Panels))
	}
	p := page.Panels[1]
	if p.X != "size" || p.Y != "zero (m)" || len(p.Curves) != 2 || len(p.Key) != 2 || p.Key[1].Name != "rule = ada" || !slices.Equal(p.Curves[0].X, []float64{10, 20}) || !slices.Equal(p.Curves[0].Y, []float64{-10, -20}) {
		t.Errorf("%+v", p)
	}
	drawn(t, page, "crossings")
	o.X = "size"
	if page := scanPage(t, table, o); len(page.Panels) != 1 {
		t.Error("a crossing along a key that is not on the axis is drawn")
	}
	o.X, o.Quantities = "x", []string{"speed"}
	if page := scanPage(t, table, o); len(page.Panels) != 1 {
		t.Error("a crossing of an outcome that is not drawn is drawn")
	}
}

// TestCurveNames: a key that points lack, and that another one tells, is left out of names.
func TestCurveNames(t *testing.T) {
	table := scanTable([]string{"net.rule", "net.degree", "x"}, false, []string{"hebb", "0", "1"}, []string{"hebb", "0", "2"}, []string{"poly", "3", "1"}, []string{"poly", "3", "2"})
	if page := scanPage(t, table, ScanOptions{X: "x"}); !slices.Equal(page.Colours, []string{"rule = hebb", "rule = poly, degree = 3"}) {
		t.Errorf("the curves are called %q", page.Colours)
	}
	table = scanTable([]string{"damage", "x"}, false, product([]string{"0", "0.5"}, []string{"1", "2", "3"})...)
	if page := scanPage(t, table, ScanOptions{X: "x"}); !slices.Equal(page.Colours, []string{"damage = 0", "damage = 0.5"}) {
		t.Errorf("the curves are called %q", page.Colours)
	}
}
