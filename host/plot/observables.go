package plot

import (
	"cmp"
	"fmt"
	"image"
	"slices"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/text"
)

// Options of a page of observables.
type Options struct {
	// Quantities are names of columns, of histograms, or of panels of the model; none takes all.
	Quantities []string
	// X is a column, usually step, or the key that the runs sweep: then the last
	// epoch is shown against its values.
	X string
	// Y is a key that replicas or runs differ in: colours over X and it take the place of
	// curves.
	Y    string
	Mean bool // one curve for all runs: their mean, with a band
	// Errors has bands and bars of one standard error of the mean, in place of the
	// standard deviation.
	Errors bool
	Inset  int64 // steps of insets, which show the first and the last ones; 0: there are none
}

// panels are those of the model that show several columns on one pair of axes, with the
// columns that the runs have. A run from before run.json named panels is of a model that
// has energies.
func (s *series) panels() []model.Panel {
	all := s.runs[0].Metadata.Panels
	if all == nil {
		all = []model.Panel{{Name: "energies", Title: "energies per node", Columns: []string{"energy", "dissipation", "transport"}}}
	}
	var out []model.Panel
	for _, p := range all {
		p.Columns = slices.DeleteFunc(slices.Clone(p.Columns), func(name string) bool {
			_, found := s.column(name)
			return !found
		})
		if len(p.Columns) > 1 {
			out = append(out, p)
		}
	}
	return out
}

// first tells whether a column is the first one of a panel: it has no panel of its own.
// The further columns do, as they may be small beside the first.
func (s *series) first(column string) bool {
	return slices.ContainsFunc(s.panels(), func(p model.Panel) bool { return p.Columns[0] == column })
}

// shared tells whether a panel shows a column beside others.
func (s *series) shared(column string) bool {
	return slices.ContainsFunc(s.panels(), func(p model.Panel) bool { return slices.Contains(p.Columns, column) })
}

// isPanel tells whether a panel of several columns has a name.
func (s *series) isPanel(name string) bool {
	return slices.ContainsFunc(s.panels(), func(p model.Panel) bool { return p.Name == name })
}

// Observables is a page of quantities of some runs.
func Observables(runs []*results.Run, o Options) (*Page, error) {
	s, err := load(runs, o)
	if err != nil {
		return nil, err
	}
	names := o.Quantities
	if len(names) == 0 {
		names = s.all()
	}
	if len(names) == 0 {
		return nil, errNoRows
	}
	if o.Y != "" {
		return s.maps(names)
	}
	page := &Page{Title: s.title(), Subtitle: s.subtitle(), Colours: s.colours(), Columns: columnsFor(len(names))}
	for _, name := range names {
		panel, err := s.panel(name)
		if err != nil {
			return nil, err
		}
		page.Panels = append(page.Panels, *panel)
	}
	if o.Inset > 0 {
		return page, page.addInsets(o.Inset)
	}
	return page, nil
}

// Shown is a picture of a page, with its scale of colours, if it has one.
type Shown struct {
	Title string
	image.Image
	*Scale
}

// Pictures is a page of pictures.
func Pictures(title string, all ...Shown) *Page {
	page := &Page{Title: title, Columns: columnsFor(len(all))}
	for _, p := range all {
		page.Panels = append(page.Panels, Panel{Title: p.Title, Picture: p.Image, Scale: p.Scale})
	}
	return page
}

// Overview is a page that shows one run at a glance, with pictures of its end where there
// are some.
func Overview(run *results.Run, pictures ...Shown) (*Page, error) {
	s, err := load([]*results.Run{run}, Options{X: "step"})
	if err != nil {
		return nil, err
	}
	page := &Page{Title: s.title(), Subtitle: s.subtitle(), Colours: s.colours(), Columns: 3, forScreens: true}
	for _, p := range pictures {
		page.Panels = append(page.Panels, Panel{Title: p.Title, Picture: p.Image, Scale: p.Scale})
	}
	for _, name := range s.all() {
		if s.shared(name) && !s.isPanel(name) {
			continue
		}
		panel, err := s.panel(name)
		if err != nil {
			return nil, err
		}
		page.Panels = append(page.Panels, *panel)
	}
	return page, nil
}

func columnsFor(panels int) int {
	switch {
	case panels <= 3:
		return panels
	case panels == 4:
		return 2
	case panels <= 9:
		return 3
	}
	return 4
}

// all panels that there are, in the order of a page: only histograms where there are no
// rows.
func (s *series) all() []string {
	if s.rowless() {
		return s.histogramNames()
	}
	return s.possible()
}

// possible are the panels that there are where there are rows.
func (s *series) possible() []string {
	var out []string
	for _, p := range s.panels() {
		out = append(out, p.Name)
	}
	for _, c := range s.columns {
		if c.Title != "" && !s.first(c.Name) {
			out = append(out, c.Name)
		}
	}
	return append(out, s.histogramNames()...)
}

// choices say what there is in the place of what was asked for.
func choices(names []string) string {
	if len(names) == 0 {
		return "the runs have none in common"
	}
	return "use " + strings.Join(names, ", ")
}

func (s *series) histogramNames() []string {
	var out []string
	for _, h := range s.histograms {
		out = append(out, h.Name)
	}
	return out
}

