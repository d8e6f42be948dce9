package scan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tnn-gpu/host/text"
)

// ParseAxis reads an axis as --over has it: KEY=V1,V2,... or, for keys that vary
// together, A=1,2;B=3,4. Commas and semicolons in brackets and quotes do not split.
// Texts may do without quotes.
func ParseAxis(of string) (Axis, error) {
	parts, err := text.SplitList(of, ';')
	if err != nil {
		return Axis{}, fmt.Errorf("--over is %q: %w", of, err)
	}
	var a Axis
	for _, part := range parts {
		key, list, found := cutKey(part)
		values, err := text.SplitList(list, ',')
		if err != nil || !found || key == "" || strings.TrimSpace(list) == "" {
			return Axis{}, fmt.Errorf("--over is %q: write a key and its values, as in edge.inverse_temperature=20,40,80 or graph.sides=[30, 30],[60, 60]", of)
		}
		if len(a.Keys) > 0 && len(values) != len(a.Values) {
			return Axis{}, fmt.Errorf("--over is %q: %s has %d values, but %s has %d; keys that vary together need as many", of, key, len(values), a.Keys[0], len(a.Values))
		}
		a.Keys = append(a.Keys, key)
		for i, value := range values {
			v, err := parseValue(value)
			if err != nil {
				return Axis{}, fmt.Errorf("--over is %q: %q is no value", of, value)
			}
			if len(a.Keys) == 1 {
				a.Values = append(a.Values, []any{v})
			} else {
				a.Values[i] = append(a.Values[i].([]any), v)
			}
		}
	}
	if len(a.Keys) == 1 { // a single key needs no lists
		for i, v := range a.Values {
			a.Values[i] = v.([]any)[0]
		}
		a.Key, a.Keys = a.Keys[0], nil
	}
	return a, nil
}

// Vary adds axes that flags ask for. One takes the place of an axis that the file has
// for its keys.
func (f *File) Vary(axes []Axis) error {
	own := slices.Clone(f.Axes)
	replaced := make([]bool, len(own))
	for _, axis := range axes {
		at, over := -1, strings.Join(axis.keys(), ";")
		for i := range own {
			there := own[i].keys()
			switch shared := countIn(there, axis.keys()); {
			case shared == 0:
			case shared < len(there):
				return fmt.Errorf("--over %s: an axis of the scan varies %s together; give values for all of them, as in --over '%s'", over, strings.Join(there, " and "), strings.Join(there, "=...;")+"=...")
			case at >= 0:
				return fmt.Errorf("--over %s: these are two axes of the scan, %s and %s; give an --over for each", over, strings.Join(own[at].keys(), ";"), strings.Join(there, ";"))
			default:
				at = i
			}
		}
		if at < 0 || replaced[at] { // a key of two flags is refused as that of two axes is
			f.Axes = append(f.Axes, axis)
			continue
		}
		f.Axes[at], replaced[at] = axis, true
	}
	return nil
}

// countIn is how many of some keys are among others.
func countIn(keys, others []string) int {
	n := 0
	for _, key := range keys {
		if slices.Contains(others, key) {
			n++
		}
	}
	return n
}

func cutKey(text string) (key, values string, found bool) {
	key, values, found = strings.Cut(text, "=")
	return strings.TrimSpace(key), values, found
}

// parseValue reads a value of TOML; what is none is a text without quotes.
func parseValue(text string) (any, error) {
	var in struct {
		V any `toml:"v"`
	}
	if text == "" || strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("it is empty, or has several lines")
	}
	if err := toml.Unmarshal([]byte("v = "+text), &in); err == nil {
		if _, err := literal(in.V); err != nil {
			return nil, err
		}
		return in.V, nil
	}
	if strings.ContainsAny(text, "[]{}\"'") {
		return nil, errors.New("it is no value of TOML")
	}
	return text, nil
}
