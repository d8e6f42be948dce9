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
	kind := func(name, doc string, theories []experiment.Theory, make func(lab experiment.Lab, base *perceptron.Spec) experiment.Runner) experiment.Kind {
		return experiment.Kind{Name: name, Doc: doc, Theories: theories, New: func(lab experiment.Lab, base model.Spec) (experiment.Runner, error) {
			s, ok := base.(*perceptron.Spec)
			if !ok {
				return nil, fmt.Errorf("the experiment %s is one with perceptrons", name)
			}
			return make(lab, s), nil
		}}
	}
	return []experiment.Kind{
		kind("learn", "learning curves, at times of the base", known.ofLearn(), func(lab experiment.Lab, base *perceptron.Spec) experiment.Runner { return newLearn(lab, base) }),
		kind("steady", "means of the records from average_from on, the test error at the end, and the difference to Hebb's rule with the same draws", known.ofSteady(), func(lab experiment.Lab, _ *perceptron.Spec) experiment.Runner { return &steady{lab} }),
		kind("entropy", "entropy production and heat from average_from on", known.ofEntropy(), func(lab experiment.Lab, _ *perceptron.Spec) experiment.Runner { return &entropy{lab} }),
		kind("efficiency", "what a student learns while its learning rate rises, over what that costs", ofEfficiency(), func(lab experiment.Lab, _ *perceptron.Spec) experiment.Runner { return &efficiency{lab} }),
	}
}
