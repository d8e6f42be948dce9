package plot

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/record"
	"tnn-gpu/host/text"
)

// ScanOptions of a page about a scan. What is empty is chosen.
type ScanOptions struct {
	Title      string   // the scan's name
	X          string   // the key, or the kind of places, that outcomes are drawn against; or another outcome
	Y          string   // a second key: then a map of colours is drawn over both
	Quantities []string // outcomes; none takes all
	Stack      bool     // the outcomes stand on each other as bars
	Marks      []experiment.Mark
	Besides    []experiment.Beside
	Crossings  []experiment.CrossingTable
}

// Scan is a page of outcomes of a scan: points with error bars and lines of theory
// against a key, a curve for each combination of the other keys' values; or a map of
// colours over two keys; or the trials themselves, one outcome against another.
func Scan(t *experiment.Table, o ScanOptions) (*Page, error) {
	if len(t.Rows) == 0 {
		return nil, errors.New("the scan has no results to plot yet")
	}
	s := &scan{table: t, options: o}
	if s.scatters() {
		return s.scatter()
	}
	if err := s.choose(); err != nil {
		return nil, err
	}
	outcomes, err := s.outcomes()
	if err != nil {
		return nil, err
	}
	page := &Page{Columns: columnsFor(len(outcomes))}
	page.Title, page.Subtitle = s.title()
	if s.y == nil {
		s.group()
		page.Colours = s.names()
	}
	if s.options.Stack && s.y == nil {
		page.Panels, page.Colours = s.stacked(outcomes), nil
		for _, k := range outcomes {
			page.Colours = append(page.Colours, label(s.table.Outcomes[k]))
		}
		page.Columns = columnsFor(len(page.Panels))
		return page, nil
	}
	for _, k := range outcomes {
		panel := s.points(k)
		if s.y != nil {
			panel = s.colours(k)
		}
		page.Panels = append(page.Panels, *panel)
	}
	if s.y == nil {
		page.Panels = append(page.Panels, s.crossings(outcomes)...)
		page.Columns = columnsFor(len(page.Panels))
	}
	return page, nil
}

// scan is what a page shows of a table.
type scan struct {
	table   *experiment.Table
	options ScanOptions
	x, y    *axis // y is nil where there is no map
	curves  []curveRows
	unnamed map[int]bool // keys that names of curves leave out
}

// curveRows are the rows of a curve.
type curveRows struct {
	name string
	rows []*experiment.Row
}

// axis is a key, or the places, with the values that rows have of it.
type axis struct {
	name    string
	key     int // among the table's; -1: the places
	unit    string
	numbers bool
	log     bool
	texts   []string // in order of rows, where they are no numbers
	values  []float64
}

// axis finds a key or the places.
func (s *scan) axis(name string) (*axis, error) {
	t := s.table
	a := &axis{name: name, key: slices.Index(t.Keys, name), numbers: true}
	if a.key < 0 {
		if t.Along == nil || t.Along.Name != name {
			return nil, fmt.Errorf("the scan does not vary %q; it varies %s", name, strings.Join(s.variables(), ", "))
		}
		a.unit = t.Along.Unit
	}
	for i := range t.Rows {
		v := a.of(&t.Rows[i])
		a.numbers = a.numbers && v.IsNumber
		if !slices.Contains(a.texts, v.Text) {
			a.texts, a.values = append(a.texts, v.Text), append(a.values, v.Number)
		}
	}
	a.log = a.numbers && isLogarithmic(a.values)
	return a, nil
}

func (s *scan) variables() []string {
	names := slices.Clone(s.table.Keys)
	if s.table.Along != nil {
		names = append(names, s.table.Along.Name)
	}
	return names
}

// isLogarithmic tells whether values span so much that a linear axis hides the small
// ones.
func isLogarithmic(values []float64) bool {
	low, high := slices.Min(values), slices.Max(values)
	const span = 20
	return len(values) > 2 && low > 0 && high/low >= span
}

// of is the value that a row has.
func (a *axis) of(r *experiment.Row) experiment.Value {
	if a.key < 0 {
		return experiment.Value{Text: fmt.Sprint(r.Place), Number: r.Place, IsNumber: true}
	}
	return r.Values[a.key]
}

// at is where on the axis a row is: at its number or the logarithm of that, or, with
// a text, at the place of the text among the others.
func (a *axis) at(r *experiment.Row) float64 {
	v := a.of(r)
	switch {
	case !a.numbers:
		return float64(slices.Index(a.texts, v.Text))
	case a.log:
		return math.Log10(v.Number)
	}
	return v.Number
}

