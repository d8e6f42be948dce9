package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tnn-gpu/host/experiment"
)

// beside draws another outcome over that of a panel, as a line: in black where it is the
// same along all curves, else in their colours; dash tells it from others.
func (s *scan) beside(p *Panel, b experiment.Beside, outcome, dash int) {
	var lines []Curve
	for i, rows := range s.curves {
		line := Curve{Style: Style{Name: also(rows.name, b.Name), Colour: i, Dash: dash}}
		for _, r := range rows.rows {
			if y := r.Estimates[outcome].Mean; isFinite(y) {
				line.X, line.Y = append(line.X, s.x.at(r)), append(line.Y, y)
			}
		}
		lines = append(lines, line)
	}
	if !slices.ContainsFunc(lines, func(c Curve) bool { return !slices.Equal(c.X, lines[0].X) || !slices.Equal(c.Y, lines[0].Y) }) {
		lines = lines[:1]
		lines[0].Name, lines[0].Colour = b.Name, black
	}
	for _, line := range lines {
		s.addLines(p, line)
	}
	p.Key = append(p.Key, Style{Name: b.Name, Colour: black, Dash: dash})
}

// stacked are panels in which outcomes stand on each other as bars: one for each
// combination of the other keys' values.
func (s *scan) stacked(outcomes []int) []Panel {
	var out []Panel
	for _, curve := range s.curves {
		p := Panel{Title: curve.name, X: s.x.label(), Y: "share", FromZero: true, Bars: &Bars{}}
		for _, k := range outcomes {
			p.Bars.colours = append(p.Bars.colours, len(p.Bars.colours))
			var heights, errors []float64
			for _, r := range curve.rows {
				heights, errors = append(heights, r.Estimates[k].Mean), append(errors, r.Estimates[k].Error)
			}
			p.Bars.heights, p.Bars.errors = append(p.Bars.heights, heights), append(p.Bars.errors, errors)
		}
		for _, r := range curve.rows {
			p.Names = append(p.Names, s.x.of(r).Text)
		}
		out = append(out, p)
	}
	return out
}

// Bars stand at 0, 1, 2, ..., one on another.
type Bars struct {
	colours         []int
	heights, errors [][]float64 // by colour and place
}

// DataRange implements plot.DataRanger.
func (b *Bars) DataRange() (xmin, xmax, ymin, ymax float64) {
	for at := range b.heights[0] {
		ymax = math.Max(ymax, b.top(len(b.heights)-1, at))
	}
	return 0, float64(len(b.heights[0]) - 1), 0, ymax
}

// top of the bar of a colour, from 0.
func (b *Bars) top(colour, at int) float64 {
	sum := 0.0
	for _, heights := range b.heights[:colour+1] {
		if v := heights[at]; !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// Plot implements plot.Plotter.
func (b *Bars) Plot(c draw.Canvas, p *plot.Plot) {
	const half = 0.36
	toX, toY := p.Transforms(&c)
	for k := range b.heights {
		for at := range b.heights[k] {
			top := b.top(k, at)
			bottom, x := top-b.heights[k][at], float64(at)
			if math.IsNaN(bottom) {
				continue
			}
			fill(c, vg.Rectangle{Min: vg.Point{X: toX(x - half), Y: toY(bottom)}, Max: vg.Point{X: toX(x + half), Y: toY(top)}}, Style{Colour: b.colours[k]}.line().Color)
		}
	}
	line := draw.LineStyle{Color: color.Gray{40}, Width: vg.Points(0.8)}
	for k := range b.heights {
		for at, e := range b.errors[k] {
			if !(e > 0) {
				continue
			}
			x, top := toX(float64(at)+(float64(k)-float64(len(b.heights)-1)/2)*0.12), b.top(k, at) // side by side
			c.StrokeLine2(line, x, toY(top-e), x, toY(top+e))
		}
	}
}

// crossings are panels of where outcomes that are drawn pass a level along the axis x,
// against another key: the number with the most values, or a text.
func (s *scan) crossings(outcomes []int) []Panel {
	var out []Panel
	for _, c := range s.options.Crossings {
		isDrawn := slices.ContainsFunc(outcomes, func(k int) bool { return s.table.Outcomes[k].Name == c.Outcome })
		if c.Key != s.x.name || len(c.Rows) < 2 || !isDrawn {
			continue
		}
		x := s.crossingAxis(&c)
		p := Panel{X: c.Keys[x], Y: c.Title}
		if c.Unit != "1" && c.Unit != "" {
			p.Y += " (" + c.Unit + ")"
		}
		numbers := !slices.ContainsFunc(c.Rows, func(r experiment.CrossingRow) bool { return !r.Values[x].IsNumber })
		curves := make(map[string]int)
		for _, r := range c.Rows {
			at := r.Values[x].Number
			if !numbers {
				if !slices.Contains(p.Names, r.Values[x].Text) {
					p.Names = append(p.Names, r.Values[x].Text)
				}
				at = float64(slices.Index(p.Names, r.Values[x].Text))
			}
			name := crossingName(&c, r.Values, x)
			k, known := curves[name]
			if !known {
				k = len(p.Curves)
				curves[name] = k
				p.Curves = append(p.Curves, Curve{Style: Style{Name: name, Colour: k}, Marks: true, Joined: numbers})
			}
			if curve := &p.Curves[k]; !math.IsNaN(r.Estimate.Mean) {
				curve.X, curve.Y, curve.Spread = append(curve.X, at), append(curve.Y, r.Estimate.Mean), append(curve.Spread, r.Estimate.Error)
			}
		}
		if len(p.Curves) > 1 {
			for _, curve := range p.Curves {
				p.Key = append(p.Key, curve.Style)
			}
		}
		out = append(out, p)
	}
	return out
}

// crossingAxis is the number of the key that crossings are drawn against.
func (s *scan) crossingAxis(c *experiment.CrossingTable) int {
	best, most := 0, 0
	for k := range c.Keys {
		values, numbers := make(map[string]bool), 1
		for _, r := range c.Rows {
			values[r.Values[k].Text] = true
			if !r.Values[k].IsNumber {
				numbers = 0
			}
		}
		if rank := len(values) * (1 + numbers*len(c.Rows)); len(values) > 1 && rank > most {
			best, most = k, rank
		}
	}
	return best
}

// crossingName is what the crossings of a curve have in common.
func crossingName(c *experiment.CrossingTable, values []experiment.Value, x int) string {
	name := ""
	for k, v := range values {
		if k != x && !absent(v) {
			if name != "" {
				name += ", "
			}
			name += fmt.Sprintf("%s = %s", lastOf(c.Keys[k]), v.Text)
		}
	}
	return name
}
