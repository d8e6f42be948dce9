package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placed is a panel on its page: where it is drawn, so that its axes stand in line with those
// of its row and column, and the cell that it has.
type placed struct {
	*plot.Plot
	at   draw.Canvas
	cell vg.Rectangle
	axes vg.Rectangle // where its axes are to be
}

// whole is the page.
func (p *Page) whole() draw.Canvas {
	return draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: p.width(), Y: p.height()}}}
}

// layout places the panels, in their order, and tells how much wider and higher each would have to
// be. Names that would be longer than their place are made smaller.
func (p *Page) layout() (out []placed, lack vg.Point, err error) {
	for i := range p.Panels {
		drawn, err := p.Panels[i].plot()
		if err != nil {
			return nil, lack, err
		}
		drawn.Title.Text = p.Panels[i].title(p.Colours)
		drawn.Title.TextStyle = fittingLines(drawn.Title.TextStyle, drawn.Title.Text, p.panelWidth())
		drawn.X.Label.TextStyle = fitting(drawn.X.Label.TextStyle, drawn.X.Label.Text, p.panelWidth())
		drawn.Y.Label.TextStyle = fitting(drawn.Y.Label.TextStyle, drawn.Y.Label.Text, p.panelHeight())
		out = append(out, placed{Plot: drawn, at: p.whole()})
	}
	lack = p.align(out)
	for range mostFits { // as the axes move
		fits := true
		for i := range out {
			names, labels := out[i].fitNames(), out[i].fitLabels()
			fits = fits && !names && !labels
		}
		if fits {
			break
		}
		lack = p.align(out)
	}
	return out, lack, nil
}

// mostFits is how often names are made smaller and labels left out: hardly ever twice.
const mostFits = 5

// below is what the head leaves of the page.
func (p *Page) below() draw.Canvas { return draw.Crop(p.whole(), 0, 0, 0, -p.headHeight()) }

// align moves panels so that what is inside their axes is equally large and stands in rows and
// columns. What is around axes depends on how long they are, so panels go there in rounds:
// every other time half of the way, as the whole one would lead to and fro beside a long name.
// It tells how much too small panels are, which then reach into others.
func (p *Page) align(all []placed) (lack vg.Point) {
	const near, mostRounds = vg.Length(0.02), 16
	page := p.below()
	for round := range mostRounds {
		around := make([]vg.Rectangle, len(all)) // how wide at each edge
		columns, rows := make([]lane, p.Columns), make([]lane, p.rows())
		row := func(n int) int { return len(rows) - 1 - n/p.Columns } // from the bottom up
		for n, one := range all {
			inside := one.DataCanvas(one.at)
			around[n] = vg.Rectangle{Min: p.margin(inside.Min.Sub(one.at.Min)), Max: p.margin(one.at.Max.Sub(inside.Max))}
			columns[n%p.Columns].widen(around[n].Min.X, around[n].Max.X)
			rows[row(n)].widen(around[n].Min.Y, around[n].Max.Y)
		}
		lack.X = spread(columns, page.Min.X+gap, page.Max.X-gap, leastWidth+near)
		lack.Y = spread(rows, page.Min.Y+gap, page.Max.Y-gap/2, leastHeight+near)
		way := vg.Length(0)
		for n := range all {
			column, row := columns[n%p.Columns], rows[row(n)]
			all[n].cell = vg.Rectangle{Min: vg.Point{X: column.from - column.before, Y: row.from - row.before}, Max: vg.Point{X: column.to + column.after, Y: row.to + row.after}}
			axes := vg.Rectangle{Min: vg.Point{X: column.from, Y: row.from}, Max: vg.Point{X: column.to, Y: row.to}}
			all[n].axes = axes
			at, to := &all[n].at.Rectangle, vg.Rectangle{Min: axes.Min.Sub(around[n].Min), Max: axes.Max.Add(around[n].Max)}
			for _, edge := range []struct{ is, to *vg.Length }{{&at.Min.X, &to.Min.X}, {&at.Min.Y, &to.Min.Y}, {&at.Max.X, &to.Max.X}, {&at.Max.Y, &to.Max.Y}} {
				step := (*edge.to - *edge.is) / vg.Length(1+round%2)
				*edge.is += step
				way = max(way, step, -step)
			}
		}
		if way < near {
			break
		}
	}
	return lack
}

// margin is how far axes are from the edges of their panel. One that is too small for its letters may
// have them anywhere; then it has the gap, with which the next round begins.
func (p *Page) margin(is vg.Point) vg.Point {
	of := func(is, page vg.Length) vg.Length {
		if is > -gap && is < page {
			return is
		}
		return gap
	}
	return vg.Point{X: of(is.X, p.width()), Y: of(is.Y, p.height())}
}

// lane is a column or a row of panels: from where to where axes go, and the most that is before
// and after them.
type lane struct{ before, from, to, after vg.Length }

func (l *lane) widen(before, after vg.Length) {
	l.before, l.after = max(l.before, before), max(l.after, after)
}

// spread gives the axes of all lanes one length, so that they fill what is between two edges, or a
// quarter of the least that they need. It tells how much each lacks of that.
func spread(lanes []lane, low, high, least vg.Length) (lack vg.Length) {
	length := high - low - gap*vg.Length(len(lanes)-1)
	for _, l := range lanes {
		length -= l.before + l.after
	}
	length /= vg.Length(len(lanes))
	lack = max(0, least-length)
	length = max(length, least/4)
	for i := range lanes {
		l := &lanes[i]
		l.from = low + l.before
		l.to = l.from + length
		low = l.to + l.after + gap
	}
	return lack
}

