package sorn

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"tnn-gpu/host/model"
)

// Limits of a specification.
const (
	minUnits = 5
	maxUnits = 1 << 24
	// maxDense bounds the weights of a dense matrix.
	maxDense = 1 << 28
	largest  = 1e6 // of rates, thresholds and deviations
)

// Validate says what the first impossible value is, as a *model.KeyError.
func (s *Spec) Validate() error {
	t := &s.Sorn
	for _, check := range []func() error{t.checkNames, t.checkSizes, t.checkDegrees, t.checkReals, t.checkTogether, s.checkInput, s.checkEras} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) checkNames() error {
	if err := checkRules("sorn.freeze", t.Freeze); err != nil {
		return err
	}
	return model.FirstError(
		model.OneOf("sorn.network_type_ee", t.TypeEE, Sparse, Dense),
		model.OneOf("sorn.network_type_ei", t.TypeEI, Sparse, Dense),
		model.OneOf("sorn.network_type_ie", t.TypeIE, Sparse, Dense),
		model.OneOf("sorn.degree", t.Degree, Normal, Binomial),
		model.OneOf("sorn.sp_scaling", t.SPScaling, NoScaling, Pairs, Units),
		model.OneOf("sorn.inhibition", t.Inhibition, Old, New),
		model.OneOf("sorn.thresholds", t.Thresholds, UniformThresholds, Even),
	)
}

func checkRules(key string, rules []Rule) error {
	for _, r := range rules {
		if !has(Rules(), r) {
			return model.BadKey(key, string(r), "rules are stdp, ip, sp, istdp and ss")
		}
	}
	return nil
}

func (t *Table) checkSizes() error {
	if err := model.Within("sorn.ne", t.NE, minUnits, maxUnits, "excitatory units"); err != nil {
		return err
	}
	if err := model.Within("sorn.nu", t.NU, 0, int64(t.NE), "input channels, each to a unit of its own"); err != nil {
		return err
	}
	if t.NU == 0 && t.TargetRate == 0 {
		return model.BadKey("sorn.nu", t.NU, "without inputs sorn.target_rate must be set: it is derived from nu otherwise")
	}
	n, m := int64(t.NE), int64(t.M())
	for _, d := range []struct {
		key     string
		kind    Type
		weights int64
	}{{"sorn.network_type_ee", t.TypeEE, n * n}, {"sorn.network_type_ei", t.TypeEI, n * m}, {"sorn.network_type_ie", t.TypeIE, n * m}} {
		if d.kind == Dense && d.weights > maxDense {
			return model.BadKey(d.key, string(d.kind), fmt.Sprintf("%d units would have %d weights; use Sparse", n, d.weights))
		}
	}
	if t.Room != 0 {
		return model.Within("sorn.room", t.Room, 1, n-1, "synapses of a unit, or 0")
	}
	return nil
}

