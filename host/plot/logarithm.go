package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/text"
)

// Unseen is what a logarithmic axis has no place for.
type Unseen struct {
	Values, Ends int     // of a curve, and of its bars and bands at the lower side
	Least        float64 // what they are below; 0: they are not above 0
}

// logarithm is decimal, and NaN where there is none, or the value is below the least that an axis shows.
func logarithm(v, least float64) float64 {
	if !(v > 0 && v >= least) {
		return math.NaN()
	}
	return math.Log10(v)
}

// logX has decimal logarithms in place of the values of X.
func logX(c Curve) Curve {
	x := make([]float64, len(c.X))
	for i, v := range c.X {
		if x[i] = logarithm(v, 0); math.IsNaN(x[i]) && isFinite(v) && isFinite(c.Y[i]) {
			c.Unseen.Values++
		}
	}
	c.X = x
	return c
}

// logY is logX of Y, with its spread either way: without end where that reaches below what
// an axis shows.
func logY(c Curve, least float64) Curve {
	linear := c
	c.Linear, c.Y, c.Spread, c.Below = &linear, make([]float64, len(c.Y)), nil, nil
	unseen := func(count *int, v float64) {
		if *count++; v > 0 {
			c.Unseen.Least = least
		}
	}
	for i, v := range linear.Y {
		if c.Y[i] = logarithm(v, least); math.IsNaN(c.Y[i]) && isFinite(v) && isFinite(c.X[i]) {
			unseen(&c.Unseen.Values, v)
		}
		if linear.Spread == nil {
			continue
		}
		low := v - linear.down(i)
		down := c.Y[i] - logarithm(low, least)
		if isFinite(low) && math.IsNaN(down) && isFinite(c.Y[i]) && isFinite(c.X[i]) {
			down = math.Inf(1)
			unseen(&c.Unseen.Ends, low)
		}
		c.Spread, c.Below = append(c.Spread, math.Log10(v+linear.Spread[i])-c.Y[i]), append(c.Below, down)
	}
	if c.Single {
		c.Unseen.Values = min(c.Unseen.Values, 1)
	}
	return c
}

// toLogX gives a panel a logarithmic axis of X.
func (p *Panel) toLogX() {
	p.FineDecades = true
	switch e := p.Extent; {
	case e == nil:
	case e[0] > 0:
		p.Extent = []float64{math.Log10(e[0]), math.Log10(e[1])}
	default: // the curves tell where it begins
		p.Extent = nil
	}
	for i := range p.Curves {
		p.Curves[i] = logX(p.Curves[i])
	}
	for i := range p.Marks {
		p.Marks[i].X = logarithm(p.Marks[i].X, 0)
	}
	p.Marks = slices.DeleteFunc(p.Marks, func(m LineMark) bool { return math.IsNaN(m.X) })
	for i := range p.Ticks {
		p.Ticks[i] = logarithm(p.Ticks[i], 0)
	}
	for i, in := range p.Insets {
		p.Insets[i] = [2]float64{math.Log10(in[0]), math.Log10(in[1])}
	}
}

// keepExtent has the axis of X reach as far as curves do, with the points that have no place
// on that of Y, so that panels below each other compare.
func (p *Panel) keepExtent() {
	if p.Names != nil || !slices.ContainsFunc(p.Curves, func(c Curve) bool { return c.Unseen.Values > 0 }) {
		return
	}
	low, high := math.Inf(1), math.Inf(-1)
	if p.Extent != nil { // that of several panels
		low, high = p.Extent[0], p.Extent[1]
	}
	for _, c := range p.Curves {
		for _, x := range c.X {
			if isFinite(x) {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	if low <= high {
		p.Extent = []float64{low, high}
	}
}

// title is what stands above a panel: its own title, and what it does not show.
func (p *Panel) title(colours []string) string {
	least := 0.0
	for _, c := range p.Curves {
		least = max(least, c.Unseen.Least)
	}
	var lines []string
	if p.Title != "" {
		lines = append(lines, p.Title)
	}
	if n, whose := p.unseen(colours, func(u Unseen) int { return u.Values }); n > 0 {
		which := "of 0 or below"
		if least > 0 {
			which = fmt.Sprintf("below %g", least)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s not shown%s", text.Count(n, "value"), which, text.IsOrAre(n), whose))
	}
	if n, whose := p.unseen(colours, func(u Unseen) int { return u.Ends }); n > 0 {
		which := "at or below 0"
		if least > 0 {
			which = fmt.Sprintf("below %g", least)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s%s", text.Count(n, "lower end"), text.IsOrAre(n), which, whose))
	}
	return strings.Join(lines, "\n")
}

// unseen counts over the curves of a panel, and says whose it is where there are several.
func (p *Panel) unseen(colours []string, of func(Unseen) int) (n int, whose string) {
	const most, wide = 3, 26 // curves and characters that have room
	var names, with []string
	by := make(map[string]int)
	for _, c := range p.Curves {
		name := cmp.Or(c.nameIn(colours), "points") // beside a theory
		if len(c.X) > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if k := of(c.Unseen); k > 0 {
			n, by[name] = n+k, by[name]+k
		}
	}
	for _, name := range names {
		if by[name] > 0 {
			with = append(with, name)
		}
	}
	switch {
	case len(names) < 2 || len(with) == 0:
		return n, ""
	case len(with) == 1 && len(with[0]) > wide:
		return n, ":\n" + with[0]
	case len(with) == 1:
		return n, ": " + with[0]
	}
	slices.SortStableFunc(with, func(a, b string) int { return cmp.Compare(by[b], by[a]) })
	var parts []string
	for _, name := range with[:min(most, len(with))] {
		parts = append(parts, fmt.Sprintf("%d of %s", by[name], name))
	}
	if len(with) > most {
		parts = append(parts, fmt.Sprintf("and others, %d curves in all", len(with)))
	}
	if whose = strings.Join(parts, "; "); len(whose) > wide {
		return n, ":\n" + strings.Join(parts, ";\n")
	}
	return n, ": " + whose
}

// nameIn is what a curve is called on a page whose colours have names.
func (c *Curve) nameIn(colours []string) string {
	if c.Name == "" && c.Colour < len(colours) {
		return colours[c.Colour]
	}
	return c.Name
}
