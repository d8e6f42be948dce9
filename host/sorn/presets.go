package sorn

import "math"

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// Presets are the published variants (docs/sorn.md section 5). Every call makes new
// ones.
func Presets() []Preset {
	return []Preset{
		{"sorn-0.3", "the rules and defaults of the Python package sorn 0.3: 200 units, four rules and structural plasticity", Defaults()},
		{"sorn-0.7", "the same with thresholds clamped, as in version 0.7", clamped()},
		{"zheng2013", "Zheng, Dimitrakakis and Triesch 2013: noise of variance 0.05, inhibition that stays", zheng()},
		{"delpapa2017", "Del Papa, Priesemann and Triesch 2017: criticality; inhibition follows the new states", delPapa()},
		{"lazar2009", "Lazar, Pipa and Triesch 2009: no noise, the counting task, then frozen weights", lazar()},
		{"hartmann2015", "Hartmann, Lazar, Nessler and Triesch 2015: words ABCD and EFGH, then spontaneous activity", hartmann()},
	}
}

// Defaults are the values of keys that a configuration leaves out: those of the
// package.
func Defaults() *Spec {
	return &Spec{
		Sorn: Table{
			NE: 200, NU: 10, TypeEE: Sparse, TypeEI: Sparse, TypeIE: Dense, LambdaEE: 20, LambdaEI: 40, LambdaIE: 100, Degree: Normal,
			EtaSTDP: 0.004, EtaInhib: 0.001, EtaIP: 0.01, MuIP: 0.1, TeMax: 1, TiMax: 0.5, Thresholds: UniformThresholds,
			Noise: true, NoiseSDE: 0.04, NoiseSDI: 0.04, SPProb: 0.1, SPWeight: 0.001, SPScaling: NoScaling,
			WMax: 1, InputGain: 1, Inhibition: Old, Prune: true, EIScaling: true,
		},
		Input: InputSpec{Kind: Zero, SD: 1, Amplitude: 10000, Units: 10},
		Eras:  []EraSpec{{Steps: 20000, Phase: Plasticity, Input: true}},
	}
}

func clamped() *Spec {
	s := Defaults()
	s.Sorn.Clamp = true
	return s
}

func zheng() *Spec {
	s := Defaults()
	t := &s.Sorn
	t.NU, t.TargetRate = 0, 0.1
	t.NoiseSDE, t.NoiseSDI = math.Sqrt(0.05), math.Sqrt(0.05)
	t.InhibitionFloor, t.SpikeAtZero, t.InitialX, t.Degree = 0.001, true, 0.1, Binomial
	s.Eras[0].Steps = 50000
	return s
}

func delPapa() *Spec {
	s := zheng()
	s.Sorn.SPScaling, s.Sorn.Inhibition = Pairs, New
	return s
}

func lazar() *Spec {
	s := Defaults()
	t := &s.Sorn
	t.EtaSTDP, t.EtaIP, t.EtaInhib = 0.001, 0.001, 0.001
	t.Noise, t.LambdaEE, t.TypeEI, t.TypeIE, t.EIScaling = false, 10, Dense, Dense, false
	t.TeMax, t.TiMax, t.SpikeAtZero, t.InitialX, t.InitialY = 0.5, 1, true, 0.1, 0.1
	t.Freeze = []Rule{SP, ISTDP}
	s.Input = InputSpec{Kind: Counting, Count: 4, PoolSize: 10, SD: 1, Amplitude: 10000, Units: 10}
	s.Eras = []EraSpec{
		{Steps: 50000, Phase: Plasticity, Input: true},
		{Steps: 5000, Phase: Training, Input: true},
		{Steps: 5000, Phase: Training, Input: true},
	}
	return s
}

func hartmann() *Spec {
	s := Defaults()
	t := &s.Sorn
	t.EtaSTDP, t.EtaIP, t.EtaInhib = 0.001, 0.001, 0.001
	t.Noise, t.Degree, t.TypeEI, t.TypeIE, t.EIScaling = false, Binomial, Dense, Dense, false
	t.TargetRate, t.SigmaIP, t.Thresholds = 0.1, 0.01, Even
	t.TeMax, t.TiMax, t.SpikeAtZero, t.InitialX = 0.5, 0.35, true, 0.1
	t.Inhibition, t.Prune, t.ScalingMix, t.InputGain = New, false, 0.1, 0.5
	t.Freeze = []Rule{SP, ISTDP}
	s.Input = InputSpec{Kind: Words, Words: []string{"ABCD", "EFGH"}, PoolSize: 10, Overlap: true, SD: 1, Amplitude: 10000, Units: 10}
	frozen := []Rule{STDP, SS}
	s.Eras = []EraSpec{
		{Steps: 50000, Phase: Plasticity, Input: true},
		{Steps: 20000, Phase: Plasticity, Freeze: frozen, Input: true, Shuffle: true},
		{Steps: 50000, Phase: Plasticity, Freeze: frozen, Shuffle: true},
	}
	return s
}
