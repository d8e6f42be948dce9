package plot

import (
	"fmt"
	"maps"
	"slices"
)

// mostColumns of a map are more than a page resolves.
const mostColumns = 500

// maps is a page with a map for each quantity: its mean over X and a key. Against the
// step, on either axis, it is that of each step, against another key that of the last epoch.
func (s *series) maps(names []string) (*Page, error) {
	if s.isQuantity(s.options.Y) {
		return nil, s.noMapOver(s.options.Y)
	}
	xs, err := s.keyValues(s.options.X)
	if err == nil && s.options.X == s.options.Y {
		err = fmt.Errorf("%s is on both axes; name another key", s.options.X)
	}
	if err != nil {
		return nil, err
	}
	ys, err := s.keyValues(s.options.Y)
	if err != nil {
		return nil, err
	}
	steps, err := s.sharedSteps()
	if err != nil {
		return nil, err
	}
	page := &Page{Title: s.mapTitle(xs), Subtitle: "mean"}
	for _, name := range names {
		c, found := s.column(name)
		if !found || c.Title == "" {
			if len(s.options.Quantities) == 0 {
				continue // a histogram, or several columns on one axis
			}
			return nil, fmt.Errorf("there is no map of %q; %s", name, choices(s.mapped()))
		}
		m := &Map{}
		sums, counts := make(map[[2]float64]float64), make(map[[2]float64]float64)
		for i, t := range s.curves {
			for x, v := range s.row(t, xs, i, name, steps) {
				at := [2]float64{x, ys[i]}
				sums[at], counts[at] = sums[at]+v, counts[at]+1
			}
		}
		if len(sums) == 0 {
			if len(s.options.Quantities) == 0 {
				continue
			}
			if s.rowless() {
				return nil, errNoRows
			}
			return nil, fmt.Errorf("no run has a value of %s to draw", name)
		}
		for at, sum := range sums {
			x, y := at[0], at[1]
			if s.upwards {
				x, y = y, x
			}
			m.add(x, y, sum/counts[at])
		}
		x, _ := s.column(s.options.X)
		panel := Panel{Title: label(c), X: label(x), Y: s.options.Y, Map: m}
		if s.upwards {
			panel.X, panel.Y = panel.Y, panel.X
		}
		page.Panels = append(page.Panels, panel)
	}
	if len(page.Panels) == 0 {
		return nil, errNoRows
	}
	page.Columns = columnsFor(len(page.Panels))
	return page, nil
}

func (s *series) mapTitle(xs []float64) string {
	title := s.title()
	if xs != nil && !s.across(s.runs[0]) {
		title += s.lastWords()
	}
	return title
}

// mapped are the columns that can be drawn as maps.
func (s *series) mapped() []string {
	var out []string
	for _, c := range s.columns {
		if c.Title != "" {
			out = append(out, c.Name)
		}
	}
	return out
}

// sharedSteps are the steps of which every curve has a row that begins before and ends
// after them, so that no column of a map is of some curves alone because others have rows of other
// steps.
func (s *series) sharedSteps() ([]float64, error) {
	var longest []float64
	count := make(map[float64]int)
	for _, t := range s.curves {
		if steps := t.steps(); len(steps) > len(longest) {
			longest = steps
		}
	}
	if !slices.ContainsFunc(s.curves, func(t table) bool { return !sameStart(longest, t.steps()) }) {
		return longest, nil
	}
	for _, t := range s.curves {
		for _, step := range t.steps() {
			count[step]++
		}
	}
	var kept []float64
	for _, step := range slices.Sorted(maps.Keys(count)) {
		reach := 0
		for _, t := range s.curves {
			before := 0.0
			if from := s.runs[t.run].Metadata.From; from != nil {
				before = float64(from.Step)
			}
			if steps := t.steps(); len(steps) > 0 && before < step && step <= steps[len(steps)-1] {
				reach++
			}
		}
		if count[step] == reach {
			kept = append(kept, step)
		}
	}
	if len(kept) == 0 {
		return nil, errApart
	}
	return kept, nil
}

// row is what a curve has of a quantity, by X: where that is the step the means over the
// columns, each of as many steps as there must be for mostColumns, by the first of these.
func (s *series) row(t table, xs []float64, curve int, name string, steps []float64) map[float64]float64 {
	values, out := t.mean[name], make(map[float64]float64)
	if len(values) == 0 {
		return out
	}
	if xs != nil {
		if v := values[len(values)-1]; isFinite(v) {
			out[xs[curve]] = v
		}
		return out
	}
	every := (len(steps) + mostColumns - 1) / mostColumns
	row := 0
	for from := 0; from < len(steps); from += every {
		sum, n := 0.0, 0.0
		for _, step := range steps[from:min(from+every, len(steps))] {
			for row < len(values) && t.steps()[row] < step {
				row++
			}
			if row < len(values) && t.steps()[row] == step && isFinite(values[row]) {
				sum, n = sum+values[row], n+1
			}
		}
		if n > 0 {
			out[steps[from]] = sum / n
		}
	}
	return out
}

// keyValues are the values that curves have of a key, which is swept or in the
// configurations of the runs; nil for the step.
func (s *series) keyValues(key string) ([]float64, error) {
	if key == "step" {
		return nil, nil
	}
	if s.isQuantity(key) {
		return nil, s.noMapOver(key)
	}
	out := make([]float64, len(s.curves))
	for i, t := range s.curves {
		if t.key == key {
			out[i] = t.value
			continue
		}
		v, err := s.runs[t.run].Config.Value(key)
		if err == nil && !v.IsNumber {
			err = fmt.Errorf("%s is no number", key)
		}
		if err != nil {
			return nil, fmt.Errorf("a map cannot be drawn against %s: %w", key, err)
		}
		out[i] = v.Number
	}
	if slices.Max(out) == slices.Min(out) {
		return nil, fmt.Errorf("all runs have %s = %g: give runs, or a sweep, of several values", key, out[0])
	}
	return out, nil
}
