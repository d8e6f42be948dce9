package plot

import (
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
)

// Statistic is a page of a table that statistics of a run have found, a panel for each
// column, with a curve for each part of the run: its name, and its table.
func Statistic(title string, parts []string, tables []*analysis.Table) *Page {
	page := &Page{Title: title, Subtitle: tables[0].Title}
	if len(parts) > 1 {
		page.Colours = parts
	}
	if tables[0].Map || tables[0].Graph {
		page.Colours = nil
		for k, t := range tables {
			of := mapOf
			if t.Graph {
				of = graphOf
			}
			page.Panels = append(page.Panels, of(t, parts[k]))
		}
		page.Columns = columnsFor(len(page.Panels))
		return page
	}
	x := tables[0].Columns[0]
	for c, y := range tables[0].Columns {
		if c == 0 || tables[0].IsError(c) {
			continue
		}
		p := Panel{X: label(columnOf(x)), Y: label(columnOf(y)), FineDecades: x.Log, FineDecadesY: y.Log}
		for k, t := range tables {
			p.Curves = append(p.Curves, statisticCurve(t, c, k))
		}
		page.Panels = append(page.Panels, p)
	}
	if tables[0].One {
		page.Panels = []Panel{oneOf(page.Panels)}
	}
	page.Columns = columnsFor(len(page.Panels))
	return page
}

// mapOf paints the third column of a table over the first two.
func mapOf(t *analysis.Table, part string) Panel {
	p := Panel{Title: part, X: label(columnOf(t.Columns[0])), Y: label(columnOf(t.Columns[1])), Map: &Map{centred: true}}
	for i, x := range t.Values[0] {
		p.Map.add(x, t.Values[1][i], t.Values[2][i])
	}
	return p
}

// graphOf joins the items of the first two columns of a table.
func graphOf(t *analysis.Table, part string) Panel {
	p := Panel{Title: part, Graph: &Graph{}}
	for i, a := range t.Values[0] {
		p.Graph.add(a, t.Values[1][i], t.Values[2][i])
	}
	return p
}

// oneOf has the curves of panels on one pair of axes, with the labels of the first.
func oneOf(panels []Panel) Panel {
	one := panels[0]
	one.Curves = nil
	for i, p := range panels {
		for _, c := range p.Curves {
			c.Colour, c.Dash = c.Colour*len(panels)+i, i
			c.Name = p.Y
			one.Curves = append(one.Curves, c)
		}
		one.Key = append(one.Key, Style{Name: p.Y, Colour: i, Dash: i})
	}
	return one
}

func columnOf(c model.Column) record.Column {
	return record.Column{Name: c.Name, Title: c.Title, Unit: c.Unit, Log: c.Log}
}

// statisticCurve is a column of a table; where a logarithmic axis has no place for X, as at the lag 0, it is left out.
func statisticCurve(t *analysis.Table, column, colour int) Curve {
	out := Curve{Style: Style{Colour: colour}, Marks: t.Bars || t.Dots, Dots: t.Dots}
	errs := t.Errors(column)
	ofX, ofY := t.Columns[0].Log, t.Columns[column].Log
	for i, x := range t.Values[0] {
		y := t.Values[column][i]
		if !isFinite(x) || !isFinite(y) || ofX && !(x > 0) {
			continue
		}
		out.X, out.Y = append(out.X, x), append(out.Y, y)
		if errs != nil {
			spread := 0.0 // where none is known
			if errs[i] > 0 {
				spread = errs[i]
			}
			out.Spread = append(out.Spread, spread)
		}
	}
	if ofX {
		out = logX(out)
	}
	if ofY {
		out = logY(out, 0)
	}
	return out
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
