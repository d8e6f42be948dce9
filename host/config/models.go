package config

import (
	"reflect"
	"slices"

	"tnn-gpu/host/tnn"
)

// Spec is the specification of a model's network: a pointer to a struct whose
// fields are the model's tables, tagged with toml for their names, comment, and
// bits:"no" where they have no influence on what is computed. Tables hold
// booleans, numbers, texts and lists of them.
type Spec interface {
	// Validate gives errors that have a ConfigKey method.
	Validate() error
	// VariantOf says why replicas with this and the other specification cannot
	// run side by side in one network.
	VariantOf(other any) error
	Steps() int64
	SetSteps(n int64) // 1 or more
	// Files are the names, by key, of the files that the network rests on.
	Files() map[string]*string
}

// Model is a kind of network that can be configured.
type Model struct {
	Name string
	// defaults are the values of keys that are left out. In every list of tables
	// one element stands for all.
	defaults func() Spec
	presets  func() []Preset
}

// Preset is a ready-made configuration.
type Preset struct {
	Name   string
	Doc    string // one line
	Config *Config
}

// DefaultPreset is the one to take where the user names none.
const DefaultPreset = tnn.DefaultPreset

// Models are all models. A new one is entered here.
func Models() []Model {
	return []Model{
		{Name: "tnn", defaults: func() Spec { return tnn.Defaults() }, presets: tnnPresets},
	}
}

func tnnPresets() []Preset {
	var out []Preset
	for _, p := range tnn.Presets() {
		out = append(out, Preset{p.Name, p.Doc, newConfig("tnn", p.Spec)})
	}
	return out
}

// Presets are those of all models. Every call makes new ones.
func Presets() []Preset {
	var out []Preset
	for _, m := range Models() {
		out = append(out, m.presets()...)
	}
	return out
}

// model is the one whose specification this is, whatever Model says.
func (c *Config) model() Model {
	models := Models()
	return models[slices.IndexFunc(models, func(m Model) bool {
		return reflect.TypeOf(m.defaults()) == reflect.TypeOf(c.Spec)
	})]
}

func modelNames() []string {
	var names []string
	for _, m := range Models() {
		names = append(names, m.Name)
	}
	return names
}
