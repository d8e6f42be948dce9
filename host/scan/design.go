package scan

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/config"
	"tnn-gpu/host/rng"
)

// setting is a key and its value as TOML has it.
type setting struct{ key, value string }

// design lists the settings of every point. Adding points, or values at the end of
// an axis, changes none of those that were there.
func (f *File) settings(seed uint64, isWhole func(key string) bool) ([][]setting, error) {
	if f.drawn() {
		return f.draw(seed, isWhole)
	}
	axes := make([][][]setting, len(f.Axes))
	for i := range f.Axes {
		var err error
		if axes[i], err = f.Axes[i].settings(isWhole); err != nil {
			return nil, err
		}
	}
	if f.design() == List {
		return sideBySide(axes)
	}
	return product(axes)
}

// product is every combination, the last axis fastest.
func product(axes [][][]setting) ([][]setting, error) {
	points := [][]setting{nil}
	for _, axis := range axes {
		if len(points)*len(axis) > maxPoints {
			return nil, fmt.Errorf("the axes make more than %d points", maxPoints)
		}
		var next [][]setting
		for _, p := range points {
			for _, value := range axis {
				next = append(next, append(p[:len(p):len(p)], value...))
			}
		}
		points = next
	}
	return points, nil
}

// sideBySide is the first values of all axes, the second ones, ...
func sideBySide(axes [][][]setting) ([][]setting, error) {
	points := make([][]setting, len(axes[0]))
	for _, axis := range axes {
		if len(axis) != len(points) {
			return nil, fmt.Errorf("the axes of a list have %d and %d values: they need as many", len(points), len(axis))
		}
		for i, value := range axis {
			points[i] = append(points[i], value...)
		}
	}
	return points, nil
}

// settings of an axis, value by value.
func (a *Axis) settings(isWhole func(key string) bool) ([][]setting, error) {
	var out [][]setting
	for _, value := range a.Values {
		list := []any{value}
		if len(a.keys()) > 1 {
			list = value.([]any)
		}
		var s []setting
		for k, key := range a.keys() {
			text, err := literal(list[k])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			s = append(s, setting{key, text})
		}
		out = append(out, s)
	}
	for i := range a.Count {
		s := a.at(float64(i)/float64(a.Count-1), isWhole)
		if n := len(out); n > 0 && out[n-1][0] == s { // whole numbers can coincide
			continue
		}
		out = append(out, []setting{s})
	}
	return out, nil
}

// at is the setting at a share of the way from one end to the other.
func (a *Axis) at(share float64, isWhole func(key string) bool) setting {
	v := *a.From + share*(*a.To-*a.From)
	if a.Scale == "log" {
		v = *a.From * math.Pow(*a.To / *a.From, share)
	}
	switch key := a.keys()[0]; {
	case isWhole(key):
		return setting{key, strconv.FormatFloat(math.Round(v), 'f', 0, 64)}
	default:
		// Twelve digits give 0.3 in place of 0.30000000000000004, and the same text
		// on every machine.
		return setting{key, tomlFloat(v, 12)}
	}
}

// tomlFloat is a number with a point or an exponent.
func tomlFloat(v float64, digits int) string {
	text := strings.ToLower(strconv.FormatFloat(v, 'g', digits, 64)) // inf and nan are lower case
	if strings.Trim(text, "+-0123456789") == "" {
		text += ".0"
	}
	return text
}

// draw places points between the ends of the axes, or among their values.
func (f *File) draw(seed uint64, isWhole func(key string) bool) ([][]setting, error) {
	points := make([][]setting, f.Points)
	for k := range f.Axes {
		a := &f.Axes[k]
		place := randomPlace
		if f.Design == Sobol {
			place = sobolPlace(k)
		}
		var values [][]setting
		if a.From == nil {
			var err error
			if values, err = a.settings(isWhole); err != nil {
				return nil, err
			}
		}
		for i := range points {
			share := place(seed, i, k)
			if values != nil {
				points[i] = append(points[i], values[int(share*float64(len(values)))]...)
			} else {
				points[i] = append(points[i], a.at(share, isWhole))
			}
		}
	}
	return points, nil
}

// randomPlace is in (0, 1) (docs/model.md section 7).
func randomPlace(seed uint64, point, axis int) float64 {
	x, _, _, _ := rng.Draw(uint32(point), uint32(axis), 0, rng.ScanPoint, rng.Key(seed))
	return rng.Uniform[float64](x)
}

// literal is a value of a TOML file as TOML has it.
func literal(v any) (string, error) {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return tomlFloat(v, -1), nil
	case string:
		return config.Quote(v), nil
	case []any:
		items := make([]string, len(v))
		for i := range v {
			var err error
			if items[i], err = literal(v[i]); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	}
	return "", errors.New("a value is a number, a text, true, false or a list of them")
}
