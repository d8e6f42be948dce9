package hopfieldgolden

import (
	"errors"
	"fmt"
	"slices"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

// draws are each kind of draw of a network.
type draws struct {
	Seed     uint64
	Network  uint32
	Key      [2]uint32 `json:"network_key"`
	N        int
	Bits     []string  `json:"pattern_bits_mu0_2"`
	Biased   []string  `json:"biased_bits_probability_0_3_mu0_1"`
	Orders   [][]int32 `json:"order_sweeps_1_2"`
	IID      []int32   `json:"iid_sites_sweep_1"`
	Flipped  [][]int32 `json:"flipped_sites_first_12_trials_0_1"`
	Flips    []int32   `json:"independent_flips_probability_0_2_trial_0"`
	Random   []string  `json:"random_start_trials_0_1"`
	Words    []uint32  `json:"glauber_words_trial_5_sweep_7_sites_0_7"`
	Kept     []int32   `json:"kept_couplings_damage_0_4_row_0"`
	KeptNext []int32   `json:"kept_couplings_damage_0_4_row_1"`
}

type seededRun struct {
	Seed     uint64
	Network  uint32
	N, P     int
	Patterns []string
	Fraction float64 `json:"flip_fraction"`
	T        float64
	Trials   []struct {
		Trial int
		Start string
		Cold  struct {
			States []string `json:"states_after_sweeps"`
			NE     float64
		} `json:"async_T0"`
		Glauber struct {
			States []string `json:"states_after_sweeps"`
		}
	}
}

func seeded(c *check, text []byte) error {
	var file struct {
		Draws []draws
		Runs  []seededRun
	}
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	for i := range file.Draws {
		if err := c.draws(&file.Draws[i]); err != nil {
			return fmt.Errorf("draws %d: %w", i, err)
		}
	}
	for i := range file.Runs {
		if err := c.seededRun(&file.Runs[i]); err != nil {
			return fmt.Errorf("run %d: %w", i, err)
		}
	}
	return nil
}

func same[T comparable](c *check, got, want []T, what string, args ...any) {
	exact(c, slices.Equal(got, want), true, what, args...)
}

func (c *check) draws(d *draws) error {
	if err := sized(d.N); err != nil {
		return err
	}
	key := hopfield.NetworkKey(d.Seed, d.Network)
	same(c, []uint32{uint32(key), uint32(key >> 32)}, d.Key[:], "the key of network %d", d.Network)
	w := hopfield.NewDraws(key)
	for mu, want := range d.Bits {
		exact(c, w.Pattern(d.N, uint32(mu)).Text(d.N), want, "pattern %d", mu)
	}
	for mu, want := range d.Biased {
		exact(c, w.BiasedPattern(d.N, uint32(mu), 0.3).Text(d.N), want, "biased pattern %d", mu)
	}
	if len(d.IID) > d.N {
		return fmt.Errorf("it draws %d units one by one, and there are %d units", len(d.IID), d.N)
	}
	order := make([]int32, d.N)
	for k, want := range d.Orders {
		w.Order(order, uint32(k+1))
		same(c, order, want, "the order of sweep %d", k+1)
	}
	w.IndependentOrder(order, 1)
	same(c, order[:len(d.IID)], d.IID, "units that are drawn one by one")
	for trial, want := range d.Flipped {
		flipped := w.Subset(d.N, 0.5, uint32(trial))
		if len(want) > len(flipped) {
			return fmt.Errorf("it has %d flipped units of trial %d, and half of %d units are flipped", len(want), trial, d.N)
		}
		same(c, flipped[:len(want)], want, "flipped units of trial %d", trial)
	}
	same(c, up(w.Flips(d.N, 0.2, 0), d.N), d.Flips, "independent flips")
	for trial, want := range d.Random {
		exact(c, w.RandomStart(d.N, uint32(trial)).Text(d.N), want, "random start of trial %d", trial)
	}
	words := make([]uint32, len(d.Words))
	w.RecallWords(words, 5, 7)
	same(c, words, d.Words, "words of a recall")
	for row, want := range [][]int32{d.Kept, d.KeptNext} {
		var kept []int32
		for j := row + 1; j < d.N; j++ {
			if w.Survives(row, j, 0.4) {
				kept = append(kept, int32(j))
			}
		}
		same(c, kept, want, "couplings of unit %d after damage", row)
	}
	return nil
}

// up lists the units that are +1.
func up(p hopfield.Pattern, n int) []int32 {
	var out []int32
	for i := range n {
		if p.Up(i) {
			out = append(out, int32(i))
		}
	}
	return out
}

func (c *check) seededRun(of *seededRun) error {
	for i := range of.Trials {
		trial := &of.Trials[i]
		s := hopfield.Defaults()
		s.Network.Units, s.Patterns.Count = of.N, of.P
		s.Recall.Fraction, s.Recall.Trial = of.Fraction, trial.Trial
		if err := c.seededTrial(of, s, trial.Start, trial.Cold.States, &trial.Cold.NE); err != nil {
			return err
		}
		hot := *s
		hot.Recall.Temperature = of.T
		if err := c.seededTrial(of, &hot, trial.Start, trial.Glauber.States, nil); err != nil {
			return err
		}
	}
	return nil
}

func (c *check) seededTrial(of *seededRun, s *hopfield.Spec, start string, states []string, energy *float64) (err error) {
	r, err := c.open(s, of.Seed, hopfield.NetworkKey(of.Seed, of.Network))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	name := fmt.Sprintf("seed %d, trial %d, T = %g", of.Seed, s.Recall.Trial, s.Recall.Temperature)
	if err := model.FirstError(enough("patterns of its network", len(r.memory.Patterns), len(of.Patterns)), enough("states after sweeps", len(states), 1)); err != nil {
		return err
	}
	for mu, want := range of.Patterns {
		exact(c, r.memory.Patterns[mu].Text(of.N), want, "%s: pattern %d", name, mu)
	}
	if err := r.state(start, "%s: the start", name); err != nil {
		return err
	}
	var sums []float64
	for k, want := range states {
		if sums, err = r.backend.Advance(1); err != nil {
			return err
		}
		if err := r.state(want, "%s: the state after sweep %d", name, k+1); err != nil {
			return err
		}
	}
	if energy != nil {
		c.real(sums[hopfield.SumEnergy]*float64(of.N), *energy, 1e-9, "%s: N times the energy", name)
	}
	return nil
}
