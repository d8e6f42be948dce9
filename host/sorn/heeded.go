package sorn

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/model"
)

// Unheeded implements model.Selective.
func (s *Spec) Unheeded(key string, in model.Use) (why string) {
	if why = s.unheededByStart(key, in); why != "" {
		return why
	}
	for _, because := range []func(key string) string{s.unheededByRules, s.unheededByTypes, s.unheededByInput} {
		if why = because(key); why != "" {
			return why
		}
	}
	return ""
}

// unheededByRules is about rules that are frozen in all eras, which a page cannot switch on.
func (s *Spec) unheededByRules(key string) (why string) {
	t := &s.Sorn
	rules := map[string][]Rule{
		"sorn.eta_stdp": {STDP}, "sorn.prune": {STDP, ISTDP}, "sorn.w_max": {STDP, ISTDP},
		"sorn.eta_inhib": {ISTDP}, "sorn.mu_ip": {ISTDP}, "sorn.inhibition_floor": {ISTDP},
		"sorn.eta_ip": {IP}, "sorn.sigma_ip": {IP}, "sorn.target_rate": {IP}, "sorn.clamp": {IP},
		"sorn.sp_prob": {SP}, "sorn.sp_weight": {SP}, "sorn.sp_scaling": {SP},
		"sorn.scaling_mix": {SS}, "sorn.ei_scaling": {SS},
	}[key]
	switch {
	case len(rules) == 0 || slices.ContainsFunc(rules, func(r Rule) bool { return !has(t.Freeze, r) }):
		return ""
	case key == "sorn.target_rate" && t.NU == 0 || key == "sorn.w_max" && t.State != "":
		return "" // what else is given is checked with it
	case len(rules) > 1:
		return "sorn.freeze has both stdp and istdp"
	}
	return fmt.Sprintf("sorn.freeze has %s", rules[0])
}

// unheededByStart is about a network that is not drawn.
func (s *Spec) unheededByStart(key string, in model.Use) (why string) {
	t := &s.Sorn
	branch := in == model.Branch
	if !branch && t.State == "" {
		return ""
	}
	of := []string{"network_type_ee", "network_type_ei", "lambda_ee", "lambda_ei", "lambda_ie", "degree", "ti_min", "ti_max", "thresholds", "initial_x", "initial_y"}
	if !t.Clamp || has(t.Freeze, IP) {
		of = append(of, "te_min", "te_max")
	}
	if branch {
		of = append(of, "network_type_ie", "state")
	}
	switch name, found := strings.CutPrefix(key, "sorn."); {
	case !found || !slices.Contains(of, name):
		return ""
	case branch:
		return "the run begins at a checkpoint"
	}
	return "sorn.state is the start, and no network is drawn"
}

// unheededByTypes is about numbers of partners, and about noise.
func (s *Spec) unheededByTypes(key string) (why string) {
	t := &s.Sorn
	switch {
	case key == "sorn.lambda_ee" && t.TypeEE == Dense, key == "sorn.lambda_ei" && t.TypeEI == Dense, key == "sorn.lambda_ie" && t.TypeIE == Dense:
		return "sorn.network_type_" + strings.TrimPrefix(key, "sorn.lambda_") + " is Dense, which joins all units"
	case key == "sorn.degree" && t.TypeEE == Dense && t.TypeEI == Dense && t.TypeIE == Dense:
		return "all network types are Dense, which join all units"
	case !t.Noise && (key == "sorn.noise_sd_e" || key == "sorn.noise_sd_i"):
		return "sorn.noise is false"
	}
	return ""
}

// unheededByInput is about keys of other kinds of inputs.
func (s *Spec) unheededByInput(key string) (why string) {
	in := &s.Input
	if strings.HasPrefix(key, "era[") && strings.HasSuffix(key, "].input") {
		key = "era.input"
	}
	if key == "sorn.nu" {
		if slices.Contains([]Kind{Uniform, Gaussian, File, Fed}, in.Kind) || s.Sorn.NU == 0 || s.Sorn.TargetRate == 0 && !has(s.Sorn.Freeze, IP) {
			return ""
		}
		return fmt.Sprintf("inputs of the kind %s have no such channels, and no target rate follows from it", in.Kind)
	}
	if in.heeds(key) {
		return ""
	}
	switch {
	case key == "input.units" && in.Kind == OneHot:
		return "input.pool_size has each label drive that many units"
	case key == "input.overlap" && in.PoolSize == 0:
		return "input.pool_size is 0, and there are no pools"
	case in.Readout != "" && (key == "input.blank" || key == "input.transitions"):
		return "input.readout predicts each symbol"
	}
	return fmt.Sprintf("inputs of the kind %s have none", in.Kind)
}

// heeds tells whether a kind of inputs looks at a key.
func (s *InputSpec) heeds(key string) bool {
	words := s.Kind == Words || s.Kind == Markov
	pools := s.Kind != Zero && s.Kind != Strong
	heeded, of := map[string]bool{
		"input.mean": s.Kind == Gaussian, "input.sd": s.Kind == Gaussian,
		"input.amplitude": s.Kind == Strong, "input.fixed": s.Kind == Strong,
		"input.units": s.Kind == Strong || s.Kind == OneHot && s.PoolSize == 0,
		"input.words": words, "input.count": s.Kind == Counting, "input.alphabet": s.Kind == OneHot || s.Kind == RandomSequence,
		"input.transitions": s.Symbolic() && s.Kind != Text && s.Readout == "", "input.blank": s.Symbolic() && s.Readout == "",
		"input.pool_size": pools, "input.overlap": pools && s.PoolSize > 0,
		"sorn.input_gain": s.Kind != Zero, "era.input": s.Kind != Zero,
	}[key]
	return heeded || !of
}
