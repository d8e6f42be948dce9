package web_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tnn-gpu/host/picture"
)

// TestColoursOfThePage: the page has the colours of pictures, videos and figures, and begins
// with their sign.
func TestColoursOfThePage(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	script, style := read("colours.js"), read("style.css")
	for name, scale := range map[string]picture.Scale{"viridis": picture.Values(), "signs": picture.Signs(), "shades": picture.Shades()} {
		var stops []string
		for _, c := range scale {
			stops = append(stops, fmt.Sprintf("%q", fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B)))
		}
		if line := "const " + name + " = [" + strings.Join(stops, ", ") + "];"; !strings.Contains(script, line) {
			t.Errorf("colours.js has no line %s", line)
		}
	}
	for i, class := range []string{"solved", "unsolved", "off"} {
		c := picture.Marks()[i]
		hex := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
		if !strings.Contains(style, "."+class+" { background: "+hex+"; }") || !strings.Contains(script, `"`+hex+`"`) {
			t.Errorf("the page has another colour for external nodes that are %s than %s", class, hex)
		}
	}
	if !strings.Contains(read("index.html"), `<input id="flip" type="checkbox" checked>`) {
		t.Error("a page begins with a checkerboard: the sign of the sublattice is not on")
	}
}
