package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/bench"
)

// Scaling draws what was measured of networks of several sizes: the rate against the
// size, a panel for each series and each value of its other axes, and a curve for each
// backend.
func Scaling(results []*bench.Result) *Page {
	page := &Page{Title: "Speed", Columns: 1}
	var panels []string
	for _, r := range results {
		if title := panelOf(r); !slices.Contains(panels, title) {
			panels = append(panels, title)
		}
		if name := measured(r); !slices.Contains(page.Colours, name) {
			page.Colours = append(page.Colours, name)
		}
	}
	for _, title := range panels {
		panel := Panel{Title: title, Decades: true, FromZero: true}
		unit, prefix := rateUnit(results, title)
		for colour, name := range page.Colours {
			c := Curve{Style: Style{Colour: colour}}
			for _, r := range results {
				if panelOf(r) != title {
					continue
				}
				panel.X, panel.Y = strings.ReplaceAll(r.Size.Name, "_", " "), prefix+r.Unit+" / s"
				if measured(r) == name {
					c.X = append(c.X, math.Log10(float64(r.Size.Value)*float64(r.Replicas)))
					c.Y = append(c.Y, r.Rate.PerSecond.Median/unit)
				}
			}
			panel.Curves = append(panel.Curves, c)
		}
		page.Panels = append(page.Panels, panel)
	}
	page.Columns = columnsFor(len(page.Panels))
	return page
}

// rateUnit is the unit of the rates in a panel, by the largest of them, and how it is
// written.
func rateUnit(results []*bench.Result, panel string) (unit float64, prefix string) {
	largest := 0.0
	for _, r := range results {
		if panelOf(r) == panel {
			largest = max(largest, r.Rate.PerSecond.Median)
		}
	}
	switch {
	case largest >= 1e6:
		return 1e6, "10⁶ "
	case largest >= 1e3:
		return 1e3, "10³ "
	}
	return 1, ""
}

// panelOf is the title of the panel that a result belongs to.
func panelOf(r *bench.Result) string {
	words := []string{r.Series}
	for _, v := range r.Axes[min(len(r.Axes), 1):] { // the first is the size
		words = append(words, fmt.Sprintf("%d %s", v.Value, v.Axis))
	}
	return strings.Join(append(words, fmt.Sprintf("%s precision", r.Precision)), ", ")
}

// measured is what a result was measured of.
func measured(r *bench.Result) string { return r.Backend + ": " + r.Device }
