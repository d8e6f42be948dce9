package plot

import (
	"bytes"
	"math"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
	"pgregory.net/rapid"
)

// TestTheOutermostPointsTakeTheRoomOfAll: axes are where they are when every point of a
// line is asked for its room, also where limits cut some off.
func TestTheOutermostPointsTakeTheRoomOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points plotter.XYs
		for i := range rapid.IntRange(1, 60).Draw(t, "points") {
			points = append(points, plotter.XY{X: float64(i), Y: rapid.Float64Range(-5, 5).Draw(t, "y")})
		}
		width := rapid.Float64Range(0.1, 40).Draw(t, "width")
		limits := rapid.Bool().Draw(t, "limits")
		draws := func(wrap func(*plotter.Line) plot.Plotter) []byte {
			p := plot.New()
			l, err := plotter.NewLine(points)
			if err != nil {
				t.Fatal(err)
			}
			l.Width = vg.Length(width)
			p.Add(wrap(l))
			if limits {
				p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 3, 40, -2, math.Pi
			}
			c := vgsvg.New(200, 150)
			p.Draw(draw.New(c))
			var b bytes.Buffer
			if _, err := c.WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		want := draws(func(l *plotter.Line) plot.Plotter { return l })
		if got := draws(func(l *plotter.Line) plot.Plotter { return line{l} }); !bytes.Equal(got, want) {
			t.Fatal("the page is another")
		}
	})
}
