package plot

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// headHeight is that of the title and the colours, a line each.
func (p *Page) headHeight() vg.Length {
	height := titleHeight
	if p.Subtitle != "" {
		height += keyHeight
	}
	columns, _ := p.keyColumns()
	return height + vg.Length((len(p.Colours)+columns-1)/columns)*keyHeight
}

// keyColumns is how many names of colours stand in a line, and how wide each may be: as
// many as there are panels, or fewer where names are long.
func (p *Page) keyColumns() (int, vg.Length) {
	text := draw.TextStyle{Font: sans(keySize), Handler: plot.DefaultTextHandler}
	widest := vg.Length(0)
	for _, name := range p.Colours {
		widest = max(widest, text.Width(name))
	}
	columns := p.Columns
	for columns > 1 && widest+keyIndent+gap > (p.width()-gap)/vg.Length(columns) {
		columns--
	}
	return columns, (p.width() - gap) / vg.Length(columns)
}

// drawHead draws the title, and under it the names of colours.
func (p *Page) drawHead(c draw.Canvas) {
	text := draw.TextStyle{Color: color.Black, Font: sans(13), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	top := c.Max.Y - titleHeight/2 - gap/2
	title, words := readable(text, p.Title, p.width()-gap)
	c.FillText(title, vg.Point{X: c.Center().X, Y: top}, words)
	text.Font = sans(keySize)
	if p.Subtitle != "" {
		top -= keyHeight
		below, words := readable(text, p.Subtitle, p.width()-gap)
		c.FillText(below, vg.Point{X: c.Center().X, Y: top}, words)
	}
	text.XAlign = draw.XLeft
	columns, width := p.keyColumns()
	text, names := p.keyNames(text, width-keyIndent-gap)
	for i, name := range names {
		y := top - titleHeight/2 - keyHeight*(vg.Length(i/columns)+0.5) + gap/2
		x := c.Min.X + gap + vg.Length(i%columns)*width
		style := Style{Colour: i}
		c.StrokeLine2(style.line(), x, y, x+8*vg.Millimeter, y)
		if p.hasMarks() || style.isLate() {
			c.DrawGlyph(style.mark(), vg.Point{X: x + 4*vg.Millimeter, Y: y})
		}
		c.FillText(text, vg.Point{X: x + keyIndent, Y: y}, name)
	}
}

// leastLetters is the size, in points, below which words of the head are shortened and not
// made smaller.
const leastLetters = 6

// omitted stands for what was left out of a word.
const omitted = "…"

// readable is a style in which a text fits its room, and the text, of which the end is left
// out where its letters would be too small.
func readable(text draw.TextStyle, words string, room vg.Length) (draw.TextStyle, string) {
	full := text.Font.Size
	if text = fitting(text, words, room); text.Font.Size >= leastLetters {
		return text, words
	}
	text.Font.Size = min(full, leastLetters)
	runes := []rune(words)
	for n := len(runes); n > 0 && text.Width(words) > room; n-- {
		words = string(runes[:n-1]) + omitted
	}
	return text, words
}

// keyNames are the names of colours and their style, in which all fit their room: with
// smaller letters, and where those would be too small, shortened.
func (p *Page) keyNames(text draw.TextStyle, room vg.Length) (draw.TextStyle, []string) {
	names := make([]string, len(p.Colours))
	for _, name := range p.Colours {
		text = fitting(text, name, room)
	}
	text.Font.Size = max(text.Font.Size, leastLetters)
	for i, name := range p.Colours {
		names[i] = shortened(name, func(s string) bool { return text.Width(s) <= room })
	}
	return text, names
}

// shortened is a name of a curve, such as "run: key = value, key = value", that fits. Keys
// lose their beginnings, the longest first. Only where that is not enough, or there are
// none, the whole loses its own. Values are kept, which tell curves apart.
func shortened(name string, fits func(string) bool) string {
	type part struct {
		run, value string
		key        []rune
	}
	var parts []part
	for text := range strings.SplitSeq(name, ", ") {
		key, value, found := strings.Cut(text, " = ")
		if !found {
			parts = append(parts, part{run: text})
			continue
		}
		at := strings.LastIndex(": "+key, ": ") // where the key's own name begins
		parts = append(parts, part{key[:at], " = " + value, []rune(key[at:])})
	}
	whole := func() string {
		var all []string
		for _, p := range parts {
			all = append(all, p.run+string(p.key)+p.value)
		}
		return strings.Join(all, ", ")
	}
	for !fits(whole()) {
		longest := 0
		for i := range parts {
			if len(parts[i].key) > len(parts[longest].key) {
				longest = i
			}
		}
		p := &parts[longest]
		if len(p.key) <= 2 {
			break
		}
		p.key = append([]rune(omitted), p.key[2:]...)
	}
	out := []rune(whole())
	for len(out) > 1 && !fits(string(out)) {
		out = append([]rune(omitted), out[2:]...)
	}
	return string(out)
}
