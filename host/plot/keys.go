package plot

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/results"
)

// sweeps tells whether the replicas of a run differ in the key that is the x axis.
func (s *series) sweeps(run *results.Run) bool {
	return run.Metadata.Sweep != nil && run.Metadata.Sweep.Key == s.options.X
}

// unswept are the runs whose replicas do not.
func (s *series) unswept() []*results.Run {
	return slices.DeleteFunc(slices.Clone(s.runs), s.sweeps)
}

// keyValuesOfRuns are those of the key X where curves are drawn against it: a run sweeps it,
// or the runs differ in it. Of a run that sweeps it the value is not used.
func (s *series) keyValuesOfRuns() []float64 {
	if s.options.Y != "" || s.options.X == "step" || len(s.runs) < 2 {
		return nil
	}
	out := make([]float64, len(s.runs))
	swept := false
	for i, run := range s.runs {
		v, err := run.Config.Value(s.options.X)
		if err != nil || !v.IsNumber || run.Metadata.Sweep != nil && !s.sweeps(run) {
			return nil
		}
		out[i], swept = v.Number, swept || s.sweeps(run)
	}
	if !swept && slices.Max(out) == slices.Min(out) {
		return nil
	}
	return out
}

// noColumn says why nothing can be drawn against X: it is a key without several values, or
// neither a key nor a column.
func (s *series) noColumn() error {
	key := s.options.X
	for _, run := range s.runs {
		v, err := run.Config.Value(key)
		sweep := run.Metadata.Sweep
		switch {
		case err != nil:
			return fmt.Errorf("there is no column %q for the x axis; there are %s, and not all runs have a key of that name", key, strings.Join(s.names(), ", "))
		case !v.IsNumber:
			return fmt.Errorf("the key %s is no number, and so no x axis; there are the columns %s", key, strings.Join(s.names(), ", "))
		case sweep != nil && len(s.runs) > 1:
			return fmt.Errorf("curves against %s are of runs that differ in it or sweep it, and the run %s sweeps %s: add --y %s", key, run.Name, sweep.Key, sweep.Key)
		}
	}
	v, _ := s.runs[0].Config.Value(key)
	which := "all runs have"
	if len(s.runs) == 1 {
		which = "the run has"
	}
	return fmt.Errorf("%s %s = %g: give runs, or a sweep, of several values", which, key, v.Number)
}

// isQuantity tells whether a column is one that can be drawn, and not the key of a sweep.
func (s *series) isQuantity(name string) bool {
	c, found := s.column(name)
	return found && name != "step" && c.Title != ""
}

// noMapOver says what to do where a quantity stands in the place of a key.
func (s *series) noMapOver(column string) error {
	x, y := s.options.X, s.options.Y
	if s.upwards {
		x, y = y, x
	}
	if column == y {
		return fmt.Errorf("%s is a quantity, and --y takes a key in which replicas or runs differ, for a map; to draw %s against %s, use --x %s --quantity %s", y, y, x, x, y)
	}
	return fmt.Errorf("%s is a quantity, and a map is drawn over keys and the step: leave --y %s out, or name a key with --x and what is drawn with --quantity", x, y)
}
