package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tnn-gpu/host/model"
)

// SetTwice finds a setting of which something would be lost: a later one gives a value that
// it gives, or all of the table or list that has it.
func SetTwice(settings []string) error {
	for i, setting := range settings {
		key, text := CutSetting(setting)
		for _, later := range settings[i+1:] {
			other, instead := CutSetting(later)
			if key == "" || other == "" {
				continue
			}
			if key == other || isPart(key, other) {
				return twice(key, "%s is set to %s, and then %s to %s, so that nothing would be left of the first: give one of the two", short(key), short(text), short(other), short(instead))
			}
			for _, value := range valuesOf(later) {
				if Gives(setting, value) {
					return twice(value, "%s is given twice, by %s=%s and by %s=%s: give it once", short(value), short(key), short(text), short(other), short(instead))
				}
			}
		}
	}
	return nil
}

func twice(key, format string, args ...any) error {
	return &Error{Key: key, Err: fmt.Errorf(format, args...)}
}

// Gives tells whether a setting gives the value of a key, or of one of its keys where it is a
// table or list.
func Gives(setting, key string) bool {
	return slices.ContainsFunc(valuesOf(setting), func(value string) bool {
		return value == key || isPart(value, key) || isPart(key, value)
	})
}

// isPart tells whether a key is one of a table, or of a list, that another key is.
func isPart(key, of string) bool {
	inside, found := strings.CutPrefix(key, of)
	return found && inside != "" && strings.ContainsRune(".[", rune(inside[0]))
}

// valuesOf are the keys to which a setting gives values: its own, or those in its table.
func valuesOf(setting string) []string {
	key, text := CutSetting(setting)
	var parsed struct {
		Value any `toml:"value"`
	}
	if err := toml.Unmarshal([]byte("value = "+text), &parsed); err != nil {
		return []string{key} // a text without quotes, or a mistake that Apply finds
	}
	var out []string
	var add func(key string, value any)
	add = func(key string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, word := range slices.Sorted(maps.Keys(v)) {
				add(join(key, word), v[word])
			}
			return
		case []any:
			if len(v) > 0 {
				if _, tables := v[0].(map[string]any); tables {
					for i := range v {
						add(element(key, i), v[i])
					}
					return
				}
			}
		}
		out = append(out, key)
	}
	add(key, parsed.Value)
	return out
}

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
	return c.checkHeeded(settings, base.Given(settings), true)
}

// checkHeeded refuses settings that give keys other values than Given told before, where these
// are not heeded. Keys that vary together have a value each where only some points heed it.
func (c *Config) checkHeeded(settings []string, before map[string]Value, together bool) error {
	selective, ok := c.Spec.(model.Selective)
	if !ok {
		return nil
	}
	given := c.Given(settings)
	if v, swept := given["run.sweep"]; swept && v != before["run.sweep"] {
		key, _ := CutSetting(v.Text)
		if by, why := selective.Unheeded(key); by != "" {
			return badSetting("run.sweep", "%s is swept, which has no effect, as %s: leave it out", key, why)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		by, why := selective.Unheeded(key)
		if _, varied := given[by]; by == "" || together && varied || given[key] == before[key] {
			continue
		}
		return badSetting(key, "%s is set to %s, which has no effect, as %s: leave it out", key, short(given[key].Text), why)
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

// Given are the values of the keys that settings give.
func (c *Config) Given(settings []string) map[string]Value {
	values := map[string]Value{}
	for _, setting := range settings {
		for _, key := range valuesOf(setting) {
			values[key], _ = c.Value(key)
		}
	}
	return values
}

// Loses finds a key whose value is another one than Given told, or whose table is gone. A number
// of 0 stands for a default, and what is no number may be the same in other words, as a change
// in the course of an era is that has become longer.
func (c *Config) Loses(values map[string]Value) (key string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		was := values[key]
		is, err := c.Value(key)
		if err != nil && was.Text != "" || is.IsNumber && is.Number != was.Number && was.Number != 0 {
			return key
		}
	}
	return ""
}
