package perceptronscan

import (
	"fmt"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// Kinds are the experiments. Every call makes new ones.
func Kinds() []experiment.Kind {
	known := newTheory()
	return []experiment.Kind{
		{Name: "learn", Doc: "learning curves, at times of the base", Whole: true, Theories: known.ofLearn(),
			New: runner("learn", func(lab experiment.Lab, base *perceptron.Spec) (experiment.Runner, error) {
				return newLearn(lab, base)
			})},
		{Name: "steady", Doc: "means of the records from average_from on, the test error at the end, and the difference to Hebb's rule with the same draws", Theories: known.ofSteady(),
			New: runner("steady", func(lab experiment.Lab, base *perceptron.Spec) (experiment.Runner, error) {
				return &steady{lab}, base.Perceptron.CheckAverage()
			})},
		{Name: "entropy", Doc: "entropy production and heat from average_from on", Theories: known.ofEntropy(),
			New: runner("entropy", func(lab experiment.Lab, base *perceptron.Spec) (experiment.Runner, error) {
				return &entropy{lab}, base.Perceptron.CheckAverage()
			})},
		{Name: "efficiency", Doc: "what a student learns while its learning rate rises, over what that costs", Whole: true, Theories: (&efficiency{}).theories(known),
			New: runner("efficiency", func(lab experiment.Lab, _ *perceptron.Spec) (experiment.Runner, error) { return &efficiency{lab}, nil })},
	}
}

// runner makes the Runner of an experiment around a specification, which must be a perceptron.
func runner(name string, make func(lab experiment.Lab, base *perceptron.Spec) (experiment.Runner, error)) func(experiment.Lab, model.Spec) (experiment.Runner, error) {
	return func(lab experiment.Lab, base model.Spec) (experiment.Runner, error) {
		s, ok := base.(*perceptron.Spec)
		if !ok {
			return nil, fmt.Errorf("the experiment %s is one with perceptrons", name)
		}
		return make(lab, s)
	}
}
