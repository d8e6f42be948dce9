package plot

import (
	"image"
	"math"
	"slices"

	"git.sr.ht/~sbinet/gg"
	scaling "golang.org/x/image/draw"
	letters "golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"tnn-gpu/host/cores"
)

// paint draws a page as a picture. Its sections are drawn side by side, each on a tile of its
// own. What reaches into another tile is rare, as that of panels which are too small for their
// letters: then that tile is drawn again, with all that reaches into it, in the order of the
// sections.
func (p *Page) paint(sections []section) *image.RGBA {
	picture, tiles := p.blank(), p.tiles(sections)
	reach := make([]image.Rectangle, len(tiles))
	cores.Each(len(tiles), func(i int) {
		t := p.newTile(tiles[i])
		if i < len(sections) {
			t.draw(&sections[i])
		}
		t.putOn(picture)
		reach[i] = t.reach
	})
	cores.Each(len(tiles), func(k int) {
		var all []int
		for i := range sections {
			if i == k || reach[i].Overlaps(tiles[k]) {
				all = append(all, i)
			}
		}
		if len(all) == 0 || len(all) == 1 && all[0] == k {
			return
		}
		t := p.newTile(tiles[k])
		for _, i := range all {
			t.draw(&sections[i])
		}
		t.putOn(picture)
	})
	return picture
}

func (p *Page) dots() int {
	if p.forScreens {
		return dotsPerScreenInch
	}
	return dotsPerInch
}

// pixels are those of a length of the page.
func (p *Page) pixels(l vg.Length) int {
	return int(math.Round((l * p.Look.scale()).Dots(float64(p.dots()))))
}

// blank is the picture of the page, with nothing drawn.
func (p *Page) blank() *image.RGBA {
	return image.NewRGBA(image.Rect(0, 0, p.pixels(p.width()), p.pixels(p.height())))
}

// tiles are all of the picture: the head, and then places for panels in rows and columns.
func (p *Page) tiles(sections []section) []image.Rectangle {
	width, height := p.pixels(p.width()), p.pixels(p.height())
	xs, ys := []int{0}, []int{p.pixels(p.headHeight() + gap/3)}
	for column := 1; column < p.Columns; column++ {
		right := p.width()
		for i := column; i < len(sections); i += p.Columns {
			if at := sections[i].at.Max.X + gap/2; i == column || at > right {
				right = at
			}
		}
		xs = append(xs, min(max(p.pixels(right), xs[column-1]), width))
	}
	for row := 1; row < p.rows(); row++ {
		bottom := p.height()
		for i := (row-1)*p.Columns + 1; i <= row*p.Columns; i++ {
			bottom = min(bottom, sections[i].at.Min.Y-gap/2)
		}
		ys = append(ys, min(max(p.pixels(p.height()-bottom), ys[row-1]), height))
	}
	xs, ys = append(xs, width), append(ys, height)
	tiles := []image.Rectangle{{Max: image.Pt(width, ys[0])}}
	for row := range len(ys) - 1 {
		for column := range len(xs) - 1 {
			tiles = append(tiles, image.Rect(xs[column], ys[row], xs[column+1], ys[row+1]))
		}
	}
	return tiles
}

// tile is a part of a picture, and a canvas that draws there, and nowhere else, what is
// told in lengths of the whole page. It makes all of them larger by the scale, also the
// widths of lines and the letters, which the canvas below would leave as they are.
type tile struct {
	*vgimg.Canvas
	context *gg.Context
	into    *image.RGBA
	at      image.Rectangle // in the picture
	scale   vg.Length
	width   vg.Length       // of lines
	reach   image.Rectangle // of all that was to be drawn, in the picture
}

// margin is the number of pixels that a tile has to its left and above it, and that are left
// out of the picture. The rasterizer paints what lies less than a pixel to the left of its
// image, or above it, into the first column or row of the image.
const margin = 1

// newTile is white.
func (p *Page) newTile(at image.Rectangle) *tile {
	into := image.NewRGBA(image.Rect(0, 0, at.Dx()+margin, at.Dy()+margin))
	context := gg.NewContextForRGBA(into)
	context.SetLineCapButt()
	context.SetInterpolator(scaling.ApproxBiLinear) // of letters, which keep their size
	context.Translate(float64(margin-at.Min.X), float64(p.pixels(p.height())-at.Min.Y+margin))
	context.Scale(1, -1)
	return &tile{
		Canvas:  vgimg.NewWith(vgimg.UseImageWithContext(into, context), vgimg.UseDPI(p.dots())),
		context: context, into: into, at: at, scale: p.Look.scale(),
	}
}

