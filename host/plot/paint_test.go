package plot

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"pgregory.net/rapid"

	"tnn-gpu/host/picture"
)

// kindsOfPanels has a panel of every kind, by name. Those of the names "wide", "high", "long
// names" and "long key" have texts that a panel has no room for in their ordinary size.
func kindsOfPanels() map[string]Panel {
	wave := func(n int, phase float64) Curve {
		c := Curve{X: make([]float64, n), Y: make([]float64, n), Spread: make([]float64, n)}
		for i := range n {
			c.X[i], c.Y[i], c.Spread[i] = float64(i), math.Sin(float64(i)/7+phase), 0.1+0.05*math.Cos(float64(i))
		}
		return c
	}
	kinds := map[string]Panel{"empty": {X: "x", Y: "y"}}
	lines := Panel{Title: "two lines\nof a title", X: "step", Y: "energy (kT)", Ticks: []float64{3, 40}, Marks: []LineMark{{X: 30, Name: "era 2"}}}
	for i, name := range []string{"energy", "dissipation", "transport"} {
		c := wave(100, float64(i))
		c.Style = Style{Name: name, Colour: i, Dash: i}
		lines.Curves, lines.Key = append(lines.Curves, c), append(lines.Key, c.Style)
	}
	kinds["lines"] = lines
	lines.Insets = [][2]float64{{0, 20}, {79, 99}}
	kinds["insets"] = lines
	marks := wave(12, 1)
	marks.Marks, marks.Joined = true, true
	kinds["marks"] = Panel{X: "name", Y: "mean", Names: strings.Fields("one two three four five six seven eight nine a-long-name another-long-name last"), Curves: []Curve{marks}}
	timed := wave(200, 2)
	timed.Timed, timed.Spread = true, nil
	kinds["timed"] = Panel{X: "order", Y: "colour", Curves: []Curve{timed}}
	kinds["bins"] = Panel{X: "weight", Y: "density, middle 99 %", Bins: true, Curves: []Curve{{X: []float64{0, 1, 2, 3}, Y: []float64{0.1, 1, 0, 0.01}}}, Key: []Style{{Name: "end"}}}
	m, g := &Map{centred: true}, &Graph{}
	for i := range 30 {
		for k := range 11 {
			m.add(float64(i), float64(k), math.Sin(float64(i*k)))
		}
		g.add(float64(i), float64(7*i%30), float64(i%9))
	}
	kinds["map"] = Panel{Title: "order", X: "f", Y: "g", Map: m}
	kinds["graph"] = Panel{Title: "couplings", Graph: g}
	cells := image.NewRGBA(image.Rect(0, 0, 390, 260))
	for i := range cells.Pix {
		cells.Pix[i] = []uint8{uint8(i / 4 % 390 / 13 * 8), uint8(i / 1560 / 13 * 12), 90, 255}[i%4]
	}
	kinds["picture"] = Panel{Title: "states after step 500", Picture: cells, Scale: &Scale{-1, 1, picture.Signs()}}
	kinds["small"] = Panel{Title: "pixels", Picture: cells.SubImage(image.Rect(3, 5, 17, 31))}
	named := Style{Name: strings.Repeat("a curve of a long name, ", 3)}
	kinds["wide"] = Panel{X: "x", Y: "y", Curves: []Curve{wave(9, 0)}, Key: []Style{named, named}}
	kinds["high"] = Panel{X: "x", Y: "y", Curves: []Curve{wave(9, 0)}, Marks: []LineMark{{X: 4, Name: strings.Repeat("a name of an era ", 6)}}}
	kinds["long names"] = Panel{X: strings.Repeat("an axis of a long name, ", 9), Y: strings.Repeat("an axis of a long name, ", 9), Curves: []Curve{wave(9, 0)}}
	all := Panel{X: "x", Y: "y"}
	for i := range 25 {
		c := wave(9, float64(i)/9)
		c.Style = Style{Name: strings.Repeat("n", 1+i), Colour: i, Dash: i}
		all.Curves, all.Key = append(all.Curves, c), append(all.Key, c.Style)
	}
	kinds["long key"] = all
	return kinds
}

// tooSmall is a look of panels that have no room for their letters, so that these reach into
// the panels around them.
func tooSmall() Look { return Look{Width: 20, Height: 20} }

// pageOf has panels of these kinds.
func pageOf(columns int, kinds ...string) *Page {
	all := kindsOfPanels()
	p := &Page{Title: "title, of a page", Columns: columns}
	for _, kind := range kinds {
		p.Panels = append(p.Panels, all[kind])
	}
	return p
}

// paintedWhole draws a page on a single tile.
func (p *Page) paintedWhole(sections []section) *image.RGBA {
	picture := p.blank()
	t := p.newTile(picture.Rect)
	for i := range sections {
		t.draw(&sections[i])
	}
	t.putOn(picture)
	return picture
}