// choose finds the axes: those that are asked for, else the places, or the number
// that has the most values; and a map where there are two numbers with many values
// each, and nothing else.
func (s *scan) choose() error {
	var all []*axis
	for _, name := range s.variables() {
		a, err := s.axis(name)
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	var err error
	if s.options.X != "" {
		s.x, err = s.axis(s.options.X)
	} else {
		s.x = mostValues(all)
	}
	if err == nil && s.options.Y != "" && !slices.Contains(s.variables(), s.options.Y) && s.outcomeAt(s.options.Y) >= 0 {
		return fmt.Errorf("%q is an outcome, and --y takes a second key, for a map; to draw %s against %s, use --x %s --quantity %s", s.options.Y, s.options.Y, s.x.name, s.x.name, s.options.Y)
	}
	if err == nil && s.options.Y != "" {
		s.y, err = s.axis(s.options.Y)
	}
	if err != nil {
		return err
	}
	if s.y != nil && s.y.name == s.x.name {
		return fmt.Errorf("%q is on both axes", s.x.name)
	}
	const many = 5
	if s.options.X == "" && s.options.Y == "" && len(all) == 2 && all[0].key >= 0 && all[1].key >= 0 &&
		all[0].numbers && all[1].numbers && min(len(all[0].values), len(all[1].values)) >= many &&
		len(s.table.Rows) == len(all[0].values)*len(all[1].values) {
		s.x, s.y = all[0], all[1]
	}
	return nil
}

func mostValues(all []*axis) *axis {
	rank := func(a *axis) int {
		switch {
		case a.key < 0 && len(a.values) > 1:
			return math.MaxInt
		case a.numbers:
			return 1 + len(a.values)
		}
		return 0
	}
	best := all[0]
	for _, a := range all[1:] {
		if rank(a) > rank(best) {
			best = a
		}
	}
	return best
}

// outcomes are the numbers of those that are drawn.
func (s *scan) outcomes() ([]int, error) {
	var names []string
	for _, c := range s.table.Outcomes {
		names = append(names, c.Name)
	}
	var out []int
	for _, name := range s.options.Quantities {
		k := slices.Index(names, name)
		if k < 0 {
			return nil, fmt.Errorf("there is no outcome %q; there are %s", name, strings.Join(names, ", "))
		}
		out = append(out, k)
	}
	if len(out) > 0 {
		return out, nil
	}
	for k := range names {
		if slices.ContainsFunc(s.table.Rows, func(r experiment.Row) bool { return r.Estimates[k].N > 0 }) {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no trial of the scan has an outcome to plot")
	}
	return out, nil
}

// group makes a curve of the rows that differ in x alone.
func (s *scan) group() {
	at := make(map[string]int)
	for i := range s.table.Rows {
		r := &s.table.Rows[i]
		name := s.curveName(r)
		k, found := at[name]
		if !found {
			k = len(s.curves)
			at[name] = k
			s.curves = append(s.curves, curveRows{name: name})
		}
		s.curves[k].rows = append(s.curves[k].rows, r)
	}
	s.shorten()
	for _, c := range s.curves {
		slices.SortStableFunc(c.rows, func(a, b *experiment.Row) int {
			switch x, y := s.x.at(a), s.x.at(b); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
	}
}

func (s *scan) names() []string {
	if len(s.curves) == 1 && s.curves[0].name == "" {
		return nil
	}
	var out []string
	for _, c := range s.curves {
		out = append(out, c.name)
	}
	return out
}

// title and what is below it.
func (s *scan) title() (title, below string) {
	points, least, most, last := 0, math.MaxInt, 0, -1
	for _, r := range s.table.Rows {
		if r.Point != last {
			points, last = points+1, r.Point
		}
		least, most = min(least, r.Trials), max(most, r.Trials)
	}
	trials := fmt.Sprintf("%d", most)
	if least != most {
		trials = fmt.Sprintf("%d to %d", least, most)
	}
	title = fmt.Sprintf("%s: %s, %s", s.options.Title, text.Count(points, "point"), count(trials, most))
	switch {
	case s.table.Missing > 0:
		below = fmt.Sprintf("%s missing; ", count(fmt.Sprint(s.table.Missing), s.table.Missing))
		fallthrough
	case s.y != nil:
		below += "mean"
	case most > 1:
		below += "mean and standard error"
	default:
		below += "error from the autocorrelation time"
	}
	return title, below
}

func count(trials string, n int) string {
	if n == 1 {
		return trials + " trial"
	}
	return trials + " trials"
}

// label of an axis.
func (a *axis) label() string {
	if a.unit != "" && a.unit != "1" {
		return fmt.Sprintf("%s (%s)", a.name, a.unit)
	}
	return a.name
}

// points is a panel with an outcome against x.
func (s *scan) points(outcome int) *Panel {
	p := &Panel{X: s.x.label(), Y: label(s.table.Outcomes[outcome]), FineDecades: s.x.log}
	if !s.x.numbers {
		p.Names = s.x.texts
	}
	theory := s.table.HasTheory(outcome)
	p.FineDecadesY = s.spansDecades(outcome)
	p.Marks = s.marks()
	if p.FineDecadesY && s.x.numbers { // not all points may have a place
		p.Extent = s.extent()
	}
	for i, rows := range s.curves {
		measured := Curve{Style: Style{Colour: i}, Marks: true}
		known := Curve{Style: Style{Name: also(rows.name, "theory"), Colour: i, Dash: 1}, Marks: true, Rings: true, Joined: true}
		for _, r := range rows.rows {
			x, e := s.x.at(r), r.Estimates[outcome]
			t := r.Theory[outcome]
			if isFinite(t) {
				known.X, known.Y = append(known.X, x), append(known.Y, t)
			}
			if isFinite(e.Mean) {
				measured.X, measured.Y = append(measured.X, x), append(measured.Y, e.Mean)
				measured.Spread = append(measured.Spread, e.Error)
			}
		}
		measured.Joined = s.x.numbers && !theory
		if p.FineDecadesY {
			measured = logY(measured, least)
		}
		p.Curves = append(p.Curves, measured)
		s.addLines(p, known)
	}
	if theory {
		p.Key = []Style{{Name: "theory", Colour: black, Dash: 1}}
	}
	dash := 2 // theory has 1
	for _, b := range s.options.Besides {
		other := slices.IndexFunc(s.table.Outcomes, func(c record.Column) bool { return c.Name == b.Other })
		if b.Outcome == s.table.Outcomes[outcome].Name && other >= 0 {
			s.beside(p, b, other, dash)
			dash++
		}
	}
	return p
}

// also is the name of a further line of a curve.
func also(curve, what string) string {
	if curve == "" {
		return what
	}
	return curve + ", " + what
}

// spansDecades tells whether an outcome has a logarithmic axis: it asks for one, and has
// a mean to be shown there; or it spans, with its theory, so much above 0 that a linear
// axis hides the small values.
func (s *scan) spansDecades(outcome int) bool {
	const span = 50
	low, high := math.Inf(1), 0.0
	for i := range s.table.Rows {
		r := &s.table.Rows[i]
		if s.table.Outcomes[outcome].Log && r.Estimates[outcome].Mean > 0 {
			return true
		}
		for _, v := range []float64{r.Estimates[outcome].Mean, r.Theory[outcome]} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low > 0 && high >= span*low
}

// least is what a logarithmic axis of a scan shows at the least.
const least = 1e-8

// extent is the least and the largest place on x.
func (s *scan) extent() []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range s.table.Rows {
		at := s.x.at(&s.table.Rows[i])
		low, high = min(low, at), max(high, at)
	}
	return []float64{low, high}
}

// marks are those of the key that is x, within its values.
func (s *scan) marks() []LineMark {
	if !s.x.numbers {
		return nil
	}
	extent := s.extent()
	var out []LineMark
	for _, m := range s.options.Marks {
		at := m.Value
		if s.x.log {
			at = math.Log10(at)
		}
		if m.Key == s.x.name && at >= extent[0] && at <= extent[1] {
			out = append(out, LineMark{at, m.Name})
		}
	}
	return out
}

// addLines adds those of a curve to a panel.
func (s *scan) addLines(p *Panel, c Curve) {
	for _, line := range s.lines(c) {
		if p.FineDecadesY {
			line = logY(line, least)
		}
		p.Curves = append(p.Curves, line)
	}
}

// lines of theory: one along numbers, and a short one at each text.
func (s *scan) lines(known Curve) []Curve {
	if s.x.numbers {
		return []Curve{known}
	}
	const half = 0.3
	var out []Curve
	for k, x := range known.X {
		out = append(out, Curve{Style: known.Style, X: []float64{x - half, x + half}, Y: []float64{known.Y[k], known.Y[k]}, Single: true})
	}
	return out
}

// colours is a panel with the map of an outcome over x and y.
func (s *scan) colours(outcome int) *Panel {
	about := s.table.Outcomes[outcome]
	p := &Panel{Title: label(about), X: s.x.label(), Y: s.y.label(), FineDecades: s.x.log, FineDecadesY: s.y.log}
	m := &Map{}
	for i := range s.table.Rows {
		r := &s.table.Rows[i]
		m.add(s.x.at(r), s.y.at(r), r.Estimates[outcome].Mean)
	}
	p.Map = m
	if !s.x.numbers {
		p.Names = s.x.texts
	}
	if !s.y.numbers {
		p.NamesY = s.y.texts
	}
	return p
}
