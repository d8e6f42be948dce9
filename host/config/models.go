package config

import (
	"reflect"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/models"
)

// Preset is a ready-made configuration.
type Preset struct {
	Name   string
	Model  string
	Doc    string // one line
	Config *Config
}

// DefaultPreset is the one to take where the user names none.
const DefaultPreset = models.Default

// Presets are those of all models. Every call makes new ones.
func Presets() []Preset {
	var out []Preset
	for _, m := range models.All() {
		for _, p := range m.Presets() {
			out = append(out, Preset{p.Name, m.Name, p.Doc, newConfig(m.Name, p.Spec)})
		}
	}
	return out
}

// modelOfSpec is the one whose specification this is.
func modelOfSpec(s model.Spec) models.Model {
	all := models.All()
	return all[slices.IndexFunc(all, func(m models.Model) bool {
		return reflect.TypeOf(m.Defaults()) == reflect.TypeOf(s)
	})]
}

func modelNames() []string {
	var names []string
	for _, m := range models.All() {
		names = append(names, m.Name)
	}
	return names
}
