package plot

import (
	"fmt"
	"slices"
)

// scatters tells whether outcomes are drawn against another outcome.
func (s *scan) scatters() bool {
	return s.outcomeAt(s.options.X) >= 0 && !slices.Contains(s.variables(), s.options.X)
}

// outcomeAt is the number of an outcome, or -1.
func (s *scan) outcomeAt(name string) int {
	for k := range s.table.Outcomes {
		if s.table.Outcomes[k].Name == name {
			return k
		}
	}
	return -1
}

// scatter is a page with a mark for each trial: an outcome against another, a colour for
// each row of the table.
func (s *scan) scatter() (*Page, error) {
	if s.options.Y != "" {
		return nil, fmt.Errorf("%q is an outcome, against which trials are drawn as marks; leave %q, the second key of a map, out", s.options.X, s.options.Y)
	}
	x := s.outcomeAt(s.options.X)
	outcomes, err := s.outcomes()
	if err != nil {
		return nil, err
	}
	s.x = &axis{key: len(s.table.Keys)} // no key: curves are called by all of them
	s.group()
	page := &Page{Colours: s.names()}
	page.Title, _ = s.title()
	page.Subtitle = "a mark for each trial"
	for _, y := range outcomes {
		if y == x {
			continue
		}
		p := Panel{X: label(s.table.Outcomes[x]), Y: label(s.table.Outcomes[y])}
		for i, c := range s.curves {
			marks := Curve{Style: Style{Colour: i}, Marks: true}
			for _, r := range c.rows {
				values, others := r.Results[x], r.Results[y]
				for trial := range min(len(values), len(others)) {
					marks.X, marks.Y = append(marks.X, values[trial]), append(marks.Y, others[trial])
				}
			}
			p.Curves = append(p.Curves, finite(marks))
		}
		page.Panels = append(page.Panels, p)
	}
	if len(page.Panels) == 0 {
		return nil, fmt.Errorf("%q is drawn against itself; name another outcome", s.options.X)
	}
	page.Columns = columnsFor(len(page.Panels))
	return page, nil
}
