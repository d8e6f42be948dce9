package plot

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// onLog is a page of one panel on a logarithmic axis of Y.
func onLog(t *testing.T, names []string, curves ...Curve) *Page {
	t.Helper()
	for i := range curves {
		curves[i].Colour = i
	}
	page := &Page{Columns: 1, Colours: names, Panels: []Panel{{X: "x", Y: "y", Curves: curves}}}
	if err := page.Apply(Look{LogY: true}); err != nil {
		t.Fatal(err)
	}
	drawn(t, page, "log")
	return page
}

// strokes are the outlines of lines and areas that a panel has on a page, without axes; of
// round marks there is nothing.
func strokes(t *testing.T, p *Panel) (all [][]vg.Point, frame vg.Rectangle) {
	t.Helper()
	on, err := p.plot()
	if err != nil {
		t.Fatal(err)
	}
	on.HideAxes()
	on.Title.Text = ""
	var r recorder.Canvas
	c := draw.NewCanvas(&r, 300, 200)
	on.Draw(c)
	for _, a := range r.Actions {
		var path vg.Path
		switch a := a.(type) {
		case *recorder.Stroke:
			path = a.Path
		case *recorder.Fill:
			path = a.Path
		}
		var points []vg.Point
		for _, at := range path {
			switch at.Type {
			case vg.MoveComp, vg.LineComp:
				points = append(points, at.Pos)
			case vg.ArcComp:
				points = nil
			}
		}
		all = append(all, points)
	}
	return all, on.DataCanvas(c).Rectangle
}

// TestOpenEnds: on a logarithmic axis a bar or a band that reaches 0 goes to the edge of the
// panel without a cap, moves no axis, is counted, and has its true end in the data.
func TestOpenEnds(t *testing.T) {
	curve := Curve{X: []float64{1, 2, 3}, Y: []float64{10, 20, 40}, Spread: []float64{12, 20, 5}}
	for _, marks := range []bool{true, false} {
		curve.Marks = marks
		page := onLog(t, nil, curve)
		p := &page.Panels[0]
		on, err := p.plot()
		if err != nil {
			t.Fatal(err)
		}
		if want := math.Log10(10); math.Abs(on.Y.Min-want) > 1e-12 {
			t.Errorf("marks %v: the axis begins at 10^%v", marks, on.Y.Min)
		}
		if got := p.title(nil); got != "2 lower ends are at or below 0" {
			t.Errorf("marks %v: the panel says %q", marks, got)
		}
		all, frame := strokes(t, p)
		low, flat := 0, 0
		for _, points := range all {
			for i, at := range points {
				if math.Abs(float64(at.Y-frame.Min.Y)) > 1e-6 {
					continue
				}
				low++
				if len(points) == 2 && math.Abs(float64(points[1-i].Y-at.Y)) < 1e-6 && math.Abs(float64(points[0].X-points[1].X)) < 20 {
					flat++
				}
			}
		}
		if low < 2 || flat > 0 {
			t.Errorf("marks %v: %d ends are at the edge, %d of caps", marks, low, flat)
		}
		var b bytes.Buffer
		if err := page.WriteData(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]string{{"10", "22", "-2"}, {"20", "40", "0"}, {"40", "45", "35"}} {
			if got := rows[i+1][5:]; !slices.Equal(got, want) {
				t.Errorf("marks %v: the data are %v, want %v", marks, got, want)
			}
		}
	}
}

