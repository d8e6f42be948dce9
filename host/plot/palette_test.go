package plot

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// dyed is a picture of so many colours, which follow one another in steps of some size
// in red, green and blue, over a white page; every colour has a few pixels.
func dyed(colours, step int) *image.RGBA {
	const width = 100
	p := image.NewRGBA(image.Rect(0, 0, width, 50+(3*colours+width-1)/width))
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	for i := range colours {
		for k := range 3 {
			at := 3*i + k
			v := i * step
			p.SetRGBA(at%width, at/width, color.RGBA{uint8(v), uint8(v / 256 * step), uint8(v / 65536 * step), 255})
		}
	}
	return p
}

// TestPaletteKeepsColours: up to 256 colours every pixel is what it was; up to many shades
// no colour is moved further than the eye sees in an edge, and those of most pixels not at
// all; of more, or of colours far from each other, there is no palette.
func TestPaletteKeepsColours(t *testing.T) {
	for _, of := range []struct {
		colours, step int
		off           int // -1 for no palette
	}{{1, 1, 0}, {2, 100, 0}, {250, 1, 0}, {255, 7, 0}, {1000, 1, 4}, {3000, 5, nearColour}, {7000, 61, -1}, {1 << 14, 1, -1}} {
		p := dyed(of.colours, of.step)
		got := paletted(p)
		if (got == nil) != (of.off < 0) {
			t.Errorf("%d colours in steps of %d: palette %v", of.colours, of.step, got != nil)
		}
		if got == nil {
			continue
		}
		for y := range p.Rect.Dy() {
			for x := range p.Rect.Dx() {
				a, b := p.RGBAAt(x, y), got.At(x, y).(color.RGBA)
				d := apart(uint32(a.R)|uint32(a.G)<<8|uint32(a.B)<<16|uint32(a.A)<<24, uint32(b.R)|uint32(b.G)<<8|uint32(b.B)<<16|uint32(b.A)<<24)
				if white := (color.RGBA{255, 255, 255, 255}); d > of.off || a == white && b != white {
					t.Fatalf("%d colours in steps of %d: %v became %v", of.colours, of.step, a, b)
				}
			}
		}
	}
}

// TestPaletteIsTheSameEveryTime: the bytes of a picture follow from its pixels, also where
// many of its colours have as many pixels.
func TestPaletteIsTheSameEveryTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := dyed(rapid.IntRange(1, 2000).Draw(t, "colours"), rapid.IntRange(1, 9).Draw(t, "step"))
		var texts [2]bytes.Buffer
		for i := range texts {
			if err := writePNG(&texts[i], p); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
			t.Fatal("the same picture has other bytes")
		}
		if out, err := png.Decode(&texts[0]); err != nil || out.Bounds() != p.Bounds() {
			t.Fatalf("it cannot be read: %v", err)
		}
	})
}

// TestPaletteKeepsAreas: the colours of cells, as of a map, stay what they are however many
// there are; with a palette if it has room for them beside the shades of letters.
func TestPaletteKeepsAreas(t *testing.T) {
	const side, across = 30, 20
	for _, cells := range []int{60, 150, 240, 300} {
		p := image.NewRGBA(image.Rect(0, 0, side*across, side*(cells+across-1)/across+20))
		for i := range p.Pix {
			p.Pix[i] = 255
		}
		scale := colours(0, float64(cells))
		for i := range cells {
			at := image.Pt(i%across, i/across).Mul(side)
			draw.Draw(p, image.Rectangle{at, at.Add(image.Pt(side, side))}, image.NewUniform(scale(float64(i))), image.Point{}, draw.Src)
		}
		for i := range 500 { // a few pixels of each shade of a letter
			p.SetRGBA(i, p.Rect.Max.Y-1-i%9, color.RGBA{uint8(i / 2), uint8(i / 2), uint8(i / 3), 255})
		}
		got := paletted(p)
		if (got != nil) != (cells < 250) {
			t.Errorf("%d cells: palette %v", cells, got != nil)
		}
		for i := range cells {
			at := image.Pt(i%across, i/across).Mul(side)
			if got != nil && got.At(at.X+3, at.Y+3) != p.At(at.X+3, at.Y+3) {
				t.Fatalf("%d cells: %v became %v", cells, p.At(at.X+3, at.Y+3), got.At(at.X+3, at.Y+3))
			}
		}
	}
}

// TestBandsAreWorthTheirTables: many cores take no more tables of shades than a picture has
// work for, and the bands are all of the picture.
func TestBandsAreWorthTheirTables(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(64))
	for rows, want := range map[int]int{1: 1, bandRows: 1, 2*bandRows - 1: 1, 2 * bandRows: 2, 5*bandRows + 3: 5, 100 * bandRows: 64} {
		parts := bands(image.NewRGBA(image.Rect(0, 0, 3, rows)))
		sum := 0
		for _, p := range parts {
			if p.Rect.Min.Y != sum {
				t.Errorf("%d rows: a band begins at %d, and the one above it ends at %d", rows, p.Rect.Min.Y, sum)
			}
			sum += p.Rect.Dy()
		}
		if len(parts) != want || sum != rows {
			t.Errorf("%d rows: %d of them in %d bands, want %d bands", rows, sum, len(parts), want)
		}
	}
}
