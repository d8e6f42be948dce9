package perceptrongolden

import (
	"errors"
	"fmt"
	"strings"

	"tnn-gpu/host/text"
)

func (p *Parameters) validate() error {
	if p.N < 2 || p.N > 1<<20 || p.B < 1 || p.B > 1<<20 {
		return fmt.Errorf("n = %d and B = %d are out of range for a file of vectors", p.N, p.B)
	}
	return nil
}

// signs checks texts of + and -, one for each of n components.
func signs(n int, texts ...string) error {
	for _, s := range texts {
		if len(s) != n || strings.Trim(s, "+-") != "" {
			return fmt.Errorf("%.40q is not %d signs + or -", s, n)
		}
	}
	return nil
}

func numbers(n int, lists ...[]float64) error {
	for _, l := range lists {
		if len(l) != n {
			return fmt.Errorf("a list has %d numbers where %d belong", len(l), n)
		}
	}
	return nil
}

func (t *Trajectories) validate() error {
	for i := range t.Cases {
		if err := t.Cases[i].validate(); err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
	}
	return nil
}

func (c *TrajectoryCase) validate() error {
	if err := c.Parameters.validate(); err != nil {
		return err
	}
	if err := numbers(c.N, c.Teacher, c.Start); err != nil {
		return err
	}
	if err := numbers(c.N, c.Eta...); err != nil {
		return err
	}
	for _, step := range c.Examples {
		if len(step) != c.B {
			return fmt.Errorf("a step has %d examples, not B = %d", len(step), c.B)
		}
		if err := signs(c.N, step...); err != nil {
			return err
		}
	}
	for _, r := range c.Runs {
		if len(r.Steps) > len(c.Examples) || len(r.Steps) > len(c.Eta) {
			return fmt.Errorf("the run of %s has %s, and draws for %d and %d are given", r.Rule, text.Count(len(r.Steps), "step"), len(c.Examples), len(c.Eta))
		}
		for _, s := range r.Steps {
			if err := errors.Join(signs(c.B, s.Labels), numbers(c.B, s.Activations, s.F), numbers(c.N, s.W)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Seeded) validate() error {
	for i := range s.Runs {
		if err := s.Runs[i].validate(); err != nil {
			return fmt.Errorf("run %d: %w", i, err)
		}
	}
	return nil
}

func (c *SeededCase) validate() error {
	if err := c.Parameters.validate(); err != nil {
		return err
	}
	if err := errors.Join(numbers(c.N, c.Teacher, c.Start, c.EtaStep1), signs(c.N, c.TestBits), signs(c.N, c.EstimatorStep1...), signs(c.N, c.ExamplesStep1...)); err != nil {
		return err
	}
	for _, r := range c.Runs {
		before := 0
		for _, record := range r.Records {
			if record.Step <= before || record.Step > 1<<20 {
				return fmt.Errorf("a record is at step %d after one at step %d", record.Step, before)
			}
			if err := numbers(c.N, record.W); err != nil {
				return err
			}
			before = record.Step
		}
	}
	return nil
}

func (t *Theory) validate() error { return nil }