// TestGaps: a curve is not joined across values that an axis has no place for, nor across
// ones that are not known; and the panel says of which curve they are.
func TestGaps(t *testing.T) {
	one := Curve{X: []float64{1, 2, 3, 4, 5, 6}, Y: []float64{1, 2, 0, -1, 3, 4}}
	other := Curve{X: one.X, Y: []float64{5, math.NaN(), 6, 5, 7, 5}}
	first := onLog(t, nil, Curve{X: one.X, Y: []float64{0, 0, 1, 2, 3, 0}})
	if on, err := first.Panels[0].plot(); err != nil || on.X.Min != 1 || on.X.Max != 6 {
		t.Errorf("the axis is from %g to %g, %v", on.X.Min, on.X.Max, err)
	}
	page := onLog(t, []string{"first", "second"}, one, other)
	p := &page.Panels[0]
	if got := p.title(page.Colours); got != "2 values of 0 or below are not shown: first" {
		t.Errorf("the panel says %q", got)
	}
	all, frame := strokes(t, p)
	at := func(x float64) vg.Length { return frame.Min.X + vg.Length((x-1)/5)*(frame.Max.X-frame.Min.X) }
	crossed := 0
	for _, points := range all {
		for i := range points[:max(0, len(points)-1)] {
			a, b := min(points[i].X, points[i+1].X), max(points[i].X, points[i+1].X)
			isGrid := a <= at(1)+1 && b >= at(6)-1
			if !isGrid && (a < at(2.2) && b > at(4.8) || a < at(1.2) && b > at(2.8)) {
				crossed++
			}
		}
	}
	if crossed > 0 {
		t.Errorf("%d lines cross a gap", crossed)
	}
	var b bytes.Buffer
	if err := page.WriteData(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"first,3,0,", "first,4,-1,", "second,2,NaN,"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not among the data:\n%s", want, b.String())
		}
	}
	long := Curve{}
	for i := range 5 * mostPoints {
		long.X, long.Y = append(long.X, float64(i+1)), append(long.Y, 1)
		if i%(5*mostPoints/4) < 50 {
			long.Y[i] = 0
		}
	}
	panel := onLog(t, nil, long).Panels[0]
	if got := len(pieces(thin(panel.Curves[0]))); got != 4 {
		t.Errorf("a long curve with 3 gaps has %d pieces", got)
	}
}

// TestPanelsWithoutAPlace are left out of a logarithmic figure, which says so; a figure of
// nothing else is refused.
func TestPanelsWithoutAPlace(t *testing.T) {
	panels := func() []Panel {
		return []Panel{
			{X: "step", Y: "free energy", Curves: []Curve{{X: []float64{1, 2}, Y: []float64{-1, -2}}}},
			{X: "step", Y: "order", Curves: []Curve{{X: []float64{1, 2}, Y: []float64{1, 2}}}},
		}
	}
	page := &Page{Columns: 2, Title: "run", Subtitle: "means", Panels: panels()}
	if err := page.Apply(Look{LogY: true, Title: "mine"}); err != nil {
		t.Fatal(err)
	}
	if len(page.Panels) != 1 || page.Panels[0].Y != "order" || page.Columns != 1 || page.Subtitle != "left out, as no value is above 0: free energy" {
		t.Errorf("%d panels in %d columns, %q", len(page.Panels), page.Columns, page.Subtitle)
	}
	drawn(t, page, "left out")
	none := &Page{Columns: 1, Panels: panels()[:1]}
	if err := none.Apply(Look{LogY: true}); err == nil || !strings.Contains(err.Error(), "of free energy: name other quantities (--quantity)") {
		t.Errorf("a figure of nothing: %v", err)
	}
}

// TestNoPlaceOnX: where an axis of X has no value above 0, it is what the error is about, not
// a quantity.
func TestNoPlaceOnX(t *testing.T) {
	panels := func(x ...float64) []Panel {
		return []Panel{{X: "field", Y: "order", Curves: []Curve{{X: x, Y: []float64{1, 2}}}}, {X: "field", Y: "energy", Curves: []Curve{{X: x, Y: []float64{3, 4}}}}}
	}
	for _, l := range []Look{{LogX: true}, {LogX: true, LogY: true}} {
		page := &Page{Columns: 2, Panels: panels(-2, 0)}
		if err := page.Apply(l); err == nil || err.Error() != "no value of field is above 0, as those of a logarithmic axis are: leave x out of --log" {
			t.Errorf("%+v: %v", l, err)
		}
	}
	page := &Page{Columns: 2, Panels: append(panels(1, 2), panels(-2, 0)...)}
	if err := page.Apply(Look{LogX: true}); err != nil || len(page.Panels) != 2 || page.Subtitle != "left out, as no value is above 0: field" {
		t.Errorf("%d panels, %q, %v", len(page.Panels), page.Subtitle, err)
	}
}

