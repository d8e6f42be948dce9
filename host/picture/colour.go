// Package picture draws states of networks: lattices of one, two and three
// dimensions, and graphs without one; as pictures, animated PNG and mp4. It has the
// colours of all pictures, videos, figures and pages.
package picture

import (
	"image/color"
	"math"
)

// What an external node looks like.
func solvedColour() color.RGBA   { return color.RGBA{0, 158, 115, 255} }
func unsolvedColour() color.RGBA { return color.RGBA{240, 228, 66, 255} }
func offColour() color.RGBA      { return color.RGBA{204, 121, 167, 255} }
func absentColour() color.RGBA   { return color.RGBA{200, 215, 235, 255} }

// missingColour is that of a value that is no number.
func missingColour() color.RGBA { return color.RGBA{213, 60, 0, 255} }

// Marks are the colours of external nodes that are solved, not solved, and off.
func Marks() [3]color.RGBA { return [...]color.RGBA{solvedColour(), unsolvedColour(), offColour()} }

// A Scale is colours from the least value to the largest, at even distances.
type Scale []color.RGBA

// Signs is the scale of states that have a sign: blue for -1, white for 0, brown for 1,
// so that a network in one state is not taken for a picture without anything. Its ends
// are told apart by the colour-blind and are equally dark.
func Signs() Scale { return Scale{{33, 102, 172, 255}, {247, 247, 247, 255}, {179, 88, 6, 255}} }

// Shades is the scale of states that are pictures: black for -1, white for 1.
func Shades() Scale { return Scale{{0, 0, 0, 255}, {255, 255, 255, 255}} }

// Values is the scale of all other fields, viridis (S. van der Walt, N. Smith): its
// lightness rises evenly, so that it also prints in grey.
func Values() Scale {
	return Scale{
		{68, 1, 84, 255}, {71, 45, 123, 255}, {59, 82, 139, 255}, {44, 114, 142, 255}, {33, 145, 140, 255},
		{40, 174, 128, 255}, {94, 201, 98, 255}, {173, 220, 48, 255}, {253, 231, 37, 255},
	}
}

// Lines are the colours of curves: those of Okabe and Ito, darkest first, without yellow,
// which a white page drowns.
func Lines() []color.RGBA {
	return []color.RGBA{
		{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255},
		{86, 180, 233, 255}, {230, 159, 0, 255}, {0, 0, 0, 255},
	}
}

// At is the colour of a share from 0, the low end, to 1.
func (s Scale) At(share float64) color.RGBA {
	if math.IsNaN(share) {
		return missingColour()
	}
	at := min(max(share, 0), 1) * float64(len(s)-1)
	i := min(int(at), len(s)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + float64(float64(b)-float64(a))*(at-float64(i))))
	}
	a, b := s[i], s[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
