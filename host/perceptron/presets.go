package perceptron

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// Presets are runs of one student; those that compare rules are scans. Every call
// makes new ones.
func Presets() []Preset {
	return []Preset{
		{"perceptron-hebb", "a perceptron of 10,000 weights learns by Hebb's rule from 30 examples a step", Defaults()},
		{"perceptron-alphatron", "the same by the alphatron with alpha = 0.25", alphaTron(0.25)},
	}
}

func alphaTron(alpha float64) *Spec {
	s := Defaults()
	s.Perceptron.Rule, s.Perceptron.Alpha = AlphaTron, alpha
	return s
}
