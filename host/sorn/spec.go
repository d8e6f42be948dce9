// Package sorn says what a self-organising recurrent neural network is: its
// specification, constants, draws, fields and quantities, once for all backends.
// docs/sorn.md is the model in words and formulas; its section numbers are quoted here.
package sorn

import (
	"math"
	"strings"
)

// Type says which units a matrix of weights joins.
type Type string

// The types.
const (
	Sparse Type = "Sparse" // to partners that are drawn
	Dense  Type = "Dense"  // each with each
)

// Scaling says how the number of births of a step grows with the network.
type Scaling string

// The scalings of docs/sorn.md section 4.
const (
	NoScaling Scaling = "none"
	Pairs     Scaling = "pairs"
	Units     Scaling = "units"
)

// Degree is the distribution of the number of partners.
type Degree string

// The distributions.
const (
	Normal   Degree = "normal"
	Binomial Degree = "binomial"
)

// Inhibition says which states of excitatory units the inhibitory ones answer to.
type Inhibition string

// Inhibitory units answer to the states before the step, or to those after it.
const (
	Old Inhibition = "old"
	New Inhibition = "new"
)

// Thresholds says how first thresholds are spread over their range.
type Thresholds string

// Thresholds are drawn, or stand at even distances.
const (
	UniformThresholds Thresholds = "uniform"
	Even              Thresholds = "even"
)

// Rule names one of the five rules of plasticity.
type Rule string

// The rules, in the order of a step (docs/sorn.md section 2).
const (
	STDP  Rule = "stdp"
	IP    Rule = "ip"
	SP    Rule = "sp"
	ISTDP Rule = "istdp"
	SS    Rule = "ss"
)

// Rules are all rules in the order of a step.
func Rules() []Rule { return []Rule{STDP, IP, SP, ISTDP, SS} }

// Phase says whether rules are at work.
type Phase string

// The phases of an era. Their names may have any letter case.
const (
	Plasticity Phase = "plasticity"
	Training   Phase = "training"
)

// Spec is the complete description of a network and of what is done with it. With a
// seed it determines every bit of a run.
type Spec struct {
	Sorn  Table     `toml:"sorn" comment:"A self-organising recurrent network (docs/sorn.md)."`
	Input InputSpec `toml:"input" comment:"What drives excitatory units from outside (section 6)."`
	Eras  []EraSpec `toml:"era" comment:"The run, era after era (section 2)."`
}

// Table is the network and its rules.
type Table struct {
	NE     int  `toml:"ne" comment:"N, excitatory units; there are N/5 inhibitory ones"`
	NU     int  `toml:"nu" comment:"input channels"`
	TypeEE Type `toml:"network_type_ee" comment:"Sparse or Dense: weights from excitatory to excitatory units"`
	TypeEI Type `toml:"network_type_ei" comment:"from inhibitory to excitatory units"`
	TypeIE Type `toml:"network_type_ie" comment:"from excitatory to inhibitory units"`

	LambdaEE int    `toml:"lambda_ee" comment:"mean number of excitatory inputs of an excitatory unit"`
	LambdaEI int    `toml:"lambda_ei" comment:"mean number of excitatory targets of an inhibitory unit"`
	LambdaIE int    `toml:"lambda_ie" comment:"mean number of inputs of an inhibitory unit, where network_type_ie is Sparse"`
	Degree   Degree `toml:"degree" comment:"of the numbers around these means: normal or binomial"`

	EtaSTDP  float64 `toml:"eta_stdp" comment:"rate of stdp"`
	EtaInhib float64 `toml:"eta_inhib" comment:"rate of istdp"`
	EtaIP    float64 `toml:"eta_ip" comment:"rate of ip"`
	MuIP     float64 `toml:"mu_ip" comment:"of istdp: a weight grows by eta_inhib/mu_ip"`

	TargetRate float64 `toml:"target_rate" comment:"that ip leads to; 0: twice nu/ne"`
	SigmaIP    float64 `toml:"sigma_ip" comment:"largest distance of a unit's target rate from it"`

	TeMin      float64    `toml:"te_min" comment:"least first threshold of excitatory units"`
	TeMax      float64    `toml:"te_max" comment:"and largest"`
	TiMin      float64    `toml:"ti_min" comment:"least threshold of inhibitory units"`
	TiMax      float64    `toml:"ti_max" comment:"and largest"`
	Thresholds Thresholds `toml:"thresholds" comment:"uniform: drawn; even: at even distances"`
	Clamp      bool       `toml:"clamp" comment:"ip keeps thresholds between te_min and te_max"`

	Noise    bool    `toml:"noise" comment:"of the drive of all units"`
	NoiseSDE float64 `toml:"noise_sd_e" comment:"standard deviation for excitatory units"`
	NoiseSDI float64 `toml:"noise_sd_i" comment:"for inhibitory units"`

	SPProb    float64 `toml:"sp_prob" comment:"births of synapses in a step, in the whole network; more than 1 is possible"`
	SPWeight  float64 `toml:"sp_weight" comment:"weight of a synapse that is born"`
	SPScaling Scaling `toml:"sp_scaling" comment:"births grow with the number of pairs, with that of units, or not: pairs, units or none"`

	WMax            float64    `toml:"w_max" comment:"largest weight after stdp and istdp"`
	InputGain       float64    `toml:"input_gain" comment:"factor of inputs"`
	Freeze          []Rule     `toml:"freeze,omitempty" comment:"rules that are skipped in all eras: stdp, ip, sp, istdp, ss"`
	Inhibition      Inhibition `toml:"inhibition" comment:"old: inhibitory units answer to the states before the step; new: to those after it"`
	SpikeAtZero     bool       `toml:"spike_at_zero" comment:"a drive equal to the threshold makes a unit active"`
	InhibitionFloor float64    `toml:"inhibition_floor" comment:"more than 0: an inhibitory weight that istdp brings to 0 or below becomes this"`
	InitialX        float64    `toml:"initial_x" comment:"probability that an excitatory unit begins active"`
	InitialY        float64    `toml:"initial_y" comment:"that an inhibitory unit does"`
	Prune           bool       `toml:"prune" comment:"a synapse whose weight stdp or istdp brings to 0 is gone; false: it stays with weight 0"`
	ScalingMix      float64    `toml:"scaling_mix" comment:"part of ss that also scales a unit's outgoing weights"`
	EIScaling       bool       `toml:"ei_scaling" comment:"ss scales inhibitory weights, too"`

	State string `toml:"state,omitempty" bits:"no" comment:"npz file with Wee, Wei, Wie, Te, Ti, X, Y: the run begins there, and no network is drawn"`
	Room  int    `toml:"room,omitempty" bits:"no" comment:"synapses that an excitatory unit has room for at first; 0: chosen from their mean number (docs/sorn.md section 3)"`
}

