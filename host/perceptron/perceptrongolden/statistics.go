package perceptrongolden

import (
	"encoding/json"

	"tnn-gpu/host/golden"
)

// Statistics are measured values, which cannot be replayed: the soak tests compare
// ensembles with them.
type Statistics struct {
	Format   string `json:"format"`
	Headline []struct {
		Rule    string     `json:"rule"`
		Noise   string     `json:"noise_prefactor"`
		Epsilon [2]float64 `json:"eps"`
		Diff    [2]float64 `json:"paired_diff_vs_hebb"`
		Q       [2]float64 `json:"Q"`
	} `json:"headline"`
	values int
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
