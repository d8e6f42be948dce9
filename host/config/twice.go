package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
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
			if key == other {
				return twice(key, "%s is given twice, as %s and as %s: a key has one value, so give it once", short(key), short(text), short(instead))
			}
			if isPart(key, other) {
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
