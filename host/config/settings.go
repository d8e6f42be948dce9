package config

import "reflect"

// Setting is a key of a configuration and its value as TOML has it.
type Setting struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Settings are all values of a configuration that are not left out, in the order in which
// Encode writes them.
func (c *Config) Settings() []Setting {
	var out []Setting
	add := func(key string, v reflect.Value, f reflect.StructField) {
		if !mayBeLeftOut(f) || !isEmpty(v) {
			out = append(out, Setting{key, literal(v)})
		}
	}
	common, spec := c.roots()
	leaves(common, "", add)
	leaves(spec, "", add)
	return out
}
