// Package perceptronbench has what is measured of perceptrons.
package perceptronbench

import (
	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// Series are steps of students that share the examples and the noise of a realisation.
func Series() []bench.Series {
	return []bench.Series{{
		Name: "perceptron", Unit: "steps", Doc: "time steps of students that learn from the same 30 examples",
		Axes: []bench.Axis{
			{Name: "size", Doc: "weights of a student", Values: []int{1000, 10000}},
			{Name: "students", Doc: "students of a realisation", Values: []int{1, 7, 12}, Together: true},
		},
		New: func(values []int) *bench.Work {
			return &bench.Work{Spec: spec(values[0]), Variants: students(values[0], values[1]), Units: 1, Peers: peers(values[0], values[1])}
		},
	}}
}

func spec(weights int) *perceptron.Spec {
	s := perceptron.Defaults()
	s.Perceptron.N = weights
	s.SetSteps(perceptron.MaxSteps) // no measurement comes to its end
	return s
}

// rules do not diverge, so that all students learn throughout a measurement.
func rules() []perceptron.Rule {
	return []perceptron.Rule{perceptron.Hebb, perceptron.Perceptron, perceptron.AdaTron, "alphatron(0.25)", "alphatron(0.5)"}
}

// students differ in their rules and, where there are more of them, in their learning
// rates.
func students(weights, count int) []model.Spec {
	var out []model.Spec
	for i := range count {
		s := spec(weights)
		s.Perceptron.Rule = rules()[i%len(rules())]
		s.Perceptron.Nut += float64(i / len(rules()))
		out = append(out, s)
	}
	return out
}

// peers are what NumPy takes for a step on one core.
func peers(weights, students int) []bench.Peer {
	for _, p := range []struct {
		weights, students int
		seconds           float64
	}{
		{1000, 1, 0.07e-3}, {10000, 1, 0.46e-3}, {10000, 7, 1.03e-3}, {10000, 12, 1.3e-3}, {100000, 1, 7.1e-3},
	} {
		if p.weights == weights && p.students == students {
			return []bench.Peer{{Name: "NumPy", Each: p.seconds}}
		}
	}
	return nil
}
