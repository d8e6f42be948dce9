package config

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// numbersOf are the keys of a configuration whose values are numbers with a fraction.
func numbersOf(t *testing.T, c *Config) []string {
	t.Helper()
	var keys []string
	table, counts := "", map[string]int{}
	for line := range strings.Lines(string(c.Encode())) {
		line = strings.TrimSpace(line)
		if name, isOne := strings.CutPrefix(line, "[["); isOne {
			name, _, _ = strings.Cut(name, "]]")
			table = fmt.Sprintf("%s[%d].", name, counts[name])
			counts[name]++
			continue
		}
		if name, isOne := strings.CutPrefix(line, "["); isOne {
			name, _, _ = strings.Cut(name, "]")
			table = name + "."
			continue
		}
		key, value, found := strings.Cut(line, " = ")
		value, _, _ = strings.Cut(value, " ")
		if _, err := strconv.ParseFloat(value, 64); found && err == nil && strings.ContainsAny(value, ".e") && !strings.HasPrefix(key, "#") {
			keys = append(keys, table+strings.TrimSpace(key))
		}
	}
	return keys
}

// TestNumbersAreFinite: no number of any model is NaN or infinite, and what is one is named.
func TestNumbersAreFinite(t *testing.T) {
	seen := 0
	for _, p := range Presets() {
		for _, key := range numbersOf(t, p.Config) {
			for _, value := range []string{"nan", "inf", "-inf"} {
				seen++
				_, err := NewPreset(p.Name, key+"="+value)
				if err == nil || !strings.Contains(err.Error(), key) && !strings.Contains(err.Error(), key[strings.LastIndexByte(key, '.')+1:]) {
					t.Errorf("%s with %s = %s: %v", p.Name, key, value, err)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("%d settings were tried", seen)
	}
}