// painted gives a page on tiles, and on one.
func painted(t testing.TB, p *Page) (tiled, whole *image.RGBA) {
	t.Helper()
	var out [2]*image.RGBA
	for i, paint := range []func([]section) *image.RGBA{p.paint, p.paintedWhole} {
		sections, err := p.sections()
		if err != nil {
			t.Fatal(err)
		}
		out[i] = paint(sections)
	}
	return out[0], out[1]
}

// TestTilesAreThePage: a page whose panels are drawn side by side is, pixel for pixel, the
// one that is drawn at once, whatever its panels are and reach into.
func TestTilesAreThePage(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	pages := map[string]*Page{
		"every kind":    pageOf(3, "picture", "lines", "insets", "marks", "timed", "bins", "map", "graph", "small", "empty"),
		"one panel":     pageOf(1, "lines"),
		"one row":       pageOf(3, "map", "picture"),
		"three rows":    pageOf(2, "lines", "bins", "graph", "map", "insets"),
		"long texts":    pageOf(3, "lines", "wide", "picture", "map", "high", "wide", "high", "graph", "long key", "wide", "lines", "long names"),
		"too small":     pageOf(3, "lines", "wide", "picture", "map", "high", "insets", "high", "graph", "marks", "wide", "lines", "long names"),
		"on paper":      pageOf(3, "picture", "lines", "map", "graph", "high", "small", "bins"),
		"with a legend": pageOf(2, "marks", "lines", "wide"),
		"large letters": pageOf(2, "marks", "lines", "wide", "picture", "map"),
		"small letters": pageOf(2, "marks", "lines", "wide", "picture", "map"),
		"no panel":      pageOf(1),
	}
	pages["with a legend"].Colours = []string{"one", "two", strings.Repeat("a long name ", 9), "four", "five"}
	pages["with a legend"].Subtitle = strings.Repeat("a long subtitle ", 9)
	pages["large letters"].Look = Look{Font: 17, Width: 150, Height: 90}
	pages["small letters"].Look = Look{Font: 5, Width: 51, Height: 47}
	pages["too small"].Look = tooSmall()
	for name, p := range pages {
		p.forScreens = name != "on paper" // which takes longer
		tiled, whole := painted(t, p)
		if tiled.Rect != whole.Rect || !bytes.Equal(tiled.Pix, whole.Pix) {
			off, most := differences(tiled, whole)
			t.Errorf("%s: %d of %d bytes differ, by up to %d", name, off, len(whole.Pix), most)
		}
	}
}

func differences(a, b *image.RGBA) (off, most int) {
	for i := range min(len(a.Pix), len(b.Pix)) {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d != 0 {
			off, most = off+1, max(most, d, -d)
		}
	}
	return off, most
}

// TestNothingIsCutAtTheEdgeOfATile: what TestTilesAreThePage has beyond its panels is there,
// in the panels around them.
func TestNothingIsCutAtTheEdgeOfATile(t *testing.T) {
	for _, kind := range []string{"wide", "long key"} {
		p := pageOf(3, "empty", "empty", "empty", "empty", kind, "empty", "empty", "empty", "empty")
		p.Look = tooSmall()
		sections, err := p.sections()
		if err != nil {
			t.Fatal(err)
		}
		picture := p.blank()
		tiles := p.tiles(sections)
		drawn := p.newTile(picture.Rect)
		drawn.draw(&sections[5])
		drawn.putOn(picture)
		inked := 0
		for y := range picture.Rect.Dy() {
			for x := range picture.Rect.Dx() {
				if picture.RGBAAt(x, y) == (color.RGBA{255, 255, 255, 255}) {
					continue
				}
				at := image.Pt(x, y)
				if !at.In(drawn.reach) {
					t.Fatalf("%s: there is ink at %v, beyond %v", kind, at, drawn.reach)
				}
				if !at.In(tiles[5]) {
					inked++
				}
			}
		}
		if inked < 100 {
			t.Errorf("%s: %d pixels are beyond the panel", kind, inked)
		}
	}
}

// TestTilesCoverThePage: every pixel belongs to one tile.
func TestTilesCoverThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"empty", "lines", "bins", "map", "graph", "small"}), 1, 11).Draw(t, "kinds")
		p := pageOf(rapid.IntRange(1, 5).Draw(t, "columns"), kinds...)
		p.forScreens = rapid.Bool().Draw(t, "screen")
		p.Look.Font = rapid.SampledFrom([]float64{0, 6, 20}).Draw(t, "font")
		sections, err := p.sections()
		if err != nil {
			t.Fatal(err)
		}
		whole := p.blank().Rect
		pixels := 0
		tiles := p.tiles(sections)
		for i, at := range tiles {
			pixels += at.Dx() * at.Dy()
			if !at.In(whole) || slices.ContainsFunc(tiles[:i], at.Overlaps) {
				t.Errorf("the tile %v is outside %v or in another", at, whole)
			}
		}
		if pixels != whole.Dx()*whole.Dy() {
			t.Errorf("%d pixels of %v are covered", pixels, whole)
		}
	})
}

