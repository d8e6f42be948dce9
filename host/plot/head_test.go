package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"tnn-gpu/host/picture"
)

// words are the texts that were drawn on a canvas.
func words(c *recorder.Canvas) (all []recorder.FillString) {
	for _, a := range c.Actions {
		if text, ok := a.(*recorder.FillString); ok {
			all = append(all, *text)
		}
	}
	return all
}

// TestKeysKeepTheirValues: whatever the size of a page, the names of its colours end inside
// it, tell the values, and have letters that can be read.
func TestKeysKeepTheirValues(t *testing.T) {
	var pages [][]string
	for _, form := range []string{"edge.inverse_temperature = %d", "s: edge.inverse_temperature = %d", "group[0].inverse_temperature = 0.5, edge.noise = %d, patterns.load = 0.14",
		"a run with a name that is long, and has a comma: edge.inverse_temperature = %d", strings.Repeat("a folder of runs, ", 20) + "%d"} {
		var names []string
		for v := 20; v <= 400; v += 20 {
			names = append(names, fmt.Sprintf(form, v))
		}
		pages = append(pages, names)
	}
	for _, names := range pages {
		for _, look := range []Look{{}, {Width: 46, Height: 30}, {Width: 60, Height: 45}, {Width: 60, Height: 60, Font: 14}} {
			for _, columns := range []int{1, 3} {
				p := &Page{Title: strings.Repeat("title ", 70), Subtitle: strings.Repeat("below ", 70), Colours: names, Columns: columns, Look: look, Panels: make([]Panel, columns)}
				drawn := &recorder.Canvas{}
				p.drawHead(draw.Canvas{Canvas: drawn, Rectangle: p.whole().Rectangle})
				texts := words(drawn)
				head := len(texts) - len(names) // lines of the title, and of what is below it
				var all string
				high, low := p.height(), p.height()-p.headHeight()
				for _, text := range texts[:max(0, head)] {
					all += text.String + " "
				}
				if want := p.Title + p.Subtitle; all != want {
					t.Errorf("%+v: the head says %q", look, all)
				}
				var seen []string
				for i, text := range texts {
					face := font.DefaultCache.Lookup(text.Font, text.Size)
					if left, right := text.Point.X, text.Point.X+face.Width(text.String); left < 0 || right > p.width() {
						t.Errorf("%+v: %q is from %.0f to %.0f on a page of %.0f", look, text.String, left, right, p.width())
					}
					if text.Size < vg.Points(leastLetters)-1e-9 {
						t.Errorf("%+v: %q has letters of %.1f points", look, text.String, text.Size)
					}
					if text.Point.Y < low || text.Point.Y > high || i > 0 && i < head && text.Point.Y > texts[i-1].Point.Y-text.Size {
						t.Errorf("%+v: %q is at %.0f, and the head from %.0f to %.0f", look, text.String, text.Point.Y, low, high)
					}
					if i < head {
						continue
					}
					name := names[i-head]
					value := name[strings.LastIndexAny(name, " ")+1:]
					if !strings.Contains(text.String, value) || slices.Contains(seen, text.String) {
						t.Errorf("%+v: %q is drawn as %q", look, name, text.String)
					}
					seen = append(seen, text.String)
				}
			}
		}
	}
}

// TestTitlesTellTheSeed: however long the name of a run is, which stands before its seed.
func TestTitlesTellTheSeed(t *testing.T) {
	for _, name := range []string{strings.Repeat("long", 60) + "-end", strings.Repeat("a name ", 30), "\xff"} {
		p := &Page{Title: name + ": tnn hylton2020, 900 nodes, seed 1234567890123456789", Columns: 1, Panels: make([]Panel, 1)}
		drawn := &recorder.Canvas{}
		p.drawHead(draw.Canvas{Canvas: drawn, Rectangle: p.whole().Rectangle})
		all := ""
		for _, text := range words(drawn) {
			if all += text.String + " "; text.Point.X < 0 {
				t.Errorf("%q begins beside the page", text.String)
			}
		}
		if !strings.HasPrefix(all, name[:1]) || !strings.Contains(all, "tnn hylton2020") || !strings.HasSuffix(all, "seed 1234567890123456789 ") {
			t.Errorf("of %q there is %q", p.Title, all)
		}
	}
}

// TestShortened: keys lose their beginnings, and values are the last to go.
func TestShortened(t *testing.T) {
	const name = "s10: edge.inverse_temperature = 100, edge.noise = 2"
	for room, want := range map[int]string{
		99: name,
		50: "s10: …ge.inverse_temperature = 100, edge.noise = 2",
		35: "s10: …perature = 100, …ge.noise = 2",
		25: "s10: …ure = 100, …ise = 2",
		21: "s10: …e = 100, …e = 2",
		9:  "…, …e = 2",
		1:  "…",
	} {
		got := shortened(name, func(s string) bool { return len([]rune(s)) <= room })
		if len([]rune(got)) > room || got != want {
			t.Errorf("in %d letters it is %q, want %q", room, got, want)
		}
	}
}

// TestScaleHasRoomForItsValues: the values beside colours are inside their panel and beside
// the colours, however long they are and small it is.
func TestScaleHasRoomForItsValues(t *testing.T) {
	style := draw.TextStyle{Font: sans(9), Handler: plot.DefaultTextHandler}
	for _, limits := range [][2]float64{{-1, 1}, {-7.68e4, -3.21e-5}, {-0.144, math.Copysign(0, -1)}, {1.23e-308, 1.23e+300}} {
		for _, width := range []vg.Length{22, 24, 30, 44, 80} {
			drawn := &recorder.Canvas{}
			c := draw.Canvas{Canvas: drawn, Rectangle: vg.Rectangle{Min: vg.Point{X: 10}, Max: vg.Point{X: 10 + width*vg.Millimeter, Y: 50}}}
			Scale{limits[0], limits[1], picture.Values()}.draw(c, 10, 20)
			texts := words(drawn)
			left, right := c.Max.X, c.Min.X
			for _, a := range drawn.Actions {
				if f, ok := a.(*recorder.Fill); ok {
					for _, at := range f.Path {
						if at.Type != vg.CloseComp {
							left, right = min(left, at.Pos.X), max(right, at.Pos.X)
						}
					}
				}
			}
			end := func(i int) vg.Length {
				style.Font.Size = texts[i].Size
				return texts[i].Point.X + style.Width(texts[i].String)
			}
			if texts[0].Point.X < c.Min.X-1e-6 || end(0) > left || texts[1].Point.X < right || end(1) > c.Max.X+1e-6 || right-left < 0.19*(c.Max.X-c.Min.X) {
				t.Errorf("%v on %v mm: %q from %.0f to %.0f, colours from %.0f to %.0f, %q from %.0f to %.0f", limits, width, texts[0].String, texts[0].Point.X, end(0), left, right, texts[1].String, texts[1].Point.X, end(1))
			}
			if texts[0].String == "-0" || texts[1].String == "-0" {
				t.Errorf("%v: the values are %q and %q", limits, texts[0].String, texts[1].String)
			}
			if min(texts[0].Size, texts[1].Size) < 4 {
				t.Errorf("%v on %v mm: letters of %.1f points", limits, width, texts[0].Size)
			}
		}
	}
}
