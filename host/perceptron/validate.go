package perceptron

import (
	"fmt"
	"math"

	"tnn-gpu/host/model"
)

// Limits of a specification.
const (
	MaxN = 1 << 28 // weights
	MaxB = 1 << 20 // examples of a step
	// MaxStored examples: their number is a factor of 32 bits.
	MaxStored = 1<<32 - 1
)

// Positive parameters stay between these, so that they and the constants that are
// made of them are ordinary numbers in single precision.
const (
	smallest = 1e-12
	largest  = 1e12
)

// Validate says what the first impossible value is, as a *model.KeyError.
func (s *Spec) Validate() error {
	t := &s.Perceptron
	for _, check := range []func() error{t.checkNames, t.checkSizes, t.checkReals, t.checkTimes, t.checkTogether} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) checkNames() error {
	return model.FirstError(
		t.checkRule(),
		model.OneOf("perceptron.noise", t.Noise, Sqrt2, Literal2),
		model.OneOf("perceptron.teacher", t.Teacher, Gauss, PlusMinus),
		model.OneOf("perceptron.start", t.Start, Gauss, Zero),
		model.OneOf("perceptron.examples", t.Examples, Fresh, Stored),
	)
}

func (t *Table) checkRule() error {
	_, power, ok := t.Rule.Law()
	switch {
	case !ok:
		return model.BadKey("perceptron.rule", string(t.Rule), "use hebb, perceptron, adatron, alphatron, or alphatron with its power, such as alphatron(0.25)")
	case !(power >= 0 && power <= maxPower):
		return model.BadKey("perceptron.rule", string(t.Rule), fmt.Sprintf("use a power from 0 to %d", maxPower))
	}
	return nil
}

// maxPower of the alphatron.
const maxPower = 64

func (t *Table) checkSizes() error {
	return model.FirstError(
		whole("n", t.N, 2, MaxN),
		whole("B", t.B, 1, MaxB),
		whole("heat_every", t.HeatEvery, 1, MaxSteps),
		whole("P", t.P, 0, MaxStored),
	)
}

func whole(key string, value, low, high int) error {
	if value < low || value > high {
		return model.BadKey("perceptron."+key, value, fmt.Sprintf("use a whole number from %d to %d", low, high))
	}
	return nil
}

func (t *Table) checkReals() error {
	for _, p := range []struct {
		key   string
		value float64
		zero  bool // is possible
	}{{"k", t.K, false}, {"nut", t.Nut, true}, {"D", t.D, false}, {"dt", t.Dt, false}, {"time", t.Time, false}, {"ramp", t.Ramp, true}, {"alpha", t.Alpha, true}} {
		if p.zero && p.value == 0 {
			continue
		}
		if !(p.value >= smallest && p.value <= largest) {
			text := fmt.Sprintf("use a number from %g to %g", smallest, largest)
			if p.zero {
				text = fmt.Sprintf("use 0, or a number from %g to %g", smallest, largest)
			}
			return model.BadKey("perceptron."+p.key, p.value, text)
		}
	}
	if !(math.Abs(t.Swirl) <= largest) {
		return model.BadKey("perceptron.swirl", t.Swirl, fmt.Sprintf("use a number from %g to %g", -largest, largest))
	}
	return nil
}

func (t *Table) checkTimes() error {
	steps := wholeSteps(t.Time, t.Dt)
	switch {
	case !(t.K*t.Dt < 1):
		return model.BadKey("perceptron.dt", t.Dt, fmt.Sprintf("k dt is %g, and a step is stable only where it is below 1; use a dt below %g", t.K*t.Dt, 1/t.K))
	case steps == 0:
		return model.BadKey("perceptron.time", t.Time, fmt.Sprintf("use a whole number of steps of dt = %g, from 1 to %d of them", t.Dt, MaxSteps))
	case !(t.AverageFrom >= 0 && t.AverageFrom <= largest):
		return model.BadKey("perceptron.average_from", t.AverageFrom, fmt.Sprintf("use a time from 0 to %g", largest))
	}
	return nil
}

// CheckAverage says why nothing could be averaged, to experiments that average.
func (t *Table) CheckAverage() error {
	if t.AverageFrom < t.Time {
		return nil
	}
	return model.BadKey("perceptron.average_from", t.AverageFrom, fmt.Sprintf("use a time from 0 to below the end of the run, time = %g", t.Time))
}

func (t *Table) checkTogether() error {
	switch {
	case t.Alpha != 0 && t.Rule != AlphaTron:
		return model.BadKey("perceptron.alpha", t.Alpha, fmt.Sprintf("only the rule alphatron takes a power from this key, and the rule is %s; leave it out", t.Rule))
	case t.Alpha > maxPower:
		return model.BadKey("perceptron.alpha", t.Alpha, fmt.Sprintf("use a power from 0 to %d", maxPower))
	case t.Swirl != 0 && t.N%2 == 1:
		return model.BadKey("perceptron.swirl", t.Swirl, fmt.Sprintf("a swirl turns pairs of weights, so n must be even, and it is %d", t.N))
	case t.Examples == Stored && t.P == 0:
		return model.BadKey("perceptron.P", t.P, "stored examples need their number; use 1 or more")
	case t.Examples == Fresh && t.P != 0:
		return model.BadKey("perceptron.P", t.P, `it is the number of stored examples, and examples is "fresh"; leave it out`)
	}
	return nil
}

// VariantOf says why two perceptrons cannot be computed side by side: students
// of one realisation share its teacher and its examples.
func (s *Spec) VariantOf(base any) error {
	b, ok := base.(*Spec)
	if !ok {
		return errVariant
	}
	same := s.Perceptron
	o := &b.Perceptron
	same.Rule, same.Alpha, same.K, same.Nut, same.D, same.Noise, same.Swirl, same.Ramp = o.Rule, o.Alpha, o.K, o.Nut, o.D, o.Noise, o.Swirl, o.Ramp
	if same != *o {
		return errVariant
	}
	return nil
}

var errVariant = fmt.Errorf("students of one run share teacher, examples and steps: sweep rule, alpha, k, nut, D, noise, swirl or ramp")
