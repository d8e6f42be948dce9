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

// modelsWith are the models that have a key, but for the one whose tables are among roots.
func modelsWith(key string, roots []reflect.Type) []string {
	var names []string
	for _, m := range models.All() {
		of := reflect.TypeOf(m.Defaults()).Elem()
		has := func(k knownKey) bool { return k.key == firstElements(key) }
		if !slices.Contains(roots, of) && slices.ContainsFunc(knownKeys([]reflect.Type{of}), has) {
			names = append(names, m.Name)
		}
	}
	return names
}
