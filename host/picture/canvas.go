package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// grid is a rectangle of nodes; -1 is none.
type grid struct {
	width, height int
	nodes         []Node
}

// signRoom is the size of a node in pixels that has room for its sign.
const signRoom = 7

// enlarge draws every node as a square of some pixels.
func (g *grid) enlarge(scale int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, g.width*scale, g.height*scale))
	for y := range g.height {
		for x := range g.width {
			n := g.nodes[y*g.width+x]
			at := image.Rect(x*scale, y*scale, (x+1)*scale, (y+1)*scale)
			fill(out, at, n.Colour)
			if n.Sign != 0 && scale >= signRoom {
				drawSign(out, at, n.Sign)
			}
		}
	}
	return out
}

func fill(out *image.RGBA, at image.Rectangle, c color.RGBA) {
	draw.Draw(out, at, image.NewUniform(c), image.Point{}, draw.Src)
}

// drawSign draws a + or - in the middle of a rectangle.
func drawSign(out *image.RGBA, at image.Rectangle, sign byte) {
	size := min(at.Dx(), at.Dy())
	margin, half := max(1, size/5), max(0, size/16)
	middle := image.Pt((at.Min.X+at.Max.X-1)/2, (at.Min.Y+at.Max.Y-1)/2)
	fill(out, image.Rect(at.Min.X+margin, middle.Y-half, at.Max.X-margin, middle.Y+half+1), color.RGBA{A: 255})
	if sign == '+' {
		fill(out, image.Rect(middle.X-half, at.Min.Y+margin, middle.X+half+1, at.Max.Y-margin), color.RGBA{A: 255})
	}
}

// shrink draws a grid in fewer pixels: the colour of each is the mean over its
// area, parts of nodes counted as parts.
func (g *grid) shrink(width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	row, line := make([]float64, 3*width), make([]float64, 3*width)
	last := -1 // whose colours the row has: a row of nodes may be part of two rows of pixels
	for y := range height {
		clear(line)
		overlaps(y, height, g.height, func(i int, share float64) {
			if i != last {
				g.shrinkRow(i, row)
				last = i
			}
			for k, v := range row {
				line[k] += share * v
			}
		})
		for x := range width {
			at := out.PixOffset(x, y)
			for c := range 3 {
				out.Pix[at+c] = uint8(line[3*x+c] + 0.5)
			}
			out.Pix[at+3] = 255
		}
	}
	return out
}

// shrinkRow has the mean red, green and blue of each pixel of a row of nodes.
func (g *grid) shrinkRow(y int, row []float64) {
	nodes, width := g.nodes[y*g.width:][:g.width], len(row)/3
	for x := range width {
		var sum [3]float64
		overlaps(x, width, g.width, func(i int, share float64) {
			c := nodes[i].Colour
			sum[0] += share * float64(c.R)
			sum[1] += share * float64(c.G)
			sum[2] += share * float64(c.B)
		})
		copy(row[3*x:], sum[:])
	}
}

// overlaps visits the cells of a side that pixel i of fewer pixels covers, with the
// share of the pixel that each fills.
func overlaps(i, pixels, cells int, visit func(cell int, share float64)) {
	first, last := i*cells, (i+1)*cells // in parts of 1/pixels of a cell
	for cell := first / pixels; cell*pixels < last; cell++ {
		part := min(last, (cell+1)*pixels) - max(first, cell*pixels)
		visit(cell, float64(part)/float64(cells))
	}
}

// captionHeight is that of the line of text under a picture.
const captionHeight = 18

// withCaption puts a line of text, if there is one, under a picture, with the colour scale
// where it has room, and makes its sides even, as videos must have them.
func (p *Painter) withCaption(picture *image.RGBA, text string) *image.RGBA {
	if text == "" {
		return picture
	}
	b := picture.Bounds()
	width, height := b.Dx()+b.Dx()%2, b.Dy()+captionHeight
	height += height % 2
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	fill(out, out.Bounds(), color.RGBA{255, 255, 255, 255})
	draw.Draw(out, b, picture, b.Min, draw.Src)
	room := (width - 6) / basicfont.Face7x13.Advance
	p.drawScale(out, b.Dy(), width-(len(text)+1)*basicfont.Face7x13.Advance)
	if len(text) > room {
		text = text[:max(room, 0)]
	}
	write(out, text, 3, b.Dy())
	return out
}

// write writes a line of text below a height.
func write(out *image.RGBA, text string, x, y int) {
	d := font.Drawer{Dst: out, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(x, y+13)}
	d.DrawString(text)
}

// rampWidth is that of the colour scale beside a caption.
const rampWidth = 60

// drawScale draws the colours of values at the right end of a caption, where so much of it
// is free.
func (p *Painter) drawScale(out *image.RGBA, y, free int) {
	low, high, scale := p.Scale()
	from, to := fmt.Sprintf("%.4g", low), fmt.Sprintf("%.4g", high)
	letter := basicfont.Face7x13.Advance
	right := out.Bounds().Dx() - 3 - len(to)*letter
	left := right - 4 - rampWidth - 4 - len(from)*letter
	if right-left+len(to)*letter > free {
		return
	}
	write(out, from, left, y)
	write(out, to, right, y)
	for x := range rampWidth {
		at := right - 4 - rampWidth + x
		fill(out, image.Rect(at, y+4, at+1, y+captionHeight-4), scale.At(float64(x)/(rampWidth-1)))
	}
}