func (t *Table) checkDegrees() error {
	n := int64(t.NE)
	for _, d := range []struct {
		key    string
		kind   Type
		lambda int
		most   int64
	}{
		{"sorn.lambda_ee", t.TypeEE, t.LambdaEE, n - 1}, {"sorn.lambda_ei", t.TypeEI, t.LambdaEI, n}, {"sorn.lambda_ie", t.TypeIE, t.LambdaIE, n},
	} {
		least := int64(0) // of what no column is drawn by
		if d.kind == Sparse {
			least = 1
		} else {
			d.most = math.MaxInt32
		}
		if err := model.Within(d.key, d.lambda, least, d.most, "partners of a unit"); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) checkReals() error {
	for _, p := range []struct {
		key         string
		value       float64
		least, most float64
		what        string
	}{
		{"eta_stdp", t.EtaSTDP, 0, largest, "a rate"},
		{"eta_inhib", t.EtaInhib, 0, largest, "a rate"},
		{"eta_ip", t.EtaIP, 0, largest, "a rate"},
		{"target_rate", t.TargetRate, 0, 1, "spikes of a unit and step; 0 derives it"},
		{"sigma_ip", t.SigmaIP, 0, 1, "spikes of a unit and step"},
		{"te_min", t.TeMin, -largest, largest, "a threshold"},
		{"te_max", t.TeMax, -largest, largest, "a threshold"},
		{"ti_min", t.TiMin, -largest, largest, "a threshold"},
		{"ti_max", t.TiMax, -largest, largest, "a threshold"},
		{"noise_sd_e", t.NoiseSDE, 0, largest, "a standard deviation"},
		{"noise_sd_i", t.NoiseSDI, 0, largest, "a standard deviation"},
		{"sp_prob", t.SPProb, 0, largest, "births of a step"},
		{"sp_weight", t.SPWeight, 0, 1, "a weight"},
		{"w_max", t.WMax, 0, largest, "a weight"},
		{"input_gain", t.InputGain, -largest, largest, "a factor"},
		{"inhibition_floor", t.InhibitionFloor, 0, 1, "a weight"},
		{"initial_x", t.InitialX, 0, 1, "a probability"},
		{"initial_y", t.InitialY, 0, 1, "a probability"},
		{"scaling_mix", t.ScalingMix, 0, 1, "a part"},
	} {
		if err := model.Between("sorn."+p.key, p.value, p.least, p.most, p.what); err != nil {
			return err
		}
	}
	for key, value := range map[string]float64{"sp_weight": t.SPWeight, "w_max": t.WMax} {
		if float32(value) <= 0 {
			return model.BadKey("sorn."+key, value, "use a weight above 0")
		}
	}
	if !(t.MuIP > 1e-6 && t.MuIP <= 1) {
		return model.BadKey("sorn.mu_ip", t.MuIP, "use a number above 1e-06, up to 1")
	}
	return nil
}

func (t *Table) checkTogether() error {
	switch {
	case t.TeMin > t.TeMax:
		return model.BadKey("sorn.te_min", t.TeMin, fmt.Sprintf("it is above te_max, which is %g", t.TeMax))
	case t.TiMin > t.TiMax:
		return model.BadKey("sorn.ti_min", t.TiMin, fmt.Sprintf("it is above ti_max, which is %g", t.TiMax))
	case t.Target() > 1:
		return model.BadKey("sorn.nu", t.NU, fmt.Sprintf("the target rate 2 nu/ne would be %g, and no unit has more than 1 spike a step; set sorn.target_rate", t.Target()))
	case t.Births() > largest:
		return model.BadKey("sorn.sp_prob", t.SPProb, fmt.Sprintf("%g synapses would be born in a step; use less than %g", t.Births(), float64(largest)))
	}
	return nil
}

func (s *Spec) checkInput() error {
	in, n := &s.Input, int64(s.Sorn.NE)
	if err := model.FirstError(
		model.OneOf("input.kind", in.Kind, Kinds()...),
		model.Between("input.mean", in.Mean, -largest, largest, "of inputs"),
		model.Between("input.sd", in.SD, 0, largest, "of inputs"),
		model.Between("input.amplitude", in.Amplitude, -largest, largest, "of inputs"),
		model.Within("input.pool_size", in.PoolSize, 0, n, "units of a pool; 0: there are none"),
		model.Within("input.blank", in.Blank, 0, math.MaxInt32, "steps between words"),
		model.Within("input.units", in.Units, 0, math.MaxInt32, "units"),
		model.Within("input.count", in.Count, 0, 1<<16, "letters B or E of a word"),
		model.Within("input.alphabet", in.Alphabet, 0, 1<<16, "symbols"),
		in.checkOdds(),
	); err != nil {
		return err
	}
	if named, needed := in.File != "", in.Kind == File || in.Kind == Text; named != needed {
		if needed {
			return model.BadKey("input.file", nil, fmt.Sprintf("the kind %s needs the name of a file", in.Kind))
		}
		return model.BadKey("input.file", in.File, fmt.Sprintf("the kind %s reads no file; use file or text", in.Kind))
	}
	if in.Readout != "" && !in.Symbolic() {
		return model.BadKey("input.readout", in.Readout, fmt.Sprintf("it predicts symbols, and inputs of the kind %s are none", in.Kind))
	}
	if in.Symbolic() {
		if err := in.checkSymbols(n); err != nil {
			return err
		}
	}
	switch in.Kind {
	case Fed, File:
		if s.Sorn.NU == 0 {
			return model.BadKey("sorn.nu", s.Sorn.NU, fmt.Sprintf("the input kind %s needs a channel or more", in.Kind))
		}
	case Strong:
		return model.Within("input.units", in.Units, 0, n, "units that are driven")
	}
	return s.checkRoomForInput()
}

// checkRoomForInput says whether there are units for all channels.
func (s *Spec) checkRoomForInput() error {
	in, channels, n := &s.Input, s.Channels(), s.Sorn.NE
	each := 1
	switch {
	case in.PoolSize > 0 && !in.Overlap:
		each = in.PoolSize
	case in.PoolSize > 0:
		return nil
	case in.Kind == OneHot:
		each = in.Units
	}
	if each*channels <= n {
		return nil
	}
	if in.PoolSize > 0 {
		return model.BadKey("input.pool_size", in.PoolSize, fmt.Sprintf("%d pools without common units need %d units, and there are %d; use smaller pools, or overlap = true", channels, each*channels, n))
	}
	return model.BadKey("input.kind", string(in.Kind), fmt.Sprintf("%d symbols of %d units need %d, and there are %d", channels, each, each*channels, n))
}

// checkOdds refuses what is no probability.
func (s *InputSpec) checkOdds() error {
	for _, p := range s.Transitions {
		if !(p >= 0 && p <= 1) {
			return model.BadKey("input.transitions", s.Transitions, "probabilities are from 0 to 1")
		}
	}
	return nil
}

// checkSymbols checks the words of a stream of symbols among n units, and the odds of one
// after another.
func (s *InputSpec) checkSymbols(n int64) error {
	words := 1 // of kind text, which is read later
	switch s.Kind {
	case Counting:
		words = 2
		if err := model.Within("input.count", s.Count, 1, 1<<16, "letters B or E of a word"); err != nil {
			return err
		}
	case RandomSequence, OneHot:
		words = s.Alphabet
		if err := model.Within("input.alphabet", s.Alphabet, 1, 1<<16, "symbols"); err != nil {
			return err
		}
		if err := model.Within("input.units", s.Units, 1, n, "units of a label"); s.Kind == OneHot && err != nil {
			return err
		}
	case Words, Markov:
		words = len(s.Words)
		if err := s.checkWords(); err != nil {
			return err
		}
	}
	return s.checkTransitions(words)
}

func (s *InputSpec) checkWords() error {
	if len(s.Words) == 0 {
		return model.BadKey("input.words", nil, fmt.Sprintf("the kind %s needs a list of words", s.Kind))
	}
	for _, w := range s.Words {
		letters := utf8.RuneCountInString(w)
		if letters == 0 || !utf8.ValidString(w) || len(w) > 1<<16 || strings.ContainsAny(w, " \t\n") {
			return model.BadKey("input.words", w, "use words of letters")
		}
		if s.Kind == Markov && letters != 1 {
			return model.BadKey("input.words", w, "the kind markov goes from symbol to symbol; use single letters")
		}
	}
	return nil
}

// checkTransitions checks the odds of each of n words after each.
func (s *InputSpec) checkTransitions(n int) error {
	if len(s.Transitions) == 0 {
		return nil
	}
	if len(s.Transitions) != n*n {
		return model.BadKey("input.transitions", s.Transitions, fmt.Sprintf("use %d probabilities: a row of %d for each word", n*n, n))
	}
	for w := range n {
		sum := 0.0
		for _, p := range s.Transitions[w*n : (w+1)*n] {
			sum += p
		}
		if !(math.Abs(sum-1) < 1e-9) {
			return model.BadKey("input.transitions", s.Transitions, fmt.Sprintf("row %d adds up to %g, not 1", w, sum))
		}
	}
	return nil
}

func (s *Spec) checkEras() error {
	if len(s.Eras) == 0 {
		return model.BadKey("era", nil, "a run has one era or more")
	}
	total := int64(0)
	for i, e := range s.Eras {
		key := fmt.Sprintf("era[%d].", i)
		if err := model.Within(key+"steps", e.Steps, 1, MaxSteps, "steps"); err != nil {
			return err
		}
		if !e.Phase.Is(Plasticity) && !e.Phase.Is(Training) {
			return model.BadKey(key+"phase", string(e.Phase), "use plasticity or training")
		}
		if err := checkRules(key+"freeze", e.Freeze); err != nil {
			return err
		}
		if total += int64(e.Steps); total > MaxSteps {
			return model.BadKey(key+"steps", e.Steps, fmt.Sprintf("all eras together have more than the %d steps that noise has numbers for", int64(MaxSteps)))
		}
	}
	if s.Eras[0].Phase.Is(Training) && s.Sorn.State == "" {
		return model.BadKey("era[0].phase", string(s.Eras[0].Phase), "a network that is trained needs a state: begin with an era of plasticity, or name a file in sorn.state")
	}
	return nil
}

// VariantOf implements model.Spec: replicas have units, eras and channels in common.
func (s *Spec) VariantOf(base any) error {
	b, ok := base.(*Spec)
	if !ok || s.Sorn.NE != b.Sorn.NE || s.Sorn.NU != b.Sorn.NU || s.Sorn.State != b.Sorn.State || s.Channels() != b.Channels() ||
		(s.Input.Kind == Fed) != (b.Input.Kind == Fed) || (s.Input.Kind == Text) != (b.Input.Kind == Text) || (s.Input.Kind == File) != (b.Input.Kind == File) || s.Input.File != b.Input.File || s.Input.Readout != b.Input.Readout ||
		!reflect.DeepEqual(s.Eras, b.Eras) || !slices.Equal(s.Sorn.Freeze, b.Sorn.Freeze) {
		return errors.New("replicas have ne, nu, state, freeze, eras, the number of symbols, and inputs of kind fed, file or text, and a read-out in common; sweep other keys")
	}
	return nil
}

// BranchOf implements model.Branched: a state goes on under other rules, rates, eras and
// inputs. It keeps its units, and a stream of symbols its place in the words.
func (s *Spec) BranchOf(base any) error {
	b, ok := base.(*Spec)
	if !ok || s.Sorn.NE != b.Sorn.NE {
		return errors.New("it keeps ne")
	}
	from, to := b.Input.words(), s.Input.words()
	if b.Input.Symbolic() && s.Input.Symbolic() && (b.Input.Kind == Text) == (s.Input.Kind == Text) && !reflect.DeepEqual(from, to) {
		return errors.New("a stream of symbols keeps its words, in which it has a place")
	}
	return nil
}
