package plot

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/bench"
)

// Scaling draws what was measured of networks of several sizes: node updates a
// second against the number of nodes, a panel for each number of connections and a
// curve for each backend.
func Scaling(results []*bench.Result) *Page {
	page := &Page{Title: "Node updates a second", Columns: 1}
	var connections []int
	for _, r := range results {
		if !slices.Contains(connections, r.Connections) {
			connections = append(connections, r.Connections)
		}
		if name := measured(r); !slices.Contains(page.Colours, name) {
			page.Colours = append(page.Colours, name)
		}
	}
	for _, n := range connections {
		panel := Panel{
			Title: fmt.Sprintf("%s, %d connections, %s precision", results[0].Rule, n, results[0].Precision),
			X:     "nodes", Y: "10⁶ updates / s", Decades: true, FromZero: true,
		}
		for colour, name := range page.Colours {
			c := Curve{Style: Style{Colour: colour}}
			for _, r := range results {
				if r.Connections == n && measured(r) == name {
					c.X = append(c.X, math.Log10(float64(r.Size*r.Size*r.Replicas)))
					c.Y = append(c.Y, r.Updates.PerSecond.Median/1e6)
				}
			}
			panel.Curves = append(panel.Curves, c)
		}
		page.Panels = append(page.Panels, panel)
	}
	page.Columns = columnsFor(len(page.Panels))
	return page
}

// measured is what a result was measured of.
func measured(r *bench.Result) string { return r.Backend + ": " + r.Device }