// putOn puts what was drawn where it belongs in the picture.
func (t *tile) putOn(picture *image.RGBA) {
	scaling.Draw(picture, t.at, t.into, image.Pt(margin, margin), scaling.Src)
}

// draw draws a section of the page.
func (t *tile) draw(p *section) {
	vg.Initialize(t)
	p.draw(draw.Canvas{Canvas: printable{t}, Rectangle: p.at})
}

// place is where a point is on the tile, in pixels.
func (t *tile) place(at vg.Point) (x, y float64) {
	return t.context.TransformPoint((at.X * t.scale).Dots(t.DPI()), (at.Y * t.scale).Dots(t.DPI()))
}

// reaches notes that something is drawn around a point, up to so far away from it.
func (t *tile) reaches(at vg.Point, away vg.Length) {
	x, y := t.place(at)
	const spread = 1.5 // of the pixels of letters that lean
	d := (away * t.scale).Dots(t.DPI()) + spread
	t.reach = t.reach.Union(image.Rect(int(math.Floor(x-d)), int(math.Floor(y-d)), int(math.Ceil(x+d)), int(math.Ceil(y+d))).Add(t.at.Min).Sub(image.Pt(margin, margin)))
}

// SetLineWidth implements vg.Canvas.
func (t *tile) SetLineWidth(w vg.Length) {
	t.width = w
	t.Canvas.SetLineWidth(w * t.scale)
}

// SetLineDash implements vg.Canvas.
func (t *tile) SetLineDash(pattern []vg.Length, offset vg.Length) {
	scaled := make([]vg.Length, len(pattern))
	for i, l := range pattern {
		scaled[i] = l * t.scale
	}
	t.Canvas.SetLineDash(scaled, offset*t.scale)
}

// Translate implements vg.Canvas.
func (t *tile) Translate(by vg.Point) { t.Canvas.Translate(by.Scale(t.scale)) }

// Rotate implements vg.Canvas. A quarter turn, that of names along an axis, takes every
// pixel of a letter to one pixel.
func (t *tile) Rotate(angle float64) {
	if angle != math.Pi/2 {
		t.Canvas.Rotate(angle)
		return
	}
	t.context.Shear(-1, 0)
	t.context.Shear(0, 1)
	t.context.Shear(-1, 0)
}

// Stroke implements vg.Canvas.
func (t *tile) Stroke(p vg.Path) {
	t.Canvas.Stroke(t.path(p, t.width/2))
}

// Fill implements vg.Canvas.
func (t *tile) Fill(p vg.Path) {
	t.Canvas.Fill(t.path(p, 0))
}

// path is one in the scale of the canvas below. What is drawn is up to so far away from it.
func (t *tile) path(p vg.Path, away vg.Length) vg.Path {
	out := slices.Clone(p)
	for i := range out {
		c := &out[i]
		if c.Type == vg.CloseComp {
			continue
		}
		t.reaches(c.Pos, away+c.Radius)
		c.Pos, c.Radius, c.Control = c.Pos.Scale(t.scale), c.Radius*t.scale, slices.Clone(c.Control)
		for k, at := range c.Control {
			t.reaches(at, away)
			c.Control[k] = at.Scale(t.scale)
		}
	}
	return out
}

// FillString implements vg.Canvas.
func (t *tile) FillString(f font.Face, at vg.Point, text string) {
	f.Font.Size *= t.scale
	bounds, _ := letters.BoundString(f.FontFace(t.DPI()), text)
	length := func(v fixed.Int26_6) vg.Length { return vg.Length(float64(v)/64/t.DPI()) * vg.Inch / t.scale }
	for _, x := range []fixed.Int26_6{bounds.Min.X, bounds.Max.X} {
		for _, y := range []fixed.Int26_6{bounds.Min.Y, bounds.Max.Y} { // downwards
			t.reaches(at.Add(vg.Point{X: length(x), Y: -length(y)}), 0)
		}
	}
	t.Canvas.FillString(f, at.Scale(t.scale), text)
}

// DrawImage implements vg.Canvas for a page that is not turned: the image fills whole pixels.
func (t *tile) DrawImage(at vg.Rectangle, picture image.Image) {
	t.reaches(at.Min, 0)
	t.reaches(at.Max, 0)
	left, bottom := t.place(at.Min)
	right, top := t.place(at.Max)
	whole := func(v float64) int { return int(math.Round(v)) }
	scaling.BiLinear.Scale(t.into, image.Rect(whole(left), whole(top), whole(right), whole(bottom)), picture, picture.Bounds(), scaling.Over, nil)
}
