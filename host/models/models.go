// Package models is the one list of the models of the program. Beside it only the
// open.go of each backend knows them by name.
package models

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codesbench"
	"tnn-gpu/host/codes/codesgolden"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldbench"
	"tnn-gpu/host/hopfield/hopfieldgolden"
	"tnn-gpu/host/hopfield/hopfieldscan"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptronbench"
	"tnn-gpu/host/perceptron/perceptrongolden"
	"tnn-gpu/host/perceptron/perceptronscan"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/signals/signalsbench"
	"tnn-gpu/host/signals/signalsgolden"
	"tnn-gpu/host/signals/signalsscan"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sornbench"
	"tnn-gpu/host/sorn/sorngolden"
	"tnn-gpu/host/sorn/sornstats"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnnbench"
	"tnn-gpu/host/tnn/tnngolden"
	"tnn-gpu/host/tnn/tnnstats"
)

// Model is a kind of network that can be configured.
type Model struct {
	Name string
	// Defaults are the values of keys that are left out. In every list of tables
	// one element stands for all.
	Defaults func() model.Spec
	// Foreign turns the configuration file of another program into one of this program,
	// line by line, or gives nil for any other file. It may be nil.
	Foreign  func(src []byte) []byte
	Presets  func() []Preset
	Goldens  func() []golden.Format // files that verify knows
	Benches  func() []bench.Series  // what bench measures
	Selftest string                 // preset that the self-test runs on every device beside the processor
	// Scans are presets of scans; nil where there are none.
	Scans func() []experiment.Preset
	// Kinds are the ways to try a point of a scan besides ordinary runs; nil where
	// there are none.
	Kinds func() []experiment.Kind
	// Statistics are those of runs, besides the ones of all models; nil where there are
	// none.
	Statistics func() []analysis.Statistic
}

// Preset is a ready-made configuration.
type Preset struct {
	Name string
	Doc  string // one line
	Spec model.Spec
}

// Default is the preset to take where the user names none.
const Default = tnn.DefaultPreset

// All are all models; the first is that of configurations that name none. A new
// one is entered here. Every call makes new ones.
func All() []Model {
	return []Model{
		{
			Name:     "tnn",
			Defaults: func() model.Spec { return tnn.Defaults() },
			Presets:  tnnPresets,
			Goldens:  tnngolden.Formats,
			Benches:  tnnbench.Series,
			Selftest: "driven",
			Scans:    tnnScans,

			Statistics: tnnstats.Statistics,
		},
		{
			Name:     "hopfield",
			Defaults: func() model.Spec { return hopfield.Defaults() },
			Presets:  hopfieldPresets,
			Goldens:  hopfieldgolden.Formats,
			Benches:  hopfieldbench.Series,
			Selftest: "hopfield-recall",
			Kinds:    hopfieldscan.Kinds,
			Scans:    hopfieldscan.Presets,
		},
		{
			Name:     "perceptron",
			Defaults: func() model.Spec { return perceptron.Defaults() },
			Presets:  perceptronPresets,
			Goldens:  perceptrongolden.Formats,
			Benches:  perceptronbench.Series,
			Selftest: "perceptron-alphatron",
			Kinds:    perceptronscan.Kinds,
			Scans:    perceptronscan.Presets,
		},
		{
			Name:     "codes",
			Defaults: func() model.Spec { return codes.Defaults() },
			Presets:  codesPresets,
			Goldens:  codesgolden.Formats,
			Benches:  codesbench.Series,
			Selftest: "codes-exact",
			Kinds:    codesKinds,
			Scans:    codesScans,
		},
		{
			Name:     "signals",
			Defaults: func() model.Spec { return signals.Defaults() },
			Presets:  signalsPresets,
			Goldens:  signalsgolden.Formats,
			Benches:  signalsbench.Series,
			Selftest: "signals-urns",
			Kinds:    signalsscan.Kinds,
			Scans:    signalsscan.Presets,
		},
		{
			Name:       "sorn",
			Defaults:   func() model.Spec { return sorn.Defaults() },
			Foreign:    sorn.FromINI,
			Presets:    sornPresets,
			Goldens:    sorngolden.Formats,
			Benches:    sornbench.Series,
			Selftest:   "delpapa2017",
			Statistics: sornstats.Statistics,
		},
	}
}

// Scans are the presets of scans of all models.
func Scans() []experiment.Preset {
	var out []experiment.Preset
	for _, m := range All() {
		if m.Scans != nil {
			out = append(out, m.Scans()...)
		}
	}
	return out
}

// Kinds are the ways to try a point of a model's scan besides ordinary runs.
func Kinds(model string) []experiment.Kind {
	for _, m := range All() {
		if m.Name == model && m.Kinds != nil {
			return m.Kinds()
		}
	}
	return nil
}

// Statistics are those of the runs of a model.
func Statistics(model string) []analysis.Statistic {
	out := analysis.Common()
	for _, m := range All() {
		if m.Name == model && m.Statistics != nil {
			out = append(m.Statistics(), out...)
		}
	}
	return out
}

func tnnPresets() []Preset {
	var out []Preset
	for _, p := range tnn.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}

// Golden finds who knows the files of a format; where several models have a part in
// such files, each checks its own. Else the error tells which formats are known.
func Golden(format string) (golden.Format, error) {
	var known []string
	var found []golden.Format
	for _, m := range All() {
		if m.Goldens == nil {
			continue
		}
		for _, f := range m.Goldens() {
			if f.Name == format {
				found = append(found, f)
			}
			known = append(known, fmt.Sprintf("%q", f.Name))
		}
	}
	if found == nil {
		slices.Sort(known)
		return golden.Format{}, fmt.Errorf("its format is %q; known are %s", format, strings.Join(slices.Compact(known), ", "))
	}
	return golden.Joined(found), nil
}

func hopfieldPresets() []Preset {
	var out []Preset
	for _, p := range hopfield.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}

// Benches are the series of all models that can be measured.
func Benches() []bench.Series {
	var out []bench.Series
	for _, m := range All() {
		if m.Benches != nil {
			out = append(out, m.Benches()...)
		}
	}
	return out
}

func perceptronPresets() []Preset {
	var out []Preset
	for _, p := range perceptron.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}

func codesPresets() []Preset {
	var out []Preset
	for _, p := range codes.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}

func signalsPresets() []Preset {
	var out []Preset
	for _, p := range signals.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}

func sornPresets() []Preset {
	var out []Preset
	for _, p := range sorn.Presets() {
		out = append(out, Preset{p.Name, p.Doc, p.Spec})
	}
	return out
}
