package plot

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"slices"

	"tnn-gpu/host/cores"
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
type shades struct {
	table [2 * mostShades]shade
	n     int
}

// find gives the place of a colour.
func (t *shades) find(pix uint32) *shade {
	at := pix * 2654435761 >> 18 // the golden ratio; 14 bits are left
	for t.table[at].pixels > 0 && t.table[at].pix != pix {
		at = (at + 1) % uint32(len(t.table))
	}
	return &t.table[at]
}

// add counts pixels of a colour, and tells whether there is room for it.
func (t *shades) add(pix uint32, pixels int) bool {
	s := t.find(pix)
	if s.pixels == 0 {
		if t.n == mostShades {
			return false
		}
		t.n++
		s.pix, s.off = pix, 256
	}
	s.pixels += pixels
	return true
}

// list has all that there are.
func (t *shades) list() []shade {
	out := make([]shade, 0, t.n)
	for i := range t.table {
		if t.table[i].pixels > 0 {
			out = append(out, t.table[i])
		}
	}
	return out
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

// bandRows is how many rows a core is given at the least: its table of shades has half a
// megabyte.
const bandRows = 256

// bands are those of a picture that the cores share.
func bands(p *image.RGBA) []*image.RGBA {
	rows := cores.Ranges(p.Rect.Dy(), bandRows)
	out := make([]*image.RGBA, len(rows))
	for i, of := range rows {
		out[i] = p.SubImage(image.Rect(0, of.From, p.Rect.Dx(), of.To)).(*image.RGBA)
	}
	return out
}

// paletted is a picture with a palette, or nil where it has too many colours.
func paletted(p *image.RGBA) *image.Paletted {
	parts := bands(p)
	tables := make([]*shades, len(parts))
	cores.Each(len(parts), func(i int) { tables[i] = shadesOf(parts[i]) })
	table := sum(tables)
	if table == nil {
		return nil
	}
	all := table.list()
	colours := choose(all)
	if slices.ContainsFunc(all, func(s shade) bool { return s.off > nearColour || s.isArea() && s.off > 0 }) {
		return nil
	}
	for _, s := range all {
		table.find(s.pix).index = s.index
	}
	out := image.NewPaletted(p.Rect, colours)
	cores.Each(len(parts), func(i int) { table.write(out, parts[i]) })
	return out
}

// shadesOf are those of a picture, or nil where it has too many.
func shadesOf(p *image.RGBA) *shades {
	table := new(shades)
	for y, times := 0, 0; y < p.Rect.Dy(); y += times {
		var rest []uint8
		rest, times = row(p, y)
		for len(rest) > 0 {
			pix, pixels := run(rest)
			if !table.add(pix, pixels*times) {
				return nil
			}
			rest = rest[4*pixels:]
		}
	}
	return table
}

// sum adds all to the first; nil where these are too many.
func sum(all []*shades) *shades {
	if slices.Contains(all, nil) {
		return nil
	}
	for _, t := range all[1:] {
		for _, s := range t.list() {
			if !all[0].add(s.pix, s.pixels) {
				return nil
			}
		}
	}
	return all[0]
}

// write gives the pixels of a picture, a band of the whole, the numbers of their colours.
func (t *shades) write(out *image.Paletted, p *image.RGBA) {
	into := func(y int) []uint8 { return out.Pix[(p.Rect.Min.Y+y)*out.Stride:][:p.Rect.Dx()] }
	for y, times := 0, 0; y < p.Rect.Dy(); y += times {
		var rest []uint8
		rest, times = row(p, y)
		for left := into(y); len(rest) > 0; {
			pix, pixels := run(rest)
			index := t.find(pix).index
			for i := range left[:pixels] {
				left[i] = index
			}
			rest, left = rest[4*pixels:], left[pixels:]
		}
		for k := 1; k < times; k++ {
			copy(into(y+k), into(y))
		}
	}
}

// choose takes the common colours and those of areas, and then, one after another, the one that is furthest
// from those taken. It gives every shade the nearest.
func choose(all []shade) color.Palette {
	slices.SortFunc(all, func(a, b shade) int {
		return cmp.Or(cmp.Compare(b.pixels, a.pixels), cmp.Compare(a.pix, b.pix))
	})
	var taken []uint32
	var away [paletteColours]int // of those taken, from the next one
	furthest := &all[0]
	for len(taken) < min(paletteColours, len(all)) {
		next := furthest
		if common := &all[len(taken)]; len(taken) < commonColours || common.isArea() {
			next = common
		}
		if next.off == 0 {
			break
		}
		for i, pix := range taken {
			away[i] = apart(pix, next.pix)
		}
		pix := next.pix
		taken = append(taken, pix)
		furthest = &all[0] // which has been taken
		for i := range all {
			s := &all[i]
			if 2*s.off > away[s.index] { // else the next one is no nearer
				if d := apart(s.pix, pix); d < s.off {
					s.index, s.off = uint8(len(taken)-1), d
				}
			}
			if s.off > furthest.off {
				furthest = s
			}
		}
	}
	out := make(color.Palette, len(taken))
	for i, pix := range taken {
		out[i] = color.RGBA{uint8(pix), uint8(pix >> 8), uint8(pix >> 16), uint8(pix >> 24)}
	}
	return out
}

// apart is the largest difference of two colours in red, green, blue and opacity.
func apart(a, b uint32) int {
	red, green := int(a&255)-int(b&255), int(a>>8&255)-int(b>>8&255)
	blue, opacity := int(a>>16&255)-int(b>>16&255), int(a>>24)-int(b>>24)
	return max(red, -red, green, -green, blue, -blue, opacity, -opacity)
}
