package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Logistic gathers what multinomial logistic regression of classes on states needs: it
// minimises -sum ln p(class | states) + mu |W|^2 / 2 with p the normalised exponentials of
// [1, states] W, where the row of W for the constant, the bias, is not penalised.
type Logistic struct {
	states, classes int
	active          [][]entry // by step
	class           []int
}

// entry is a state that is not 0.
type entry struct {
	state int
	value float64
}

// NewLogistic reads one of so many classes out of states.
func NewLogistic(states, classes int) *Logistic { return &Logistic{states: states, classes: classes} }

// Add takes the states and the class of a step.
func (l *Logistic) Add(states []float64, class int) {
	var active []entry
	for i, v := range states {
		if v != 0 {
			active = append(active, entry{i, v})
		}
	}
	l.active, l.class = append(l.active, active), append(l.class, class)
}

// Solve gives the weights, (1 + states) x classes, the bias first. Mu is above 0, so that
// they are finite; the loss is convex.
func (l *Logistic) Solve(mu float64) (*mat.Dense, error) {
	if len(l.class) == 0 {
		return nil, errors.New("a read-out has seen no step")
	}
	problem := optimize.Problem{
		Func: func(w []float64) float64 { return l.loss(w, mu, nil) },
		Grad: func(gradient, w []float64) { l.loss(w, mu, gradient) },
	}
	start := make([]float64, (1+l.states)*l.classes)
	found, err := optimize.Minimize(problem, start, &optimize.Settings{GradientThreshold: 1e-6 * float64(len(l.class)), MajorIterations: 500}, &optimize.LBFGS{})
	if err != nil && found == nil {
		return nil, fmt.Errorf("the logistic regression does not converge: %w", err)
	}
	return mat.NewDense(1+l.states, l.classes, found.X), nil
}

// loss is what is minimised; its gradient is written where one is given.
func (l *Logistic) loss(w []float64, mu float64, gradient []float64) (sum float64) {
	row := func(of []float64, i int) []float64 { return of[i*l.classes : (i+1)*l.classes] }
	clear(gradient)
	for i := l.classes; i < len(w); i++ {
		sum += float64(mu*w[i]*w[i]) / 2
		if gradient != nil {
			gradient[i] = mu * w[i]
		}
	}
	p := make([]float64, l.classes)
	for k, active := range l.active {
		copy(p, row(w, 0))
		for _, a := range active {
			for c, v := range row(w, 1+a.state) {
				p[c] += float64(a.value * v)
			}
		}
		sum += normalise(p, l.class[k])
		if gradient == nil {
			continue
		}
		p[l.class[k]]--
		for c, v := range p {
			gradient[c] += v
		}
		for _, a := range active {
			for c, v := range p {
				row(gradient, 1+a.state)[c] += float64(a.value * v)
			}
		}
	}
	return sum
}

// normalise makes logarithms of odds probabilities, and gives minus the logarithm of one.
func normalise(p []float64, class int) float64 {
	most, total := p[0], 0.0
	for _, v := range p {
		most = max(most, v)
	}
	own := p[class] - most
	for c, v := range p {
		p[c] = math.Exp(v - most)
		total += p[c]
	}
	for c := range p {
		p[c] /= total
	}
	return math.Log(total) - own
}