// TestPanelsThatFitAreDrawnOnce: nothing of an ordinary panel reaches into another tile.
func TestPanelsThatFitAreDrawnOnce(t *testing.T) {
	staysOnTiles(t, pageOf(3, "picture", "lines", "insets", "marks", "timed", "bins", "map", "graph", "small", "empty"))
}

// TestKeysAndNamesOfErasFit: a key and a name of an era whose letters would take them out of
// their panel have smaller ones.
func TestKeysAndNamesOfErasFit(t *testing.T) {
	for _, kind := range []string{"wide", "high", "long key"} {
		for _, look := range []Look{{}, {Font: 17, Width: 150, Height: 90}, {Width: 40, Height: 40}} {
			p := pageOf(2, kind, kind, kind, kind)
			p.Look = look
			staysOnTiles(t, p)
		}
	}
}

// staysOnTiles checks that every section is drawn on its own tile alone.
func staysOnTiles(t *testing.T, p *Page) {
	t.Helper()
	for _, p.forScreens = range []bool{false, true} {
		sections, err := p.sections()
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range p.tiles(sections) {
			drawn := p.newTile(at)
			if i < len(sections) {
				drawn.draw(&sections[i])
			}
			if !drawn.reach.In(at) {
				t.Errorf("%+v: section %d is drawn on %v, and its tile is %v", p.Look, i, drawn.reach, at)
			}
		}
	}
}

// TestPagesAreTheSameOnAnyCores: the bytes of a page do not tell how many cores drew it.
func TestPagesAreTheSameOnAnyCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	small := pageOf(2, "graph", "small", "wide", "lines")
	small.Look = tooSmall()
	for _, p := range []*Page{pageOf(3, "picture", "lines", "insets", "high", "map"), small} {
		var first []byte
		for _, cores := range []int{1, 2, 7} {
			runtime.GOMAXPROCS(cores)
			var b bytes.Buffer
			if err := p.Write(&b, "png"); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b.Bytes()
			} else if !bytes.Equal(first, b.Bytes()) {
				t.Errorf("%d cores draw another page", cores)
			}
		}
	}
}

// TestPanelsOfAnySize: also those that are smaller than their letters are drawn, as on one
// tile.
func TestPanelsOfAnySize(t *testing.T) {
	for _, look := range []Look{{Width: 20, Height: 20, Font: 40}, {Width: 20, Height: 200, Font: 12}, {Width: 200, Height: 20, Font: 4}} {
		p := pageOf(2, "lines", "picture", "map", "graph", "insets")
		p.Look = look
		tiled, whole := painted(t, p)
		if off, most := differences(tiled, whole); off > 0 || len(tiled.Pix) != len(whole.Pix) {
			t.Errorf("%+v: %d bytes differ, by up to %d", look, off, most)
		}
	}
}

// TestLongNamesOfAxesFit: where a name would be longer than its panel its letters are smaller,
// and the panels around it are as large as they were.
func TestLongNamesOfAxesFit(t *testing.T) {
	long, short := pageOf(4, "empty", "graph", "bins", "picture", "long names"), pageOf(4, "empty", "graph", "bins", "picture", "empty")
	a, err := long.sections()
	if err != nil {
		t.Fatal(err)
	}
	b, err := short.sections()
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if wide, usual := a[i].at.Size().X, b[i].at.Size().X; !(wide > usual/2) {
			t.Errorf("section %d is %g wide, and %g beside short names", i, wide, usual)
		}
	}
}

// TestCellsOfAMapHaveNoSeams: nothing of the page shows between cells of one colour, and a
// cell without a value is white.
func TestCellsOfAMapHaveNoSeams(t *testing.T) {
	m := &Map{}
	for x := range 7 {
		for y := range 7 {
			if x != 3 || y != 3 {
				m.add(float64(x), float64(y), 1)
			}
		}
	}
	tiled, _ := painted(t, &Page{Columns: 1, Panels: []Panel{{X: "x", Y: "y", Map: m}}})
	paint := colours(1, 1)(1).(color.RGBA)
	whole, broken := 0, 0 // columns and rows of the map, without and with a hole
	for _, across := range []bool{false, true} {
		lines, length := tiled.Rect.Dx(), tiled.Rect.Dy()
		if across {
			lines, length = length, lines
		}
		for i := range lines {
			first, last, n := length, 0, 0
			for k := range length {
				x, y := i, k
				if across {
					x, y = k, i
				}
				if tiled.RGBAAt(x, y) == paint {
					first, last, n = min(first, k), k, n+1
				}
			}
			switch {
			case n < 150: // edges of the map, and the scale
			case last-first+1 == n:
				whole++
			default:
				broken++
			}
		}
	}
	cells := whole + broken
	if share := float64(broken) / float64(cells); cells < 400 || share < 0.1 || share > 0.25 {
		t.Errorf("%d lines through the map are whole, and %d have a hole", whole, broken)
	}
}

