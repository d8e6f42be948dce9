package plot

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// headHeight is that of the title, what is below it, and the colours, a line each or more.
func (p *Page) headHeight() vg.Length {
	columns, _ := p.keyColumns()
	title, below := p.title()
	return titleHeight + title.more() + below.height() + vg.Length((len(p.Colours)+columns-1)/columns)*keyHeight
}

// title is the title of the page, and what is below it.
func (p *Page) title() (title, below lines) {
	text := draw.TextStyle{Color: color.Black, Font: sans(13), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	title = readable(text, p.Title, p.width()-gap)
	text.Font = sans(keySize)
	return title, readable(text, p.Subtitle, p.width()-gap)
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

// drawHead draws the title, and below it the names of colours.
func (p *Page) drawHead(c draw.Canvas) {
	title, below := p.title()
	at := vg.Point{X: c.Center().X, Y: c.Max.Y - titleHeight/2 - gap/2}
	title.draw(c, at)
	at.Y -= title.more()
	if len(below.words) > 0 {
		below.draw(c, at.Sub(vg.Point{Y: keyHeight}))
	}
	top := at.Y - below.height()
	text := below.style
	text.Font, text.XAlign = sans(keySize), draw.XLeft
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

// leastLetters is the size, in points, below which letters of the head are not made smaller.
const leastLetters = 6

// omitted stands for what was left out of a word.
const omitted = "…"

// lines are a text of the head as it is drawn.
type lines struct {
	style draw.TextStyle
	words []string
}

// more is the height of all lines but the first.
func (l lines) more() vg.Length {
	return vg.Length(max(0, len(l.words)-1)) * l.style.FontExtents().Height
}

// height is that of lines below a title.
func (l lines) height() vg.Length {
	if len(l.words) == 0 {
		return 0
	}
	return keyHeight + l.more()
}

// draw draws the lines, the first one at a point.
func (l lines) draw(c draw.Canvas, at vg.Point) {
	for _, words := range l.words {
		c.FillText(l.style, at, words)
		at.Y -= l.style.FontExtents().Height
	}
}

// readable is a text in its room: in smaller letters, and where those would be too small, in
// several lines, so that all of it is there.
func readable(text draw.TextStyle, words string, room vg.Length) lines {
	if words == "" {
		return lines{style: text}
	}
	full := text.Font.Size
	if text = fitting(text, words, room); text.Font.Size >= leastLetters {
		return lines{text, []string{words}}
	}
	text.Font.Size = min(full, leastLetters)
	fits := func(s string) bool { return text.Width(s) <= room }
	out, line := lines{style: text}, ""
	for word := range strings.FieldsSeq(words) {
		word = withoutMiddle(word, fits)
		if line != "" && fits(line+" "+word) {
			line += " " + word
			continue
		}
		if line != "" {
			out.words = append(out.words, line)
		}
		line = word
	}
	out.words = append(out.words, line)
	return out
}

// withoutMiddle is a word that fits: its middle is left out where it is too long.
func withoutMiddle(word string, fits func(string) bool) string {
	runes := []rune(word)
	short := word
	for left := len(runes) - 1; left > 0 && !fits(short); left-- {
		short = string(runes[:(left+1)/2]) + omitted + string(runes[len(runes)-left/2:])
	}
	return short
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
