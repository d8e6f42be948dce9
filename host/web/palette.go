package web

import (
	"fmt"
	"image/color"

	"tnn-gpu/host/picture"
)

// palette are the colours of pictures, videos and figures, as a page has them: "#rrggbb".
type palette struct {
	Scales map[scale][]string `json:"scales"` // from the least value to the largest
	Marks  []string           `json:"marks"`  // of external nodes: solved, not solved, off
	Lines  []string           `json:"lines"`
}

// scale names the colours of a field.
type scale string

const (
	signs  scale = "signs"  // of states that have a sign
	shades scale = "shades" // of states that are pictures
	others scale = "values"
)

func newPalette() *palette {
	marks := picture.Marks()
	return &palette{
		map[scale][]string{signs: hex(picture.Signs()), shades: hex(picture.Shades()), others: hex(picture.Values())},
		hex(marks[:]), hex(picture.Lines()),
	}
}

func hex(colours []color.RGBA) []string {
	out := make([]string, len(colours))
	for i, c := range colours {
		out[i] = fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	return out
}

// scaleOf a field with these limits, of items at sites whose states have a sign or not.
func scaleOf(limits *[2]float64, signed bool) scale {
	switch {
	case limits == nil || *limits != [2]float64{-1, 1}:
		return others
	case signed:
		return signs
	}
	return shades
}
