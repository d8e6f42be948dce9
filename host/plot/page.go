// Package plot draws what runs left behind, to be printed: observables against
// the step, histograms, one or several runs, with colours that colour-blind
// readers tell apart.
package plot

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"tnn-gpu/host/picture"
)

// Formats are those that a page can be written in.
func Formats() []string { return []string{"png", "svg", "pdf"} }

// CheckFormat refuses what is none of the Formats.
func CheckFormat(format string) error {
	if !slices.Contains(Formats(), format) {
		return fmt.Errorf("a plot cannot be written as %q; use %s", format, strings.Join(Formats(), ", "))
	}
	return nil
}

// Page is a title and the names of its colours, over panels in rows.
type Page struct {
	Title    string
	Subtitle string // may be empty
	Colours  []string
	Panels   []Panel
	Columns  int

	Look Look

	forScreens bool // has fewer dots than paper wants, as drawing takes its time by dots
}

// Panel is a set of axes with curves, or a picture.
type Panel struct {
	Title, X, Y string // of the axes, with units
	Curves      []Curve
	Bins        bool // curves are densities in bins, on a logarithmic scale
	Decades     bool // the values of X are decimal logarithms
	FineDecades bool // they are, and may span less than one or two of them
	// FineDecadesY says the same of Y.
	FineDecadesY bool
	Names        []string // of the values 0, 1, ... of X, where they are no numbers
	NamesY       []string // and of Y
	Map          *Map     // in place of curves
	Graph        *Graph   // likewise, without axes
	Bars         *Bars    // and so are these
	FromZero     bool     // Y begins at 0
	Key          []Style
	Marks        []LineMark
	Extent       []float64 // of X at the least; nil where the curves tell it
	Picture      image.Image
	Scale        *Scale         // of the picture; nil where it has none
	Ticks        []float64      // of X, marked at the lower edge
	Limits       [2]*[2]float64 // of X and Y; nil where the curves tell them
	Insets       [][2]float64   // parts of X that are drawn again, larger, above the curves
}

// Style is how a curve looks, and what it is called in a key.
type Style struct {
	Name         string
	Colour, Dash int
}

// Curve is a line, and a band around it where Spread is not nil.
type Curve struct {
	Style
	X, Y, Spread []float64
	Marks        bool // at points, with Spread, where there is one, as bars; then there is a line only if they are Joined
	Joined       bool
	Dots         bool      // marks are small
	Rings        bool      // marks are open, as they are not of what was measured
	Below        []float64 // how far bars and bands go down, where that is not the Spread; +Inf: to the edge
	Single       bool      // a line across the place of one value
	Timed        bool      // colours tell the order of the points, in place of the curve's own
	Linear       *Curve    // what Y and its spread are, where here they are logarithms
	Unseen       Unseen
}

// Sizes of a page on paper.
const (
	panelWidth  = 8 * vg.Centimeter
	panelHeight = 6 * vg.Centimeter
	gap         = 4 * vg.Millimeter
	titleHeight = 9 * vg.Millimeter
	keyHeight   = 6 * vg.Millimeter
	keyIndent   = 10 * vg.Millimeter // of a name, beside its colour
	keySize     = 10                 // of its letters, in points

	dotsPerInch       = 150
	dotsPerScreenInch = 96
)

// palette is that of all pictures.
func palette() []color.RGBA { return picture.Lines() }

// black is its last colour.
const black = 6

// mark is how a point is drawn: curves whose colour has come before have another shape.
func (s Style) mark() draw.GlyphStyle {
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.CrossGlyph{}, draw.SquareGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{}}
	return draw.GlyphStyle{Color: s.line().Color, Radius: vg.Points(2), Shape: shapes[s.Colour/len(palette())%len(shapes)]}
}

// isLate tells whether the colour of a curve has come before, so that marks tell them apart.
func (s Style) isLate() bool { return s.Colour >= len(palette()) }

// line is how a curve is drawn.
func (s Style) line() draw.LineStyle {
	return draw.LineStyle{Color: palette()[s.Colour%len(palette())], Width: vg.Points(1.2), Dashes: dashes(s.Dash)}
}

// dashes tell curves apart without colours.
func dashes(i int) []vg.Length {
	patterns := [][]vg.Length{nil, {vg.Points(5), vg.Points(2)}, {vg.Points(1.5), vg.Points(1.5)}, {vg.Points(6), vg.Points(2), vg.Points(1.5), vg.Points(2)}}
	return patterns[i%len(patterns)]
}

