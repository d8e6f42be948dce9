package perceptrongolden

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/perceptron"
)

// Worst is the largest disagreement with a file, as a multiple of what its README
// allows there.
type Worst struct {
	Compared   int     // pairs
	Times      float64 // of the tolerance
	Largest    float64 // disagreement, whatever the tolerance was
	Where      string  // the largest multiple was
	Want, Have float64
}

// Note keeps the pair if it disagrees more than all before. A difference counts
// relative to max(1, |want|).
func (w *Worst) Note(tolerance, want, have float64, where func() string) {
	w.Compared++
	difference := math.Abs(want-have) / math.Max(1, math.Abs(want))
	if math.IsNaN(difference) {
		difference = math.Inf(1)
	}
	w.Largest = math.Max(w.Largest, difference)
	if difference > 0 && !(difference/tolerance <= w.Times) {
		w.Times, w.Where, w.Want, w.Have = difference/tolerance, where(), want, have
	}
}

// Deviation is the disagreement itself.
func (w *Worst) Deviation() float64 {
	return math.Abs(w.Want-w.Have) / math.Max(1, math.Abs(w.Want))
}

func (w *Worst) String() string {
	if w.Where == "" {
		return "equal"
	}
	return fmt.Sprintf("%.3g (%s: recorded %v, computed %v)", w.Deviation(), w.Where, w.Want, w.Have)
}

// The tolerances of theory.
const (
	momentTolerance  = 1e-10
	stepTolerance    = 1e-12
	epsilonTolerance = 1e-9
)

// ruleOf reads a rule of the theory: atronX is the alphatron with alpha = X.
func ruleOf(name string) (perceptron.Rule, float64, error) {
	text, found := strings.CutPrefix(name, "atron")
	if !found {
		return perceptron.Rule(name), 0, nil
	}
	alpha, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", 0, fmt.Errorf("the rule %q is not known", name)
	}
	return perceptron.AlphaTron, alpha, nil
}

func (p *MapParameters) flow() (*perceptron.Map, error) {
	rule, alpha, err := ruleOf(p.RuleName)
	return &perceptron.Map{Rule: rule, Alpha: alpha, K: p.K, Nut: p.Nut, D: p.D, Dt: p.Dt, G: p.G, B: p.B}, err
}

// Check computes everything in the file, in double precision.
func (t *Theory) Check() (Worst, error) {
	var w Worst
	quadrature := perceptron.NewQuadrature(perceptron.Nodes)
	for _, m := range t.Moments {
		rule, alpha, err := ruleOf(m.RuleName)
		if err != nil {
			return w, err
		}
		have := quadrature.MomentsOf(rule, alpha, m.R, m.Q)
		for _, pair := range []struct {
			name       string
			want, have float64
		}{{"M", m.M, have.M}, {"L", m.L, have.L}, {"S1", m.S1, have.S1}, {"S2", m.S2, have.S2}, {"a", m.A, have.A}, {"b", m.B, have.B}, {"m2", m.M2, have.M2}} {
			w.Note(momentTolerance, pair.want, pair.have, func() string {
				return fmt.Sprintf("%s of %s at R = %v, Q = %v", pair.name, m.RuleName, m.R, m.Q)
			})
		}
	}
	for _, s := range t.Steps {
		flow, err := s.flow()
		if err != nil {
			return w, err
		}
		next := flow.Step(perceptron.Overlaps{R: s.R, Q: s.Q})
		w.Note(stepTolerance, s.NextR, next.R, func() string { return fmt.Sprintf("R after a step of %s from R = %v, Q = %v", s.RuleName, s.R, s.Q) })
		w.Note(stepTolerance, s.NextQ, next.Q, func() string { return fmt.Sprintf("Q after a step of %s from R = %v, Q = %v", s.RuleName, s.R, s.Q) })
	}
	return w, t.checkSteady(&w)
}

func (t *Theory) checkSteady(w *Worst) error {
	for _, s := range t.Steady {
		flow, err := s.flow()
		if err != nil {
			return err
		}
		R, Q, err := flow.Steady()
		if err != nil {
			return fmt.Errorf("the steady state of %s at g = %v: %w", s.RuleName, s.G, err)
		}
		where := func(what string) func() string {
			return func() string {
				return fmt.Sprintf("%s of the steady state of %s at g = %v, D = %v", what, s.RuleName, s.G, s.D)
			}
		}
		m := flow.Moments(R, Q)
		w.Note(epsilonTolerance, s.Epsilon, perceptron.Epsilon(R, Q), where("epsilon"))
		w.Note(epsilonTolerance, s.R, R, where("R"))
		w.Note(epsilonTolerance, s.Q, Q, where("Q"))
		w.Note(epsilonTolerance, s.S1, m.S1, where("S1"))
		w.Note(epsilonTolerance, s.S2, m.S2, where("S2"))
		w.Note(epsilonTolerance, s.M2, m.M2, where("m2"))
		w.Note(epsilonTolerance, s.HK, flow.Housekeeping(perceptron.Overlaps{R: R, Q: Q}), where("hk"))
	}
	return nil
}