// TestHolesOfMapsAreWhite: whatever cells of a map have no value, pixels that lie in these are
// white, and those that lie in the others have their colour, also across edges.
func TestHolesOfMapsAreWhite(t *testing.T) {
	white, paint := color.RGBA{255, 255, 255, 255}, colours(1, 1)(1).(color.RGBA)
	const side, near = 3, 0.05 // cells; of an edge, in pixels
	page := &Page{Columns: 1, Panels: []Panel{{}}, Look: Look{Width: 20, Height: 50}}
	for holes := range 1<<(side*side) - 1 {
		m := &Map{}
		has := func(x, y int) bool { return holes>>(side*y+x)&1 == 0 }
		for x := range side {
			for y := range side {
				m.add(float64(x), float64(y), map[bool]float64{true: 1, false: math.NaN()}[has(x, y)])
			}
		}
		picture := page.blank()
		drawn := page.newTile(picture.Rect)
		on := plot.New()
		on.X.Min, on.X.Max, on.Y.Min, on.Y.Max = m.DataRange()
		c := draw.Canvas{Canvas: drawn, Rectangle: vg.Rectangle{Min: vg.Point{X: 3.3, Y: 4.4}, Max: vg.Point{X: 30.9, Y: 107.7}}}
		vg.Initialize(drawn)
		m.Plot(c, on)
		drawn.putOn(picture)
		toX, toY := on.Transforms(&c)
		var xs, ys [side + 1]float64 // edges, in pixels; downwards
		for i := range xs {
			xs[i], ys[i] = drawn.place(vg.Point{X: toX(float64(i) - 0.5), Y: toY(float64(i) - 0.5)})
			xs[i], ys[i] = xs[i]-margin, ys[i]-margin
		}
		checked := map[color.RGBA]int{}
		for y := int(math.Ceil(ys[side])); y < int(ys[0]); y++ {
			for x := int(math.Ceil(xs[0])); x < int(xs[side]); x++ {
				empty, full := 0, 0 // cells that the pixel touches
				for i := range side {
					for k := range side {
						if xs[i+1] < float64(x)-near || xs[i] > float64(x+1)+near || ys[k] < float64(y)-near || ys[k+1] > float64(y+1)+near {
							continue
						}
						if has(i, k) {
							full++
						} else {
							empty++
						}
					}
				}
				want := paint
				switch {
				case full == 0:
					want = white
				case empty > 0:
					continue // an edge
				}
				checked[want]++
				if got := picture.RGBAAt(x, y); got != want {
					t.Fatalf("holes %09b: the pixel %d, %d is %v, want %v", holes, x, y, got, want)
				}
			}
		}
		if checked[paint] < 20 || (holes > 0) != (checked[white] > 20) {
			t.Fatalf("holes %09b: pixels %v were looked at", holes, checked)
		}
	}
}

// TestNoRoomForAxes: what cannot be laid out is an error; an endless line is not drawn.
func TestNoRoomForAxes(t *testing.T) {
	p := pageOf(1, "small", "wide", "picture", "picture", "wide")
	p.Look = Look{Width: 35, Height: 58.4, Font: 40}
	for _, format := range Formats() {
		if err := p.Write(io.Discard, format); err == nil || !strings.Contains(err.Error(), "no room for their axes; make them larger") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestLinesGrowWithLetters: in a larger look lines are wider, too, as they are in the other
// formats.
func TestLinesGrowWithLetters(t *testing.T) {
	wide := func(font float64) int {
		p := &Page{Columns: 1, Panels: []Panel{{Curves: []Curve{{X: []float64{0, 1}, Y: []float64{1, 1}}}}}, Look: Look{Font: font}}
		tiled, _ := painted(t, p)
		most := 0
		for x := range tiled.Rect.Dx() {
			n := 0
			for y := range tiled.Rect.Dy() {
				if c := tiled.RGBAAt(x, y); c.B > c.R+100 {
					n++
				}
			}
			most = max(most, n)
		}
		return most
	}
	if once, thrice := wide(10), wide(30); once < 2 || thrice < 3*once-1 || thrice > 3*once+1 {
		t.Errorf("a line is %d pixels wide, and %d where all is three times as large", once, thrice)
	}
}