func sans(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

// Write draws a page in one of the Formats.
func (p *Page) Write(w io.Writer, format string) error {
	if err := CheckFormat(format); err != nil {
		return err
	}
	sections, err := p.sections()
	if err != nil {
		return fmt.Errorf("the plot cannot be drawn: %w", err)
	}
	scale := p.Look.scale()
	width, height := p.width()*scale, p.height()*scale
	switch format {
	case "png":
		err = writePNG(w, p.paint(sections))
	case "svg":
		drawn := vgsvg.New(width, height)
		p.drawOn(drawn, sections)
		err = writeSVG(w, drawn)
	default:
		drawn := vgpdf.New(width, height)
		p.drawOn(drawn, sections)
		err = marked(w, pdfMark, drawn)
	}
	if err != nil {
		return fmt.Errorf("the plot cannot be written: %w", err)
	}
	return nil
}

// drawOn draws a page that nothing has been drawn on.
func (p *Page) drawOn(canvas vg.CanvasSizer, sections []section) {
	c := draw.New(printable{canvas})
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	if scale := float64(p.Look.scale()); scale != 1 {
		c.Scale(scale, scale)
	}
	for _, one := range sections {
		one.draw(draw.Canvas{Canvas: c, Rectangle: one.at})
	}
}

// section is what is drawn for itself: the head of a page, or a panel with its axes.
type section struct {
	draw func(draw.Canvas)
	at   vg.Rectangle
}

// sections are the head of the page, and then its panels, whose axes are aligned in rows and
// columns.
func (p *Page) sections() ([]section, error) {
	sections := []section{{p.drawHead, p.whole().Rectangle}}
	placed, _, err := p.layout()
	if err != nil {
		return nil, err
	}
	for i := range placed {
		drawn, at := placed[i].Plot, placed[i].at
		if size := drawn.DataCanvas(at).Size(); !isFinite(float64(size.X)) || !isFinite(float64(size.Y)) {
			return nil, errors.New("panels of this size have no room for their axes; make them larger, or the letters smaller")
		}
		fitKey(&drawn.Legend, drawn.DataCanvas(at))
		sections = append(sections, section{drawn.Draw, at.Rectangle})
	}
	return sections, nil
}

// fitKey makes the letters of a key smaller where its names would be longer than the panel
// inside its axes, or reach below it.
func fitKey(key *plot.Legend, panel draw.Canvas) {
	room, size := panel.Size(), key.Rectangle(panel).Size()
	shrink := min(1, room.Y/(size.Y+key.TextStyle.FontExtents().Descent))
	if names := size.X - key.ThumbnailWidth; names > 0 {
		shrink = min(shrink, (room.X-key.ThumbnailWidth)/names)
	}
	if shrink > 0 { // else the panel is too small for any name
		key.TextStyle.Font.Size *= shrink
		key.Padding *= shrink
	}
}

func (p *Page) rows() int { return (len(p.Panels) + p.Columns - 1) / p.Columns }

// height of the page.
func (p *Page) height() vg.Length {
	return vg.Length(p.rows())*(p.panelHeight()+gap) + p.headHeight() + gap
}

// width of the page.
func (p *Page) width() vg.Length { return vg.Length(p.Columns)*(p.panelWidth()+gap) + gap }

func (p *Page) hasMarks() bool {
	return slices.ContainsFunc(p.Panels, func(p Panel) bool { return slices.ContainsFunc(p.Curves, func(c Curve) bool { return c.Marks }) })
}

// plot makes the axes of a panel and draws its contents.
func (p *Panel) plot() (*plot.Plot, error) {
	out := plot.New()
	out.BackgroundColor = nil // the page is white
	out.X.Label.Text, out.Y.Label.Text = p.X, p.Y
	out.Title.TextStyle.Font = sans(11)
	out.Title.Padding = vg.Points(3)
	for _, a := range []*plot.Axis{&out.X, &out.Y} {
		a.Label.TextStyle.Font = sans(10)
		a.Tick.Label.Font = sans(9)
		a.Tick.Marker = roundTicks{}
		a.Padding = vg.Points(2)
	}
	out.Legend.TextStyle.Font = sans(9)
	out.Legend.Top = true
	out.Legend.ThumbnailWidth = vg.Points(18)
	out.Legend.Padding = vg.Points(2)
	if p.Picture != nil {
		return out, p.addPicture(out)
	}
	if p.Graph != nil {
		out.HideAxes()
		out.Add(p.Graph)
		return out, nil
	}
	p.setTicks(out)
	if p.Map != nil {
		y := edges(p.Map.y)
		out.Y.Tick.Marker = below{out.Y.Tick.Marker, y[len(y)-1]}
		out.Add(p.Map)
		return out, nil
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{225}, color.Gray{225}
	out.Add(grid)
	if p.Bars != nil {
		out.Add(p.Bars)
	}
	for _, add := range []func(*plot.Plot, Curve) error{p.addBand, p.addCurve} { // lines over bands
		for _, c := range p.Curves {
			if err := add(out, c); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Y, err)
			}
		}
	}
	for _, k := range p.Key {
		out.Legend.Add(k.Name, &plotter.Line{LineStyle: k.line()})
	}
	if p.FromZero {
		out.Y.Min = 0
	}
	if p.Names != nil {
		out.X.Min, out.X.Max = out.X.Min-0.5, out.X.Max+0.5
		lean(&out.X, p.Names)
	}
	if p.Extent != nil {
		out.X.Min, out.X.Max = min(out.X.Min, p.Extent[0]), max(out.X.Max, p.Extent[1])
	}
	p.makeRoom(out)
	p.setLimits(out)
	for _, m := range p.Marks {
		out.Add(m)
	}
	out.Add(edgeTicks(p.Ticks))
	insets, err := p.insets()
	for _, in := range insets {
		out.Add(in)
	}
	return out, err
}

