package plot

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tnn-gpu/host/picture"
)

// Scale says which colour stands for which value.
type Scale struct {
	Low, High float64
	Colours   picture.Scale
}

// paint is the colour of a value.
func (s Scale) paint(v float64) color.Color {
	share := 0.5
	if s.High > s.Low {
		share = (v - s.Low) / (s.High - s.Low)
	}
	return s.Colours.At(share)
}

// draw draws the colours in a row, between the values of their ends. Both values are within
// the canvas: long ones have more than the quarters beside the colours, or smaller letters.
func (s Scale) draw(c draw.Canvas, bottom, top vg.Length) {
	const steps = 64
	text := draw.TextStyle{Color: color.Black, Font: sans(9), XAlign: draw.XRight, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	low, high := fmt.Sprintf("%.3g", s.Low+0), fmt.Sprintf("%.3g", s.High+0) // -0 + 0 is 0
	space, width := vg.Points(4), c.Max.X-c.Min.X
	beside := min(max(width/4, text.Width(low)+space, text.Width(high)+space), 0.4*width)
	text = fitting(fitting(text, low, beside-space), high, beside-space)
	left, right := c.Min.X+beside, c.Max.X-beside
	for i := range steps {
		from := left + (right-left)*vg.Length(i)/steps
		to := left + (right-left)*vg.Length(i+1)/steps
		if i < steps-1 {
			to += vg.Points(0.5) // no seam
		}
		fill(c, vg.Rectangle{Min: vg.Point{X: from, Y: bottom}, Max: vg.Point{X: to, Y: top}}, s.Colours.At((float64(i)+0.5)/steps))
	}
	c.FillText(text, vg.Point{X: left - space, Y: (bottom + top) / 2}, low)
	text.XAlign = draw.XLeft
	c.FillText(text, vg.Point{X: right + space, Y: (bottom + top) / 2}, high)
}

func fill(c draw.Canvas, r vg.Rectangle, paint color.Color) {
	c.SetColor(paint)
	c.Fill(r.Path())
}

// colours are those of values between two limits.
func colours(low, high float64) func(float64) color.Color {
	return Scale{low, high, picture.Values()}.paint
}
