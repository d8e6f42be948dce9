package hopfield

import (
	"slices"
	"testing"
)

// seededDraws is a case of testdata/hopfield/seeded.json.gz: each kind of draw.
type seededDraws struct {
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

func TestDraws(t *testing.T) {
	var file struct{ Draws []seededDraws }
	golden(t, "seeded", &file)
	for _, c := range file.Draws {
		key := NetworkKey(c.Seed, c.Network)
		equal(t, "network key", []uint32{uint32(key), uint32(key >> 32)}, c.Key[:])
		w := NewDraws(key)
		for i, mu := range []uint32{0, 1, 2}[:len(c.Bits)] {
			equal(t, "pattern", []string{w.Pattern(c.N, mu).Text(c.N)}, c.Bits[i:i+1])
		}
		for mu, text := range c.Biased {
			equal(t, "biased pattern", []string{w.BiasedPattern(c.N, uint32(mu), 0.3).Text(c.N)}, []string{text})
		}
		order := make([]int32, c.N)
		for i, want := range c.Orders {
			w.Order(order, uint32(i+1))
			equal(t, "order", order, want)
		}
		w.IndependentOrder(order, 1)
		equal(t, "independent order", order[:len(c.IID)], c.IID)
		for trial, want := range c.Flipped {
			equal(t, "subset", w.Subset(c.N, 0.5, uint32(trial))[:len(want)], want)
		}
		var flips []int32
		for i, p := 0, w.Flips(c.N, 0.2, 0); i < c.N; i++ {
			if p.Up(i) {
				flips = append(flips, int32(i))
			}
		}
		equal(t, "flips", flips, c.Flips)
		for trial, text := range c.Random {
			equal(t, "random start", []string{w.RandomStart(c.N, uint32(trial)).Text(c.N)}, []string{text})
		}
		words := make([]uint32, len(c.Words))
		w.RecallWords(words, 5, 7)
		equal(t, "recall words", words, c.Words)
		for row, want := range [][]int32{c.Kept, c.KeptNext} {
			var kept []int32
			for j := row + 1; j < c.N; j++ {
				if w.Survives(row, j, 0.4) {
					kept = append(kept, int32(j))
				}
			}
			equal(t, "damage", kept, want)
		}
	}
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, recorded %v", what, got, want)
	}
}