// setTicks chooses where the axes have labels.
func (p *Panel) setTicks(out *plot.Plot) {
	for _, a := range []struct {
		axis          *plot.Axis
		decades, fine bool
		names         []string
		title         string
	}{{&out.X, p.Decades, p.FineDecades, p.Names, p.X}, {&out.Y, p.Bins, p.FineDecadesY, p.NamesY, p.Y}} {
		switch {
		case a.title == "step" && !a.fine && !a.decades:
			a.axis.Tick.Marker = roundTicks{whole: true}
		case a.names != nil:
			a.axis.Tick.Marker = names(a.names)
		case a.fine:
			a.axis.Tick.Marker = fineDecades{}
		case a.decades:
			a.axis.Tick.Marker = decades{}
		}
	}
}

// lean turns the names below an axis where one would run into the next.
func lean(a *plot.Axis, names []string) {
	const room = 0.75 * panelWidth // what the axis of Y leaves
	between := room / vg.Length(len(names))
	if slices.ContainsFunc(names, func(name string) bool { return a.Tick.Label.Width(name) > between-gap/2 }) {
		a.Tick.Label.Rotation = math.Pi / 5
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = draw.XRight, draw.YTop
	}
}

// makeRoom gives flat curves an extent, and names of curves a place above them.
func (p *Panel) makeRoom(out *plot.Plot) {
	for _, a := range []*plot.Axis{&out.X, &out.Y} {
		if !(a.Min <= a.Max) { // there is nothing to draw
			a.Min, a.Max = 0, 1
		}
		if a.Max-a.Min <= 1e-9*math.Max(math.Abs(a.Min), math.Abs(a.Max)) {
			half := math.Max(0.05*math.Abs(a.Min), 0.5)
			a.Min, a.Max = a.Min-half, a.Max+half
		}
	}
	room := keyRoom * float64(len(p.Key))
	if p.Insets != nil {
		room += insetGap + insetHeight
	}
	out.Y.Max += (out.Y.Max - out.Y.Min) * room
}

// keyRoom is that of a name of a curve, as a share of the extent of the curves.
const keyRoom = 0.13

// addBand fills what is within the spread around a curve.
func (p *Panel) addBand(out *plot.Plot, c Curve) error {
	if c.Marks {
		return p.addMarks(out, c)
	}
	for _, piece := range pieces(p.spread(c)) {
		out.Add(p.bandOf(piece))
	}
	return nil
}

// addPicture fills the panel with a picture, in its own proportions.
func (p *Panel) addPicture(out *plot.Plot) error {
	b := p.Picture.Bounds()
	out.Add(&framed{p.Picture, p.Scale})
	out.X.Min, out.X.Max, out.Y.Min, out.Y.Max = 0, float64(b.Dx()), 0, float64(b.Dy())
	out.HideAxes()
	return nil
}

// framed draws a picture as large as fits, above its scale of colours.
type framed struct {
	image.Image
	scale *Scale
}

// Plot implements plot.Plotter.
func (f *framed) Plot(c draw.Canvas, _ *plot.Plot) {
	if f.scale != nil {
		room := 0.1 * c.Size().Y
		f.scale.draw(c, c.Min.Y+0.2*room, c.Min.Y+0.6*room)
		c.Min.Y += room
	}
	size, b := c.Size(), f.Bounds()
	scale := min(size.X/vg.Length(b.Dx()), size.Y/vg.Length(b.Dy()))
	half := vg.Point{X: scale * vg.Length(b.Dx()) / 2, Y: scale * vg.Length(b.Dy()) / 2}
	at := vg.Rectangle{Min: c.Center().Sub(half), Max: c.Center().Add(half)}
	c.DrawImage(at, f.Image)
	c.StrokeLines(draw.LineStyle{Color: color.Gray{128}, Width: vg.Points(0.5)},
		[]vg.Point{at.Min, {X: at.Max.X, Y: at.Min.Y}, at.Max, {X: at.Min.X, Y: at.Max.Y}, at.Min})
}
