package plot

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// curved is a page of panels of curves with names that are as long as a panel, beside pictures and
// panels whose numbers are long.
func curved(look Look) *Page {
	p := &Page{Title: "curves", Columns: 2, Look: look, Colours: []string{"a"}}
	for i := range 6 {
		c := Curve{X: []float64{0, 1, 2, 200}, Y: []float64{1, 1234567, 3, 2}}
		long := "a quantity whose name is about as long as its panel is wide (kT)"[i*6:]
		p.Panels = append(p.Panels, Panel{X: long, Y: long, Title: long[10*(i%3):], Curves: []Curve{c}})
		if i == 3 {
			p.Panels[len(p.Panels)-1].Key = []Style{{Name: "energy"}, {Name: "dissipation"}, {Name: "transport"}}
		}
		if i%2 == 1 {
			p.Panels = append(p.Panels, Panel{Title: "picture", Picture: image.NewGray(image.Rect(0, 0, 4, 4))})
		}
	}
	return p
}

// TestNamesStayInTheirCell: names of axes stand in the middle of axes that are not in the middle
// of the panel, and yet do not reach over the edge of the page or into the next panel.
func TestNamesStayInTheirCell(t *testing.T) {
	for _, look := range []Look{{}, {Width: 86, Height: 60, Font: 8}, {Width: 60, Height: 50}, {Width: 50, Height: 40}, {Width: 100, Height: 45}, {Columns: 1}, {Columns: 3}, {Columns: 4}} {
		p := curved(look)
		if look.Columns > 0 {
			p.Columns = look.Columns
		}
		all, _, err := p.layout()
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range all {
			inside := one.DataCanvas(one.at)
			const most = gap/2 + 1
			for _, of := range []struct {
				name           string
				low, at, high  vg.Length
				length, shrunk vg.Length
			}{
				{"x", one.cell.Min.X, inside.Center().X, one.cell.Max.X, one.X.Label.TextStyle.Width(one.X.Label.Text), one.X.Label.TextStyle.Font.Size},
				{"y", one.cell.Min.Y, inside.Center().Y, one.cell.Max.Y, one.Y.Label.TextStyle.Width(one.Y.Label.Text), one.Y.Label.TextStyle.Font.Size},
				{"title", one.cell.Min.X, one.at.Center().X, one.cell.Max.X, one.Title.TextStyle.Width(one.Title.Text), one.Title.TextStyle.Font.Size},
			} {
				if of.at-of.length/2 < of.low-most || of.at+of.length/2 > of.high+most {
					t.Errorf("%+v: the name %s of panel %d is from %.0f to %.0f, and its cell from %.0f to %.0f", look, of.name, i, of.at-of.length/2, of.at+of.length/2, of.low, of.high)
				}
				if of.shrunk < 3 {
					t.Errorf("%+v: the name %s of panel %d has letters of %.1f points", look, of.name, i, of.shrunk)
				}
			}
		}
	}
}

// checkRoom checks that what is inside the axes of each panel is inside the panel, and that it is
// no smaller than what can be read.
func checkRoom(t *testing.T, p *Page) {
	t.Helper()
	all, _, err := p.layout()
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-6 // of sums of lengths, in points
	for i, one := range all {
		at, inside := one.at.Rectangle, one.DataCanvas(one.at).Rectangle
		switch {
		case at.Min.X >= at.Max.X || at.Min.Y >= at.Max.Y:
			t.Errorf("%+v: panel %d is at %v", p.Look, i, at)
		case min(inside.Min.X-at.Min.X, inside.Min.Y-at.Min.Y, at.Max.X-inside.Max.X, at.Max.Y-inside.Max.Y) < -rounding:
			t.Errorf("%+v: the axes of panel %d are at %v, which is outside of %v", p.Look, i, inside, at)
		case inside.Size().X < 24*vg.Millimeter || inside.Size().Y < 12*vg.Millimeter:
			t.Errorf("%+v: inside the axes of panel %d are %.1fx%.1f mm", p.Look, i, inside.Size().X/vg.Millimeter, inside.Size().Y/vg.Millimeter)
		}
	}
}

