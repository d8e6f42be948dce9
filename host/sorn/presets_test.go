package sorn

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// changed are the keys of a table that differ from another, with their values.
func changed(prefix string, have, from any) map[string]string {
	out := map[string]string{}
	a, b := reflect.ValueOf(have), reflect.ValueOf(from)
	for i := range a.NumField() {
		if v := a.Field(i); v.CanInterface() && !reflect.DeepEqual(v.Interface(), b.Field(i).Interface()) {
			out[prefix+a.Type().Field(i).Name] = fmt.Sprint(v.Interface())
		}
	}
	return out
}

// TestPresets holds the table of docs/sorn.md section 5.
func TestPresets(t *testing.T) {
	root := fmt.Sprint(math.Sqrt(0.05))
	zheng := map[string]string{"NU": "0", "TargetRate": "0.1", "NoiseSDE": root, "NoiseSDI": root, "InhibitionFloor": "0.001", "SpikeAtZero": "true", "InitialX": "0.1", "Degree": "binomial"}
	more := func(from map[string]string, with ...string) map[string]string {
		out := map[string]string{}
		for k, v := range from {
			out[k] = v
		}
		for i := 0; i < len(with); i += 2 {
			out[with[i]] = with[i+1]
		}
		return out
	}
	slow := map[string]string{
		"EtaSTDP": "0.001", "EtaIP": "0.001", "Noise": "false", "TypeEI": "Dense", "EIScaling": "false", "TeMax": "0.5", "SpikeAtZero": "true", "InitialX": "0.1",
		"Freeze": "[sp istdp]", "input.PoolSize": "10",
	}
	want := map[string]map[string]string{
		"sorn-0.3":    {},
		"sorn-0.7":    {"Clamp": "true"},
		"zheng2013":   zheng,
		"delpapa2017": more(zheng, "SPScaling", "pairs", "Inhibition", "new"),
		"lazar2009":   more(slow, "LambdaEE", "10", "TiMax", "1", "InitialY", "0.1", "input.Kind", "counting", "input.Count", "4"),
		"hartmann2015": more(slow, "Degree", "binomial", "TargetRate", "0.1", "SigmaIP", "0.01", "Thresholds", "even", "TiMax", "0.35", "Inhibition", "new", "Prune", "false",
			"ScalingMix", "0.1", "InputGain", "0.5", "input.Kind", "words", "input.Words", "[ABCD EFGH]", "input.Overlap", "true"),
	}
	eras := map[string]string{
		"lazar2009":    "[{50000 plasticity [] true false} {5000 training [] true false} {5000 training [] true false}]",
		"hartmann2015": "[{50000 plasticity [] true false} {20000 plasticity [stdp ss] true true} {50000 plasticity [stdp ss] false true}]",
	}
	for _, p := range Presets() {
		have := changed("", p.Spec.Sorn, Defaults().Sorn)
		delete(have, "EtaInhib") // of a rule that is frozen
		for key, v := range changed("input.", p.Spec.Input, Defaults().Input) {
			have[key] = v
		}
		if d := cmp.Diff(want[p.Name], have); d != "" {
			t.Errorf("%s (-want +is):\n%s", p.Name, d)
		}
		if text := fmt.Sprint(p.Spec.Eras); eras[p.Name] != "" && text != eras[p.Name] {
			t.Errorf("%s has eras %s", p.Name, text)
		}
		if rate := p.Spec.Sorn.Target(); math.Abs(rate-0.1) > 1e-12 {
			t.Errorf("%s: the target rate is %v", p.Name, rate)
		}
	}
	if len(Presets()) != len(want) {
		t.Errorf("there are %d presets", len(Presets()))
	}
	s := delPapa()
	if p := s.Sorn.Births(); math.Abs(p-0.1) > 1e-15 {
		t.Errorf("200 units of delpapa2017 have %v births a step", p)
	}
	s.Sorn.NE = 400
	if p := s.Sorn.Births(); math.Abs(p-0.1*400*399/(200*199)) > 1e-12 {
		t.Errorf("400 units of delpapa2017 have %v births a step", p)
	}
	s.Sorn.SPScaling = Units
	if p := s.Sorn.Births(); math.Abs(p-0.2) > 1e-15 {
		t.Errorf("400 units have %v births a step, scaled by units", p)
	}
}
