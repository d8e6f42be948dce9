package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"tnn-gpu/host/model"
)

// What follows finds settings that nothing heeds, or that are lost beside others.

// chooseAlternatives has a key, of those that say the same, be heeded where a setting gives it.
func (c *Config) chooseAlternatives(settings []string) error {
	a, ok := c.Spec.(model.Alternative)
	if !ok {
		return nil
	}
	for _, setting := range settings {
		for _, key := range valuesOf(setting) {
			if other := a.Instead(key); other != "" {
				if err := c.choose(key, other, settings); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// choose has the other key be zero where one that a setting gives is not.
func (c *Config) choose(key, other string, settings []string) error {
	value, err := c.field(key)
	if err != nil {
		return err
	}
	instead, err := c.field(other)
	if err != nil || value.IsZero() || instead.IsZero() {
		return err
	}
	if slices.ContainsFunc(settings, func(s string) bool { return Gives(s, other) }) {
		return badSetting(key, "there are both %s and %s, and one would be passed over: give one of the two", key, other)
	}
	instead.SetZero()
	delete(c.origins, other)
	return nil
}

// CheckHeeded refuses settings that made this of a base, as a point of a scan varies them
// together, where they are not heeded.
func (c *Config) CheckHeeded(settings []string, base *Config) error {
	return c.checkHeeded(settings, base.given(settings), true)
}

// checkHeeded refuses settings that give keys other values than given told before, where these
// are not heeded. Keys that vary together have a value each where only some points heed it.
func (c *Config) checkHeeded(settings []string, before map[string]Value, together bool) error {
	selective, ok := c.Spec.(model.Selective)
	if !ok {
		return nil
	}
	now := c.given(settings)
	if v, swept := now["run.sweep"]; swept && v != before["run.sweep"] {
		key, _ := CutSetting(v.Text)
		if by, why := selective.Unheeded(key); by != "" {
			return badSetting("run.sweep", "%s is swept, which has no effect, as %s: leave it out", key, why)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(now)) {
		by, why := selective.Unheeded(key)
		if _, varied := now[by]; by == "" || together && varied || now[key] == before[key] {
			continue
		}
		return badSetting(key, "%s is set to %s, which has no effect, as %s: leave it out", key, short(now[key].Text), why)
	}
	return nil
}

// PassedOver says which key of a file is passed over, since another one is heeded; empty where
// none is. Such a file is not refused, since the folders of runs may have one.
func (c *Config) PassedOver() string {
	spec := c.Spec
	if variants, _, _ := c.Variants(); len(variants) > 0 {
		spec = variants[0] // its keys are heeded that a sweep gives values
	}
	a, ok := spec.(model.Alternative)
	if !ok {
		return ""
	}
	key, heeded := a.PassedOver()
	if key == "" {
		return ""
	}
	value, _ := c.Value(key)
	return fmt.Sprintf("%s = %s is passed over, since %s is given", key, value.Text, heeded)
}

// field is the value of a key.
func (c *Config) field(key string) (reflect.Value, error) {
	t, err := c.find(key)
	if err != nil {
		return reflect.Value{}, err
	}
	return t.table.FieldByIndex(t.field.Index), nil
}

// SetStepsBeside is SetSteps for a configuration with settings, of which it tells one whose value
// is lost by that, and the value; empty where none is.
func (c *Config) SetStepsBeside(n int64, settings []string) (lost, was string, err error) {
	before := c.given(settings)
	if err := c.SetSteps(n); err != nil {
		return "", "", err
	}
	key := c.loses(before)
	return key, before[key].Text, nil
}

// given are the values of the keys that settings give.
func (c *Config) given(settings []string) map[string]Value {
	values := map[string]Value{}
	for _, setting := range settings {
		for _, key := range valuesOf(setting) {
			values[key], _ = c.Value(key)
		}
	}
	return values
}

// loses finds a key whose value is another one than given told, or whose table is gone. A number
// of 0 stands for a default, and what is no number may be the same in other words, as a change
// in the course of an era is that has become longer.
func (c *Config) loses(values map[string]Value) (key string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		was := values[key]
		is, err := c.Value(key)
		if err != nil && was.Text != "" || is.IsNumber && is.Number != was.Number && was.Number != 0 {
			return key
		}
	}
	return ""
}