// TestSizes: panels that are too small are refused with a size that is enough, and pictures that are
// too large, which other formats are not.
func TestSizes(t *testing.T) {
	if err := curved(Look{}).CheckSize("png"); err != nil {
		t.Error(err)
	}
	says := regexp.MustCompile(`^panels of [0-9.]+x[0-9.]+ mm leave too little room inside their axes: make them (\d+)x(\d+) or larger, or the letters smaller \(--font\)$`)
	single := func(look Look) *Page {
		p := curved(look)
		p.Columns, p.Panels = 1, p.Panels[:1]
		return p
	}
	for _, page := range []func(Look) *Page{curved, single} {
		for _, look := range []Look{{Width: 20, Height: 20}, {Width: 30, Height: 20}, {Width: 20.5, Height: 200}, {Width: 200, Height: 20}, {Width: 45, Height: 35, Font: 20}, {Width: 20, Height: 20, Font: 20}, {Width: 20, Height: 20, Font: 25}, {Width: 20, Height: 20, Font: 40}, {Width: 200, Height: 20, Font: 40}} {
			err := page(look).CheckSize("svg")
			if err == nil || !says.MatchString(err.Error()) {
				t.Errorf("%+v: %v", look, err)
				continue
			}
			found := says.FindStringSubmatch(err.Error())
			enough := look
			enough.Width, _ = strconv.ParseFloat(found[1], 64)
			enough.Height, _ = strconv.ParseFloat(found[2], 64)
			if err := page(enough).CheckSize("png"); err != nil {
				t.Errorf("%+v: %v", enough, err)
			}
			checkRoom(t, page(enough))
		}
	}
	large := curved(Look{Width: 1000, Height: 1000})
	if err := large.CheckSize("png"); err == nil || !strings.Contains(err.Error(), "pixels, of which 100 million is the most") {
		t.Error(err)
	}
	if err := large.CheckSize("pdf"); err != nil {
		t.Error(err)
	}
}

// labelled is a page of panels whose axes have many labels, or long ones.
func labelled(look Look) *Page {
	wide := []float64{1, 10, 100, 400}
	return &Page{Columns: 3, Look: look, Panels: []Panel{
		{X: "x", Y: "wide", Curves: []Curve{{X: []float64{0, 1e5, 1e6}, Y: []float64{1, 1234567, 3}}}},
		{X: "x", Y: "decades", FineDecades: true, FineDecadesY: true, Title: "a title", Curves: []Curve{{X: []float64{0, 1, 2, 2.4}, Y: []float64{0, 1, 2, 2.4}}}},
		{X: "x", Y: "bins", Bins: true, Decades: true, Curves: []Curve{{X: []float64{-3, 0, 3}, Y: []float64{1e-9, 1, 1e9}}}},
		{X: "step", Y: "a name that is longer than the axis beside it", Curves: []Curve{{X: wide, Y: []float64{-0.0004, 0, 0.0004, 0.0001}}}},
		{X: "x", Y: "names", Names: strings.Split("hebb perceptron adatron alphatron(0.25) alphatron(0.5) bayes projection", " "), Curves: []Curve{{X: []float64{0, 6}, Y: []float64{1, 2}}}},
		{X: "x", Y: "names", NamesY: strings.Split("hebb perceptron adatron alphatron(0.25) alphatron(0.5) bayes projection", " "), Curves: []Curve{{X: []float64{0, 6}, Y: []float64{0, 6}}}},
		{X: "step", Y: "insets", Insets: [][2]float64{{1, 100}, {10, 400}}, Curves: []Curve{{X: wide, Y: wide}}},
	}}
}

