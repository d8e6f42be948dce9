package plot

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
)

// A page is white with a few colours, and thousands of shades along the edges of lines and
// letters. With a palette it is a quarter of the bytes to be compressed, and PNG needs no
// filters, which take longer than the drawing.
const (
	paletteColours = 256
	commonColours  = 64      // those that most pixels have are kept as they are
	areaPixels     = 200     // and so are those of areas, such as cells of maps, which have at least so many
	mostShades     = 1 << 13 // pictures with more have no palette
	// nearColour is how far red, green, blue and opacity may be moved, of 255, which nobody
	// sees in an edge. A picture that would need more, or other colours of areas, has no
	// palette.
	nearColour = 16
)

// shade is a colour of a picture.
type shade struct {
	pix    uint32 // red, green, blue and opacity, from the lowest byte on
	pixels int    // 0 where there is no shade
	index  uint8  // in the palette
	off    int    // distance from there
}

// isArea tells whether more than edges have a colour.
func (s *shade) isArea() bool { return s.pixels >= areaPixels }

// shades are found by their colours: a table with linear probing, half of it empty.
type shades [2 * mostShades]shade

// find gives the place of a colour.
func (t *shades) find(pix uint32) *shade {
	at := pix * 2654435761 >> 18 // the golden ratio; 14 bits are left
	for t[at].pixels > 0 && t[at].pix != pix {
		at = (at + 1) % uint32(len(t))
	}
	return &t[at]
}

// row is that of a picture, and the number of rows from there on that are like it.
func row(p *image.RGBA, y int) (pix []uint8, times int) {
	pix = p.Pix[y*p.Stride:][:4*p.Rect.Dx()]
	for times = 1; y+times < p.Rect.Dy() && bytes.Equal(pix, p.Pix[(y+times)*p.Stride:][:len(pix)]); {
		times++
	}
	return pix, times
}

// run is the colour that a row goes on with, and the number of its pixels.
func run(row []uint8) (pix uint32, n int) {
	pix, n = binary.LittleEndian.Uint32(row), 1
	for 4*n < len(row) && binary.LittleEndian.Uint32(row[4*n:]) == pix {
		n++
	}
	return pix, n
}

// paletted is a picture with a palette, or nil where it has too many colours.
func paletted(p *image.RGBA) *image.Paletted {
	table, n := new(shades), 0
	for y, times := 0, 0; y < p.Rect.Dy(); y += times {
		var rest []uint8
		rest, times = row(p, y)
		for len(rest) > 0 {
			pix, pixels := run(rest)
			s := table.find(pix)
			if s.pixels == 0 {
				if n++; n > mostShades {
					return nil
				}
				s.pix, s.off = pix, 256
			}
			s.pixels += pixels * times
			rest = rest[4*pixels:]
		}
	}
	all := make([]*shade, 0, n)
	for i := range table {
		if table[i].pixels > 0 {
			all = append(all, &table[i])
		}
	}
	colours := choose(all)
	if slices.ContainsFunc(all, func(s *shade) bool { return s.off > nearColour || s.isArea() && s.off > 0 }) {
		return nil
	}
	out := image.NewPaletted(p.Rect, colours)
	for y, times := 0, 0; y < p.Rect.Dy(); y += times {
		first := out.Pix[y*out.Stride:][:p.Rect.Dx()]
		var rest []uint8
		rest, times = row(p, y)
		for into := first; len(rest) > 0; {
			pix, pixels := run(rest)
			index := table.find(pix).index
			for i := range into[:pixels] {
				into[i] = index
			}
			rest, into = rest[4*pixels:], into[pixels:]
		}
		for k := 1; k < times; k++ {
			copy(out.Pix[(y+k)*out.Stride:], first)
		}
	}
	return out
}

// choose takes the common colours and those of areas, and then, one after another, the one that is furthest
// from those taken. It gives every shade the nearest.
func choose(all []*shade) color.Palette {
	slices.SortFunc(all, func(a, b *shade) int {
		return cmp.Or(cmp.Compare(b.pixels, a.pixels), cmp.Compare(a.pix, b.pix))
	})
	var taken color.Palette
	furthest := all[0]
	for len(taken) < min(paletteColours, len(all)) {
		next := furthest
		if common := all[len(taken)]; len(taken) < commonColours || common.isArea() {
			next = common
		}
		if next.off == 0 {
			break
		}
		taken = append(taken, color.RGBA{uint8(next.pix), uint8(next.pix >> 8), uint8(next.pix >> 16), uint8(next.pix >> 24)})
		furthest = all[0] // which has been taken
		for _, s := range all {
			if s.off > 0 {
				if d := apart(s.pix, next.pix); d < s.off {
					s.index, s.off = uint8(len(taken)-1), d
				}
			}
			if s.off > furthest.off {
				furthest = s
			}
		}
	}
	return taken
}

// apart is the largest difference of two colours in red, green, blue and opacity.
func apart(a, b uint32) int {
	red, green := int(a&255)-int(b&255), int(a>>8&255)-int(b>>8&255)
	blue, opacity := int(a>>16&255)-int(b>>16&255), int(a>>24)-int(b>>24)
	return max(red, -red, green, -green, blue, -blue, opacity, -opacity)
}