func (s *series) title() string {
	m := s.runs[0].Metadata
	means := ""
	if s.across(s.runs[0]) {
		means = s.lastWords()
	}
	if s.options.Y == "" && slices.ContainsFunc(s.curves, func(t table) bool { return t.spread != nil }) {
		means += ", mean"
	}
	if len(s.runs) > 1 {
		return fmt.Sprintf("%d runs", len(s.runs)) + means
	}
	seed := fmt.Sprintf("seed %d", s.runs[0].Config.Run.Seed)
	if n := s.runs[0].Replicas(); n > 1 {
		seed = fmt.Sprintf("%d replicas, %s", n, seed)
	}
	return fmt.Sprintf("%s: %s %s, %s%s, %s%s", s.runs[0].Name, m.Model, m.Rule, sizes(m), text.Count(m.Steps, "step"), seed, means)
}

// mostSizes is how many numbers a title has room for.
const mostSizes = 3

// sizes are the first numbers that tell how large a network is, of those that are not 0.
func sizes(m *record.Metadata) string {
	all, said := "", 0
	for _, name := range m.Counts {
		if n := m.Network[name]; n > 0 && said < mostSizes {
			said++
			if n == 1 {
				name = strings.TrimSuffix(name, "s")
			}
			all += fmt.Sprintf("%d %s, ", n, strings.ReplaceAll(name, "_", " "))
		}
	}
	return all
}

// label is a title with its unit; numbers without one have none.
func label(c record.Column) string {
	title := c.Title
	if title == "" {
		title = c.Name
	}
	if c.Unit == "" || c.Unit == "1" {
		return title
	}
	return fmt.Sprintf("%s (%s)", title, c.Unit)
}

func (s *series) panel(name string) (*Panel, error) {
	for _, p := range s.panels() {
		switch {
		case p.Name != name:
		case s.rowless():
			return nil, errNoRows
		default:
			return s.together(&p), nil
		}
	}
	for _, h := range s.histograms {
		if h.Name == name {
			return s.histogram(h)
		}
	}
	y, found := s.column(name)
	switch {
	case found && s.rowless():
		return nil, errNoRows
	case !found:
		return nil, fmt.Errorf("there is no quantity %q; %s", name, choices(append(s.possible(), s.firsts()...)))
	}
	x, _ := s.column(s.options.X)
	p := &Panel{X: label(x), Y: label(y), Marks: s.begins(), Ticks: s.flips()}
	for i, t := range s.curves {
		p.Curves = append(p.Curves, s.curve(t, Style{Colour: i}, name)...)
	}
	return p, nil
}

// colours are the names of the curves where there are several.
func (s *series) colours() []string {
	if len(s.curves) == 1 {
		return nil
	}
	var names []string
	for _, t := range s.curves {
		names = append(names, t.name)
	}
	return names
}

// curve is that of a column, in parts where it is not drawn in between.
func (s *series) curve(t table, style Style, column string) []Curve {
	c := Curve{Style: style, X: t.mean[s.options.X], Y: t.mean[column]}
	if t.spread != nil {
		c.Spread = t.spread[column]
	}
	c.Timed = s.isTimed()
	c.Marks = s.across(s.runs[0])
	c.Joined = c.Marks
	return s.parts(c, column, t.mean["step"])
}

// style is that of the n-th curve of a run: a colour of its own where there is one
// run, else the colour of the run and dashes of its own, which the key shows in black.
func (s *series) style(name string, run, n, runs int) (curve, key Style) {
	curve = Style{Name: name, Colour: n, Dash: n}
	key = curve
	if runs > 1 {
		curve.Name, curve.Colour, key.Colour = s.curves[run].name+", "+name, run, black
	}
	return curve, key
}

// firsts are the columns that have no panel of their own.
func (s *series) firsts() []string {
	var out []string
	for _, p := range s.panels() {
		out = append(out, p.Columns[0])
	}
	return out
}

// together has several columns of every curve on one pair of axes.
func (s *series) together(of *model.Panel) *Panel {
	x, _ := s.column(s.options.X)
	y, _ := s.column(of.Columns[0])
	p := &Panel{X: label(x), Y: label(record.Column{Title: cmp.Or(of.Title, of.Name), Unit: y.Unit}), Marks: s.begins(), Ticks: s.flips()}
	for i, t := range s.curves {
		for k, name := range of.Columns {
			style, key := s.style(name, i, k, len(s.curves))
			p.Curves = append(p.Curves, s.curve(t, style, name)...)
			if i == 0 {
				p.Key = append(p.Key, key)
			}
		}
	}
	return p
}

// histogram has those of every curve, at the start and the end.
func (s *series) histogram(about record.Column) (*Panel, error) {
	p := &Panel{X: label(about), Y: "density, middle 99 %", Bins: true}
	for k, when := range []string{"start", "end"} {
		found, err := s.counted(about.Name, when)
		if err != nil {
			return nil, err
		}
		for i, t := range s.curves {
			if found[t.origin] == nil {
				continue
			}
			style, key := s.style(when, i, k, len(s.curves))
			p.Curves = append(p.Curves, density(style, pool(found[t.origin])))
			if !slices.Contains(p.Key, key) {
				p.Key = append(p.Key, key)
			}
		}
	}
	return p, nil
}

// counted are the histograms of that name, by the curve that they belong to.
func (s *series) counted(name, when string) (map[origin][]results.Histogram, error) {
	out := make(map[origin][]results.Histogram)
	for i, run := range s.runs {
		all, err := run.Histograms()
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			if h.Name == name && h.When == when {
				o := s.origin(i, 0)
				o.value = h.Swept
				out[o] = append(out[o], h)
			}
		}
	}
	return out, nil
}