// fitNames makes the names of axes and the title smaller where they would reach further than
// half the gap beyond the cell, since they stand in the middle of axes that do not, or keep axes
// out of line. It tells whether it has.
func (p *placed) fitNames() bool {
	within := func(low, at, high vg.Length) vg.Length { return max((high-low)/2, 2*min(at-low, high-at)+gap) }
	inside := p.DataCanvas(p.at)
	middle, axes := p.at.Center(), inside.Center()
	title, x, y := p.Title.TextStyle.Font.Size, p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size
	p.Title.TextStyle = fittingLines(p.Title.TextStyle, p.Title.Text, within(p.cell.Min.X, middle.X, p.cell.Max.X))
	p.X.Label.TextStyle = fitting(p.X.Label.TextStyle, p.X.Label.Text, within(p.cell.Min.X, axes.X, p.cell.Max.X))
	p.Y.Label.TextStyle = fitting(p.Y.Label.TextStyle, p.Y.Label.Text, within(p.cell.Min.Y, axes.Y, p.cell.Max.Y))
	for _, of := range []struct {
		is, to vg.Length
		name   *plot.Axis
	}{{inside.Size().X, p.axes.Size().X, &p.X}, {inside.Size().Y, p.axes.Size().Y, &p.Y}} {
		if math.Abs(float64(of.is-of.to)) > 0.1 { // where a name is about as long as its axis, axes cannot have any length
			of.name.Label.TextStyle.Font.Size *= 0.95
		}
	}
	return title != p.Title.TextStyle.Font.Size || x != p.X.Label.TextStyle.Font.Size || y != p.Y.Label.TextStyle.Font.Size
}

// fitLabels makes names at the axes smaller, and leaves out some of the numbers, where they would
// run into each other. It tells whether it has.
func (p *placed) fitLabels() bool {
	size := p.DataCanvas(p.at).Size()
	x, y := &p.X, &p.Y
	text := x.Tick.Label
	along := text.Width
	if lean := math.Sin(text.Rotation); lean != 0 {
		along = func(string) vg.Length { return text.FontExtents().Height / vg.Length(lean) }
	}
	changed := fitLabels(x, size.X, vg.Points(3), along)
	return fitLabels(y, size.Y, 0, y.Tick.Label.Height) || changed
}

// fitLabels does so on an axis, along which labels have an extent, and room between them.
func fitLabels(a *plot.Axis, length, room vg.Length, along func(string) vg.Length) bool {
	crowd := func(ticker plot.Ticker) float64 {
		most, last := 0.0, -1
		ticks := ticker.Ticks(a.Min, a.Max)
		for i, t := range ticks {
			if t.IsMinor() {
				continue
			}
			if last >= 0 {
				apart := vg.Length(a.Norm(t.Value)-a.Norm(ticks[last].Value)) * length
				most = max(most, float64(((along(t.Label)+along(ticks[last].Label))/2+room)/apart))
			}
			last = i
		}
		return most
	}
	all := a.Tick.Marker
	is := crowd(all)
	if !(length > 0) || is <= 1 {
		return false
	}
	if isNames(all) {
		a.Tick.Label.Font.Size /= vg.Length(is)
		return true
	}
	for every := 2; crowd(a.Tick.Marker) > 1; every++ {
		a.Tick.Marker = few{all, every}
	}
	return true
}

// What is inside the axes of a panel at the least, so that the numbers at them and the curves
// can be read; larger letters need more.
const (
	leastWidth  = 24 * vg.Millimeter
	leastHeight = 12 * vg.Millimeter
)

// mostPixels of a picture take some seconds and about a gigabyte.
const mostPixels = 100e6

// CheckSize refuses panels without room inside their axes, and pictures with more pixels than
// anyone prints.
func (p *Page) CheckSize(format string) error {
	if p.Look.Width > 0 {
		width, height, err := p.leastSize()
		if err != nil {
			return err
		}
		if p.Look.Width < width || p.Look.Height < height {
			return fmt.Errorf("panels of %gx%g mm leave too little room inside their axes: make them %gx%g or larger, or the letters smaller (--font)",
				p.Look.Width, p.Look.Height, math.Ceil(width), math.Ceil(height))
		}
	}
	width, height := float64(p.pixels(p.width())), float64(p.pixels(p.height()))
	if format == "png" && width*height > mostPixels {
		return fmt.Errorf("the picture would have %.0fx%.0f pixels, of which %g million is the most: make panels smaller (--size), draw fewer (--quantity), or write svg or pdf",
			width, height, mostPixels/1e6)
	}
	return nil
}

// leastSize is the size of panels, in millimetres, or a larger one with which all have room.
func (p *Page) leastSize() (width, height float64, err error) {
	larger := *p
	for {
		_, lack, err := larger.layout()
		if err != nil || lack == (vg.Point{}) {
			return larger.Look.Width, larger.Look.Height, err
		}
		larger.Look.Width += math.Ceil(float64(lack.X * p.Look.scale() / vg.Millimeter))
		larger.Look.Height += math.Ceil(float64(lack.Y * p.Look.scale() / vg.Millimeter))
	}
}
