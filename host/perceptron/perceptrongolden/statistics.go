package perceptrongolden

import (
	"encoding/json"
	"fmt"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/perceptron"
)

// Statistics are measured values, which cannot be replayed: the soak tests compare
// ensembles with them. Pairs are a mean and its standard error.
type Statistics struct {
	Format     string      `json:"format"`
	Headline   []Reference `json:"headline"`
	Validation []Measured  `json:"validation"`
	values     int
}

// Reference is a student of the headline network.
type Reference struct {
	RuleName string     `json:"rule"`
	Noise    string     `json:"noise_prefactor"` // sqrt(2), 2 or 2 (literal)
	Epsilon  [2]float64 `json:"eps"`             // zeros where the student diverges, and so on
	Diff     [2]float64 `json:"paired_diff_vs_hebb"`
	Q        [2]float64 `json:"Q"`
	TBlow    []float64  `json:"t_blow_Q_1e16"` // by realisation
}

// Measured is a student of another network.
type Measured struct {
	Kind     string  `json:"kind"`
	RuleName string  `json:"rule"`
	Noise    string  `json:"noise_prefactor"`
	N        int     `json:"n"`
	B        int     `json:"B"`
	Dt       float64 `json:"dt"`
	Epsilon  float64 `json:"eps"`
	Error    float64 `json:"se"`
}

// Set has a table learn as a rule and a noise of these files say.
func Set(t *perceptron.Table, ruleName, noise string) (err error) {
	switch noise {
	case "sqrt(2)":
		t.Noise = perceptron.Sqrt2
	case "2", "2 (literal)":
		t.Noise = perceptron.Literal2
	default:
		return fmt.Errorf("the noise %q is not known", noise)
	}
	t.Rule, t.Alpha, err = ruleOf(ruleName)
	return err
}

// UnmarshalJSON also counts the numbers of the file.
func (s *Statistics) UnmarshalJSON(src []byte) error {
	type plain Statistics
	var all any
	if err := json.Unmarshal(src, &all); err != nil {
		return err
	}
	s.values = golden.Numbers(all)
	return json.Unmarshal(src, (*plain)(s))
}

// Values is how many numbers the file holds.
func (s *Statistics) Values() int { return s.values }

func (s *Statistics) validate() error { return nil }
