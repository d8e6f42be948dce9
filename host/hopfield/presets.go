package hopfield

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// Presets are single recalls. Every call makes new ones.
func Presets() []Preset {
	return []Preset{
		{"hopfield-recall", "a recall of one of 100 random patterns from a fifth of its units wrong, 1000 units", random()},
		{"hopfield-glyphs", "a letter of 26 recalled by the projection rule, images of 32x32 units", glyphs()},
		{"hopfield-flow", "a recall of one of 64 patterns that minimum probability flow has stored in 64 units", flow()},
		{"hopfield-two-memories", "four units, two patterns, and a start as far from one pattern as from the other, its negative", twoMemories()},
	}
}

// Defaults are the values of keys that a configuration leaves out.
func Defaults() *Spec {
	return &Spec{
		Network:  NetworkSpec{Rule: Hebb, Matrix: true},
		Patterns: PatternsSpec{Bias: 0.5},
		Graph:    GraphSpec{Kind: Complete},
		Recall:   RecallSpec{Update: Async, Method: Glauber, Corruption: Flip, Fraction: 0.2, Trials: 20, Sweeps: 200},
	}
}

func random() *Spec {
	s := Defaults()
	s.Network.Units, s.Patterns.Load = 1000, 0.1
	return s
}

func glyphs() *Spec {
	s := Defaults()
	s.Network = NetworkSpec{Rule: ProjectionRule, Matrix: true}
	s.Patterns = PatternsSpec{Letters: 32, Bias: 0.5}
	return s
}

func flow() *Spec {
	s := Defaults()
	s.Network.Units, s.Network.Rule, s.Network.Iterations = 64, FlowRule, 3000
	s.Patterns.Count, s.Recall.Fraction = 64, 0.05
	return s
}

// twoMemories is an example of the text that docs/hopfield.md section 11 answers: both
// patterns are each other's negatives, and the start differs from each in two units, so
// that the order of the units decides.
func twoMemories() *Spec {
	s := Defaults()
	s.Network = NetworkSpec{Rule: Hebb, Matrix: true}
	s.Patterns = PatternsSpec{Texts: []string{"++-+", "--+-"}, Bias: 0.5}
	s.Recall.State, s.Recall.Update = "+++-", Cyclic
	return s
}