// TestLabelsAreApart: labels of ticks do not run into each other, however flat or narrow a panel is.
func TestLabelsAreApart(t *testing.T) {
	for _, look := range []Look{{}, {Width: 200, Height: 40}, {Width: 56, Height: 50}, {Width: 75, Height: 60, Font: 14}} {
		p := labelled(look)
		if err := p.CheckSize("svg"); err != nil {
			t.Error(err)
		}
		all, _, err := p.layout()
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range all {
			drawn := &recorder.Canvas{}
			one.Draw(draw.Canvas{Canvas: drawn, Rectangle: one.at.Rectangle})
			var before []recorder.FillString
			for _, text := range words(drawn) {
				face := font.DefaultCache.Lookup(text.Font, text.Size)
				for _, b := range before {
					apartX, apartY := text.Point.X-b.Point.X, text.Point.Y-b.Point.Y
					if b.Font == text.Font && b.Size == text.Size && max(apartY, -apartY) < text.Size/2 && apartX > -face.Width(text.String) && apartX < face.Width(b.String) {
						t.Errorf("%+v: in panel %d, %q and %q run into each other", look, i, b.String, text.String)
					}
				}
				before = append(before, text)
			}
			for _, a := range []*plot.Axis{&one.X, &one.Y} {
				labels := 0
				for _, tick := range a.Tick.Marker.Ticks(a.Min, a.Max) {
					if !tick.IsMinor() {
						labels++
					}
				}
				if labels < 2 || isNames(a.Tick.Marker) && labels != 7 {
					t.Errorf("%+v: an axis of panel %d has %d labels", look, i, labels)
				}
			}
		}
	}
}

// TestAxesStandInLine: what is inside the axes is equally large in all panels, in line with others of
// its row and column, and below the head.
func TestAxesStandInLine(t *testing.T) {
	for _, look := range []Look{{}, {Width: 200, Height: 40}, {Width: 70, Height: 50}} {
		for _, p := range []*Page{labelled(look), curved(look)} {
			if err := p.CheckSize("svg"); err != nil {
				t.Fatal(err)
			}
			all, _, err := p.layout()
			if err != nil {
				t.Fatal(err)
			}
			first := all[0].DataCanvas(all[0].at).Rectangle
			for n, one := range all {
				is := one.DataCanvas(one.at).Rectangle
				column, row := all[n%p.Columns], all[n/p.Columns*p.Columns]
				off := max(math.Abs(float64(is.Size().X-first.Size().X)), math.Abs(float64(is.Size().Y-first.Size().Y)),
					math.Abs(float64(is.Min.X-column.DataCanvas(column.at).Min.X)), math.Abs(float64(is.Min.Y-row.DataCanvas(row.at).Min.Y)))
				if !(off < 0.1) || one.at.Max.Y > p.below().Max.Y || one.at.Min.X < 0 || one.at.Min.Y < 0 || one.at.Max.X > p.width() {
					t.Errorf("%+v: the axes of panel %d are at %.1f, which is %.1f points off, and the panel is at %.1f", look, n, is, off, one.at.Rectangle)
				}
			}
		}
	}
}

// TestColoursThatCameBefore: curves of more values than there are colours are told apart.
func TestColoursThatCameBefore(t *testing.T) {
	seen := map[string]int{}
	for colour := range 8 * len(palette()) {
		style := Style{Colour: colour}
		look := fmt.Sprintf("%v %T", style.line().Color, style.mark().Shape)
		if before, twice := seen[look]; twice {
			t.Errorf("colours %d and %d look alike", before, colour)
		}
		seen[look] = colour
	}
	drawn := func(colour int, bins bool) []byte {
		c := Curve{Style: Style{Colour: colour}}
		for x := range 100 {
			c.X, c.Y = append(c.X, float64(x)), append(c.Y, 1+float64(x%7))
		}
		var out bytes.Buffer
		page := &Page{Columns: 1, Panels: []Panel{{X: "x", Y: "y", Bins: bins, Curves: []Curve{c}}}}
		if err := page.Write(&out, "svg"); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for _, bins := range []bool{false, true} {
		first, second, third := drawn(0, bins), drawn(len(palette()), bins), drawn(2*len(palette()), bins)
		if bytes.Equal(first, second) || bytes.Equal(second, third) {
			t.Errorf("bins %v: curves of one colour look alike", bins)
		}
		if n := bytes.Count(second, []byte("<path")) - bytes.Count(first, []byte("<path")); n != 8 {
			t.Errorf("bins %v: a curve has %d marks", bins, n)
		}
	}
}
