// Package perceptron says what a perceptron that learns from a teacher by
// Langevin dynamics is: its specification, constants, fields, quantities and
// theory, once for all backends. docs/perceptron.md is the model in words and
// formulas; its section numbers are quoted here.
package perceptron

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Rule names what an example contributes to the force (docs/perceptron.md
// section 1).
type Rule string

// The rules.
const (
	Hebb       Rule = "hebb"
	Perceptron Rule = "perceptron"
	AdaTron    Rule = "adatron"
	AlphaTron  Rule = "alphatron"
)

// Rules are all rules, in the order in which devices number them.
func Rules() []Rule { return []Rule{Hebb, Perceptron, AdaTron, AlphaTron} }

// Law is the rule itself and the power of an alphatron, which a text may give:
// alphatron(0.25). It is false for what is no rule.
func (r Rule) Law() (rule Rule, power float64, ok bool) {
	if text, found := strings.CutPrefix(string(r), string(AlphaTron)+"("); found && strings.HasSuffix(text, ")") {
		power, err := strconv.ParseFloat(strings.TrimSuffix(text, ")"), 64)
		return AlphaTron, power, err == nil
	}
	return r, 0, slices.Contains(Rules(), r)
}

// Noise names the prefactor of the thermal noise.
type Noise string

// The prefactors: sqrt(2D) dW, and the literal 2 sqrt(D) dW of the blog post,
// which is a temperature of 2D.
const (
	Sqrt2    Noise = "sqrt2"
	Literal2 Noise = "literal2"
)

// Vector names how the teacher or the student's start is drawn.
type Vector string

// The teacher is Gauss or PlusMinus, the start Gauss or Zero.
const (
	Gauss     Vector = "gauss"
	PlusMinus Vector = "pm1"
	Zero      Vector = "zero"
)

// Supply names where the examples of a step come from.
type Supply string

// Examples are new at each step, or drawn with replacement from a stored set.
const (
	Fresh  Supply = "fresh"
	Stored Supply = "stored"
)

// Spec is the complete description of a perceptron and of what is done to it.
// The comments of its keys are those of a written configuration.
type Spec struct {
	Perceptron Table `toml:"perceptron" comment:"A student learns from a teacher by Langevin dynamics (docs/perceptron.md)."`
}

// Table is the one table of the model.
type Table struct {
	Rule  Rule    `toml:"rule" comment:"hebb, perceptron, adatron, or alphatron, of which alphatron(0.25) also gives alpha"`
	Alpha float64 `toml:"alpha,omitempty" comment:"of the alphatron: the power of |activation| where the student is right"`
	N     int     `toml:"n" comment:"inputs, each with a weight"`
	B     int     `toml:"B" comment:"examples of a step"`
	Dt    float64 `toml:"dt" comment:"of a step"`
	Time  float64 `toml:"time" comment:"of the run: a whole number of steps"`
	K     float64 `toml:"k" comment:"strength of the restoring force"`
	Nut   float64 `toml:"nut" comment:"learning rate over sqrt(n)"`
	D     float64 `toml:"D" comment:"temperature, which is the diffusion constant"`
	Noise Noise   `toml:"noise" comment:"sqrt2 for sqrt(2D) dW, or literal2 for 2 sqrt(D) dW"`
	Swirl float64 `toml:"swirl,omitempty" comment:"kappa, a force that has no potential; the control of the entropy's null test"`

	Ramp float64 `toml:"ramp,omitempty" comment:"time over which the learning rate grows linearly from 0 to nut"`

	Teacher  Vector `toml:"teacher" comment:"gauss, or pm1 for components of +1 and -1"`
	Start    Vector `toml:"start" comment:"of the student: gauss or zero"`
	Examples Supply `toml:"examples" comment:"fresh at each step, or stored"`
	P        int    `toml:"P,omitempty" comment:"stored examples"`

	HeatEvery   int     `toml:"heat_every" comment:"steps from one measurement of heat to the next"`
	AverageFrom float64 `toml:"average_from" bits:"measured" comment:"time at which averages begin"`
}

// Defaults are the values of keys that a configuration leaves out.
func Defaults() *Spec {
	return &Spec{Table{
		Rule: Hebb, N: 10000, B: 30, Dt: 1e-3, Time: 20, K: 1, Nut: 3, D: 1, Noise: Sqrt2,
		Teacher: Gauss, Start: Gauss, Examples: Fresh, HeatEvery: 10, AverageFrom: 15,
	}}
}

// Kind is the rule without the power that may stand in its name.
func (t *Table) Kind() Rule {
	rule, _, _ := t.Rule.Law()
	return rule
}

// Power is alpha, wherever it stands.
func (t *Table) Power() float64 {
	_, power, _ := t.Rule.Law()
	return power + t.Alpha
}

// Temperature is D, doubled where the noise is literal2.
func (t *Table) Temperature() float64 {
	if t.Noise == Literal2 {
		return 2 * t.D
	}
	return t.D
}

// G is the control parameter n dt / B, the strength of the noise that comes from
// the choice of examples.
func (t *Table) G() float64 { return float64(t.N) * t.Dt / float64(t.B) }

// Steps is the length of the run, or 0 where time is no whole number of steps.
func (s *Spec) Steps() int64 {
	return wholeSteps(s.Perceptron.Time, s.Perceptron.Dt)
}

// wholeSteps is time/dt where that is a whole number to within rounding, or 0.
func wholeSteps(time, dt float64) int64 {
	steps := math.Round(time / dt)
	if !(steps >= 1 && steps <= MaxSteps) || math.Abs(float64(steps*dt)-time) > 1e-9*time {
		return 0
	}
	return int64(steps)
}

// TimeOf is when a step ends: its number times dt.
func (t *Table) TimeOf(step int64) float64 { return decimal(float64(step) * t.Dt) }

// decimal is a product of decimal numbers as the one that it is, from which rounding takes it
// in the sixteenth digit.
func decimal(product float64) float64 {
	number, _ := strconv.ParseFloat(strconv.FormatFloat(product, 'g', 15, 64), 64)
	return number
}

// PastEnd implements model.Timed.
func (s *Spec) PastEnd(n int64) string {
	if t := &s.Perceptron; t.AverageFrom >= t.TimeOf(n) {
		return "perceptron.average_from"
	}
	return ""
}

// SetSteps makes the run n steps long. Averages that would begin past its end
// begin at three quarters of it.
func (s *Spec) SetSteps(n int64) {
	past := s.PastEnd(n) != ""
	t := &s.Perceptron
	t.Time = t.TimeOf(n)
	if past {
		t.AverageFrom = decimal(0.75 * t.Time)
	}
}

// Files implements model.Spec: there are none.
func (s *Spec) Files() map[string]*string { return nil }

// MaxSteps is what an integer field can hold, for the step at which a student ends.
const MaxSteps = 1<<31 - 1
