package codes

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// Presets are single populations. Every call makes new ones.
func Presets() []Preset {
	return []Preset{
		{"codes-policy", "a code of 16 messages in 7 uses of a binary symmetric channel finds Hamming's by itself: annealed dither, no model of the channel", Defaults()},
		{"codes-exact", "the same from the entropy in closed form: the oracle of the others", exact()},
		{"codes-backprop", "codewords of real numbers over Gaussian noise, by the gradient through the channel", gauss(Backprop, 3000)},
		{"codes-free", "the same without a model of the channel, from perturbed codewords", gauss(Free, 10000)},
	}
}

func exact() *Spec {
	s := Defaults()
	t := &s.Codes
	t.Transmitter, t.Receiver, t.Updates, t.Rate, t.Anneal = Exact, Posterior, 4000, 0.01, 0.04
	return s
}

func gauss(transmitter Transmitter, updates int64) *Spec {
	s := Defaults()
	t := &s.Codes
	t.Channel, t.Transmitter, t.Receiver, t.TrainAt, t.Updates, t.Rate, t.Anneal = AWGN, transmitter, Network, 3, updates, 0.003, 0
	t.Evaluate = []float64{-2, 0, 2, 4, 6}
	return s
}