// TestLongBandOnBothAxes: only a value that has no place on the axis of Y has a band go down to
// the edge, not one that has none on that of X.
func TestLongBandOnBothAxes(t *testing.T) {
	long := Curve{}
	for i := range 5 * mostPoints {
		long.X, long.Y = append(long.X, float64(i-7)), append(long.Y, 2)
	}
	below := func(c Curve) (open int) {
		c = logY(logX(c), 0)
		_, ends := extremes(c, thin(c).Y)
		for _, v := range ends {
			if math.IsInf(v, 1) {
				open++
			}
		}
		return open
	}
	if got := below(long); got != 0 {
		t.Errorf("%d ends are at the edge, of values above 0", got)
	}
	long.Y[5*mostPoints-1] = 0
	if got := below(long); got != 1 {
		t.Errorf("%d ends are at the edge, of one value of 0", got)
	}
}

// TestShortLogarithmicAxes: however short an axis is, two numbers at least stand on it, at
// their places.
func TestShortLogarithmicAxes(t *testing.T) {
	for _, of := range [][2]float64{{0.5, 0.9}, {0.69, 0.694}, {5.1, 9.9}, {21, 49}, {1, 1.5}, {2e-7, 2.2e-7}, {1e-3, 1}, {101, 105}, {3, 30}} {
		labels := 0
		for _, tick := range (fineDecades{}).Ticks(math.Log10(of[0]), math.Log10(of[1])) {
			if tick.Label == "" {
				continue
			}
			labels++
			if v, err := strconv.ParseFloat(tick.Label, 64); err != nil || math.Abs(math.Log10(v)-tick.Value) > 1e-9 {
				t.Errorf("%v: %q stands at %g", of, tick.Label, math.Pow(10, tick.Value))
			}
		}
		if labels < 2 {
			t.Errorf("%v: %d labels", of, labels)
		}
	}
}

// TestNotesNameCurves, in lines that a panel has room for.
func TestNotesNameCurves(t *testing.T) {
	long := "edge.inverse_temperature = 20"
	for _, of := range []struct {
		names []string
		want  string
	}{
		{[]string{"a"}, "1 value of 0 or below is not shown"},
		{[]string{"a", "b"}, "3 values of 0 or below are not shown: 2 of b; 1 of a"},
		{[]string{"a", long}, "3 values of 0 or below are not shown:\n2 of " + long + ";\n1 of a"},
		{[]string{"a", "b", "c", "d"}, "10 values of 0 or below are not shown:\n4 of d;\n3 of c;\n2 of b;\nand others, 4 curves in all"},
	} {
		var curves []Curve
		for i := range of.names {
			curves = append(curves, Curve{X: []float64{1, 2, 3, 4, 5}, Y: []float64{0, -1, -1, -1, 2}})
			for k := range curves[i].Y[i+1:] {
				curves[i].Y[i+1+k] = 2
			}
		}
		page := onLog(t, of.names, curves...)
		if got := page.Panels[0].title(page.Colours); got != of.want {
			t.Errorf("the panel says %q, want %q", got, of.want)
		}
	}
}

// TestTicksAndLinesOnDecades: what stands at a step stands there on a logarithmic axis, too.
func TestTicksAndLinesOnDecades(t *testing.T) {
	page := &Page{Columns: 1, Panels: []Panel{{Curves: []Curve{{X: []float64{1, 100}, Y: []float64{1, 2}}}, Ticks: []float64{10}, Marks: []LineMark{{0, "start"}, {100, "era"}}}}}
	if err := page.Apply(Look{LogX: true}); err != nil {
		t.Fatal(err)
	}
	if p := page.Panels[0]; !slices.Equal(p.Ticks, []float64{1}) || !slices.Equal(p.Marks, []LineMark{{2, "era"}}) {
		t.Errorf("ticks at %v, lines at %v", p.Ticks, p.Marks)
	}
}

// Powers of ten are written out where that is short.
func TestDecades(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0, 5, "1 10 100 1000 10000 100000"}, {-3, 1, "0.001 0.01 0.1 1 10"}, {6, 9, "1e+06 1e+07 1e+08 1e+09"}, {2.9, 4.1, "1000 2000 5000 10000"}} {
		var labels []string
		for _, tick := range (fineDecades{}).Ticks(c.low, c.high) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("from 10^%g to 10^%g: %s, not %s", c.low, c.high, got, c.want)
		}
	}
}
