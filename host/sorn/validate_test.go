package sorn

import (
	"errors"
	"math"
	"testing"

	"tnn-gpu/host/model"
)

// TestBadInput: each impossible value is found under its key (docs/sorn.md section 4),
// and the presets are possible.
func TestBadInput(t *testing.T) {
	for _, p := range Presets() {
		if err := p.Spec.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	refused := func(key string, change func(s *Spec)) {
		t.Helper()
		s := Defaults()
		change(s)
		var bad *model.KeyError
		if err := s.Validate(); !errors.As(err, &bad) || bad.Key != key {
			t.Errorf("a bad %s gives %v", key, err)
		}
	}
	// Also where nothing reads them.
	refused("sorn.lambda_ie", func(s *Spec) { s.Sorn.TypeIE, s.Sorn.LambdaIE = Dense, -7 })
	refused("input.units", func(s *Spec) { s.Input.Kind, s.Input.Units = Zero, -1 })
	refused("input.count", func(s *Spec) { s.Input.Kind, s.Input.Count = Zero, -1 })
	refused("input.alphabet", func(s *Spec) { s.Input.Kind, s.Input.Alphabet = Zero, -1 })
	refused("input.transitions", func(s *Spec) { s.Input.Kind, s.Input.Transitions = Zero, []float64{math.NaN()} })
	// Odds that would be looked up beyond their end.
	refused("input.transitions", func(s *Spec) {
		s.Input.Kind, s.Input.Alphabet, s.Input.Transitions = RandomSequence, 2, []float64{1}
	})
	refused("input.transitions", func(s *Spec) {
		s.Input.Kind, s.Input.Count, s.Input.Transitions = Counting, 2, []float64{0.5, 0.5}
	})
	refused("input.transitions", func(s *Spec) {
		s.Input.Kind, s.Input.File, s.Input.Transitions = Text, "letters.txt", []float64{0.5, 0.5, 1, 0}
	})
	for key, change := range map[string]func(s *Spec){
		"sorn.ne":               func(s *Spec) { s.Sorn.NE = 4 },
		"sorn.nu":               func(s *Spec) { s.Sorn.NU = 0 },
		"sorn.network_type_ee":  func(s *Spec) { s.Sorn.TypeEE = "sparse" },
		"sorn.lambda_ee":        func(s *Spec) { s.Sorn.LambdaEE = 200 },
		"sorn.lambda_ei":        func(s *Spec) { s.Sorn.LambdaEI = 0 },
		"sorn.lambda_ie":        func(s *Spec) { s.Sorn.TypeIE, s.Sorn.LambdaIE = Sparse, 201 },
		"sorn.eta_stdp":         func(s *Spec) { s.Sorn.EtaSTDP = -1 },
		"sorn.noise_sd_e":       func(s *Spec) { s.Sorn.NoiseSDE = math.NaN() },
		"sorn.mu_ip":            func(s *Spec) { s.Sorn.MuIP = 0 },
		"sorn.te_min":           func(s *Spec) { s.Sorn.TeMin = 2 },
		"sorn.ti_min":           func(s *Spec) { s.Sorn.TiMin = 0.6 },
		"sorn.freeze":           func(s *Spec) { s.Sorn.Freeze = []Rule{"hebb"} },
		"sorn.w_max":            func(s *Spec) { s.Sorn.WMax = 0 },
		"era[0].phase":          func(s *Spec) { s.Eras[0].Phase = Training },
		"era[0].freeze":         func(s *Spec) { s.Eras[0].Freeze = []Rule{"x"} },
		"era[0].steps":          func(s *Spec) { s.Eras[0].Steps = 0 },
		"era":                   func(s *Spec) { s.Eras = nil },
		"input.kind":            func(s *Spec) { s.Input.Kind = "noise" },
		"input.words":           func(s *Spec) { s.Input.Kind = Words },
		"input.transitions":     func(s *Spec) { s.Input.Kind, s.Input.Words, s.Input.Transitions = Words, []string{"A"}, []float64{0.5} },
		"input.pool_size":       func(s *Spec) { s.Input.Kind, s.Input.PoolSize = Uniform, 30 },
		"input.alphabet":        func(s *Spec) { s.Input.Kind = RandomSequence },
		"input.count":           func(s *Spec) { s.Input.Kind = Counting },
		"sorn.network_type_ie":  func(s *Spec) { s.Sorn.NE, s.Sorn.TargetRate = 1000000, 0.1 },
		"sorn.sp_prob":          func(s *Spec) { s.Sorn.SPProb = math.Inf(1) },
		"sorn.inhibition_floor": func(s *Spec) { s.Sorn.InhibitionFloor = 2 },
		"sorn.input_gain":       func(s *Spec) { s.Sorn.InputGain = math.NaN() },
	} {
		refused(key, change)
	}
	for key, change := range map[string]func(s *Spec){
		"sorn.nu":              func(s *Spec) { s.Sorn.NU = s.Sorn.NE + 1 },
		"sorn.network_type_ei": func(s *Spec) { s.Sorn.TypeEI = "" },
		"sorn.lambda_ee":       func(s *Spec) { s.Sorn.LambdaEE = 0 },
		"sorn.lambda_ei":       func(s *Spec) { s.Sorn.LambdaEI = s.Sorn.NE + 1 },
		"sorn.eta_inhib":       func(s *Spec) { s.Sorn.EtaInhib = -1e-9 },
		"sorn.eta_ip":          func(s *Spec) { s.Sorn.EtaIP = -1e-9 },
		"sorn.noise_sd_e":      func(s *Spec) { s.Sorn.NoiseSDE = -0.1 },
		"sorn.noise_sd_i":      func(s *Spec) { s.Sorn.NoiseSDI = -0.1 },
		"sorn.sp_prob":         func(s *Spec) { s.Sorn.SPProb = -0.1 },
		"sorn.sigma_ip":        func(s *Spec) { s.Sorn.SigmaIP = -0.1 },
		"sorn.mu_ip":           func(s *Spec) { s.Sorn.MuIP = 1.01 },
		"sorn.room":            func(s *Spec) { s.Sorn.Room = s.Sorn.NE },
		"input.readout":        func(s *Spec) { s.Input.Kind, s.Input.Readout = Uniform, "readout.csv" },
		"input.sd":             func(s *Spec) { s.Input.Kind, s.Input.SD = Gaussian, -1 },
	} {
		refused(key, change)
	}
}
