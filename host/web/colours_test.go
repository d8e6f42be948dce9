package web

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/picture"
)

// TestColoursOfThePage: the page is told the colours of pictures, videos and figures, has
// none of its own for values, and begins with their sign.
func TestColoursOfThePage(t *testing.T) {
	s := serverOf(t, Options{Address: "127.0.0.1:0"})
	var told struct{ Palette *palette }
	getJSON(t, s, "runs?", &told)
	marks := picture.Marks()
	want := &palette{
		Scales: map[scale][]string{"signs": hex(picture.Signs()), "shades": hex(picture.Shades()), "values": hex(picture.Values())},
		Marks:  hex(marks[:]), Lines: hex(picture.Lines()),
	}
	if d := cmp.Diff(want, told.Palette); d != "" || want.Scales["signs"][0] != "#2166ac" {
		t.Errorf("the page is told (-want +is):\n%s", d)
	}
	for _, name := range []string{"colours.js", "charts.js", "replay.js", "live.js"} {
		text, err := os.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if own := regexp.MustCompile(`"#?[0-9a-f]{6}"`).FindString(strings.ReplaceAll(string(text), `"#000000"`, "")); own != "" {
			t.Errorf("%s has a colour of its own: %s", name, own)
		}
	}
	if !strings.Contains(ask(s, http.MethodGet, "/").Body.String(), `<input id="flip" type="checkbox" checked`) {
		t.Error("a page begins with a checkerboard: the sign of the sublattice is not on")
	}
}
