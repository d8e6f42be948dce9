// Package picture draws states of networks: lattices of one, two and three
// dimensions, and graphs without one; as pictures, animated PNG and mp4.
package picture

import (
	"image/color"
	"math"
)

// What a node looks like: network nodes are grey from -1, black, to +1, white;
// external nodes tell whether they are solved.
func solvedColour() color.RGBA   { return color.RGBA{0, 158, 115, 255} }
func unsolvedColour() color.RGBA { return color.RGBA{240, 228, 66, 255} }
func offColour() color.RGBA      { return color.RGBA{213, 60, 0, 255} }
func absentColour() color.RGBA   { return color.RGBA{200, 215, 235, 255} }

// grey of a value from -1 to 1.
func grey(v float64) color.RGBA {
	if math.IsNaN(v) {
		return offColour()
	}
	g := uint8(math.Round(127.5 * (1 + min(max(v, -1), 1))))
	return color.RGBA{g, g, g, 255}
}

// heat of a value from 0 to 1: from black over dark red and orange to white, with
// steadily rising lightness, so that it also prints in grey.
func heat(v float64) color.RGBA {
	if math.IsNaN(v) {
		return offColour()
	}
	stops := [...][3]float64{{8, 8, 12}, {87, 15, 60}, {170, 40, 45}, {226, 98, 20}, {247, 180, 60}, {255, 250, 220}}
	at := min(max(v, 0), 1) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	part := at - float64(i)
	mix := func(c int) uint8 {
		return uint8(math.Round(float64(stops[i][c]*(1-part)) + float64(stops[i+1][c]*part)))
	}
	return color.RGBA{mix(0), mix(1), mix(2), 255}
}
