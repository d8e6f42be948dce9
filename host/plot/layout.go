package plot

import (
	"fmt"
	"math"
	"slices"

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
}

// whole is the page.
func (p *Page) whole() draw.Canvas {
	return draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: p.width(), Y: p.height()}}}
}

// layout places the panels, in their order. Names that would be longer than their place are
// made smaller.
func (p *Page) layout() ([]placed, error) {
	grid := make([][]*plot.Plot, p.rows())
	for i := range grid {
		grid[i] = make([]*plot.Plot, p.Columns)
	}
	for i := range p.Panels {
		drawn, err := p.Panels[i].plot()
		if err != nil {
			return nil, err
		}
		drawn.Title.Text = p.Panels[i].title(p.Colours)
		drawn.Title.TextStyle = fittingLines(drawn.Title.TextStyle, drawn.Title.Text, p.panelWidth())
		drawn.X.Label.TextStyle = fitting(drawn.X.Label.TextStyle, drawn.X.Label.Text, p.panelWidth())
		drawn.Y.Label.TextStyle = fitting(drawn.Y.Label.TextStyle, drawn.Y.Label.Text, p.panelHeight())
		grid[i/p.Columns][i%p.Columns] = drawn
	}
	out := p.place(grid)
	for range mostFits { // as the axes move
		smaller := false
		for i := range out {
			smaller = out[i].fitNames() || smaller
		}
		if !smaller {
			break
		}
		out = p.place(grid)
	}
	return out, nil
}

// mostFits is how often names are made smaller: hardly ever twice.
const mostFits = 5

// place aligns panels. A cell is what its row and column take, which need not be as wide or high
// as others.
func (p *Page) place(grid [][]*plot.Plot) []placed {
	tiles := draw.Tiles{Rows: len(grid), Cols: p.Columns, PadX: gap, PadY: gap, PadTop: gap / 2, PadBottom: gap, PadLeft: gap, PadRight: gap}
	all := plot.Align(grid, tiles, draw.Crop(p.whole(), 0, 0, 0, -p.headHeight()))
	nowhere := vg.Rectangle{Min: vg.Point{X: vg.Length(math.Inf(1)), Y: vg.Length(math.Inf(1))}, Max: vg.Point{X: vg.Length(math.Inf(-1)), Y: vg.Length(math.Inf(-1))}}
	rows, columns := slices.Repeat([]vg.Rectangle{nowhere}, len(grid)), slices.Repeat([]vg.Rectangle{nowhere}, p.Columns)
	var out []placed
	for i, row := range all {
		for k, at := range row {
			if grid[i][k] == nil {
				continue
			}
			out = append(out, placed{Plot: grid[i][k], at: at})
			rows[i].Min.Y, rows[i].Max.Y = min(rows[i].Min.Y, at.Min.Y), max(rows[i].Max.Y, at.Max.Y)
			columns[k].Min.X, columns[k].Max.X = min(columns[k].Min.X, at.Min.X), max(columns[k].Max.X, at.Max.X)
		}
	}
	for n := range out {
		row, column := rows[n/p.Columns], columns[n%p.Columns]
		out[n].cell = vg.Rectangle{Min: vg.Point{X: column.Min.X, Y: row.Min.Y}, Max: vg.Point{X: column.Max.X, Y: row.Max.Y}}
	}
	return out
}

// fitNames makes the names of axes and the title smaller where they would reach further than
// half the gap beyond the cell, since they stand in the middle of axes that do not. It tells
// whether it has.
func (p *placed) fitNames() bool {
	within := func(low, at, high vg.Length) vg.Length { return max((high-low)/2, 2*min(at-low, high-at)+gap) }
	inside := p.DataCanvas(p.at)
	middle, axes := p.at.Center(), inside.Center()
	title, x, y := p.Title.TextStyle.Font.Size, p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size
	p.Title.TextStyle = fittingLines(p.Title.TextStyle, p.Title.Text, within(p.cell.Min.X, middle.X, p.cell.Max.X))
	p.X.Label.TextStyle = fitting(p.X.Label.TextStyle, p.X.Label.Text, within(p.cell.Min.X, axes.X, p.cell.Max.X))
	p.Y.Label.TextStyle = fitting(p.Y.Label.TextStyle, p.Y.Label.Text, within(p.cell.Min.Y, axes.Y, p.cell.Max.Y))
	return title != p.Title.TextStyle.Font.Size || x != p.X.Label.TextStyle.Font.Size || y != p.Y.Label.TextStyle.Font.Size
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
		all, err := larger.layout()
		if err != nil {
			return 0, 0, err
		}
		lackX, lackY := vg.Length(0), vg.Length(0)
		for _, one := range all {
			all, inside := one.at.Size(), one.DataCanvas(one.at).Size() // of a panel without room, all is negative, and inside is larger
			lackX, lackY = max(lackX, lack(leastWidth, min(all.X, inside.X))), max(lackY, lack(leastHeight, min(all.Y, inside.Y)))
		}
		if lackX == 0 && lackY == 0 {
			return larger.Look.Width, larger.Look.Height, nil
		}
		larger.Look.Width += float64(lackX * p.Look.scale() / vg.Millimeter)
		larger.Look.Height += float64(lackY * p.Look.scale() / vg.Millimeter)
	}
}

// lack is how much is missing of a length, in whole millimetres; a centimetre where there is
// none at all.
func lack(least, is vg.Length) vg.Length {
	switch {
	case !isFinite(float64(is)) || is <= 0:
		return vg.Centimeter
	case is >= least:
		return 0
	}
	return vg.Length(math.Ceil(float64((least-is)/vg.Millimeter))) * vg.Millimeter
}
