package plot

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/record"
	"tnn-gpu/host/stats"
)

// scanTable has rows of two outcomes over keys. Each value is the sum of its numbers,
// with an error of 0.1.
func scanTable(keys []string, theory bool, values ...[]string) *experiment.Table {
	t := &experiment.Table{Keys: keys, Outcomes: []record.Column{{Name: "mass", Title: "mass", Unit: "kg"}, {Name: "speed", Title: "speed", Unit: "1"}}}
	for i, texts := range values {
		r := experiment.Row{Point: i, Trials: 3}
		sum := 0.0
		for _, text := range texts {
			v := experiment.Value{Text: text}
			if _, err := fmt.Sscan(text, &v.Number); err == nil {
				v.IsNumber = true
			}
			sum += v.Number
			r.Values = append(r.Values, v)
		}
		known := math.NaN()
		if theory {
			known = sum + 0.05
		}
		r.Estimates = []stats.Estimate{{Mean: sum, Error: 0.1, N: 3}, {Mean: math.NaN(), Error: math.NaN()}}
		r.Theory = []float64{known, math.NaN()}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// product is every combination.
func product(a, b []string) [][]string {
	var out [][]string
	for _, x := range a {
		for _, y := range b {
			out = append(out, []string{x, y})
		}
	}
	return out
}

// drawn writes a page in every format, and gives it as a picture. With
// TNN_KEEP_PLOTS it is left in that folder, to be looked at.
func drawn(t *testing.T, page *Page, name string) image.Image {
	t.Helper()
	var out image.Image
	for _, format := range Formats() {
		var b bytes.Buffer
		if err := page.Write(&b, format); err != nil {
			t.Fatal(err)
		}
		if format != "png" {
			continue
		}
		if folder := os.Getenv("TNN_KEEP_PLOTS"); folder != "" {
			if err := os.WriteFile(folder+"/"+name+".png", b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if out, err = png.Decode(&b); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func scanPage(t *testing.T, table *experiment.Table, o ScanOptions) *Page {
	t.Helper()
	page, err := Scan(table, o)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestScanCurves: the number with the most values is the axis, and each value of the
// other key has a curve, in order of the axis.
func TestScanCurves(t *testing.T) {
	table := scanTable([]string{"rule", "x"}, true, product([]string{"hebb", "ada"}, []string{"4", "1", "2", "3"})...)
	page := scanPage(t, table, ScanOptions{Title: "a"})
	if want := []string{"rule = hebb", "rule = ada"}; !slices.Equal(page.Colours, want) {
		t.Errorf("the colours are %q, want %q", page.Colours, want)
	}
	if page.Title != "a: 8 points, 3 trials" || page.Subtitle != "mean and standard error" || len(page.Panels) != 1 {
		t.Errorf("%q, %q, %d panels", page.Title, page.Subtitle, len(page.Panels))
	}
	p := page.Panels[0]
	if p.X != "x" || p.Y != "mass (kg)" || len(p.Curves) != 4 || len(p.Key) != 1 {
		t.Fatalf("%+v", p)
	}
	if c := p.Curves[0]; !c.Marks || c.Joined || !slices.Equal(c.X, []float64{1, 2, 3, 4}) || !slices.Equal(c.Y, c.X) || c.Spread[2] != 0.1 {
		t.Errorf("the points are %+v", c)
	}
	if c := p.Curves[1]; !c.Rings || !c.Joined || !slices.Equal(c.X, []float64{1, 2, 3, 4}) || c.Y[0] != 1.05 {
		t.Errorf("the theory is %+v", c)
	}
	drawn(t, page, "curves")
	if page := scanPage(t, table, ScanOptions{Quantities: []string{"mass"}, X: "rule"}); len(page.Panels) != 1 || !slices.Equal(page.Panels[0].Names, []string{"hebb", "ada"}) || len(page.Colours) != 4 {
		t.Errorf("against texts: %+v", page)
	} else {
		drawn(t, page, "texts")
	}
}

// TestScatter: trials are marks of one outcome against another, a colour for each point;
// those that lack either are left out.
func TestScatter(t *testing.T) {
	table := scanTable([]string{"rule", "x"}, true, []string{"hebb", "1"}, []string{"ada", "2"}, []string{"ada", "3"})
	table.Rows[0].Results = [][]float64{{1, 2, 3}, {4, 5, 6}}
	table.Rows[1].Results = [][]float64{{7, 8}, {9, math.NaN()}}
	table.Rows[2].Results = [][]float64{{1}, nil}
	page := scanPage(t, table, ScanOptions{Title: "a", X: "speed"})
	if want := []string{"rule = hebb, x = 1", "rule = ada, x = 2", "rule = ada, x = 3"}; !slices.Equal(page.Colours, want) {
		t.Errorf("the colours are %q, want %q", page.Colours, want)
	}
	if len(page.Panels) != 1 || len(page.Panels[0].Curves) != 3 {
		t.Fatalf("%+v", page.Panels)
	}
	p := page.Panels[0]
	if c := p.Curves[0]; p.X != "speed" || p.Y != "mass (kg)" || !c.Marks || c.Joined || c.Spread != nil || !slices.Equal(c.X, []float64{4, 5, 6}) || !slices.Equal(c.Y, []float64{1, 2, 3}) {
		t.Errorf("%q against %q: %+v", p.Y, p.X, c)
	}
	if c := p.Curves[2]; len(c.X) != 0 {
		t.Errorf("a point without the outcome has %+v", c)
	}
	drawn(t, page, "scatter")
	for _, o := range []ScanOptions{{X: "speed", Y: "x"}, {X: "speed", Quantities: []string{"speed"}}, {X: "nothing"}} {
		if _, err := Scan(table, o); err == nil {
			t.Errorf("%+v is drawn", o)
		}
	}
}

// TestScanLogarithmic: an axis whose values span much is logarithmic.
func TestScanLogarithmic(t *testing.T) {
	page := scanPage(t, scanTable([]string{"x"}, false, []string{"10"}, []string{"20"}, []string{"50"}, []string{"400"}), ScanOptions{Quantities: []string{"mass"}})
	p := page.Panels[0]
	if !p.FineDecades || p.Curves[0].X[0] != 1 || page.Colours != nil || !p.Curves[0].Joined {
		t.Errorf("%+v", p)
	}
	drawn(t, page, "logarithmic")
}

// TestScanOfManySizes: so is that of an outcome; bars are then longer downwards, and those
// that would go to 0 go to the edge.
func TestScanOfManySizes(t *testing.T) {
	page := scanPage(t, scanTable([]string{"x"}, true, []string{"0.05"}, []string{"1"}, []string{"10"}), ScanOptions{Quantities: []string{"mass"}})
	p := page.Panels[0]
	c, theory := p.Curves[0], p.Curves[1]
	if !p.FineDecadesY || c.Y[1] != 0 || c.Y[2] != 1 || math.Abs(theory.Y[1]-math.Log10(1.05)) > 1e-12 {
		t.Fatalf("%+v", p)
	}
	if !math.IsInf(c.Below[0], 1) || c.Unseen.Ends != 1 || math.Abs(c.Below[1]+math.Log10(0.9)) > 1e-12 || math.Abs(c.Spread[1]-math.Log10(1.1)) > 1e-12 {
		t.Errorf("bars go down by %v and up by %v", c.Below, c.Spread)
	}
	drawn(t, page, "sizes")
	page = scanPage(t, scanTable([]string{"x"}, false, []string{"0"}, []string{"1"}, []string{"1000"}), ScanOptions{Quantities: []string{"mass"}})
	if page.Panels[0].FineDecadesY {
		t.Error("0 has a logarithm")
	}
}

// TestScanOfManyCurves: names of several keys leave out their tables, if that leaves them
// apart, and curves of the same colour have other marks.
func TestScanOfManyCurves(t *testing.T) {
	values := func(a, b string) *experiment.Table {
		var rows [][]string
		for _, rule := range []string{"hebb", "perceptron", "adatron", "alphatron"} {
			for _, noise := range []string{"sqrt2", "literal2"} {
				rows = append(rows, []string{rule, noise, "1"}, []string{rule, noise, "2"})
			}
		}
		return scanTable([]string{a, b, "perceptron.nut"}, false, rows...)
	}
	page := scanPage(t, values("perceptron.rule", "perceptron.noise"), ScanOptions{Quantities: []string{"mass"}})
	if len(page.Colours) != 8 || page.Colours[7] != "rule = alphatron, noise = literal2" || page.Panels[0].X != "perceptron.nut" {
		t.Errorf("%q over %s", page.Colours, page.Panels[0].X)
	}
	first, eighth := page.Panels[0].Curves[0], page.Panels[0].Curves[14] // theory stands between them
	if first.line().Color != eighth.line().Color || first.mark().Shape == eighth.mark().Shape {
		t.Error("the first and the eighth curve look the same")
	}
	drawn(t, page, "many")
	page = scanPage(t, values("node.temperature", "edge.temperature"), ScanOptions{Quantities: []string{"mass"}})
	if page.Colours[0] != "node.temperature = hebb, edge.temperature = sqrt2" {
		t.Errorf("%q", page.Colours)
	}
}

// TestScanMap: two numbers with many values each are the axes of a map, in which what
// is missing is white.
func TestScanMap(t *testing.T) {
	numbers := []string{"1", "2", "3", "4", "5", "6"}
	values := product(numbers, numbers)
	page := scanPage(t, scanTable([]string{"x", "y"}, false, values...), ScanOptions{Quantities: []string{"mass"}})
	p := page.Panels[0]
	if p.Map == nil || len(p.Curves) > 0 || p.X != "x" || p.Y != "y" || p.Title != "mass (kg)" {
		t.Fatalf("%+v", p)
	}
	if low, high := p.Map.limits(); low != 2 || high != 12 {
		t.Errorf("the values go from %v to %v", low, high)
	}
	highest := colours(2, 12)(12)
	colours := make(map[any]bool)
	picture := drawn(t, page, "map")
	for x := range picture.Bounds().Dx() {
		colours[picture.At(x, picture.Bounds().Dy()/2)] = true
	}
	if len(colours) < 6 {
		t.Errorf("only %d colours are in the middle of the map", len(colours))
	}
	if r, g, b, _ := highest.RGBA(); min(r, g, b) > 0xf000 || page.Subtitle != "mean" {
		t.Errorf("the largest value is as white as what is missing: %x %x %x, or the map shows errors: %q", r, g, b, page.Subtitle)
	}
	asked := scanPage(t, scanTable([]string{"x", "y"}, false, values[:20]...), ScanOptions{X: "y", Y: "x", Quantities: []string{"mass"}})
	if p := asked.Panels[0]; p.Map == nil || p.X != "y" || p.Y != "x" {
		t.Errorf("%+v", p)
	}
	drawn(t, asked, "map-with-gaps")
}

// TestScanPlaces: outcomes are drawn against the places along a trial.
func TestScanPlaces(t *testing.T) {
	table := scanTable([]string{"x"}, false, []string{"1"}, []string{"1"}, []string{"2"}, []string{"2"})
	table.Along = &record.Column{Name: "time", Unit: "s"}
	for i := range table.Rows {
		table.Rows[i].Point, table.Rows[i].Place = i/2, float64(i%2)
	}
	page := scanPage(t, table, ScanOptions{})
	if p := page.Panels[0]; p.X != "time (s)" || len(page.Colours) != 2 || !strings.HasPrefix(page.Title, ": 2 points") {
		t.Errorf("%+v", page)
	}
	drawn(t, page, "places")
}

func TestScanMistakes(t *testing.T) {
	if _, err := Scan(scanTable([]string{"x"}, false, []string{"1"}, []string{"2"}), ScanOptions{X: "x", Y: "mass"}); err == nil || !strings.Contains(err.Error(), "use --x x --quantity mass") {
		t.Errorf("an outcome in place of a key: %v", err)
	}
	table := scanTable([]string{"x"}, false, []string{"1"})
	for _, c := range []struct {
		table *experiment.Table
		o     ScanOptions
		says  string
	}{
		{&experiment.Table{}, ScanOptions{}, "no results"},
		{table, ScanOptions{X: "z"}, `does not vary "z"; it varies x`},
		{table, ScanOptions{X: "x", Y: "x"}, "on both axes"},
		{table, ScanOptions{Quantities: []string{"order"}}, `no outcome "order"; there are mass, speed`},
	} {
		if _, err := Scan(c.table, c.o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
	drawn(t, scanPage(t, table, ScanOptions{}), "one")
}

// TestFineDecades: labels at round numbers within the axis, in order.
func TestFineDecades(t *testing.T) {
	var labels []string
	for _, tick := range (fineDecades{}).Ticks(math.Log10(20), math.Log10(160)) {
		if tick.Label != "" {
			labels = append(labels, tick.Label)
		}
	}
	if want := []string{"20", "50", "100"}; !slices.Equal(labels, want) {
		t.Errorf("the labels are %q, want %q", labels, want)
	}
}

// TestLongNames: names of curves that are long lose the keys that tell none apart, and
// those that are still wider than a panel stand in a line of their own.
func TestLongNames(t *testing.T) {
	keys := []string{"codes.transmitter", "codes.receiver_of_the_code", "codes.updates", "codes.forgets", "x"}
	var values [][]string
	for _, x := range []string{"1", "2", "3"} {
		values = append(values, []string{"relaxed", "network", "2000", "0.01", x}, []string{"policy", "network", "12000", "0.02", x}, []string{"policy", "counts", "12000", "0.02", x})
	}
	page := scanPage(t, scanTable(keys, false, values...), ScanOptions{Title: "a", Quantities: []string{"mass"}})
	if want := []string{"transmitter = relaxed, receiver_of_the_code = network", "transmitter = policy, receiver_of_the_code = network", "transmitter = policy, receiver_of_the_code = counts"}; !slices.Equal(page.Colours, want) {
		t.Errorf("the colours are %q, want %q", page.Colours, want)
	}
	page.Columns = 2
	if columns, width := page.keyColumns(); columns != 1 || width < 2*panelWidth {
		t.Errorf("%d names stand in a line, %v wide", columns, width)
	}
	page.Colours = []string{"short", "names"}
	if columns, _ := page.keyColumns(); columns != 2 {
		t.Errorf("%d short names stand in a line", columns)
	}
}

// TestHiddenValues: what a logarithmic axis has no place for is counted above the panel,
// whether the scan chose the axis or the user did.
func TestHiddenValues(t *testing.T) {
	says := func(page *Page, want string) {
		t.Helper()
		if got := page.Panels[0].title(page.Colours); got != want {
			t.Errorf("the panel says %q, want %q", got, want)
		}
		drawn(t, page, "hidden")
		var b bytes.Buffer
		err := page.Write(&b, "svg")
		for line := range strings.Lines(want) {
			if line = strings.TrimSpace(line); err != nil || !strings.Contains(b.String(), line) {
				t.Errorf("the figure does not say %q, %v", line, err)
			}
		}
	}
	table := func(log bool) *experiment.Table {
		out := scanTable([]string{"load"}, true, []string{"1"}, []string{"2"}, []string{"3"}, []string{"4"})
		for i := range out.Rows {
			out.Rows[i].Theory[0] = math.NaN()
		}
		out.Outcomes[0].Log = log
		for i, mean := range []float64{0, 0, 1e-12, 0.5} {
			out.Rows[i].Estimates[0].Mean = mean
		}
		return out
	}
	page, err := Scan(table(true), ScanOptions{Title: "errors"})
	if err != nil {
		t.Fatal(err)
	}
	says(page, "3 values below 1e-08 are not shown")
	withTheory := func(keys ...string) *experiment.Table {
		out := table(true)
		for i, known := range []float64{1e-9, 0.1, 0.2, 0.3} {
			out.Rows[i].Theory[0] = known
		}
		for i, text := range keys {
			out.Rows[i].Values[0] = experiment.Value{Text: text}
		}
		return out
	}
	for _, keys := range [][]string{nil, {"a", "b", "c", "d"}} { // a line along numbers, and one at each text
		if page, err = Scan(withTheory(keys...), ScanOptions{Title: "errors"}); err != nil {
			t.Fatal(err)
		}
		says(page, "4 values below 1e-08 are not shown: 3 of points; 1 of theory")
		var b bytes.Buffer
		if err := page.WriteData(&b); err != nil || !strings.Contains(b.String(), ",theory,") || !strings.Contains(b.String(), ",1e-09,") {
			t.Errorf("the theory is not among the data, %v:\n%s", err, b.String())
		}
	}
	only := withTheory()
	only.Rows[0].Theory[0] = math.NaN()
	if page, err = Scan(only, ScanOptions{Title: "errors"}); err != nil {
		t.Fatal(err)
	}
	says(page, "3 values below 1e-08 are not shown: points")
	zeros := table(true)
	zeros.Rows[2].Estimates[0].Mean = 0
	if page, err = Scan(zeros, ScanOptions{Title: "errors"}); err != nil {
		t.Fatal(err)
	}
	says(page, "3 values of 0 or below are not shown")
	if page, err = Scan(table(false), ScanOptions{Title: "errors"}); err != nil {
		t.Fatal(err)
	}
	says(page, "")
	if err := page.Apply(Look{LogY: true}); err != nil {
		t.Fatal(err)
	}
	says(page, "2 values of 0 or below are not shown\n1 lower end is at or below 0")
	one := &Page{Columns: 1, Panels: []Panel{{Title: "stretch", X: "x", Y: "y", Curves: []Curve{{X: []float64{0, 1, 2}, Y: []float64{1, 2, 3}}}}}}
	if err := one.Apply(Look{LogX: true}); err != nil {
		t.Fatal(err)
	}
	says(one, "stretch\n1 value of 0 or below is not shown")
}

// TestPanelsShareAnExtent: a logarithmic axis of Y that hides points leaves the axis of X as
// far as those of all panels reach.
func TestPanelsShareAnExtent(t *testing.T) {
	table := scanTable([]string{"load"}, false, []string{"1"}, []string{"2"}, []string{"3"}, []string{"4"})
	table.Outcomes[0].Log = true
	for i, mean := range []float64{0, 0.1, 0.5, math.NaN()} { // none at 4
		table.Rows[i].Estimates[0].Mean = mean
	}
	for _, of := range []struct {
		look Look
		want []float64
	}{{Look{LogY: true}, []float64{1, 4}}, {Look{LogX: true}, []float64{0, math.Log10(4)}}} {
		page := scanPage(t, table, ScanOptions{Title: "errors"})
		if err := page.Apply(of.look); err != nil {
			t.Fatal(err)
		}
		if got := page.Panels[0].Extent; !slices.Equal(got, of.want) {
			t.Errorf("the axis reaches over %v, want %v", got, of.want)
		}
	}
}

// Theory has a ring wherever it is known, be it at a single point: the line only joins them.
func TestTheoryHasRings(t *testing.T) {
	for _, values := range [][][]string{{{"0.1"}}, {{"0.1"}, {"0.3"}, {"0.2"}}} {
		s := &scan{table: scanTable([]string{"load"}, true, values...)}
		if err := s.choose(); err != nil {
			t.Fatal(err)
		}
		s.group()
		p := s.points(0)
		on, err := p.plot()
		if err != nil {
			t.Fatal(err)
		}
		var drawn recorder.Canvas
		on.Draw(draw.NewCanvas(&drawn, 300, 200))
		rings := 0
		for _, a := range drawn.Actions {
			if stroke, is := a.(*recorder.Stroke); is && len(stroke.Path) > 0 && slices.ContainsFunc(stroke.Path, func(c vg.PathComp) bool { return c.Type == vg.ArcComp && c.Radius == vg.Points(2.5) }) {
				rings++
			}
		}
		if rings != len(values) {
			t.Errorf("%d points of theory have %d rings", len(values), rings)
		}
	}
}