// EraSpec is a stretch of a run under one regime.
type EraSpec struct {
	Steps   int    `toml:"steps" comment:"of the era"`
	Phase   Phase  `toml:"phase" comment:"plasticity, or training: no rule is at work"`
	Freeze  []Rule `toml:"freeze,omitempty" comment:"rules that are skipped, besides those of sorn.freeze"`
	Input   bool   `toml:"input" comment:"false: inputs are 0, and wait"`
	Shuffle bool   `toml:"shuffle" comment:"before the first step the states of units change places"`
}

// Is tells whether two phases are the same, whatever their letter case.
func (p Phase) Is(other Phase) bool { return strings.EqualFold(string(p), string(other)) }

// M is the number of inhibitory units.
func (t *Table) M() int { return t.NE / 5 }

// Target is the mean rate that ip leads to.
func (t *Table) Target() float64 {
	if t.TargetRate != 0 {
		return t.TargetRate
	}
	return 2 * float64(t.NU) / float64(t.NE)
}

// Births is the mean number of births of a step.
func (t *Table) Births() float64 {
	n := float64(t.NE)
	switch t.SPScaling {
	case Pairs:
		return t.SPProb * n * (n - 1) / (200 * 199)
	case Units:
		return t.SPProb * n / 200
	}
	return t.SPProb
}

// Regime is what holds in the steps of an era.
type Regime struct {
	First, Last             int64 // steps
	STDP, IP, SP, ISTDP, SS bool  // rules at work
	Input                   bool
	Shuffle                 bool // states change places before the first step
}

// Plastic tells whether a rule is at work.
func (r *Regime) Plastic() bool { return r.STDP || r.IP || r.SP || r.ISTDP || r.SS }

// rule is whether one is at work.
func (r *Regime) rule(of Rule) *bool {
	return map[Rule]*bool{STDP: &r.STDP, IP: &r.IP, SP: &r.SP, ISTDP: &r.ISTDP, SS: &r.SS}[of]
}

// RegimeAt is that of a step, counted from 1. Steps after the last era are as it is.
func (s *Spec) RegimeAt(step int64) Regime {
	if len(s.Eras) == 0 {
		return Regime{Last: MaxSteps, Input: true}
	}
	i, first := s.era(step)
	e := &s.Eras[i]
	r := Regime{First: first, Last: first + int64(e.Steps) - 1, Input: e.Input, Shuffle: e.Shuffle}
	if i == len(s.Eras)-1 {
		r.Last = MaxSteps
	}
	for _, rule := range Rules() {
		*r.rule(rule) = !e.Phase.Is(Training) && !has(s.Sorn.Freeze, rule) && !has(e.Freeze, rule)
	}
	return r
}

// era finds that of a step, and its first step.
func (s *Spec) era(step int64) (i int, first int64) {
	first = 1
	for i < len(s.Eras)-1 && step >= first+int64(s.Eras[i].Steps) {
		first += int64(s.Eras[i].Steps)
		i++
	}
	return i, first
}

// eraAt is the era of a step.
func (s *Spec) eraAt(step int64) *EraSpec {
	i, _ := s.era(step)
	return &s.Eras[i]
}

func has(rules []Rule, rule Rule) bool {
	for _, r := range rules {
		if strings.EqualFold(string(r), string(rule)) {
			return true
		}
	}
	return false
}

// Steps implements model.Spec.
func (s *Spec) Steps() int64 {
	total := int64(0)
	for _, e := range s.Eras {
		total += int64(e.Steps)
	}
	return total
}

// SetSteps implements model.Spec: eras are cut off at the end, or the last one is made
// longer.
func (s *Spec) SetSteps(n int64) {
	left := n
	for i := range s.Eras {
		if last := i == len(s.Eras)-1; last || left <= int64(s.Eras[i].Steps) {
			s.Eras[i].Steps = int(left)
			s.Eras = s.Eras[:i+1]
			return
		}
		left -= int64(s.Eras[i].Steps)
	}
}

// Files implements model.Spec.
func (s *Spec) Files() map[string]*string {
	out := map[string]*string{}
	for key, name := range map[string]*string{"sorn.state": &s.Sorn.State, "input.file": &s.Input.File, "input.readout": &s.Input.Readout} {
		if *name != "" {
			out[key] = name
		}
	}
	return out
}

// Key implements model.Spec: replica r is the run of seed + r.
func (s *Spec) Key(seed uint64, replica, _ int) uint64 { return seed + uint64(replica) }

// MaxSteps is the largest number of a step that a draw can be for.
const MaxSteps = math.MaxUint32
