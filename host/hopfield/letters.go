package hopfield

import (
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Letters are A to Z as images of side x side units, ink being +1.
func Letters(side int) []Pattern {
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic("the font of the letters cannot be read: " + err.Error()) // it is part of the program
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 0.9 * float64(side), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic("the font of the letters has no size: " + err.Error())
	}
	defer face.Close()
	out := make([]Pattern, 26)
	for i := range out {
		out[i] = drawLetter(face, string(rune('A'+i)), side)
	}
	return out
}

// drawLetter draws a letter into the middle of an image.
func drawLetter(face font.Face, letter string, side int) Pattern {
	picture := image.NewGray(image.Rect(0, 0, side, side))
	bounds, _ := font.BoundString(face, letter)
	middle := fixed.I(side) / 2
	d := font.Drawer{Dst: picture, Src: image.NewUniform(color.White), Face: face,
		Dot: fixed.Point26_6{X: middle - (bounds.Min.X+bounds.Max.X)/2, Y: middle - (bounds.Min.Y+bounds.Max.Y)/2}}
	d.DrawString(letter)
	p := NewPattern(side * side)
	for i, v := range picture.Pix {
		p.Set(i, v >= 128)
	}
	return p
}
