package perceptrontest

import (
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/perceptron"
)

// SuiteSteps is how many steps the suite of all models makes of a perceptron. Records
// come every tenth step.
const SuiteSteps = 12

// Suite are the networks for the suite of all models: a sliding drive with heat at some
// steps, a start at zero, and stored examples under a ramp.
func Suite() []backendtest.Case {
	return []backendtest.Case{
		suiteCase("swirl", 130, 65, func(t *perceptron.Table) { t.Swirl, t.HeatEvery, t.Rule, t.Alpha = -0.3, 3, perceptron.AlphaTron, 0.5 }),
		suiteCase("zero", 33, 1, func(t *perceptron.Table) { t.Teacher, t.Start = perceptron.PlusMinus, perceptron.Zero }),
		suiteCase("stored", 257, 30, func(t *perceptron.Table) {
			t.Examples, t.P, t.Ramp, t.Rule, t.Noise = perceptron.Stored, 70, 0.05, perceptron.AdaTron, perceptron.Literal2
		}),
	}
}

func suiteCase(name string, n, b int, change func(t *perceptron.Table)) backendtest.Case {
	s := perceptron.Defaults()
	t := &s.Perceptron
	t.N, t.B, t.Dt, t.Time, t.AverageFrom, t.HeatEvery = n, b, 0.01, 0.4, 0, 10
	change(t)
	return backendtest.Case{Name: name, Net: &perceptron.Network{Spec: s}}
}
