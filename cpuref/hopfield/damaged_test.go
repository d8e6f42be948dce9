package hopfield

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield/hopfieldgolden"
	"tnn-gpu/host/state"
)

// shorten leaves the first items of long lists near the top of a file.
func shorten(v any, depth int) any {
	switch v := v.(type) {
	case []any:
		if depth < 3 && len(v) > 2 {
			v = v[:2]
		}
		for i := range v {
			v[i] = shorten(v[i], depth+1)
		}
		return v
	case map[string]any:
		for k := range v {
			v[k] = shorten(v[k], depth)
		}
	}
	return v
}

// damage changes a value somewhere in a file.
func damage(v any, random *rand.Rand) any {
	if random.IntN(12) == 0 {
		return one[any](random, nil, -1.0, 0.0, 1e9, 1e300, 0.5, "", "+-x", []any{}, map[string]any{}, true)
	}
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return []any{1.0}
		}
		at := random.IntN(len(v))
		if random.IntN(6) == 0 {
			return append(append([]any{}, v[:at]...), v[at+1:]...)
		}
		v[at] = damage(v[at], random)
		return v
	case map[string]any:
		if len(v) == 0 {
			return v
		}
		var keys []string
		for k := range v {
			if k != "format" {
				keys = append(keys, k)
			}
		}
		if len(keys) == 0 {
			return v
		}
		k := keys[random.IntN(len(keys))]
		if random.IntN(6) == 0 {
			delete(v, k)
		} else {
			v[k] = damage(v[k], random)
		}
		return v
	}
	return one[any](random, -1.0, 0.0, 1e9, 1e300, 0.5, "", "+-x", nil, []any{})
}

// TestDamagedVectors: a file in which anything is changed passes, fails or is refused, and
// stops nothing.
func TestDamagedVectors(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 1))
	formats := map[string]golden.Format{}
	for _, f := range hopfieldgolden.Formats() {
		formats[f.Name] = f
	}
	for _, name := range []string{"recall", "glauber", "seeded", "dense", "extras", "theory"} {
		format, text, err := golden.Open(vectors + name + ".json.gz")
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			var file any
			if err := json.Unmarshal(text, &file); err != nil {
				t.Fatal(err)
			}
			file = shorten(file, 0)
			for range 1 + random.IntN(3) {
				file.(map[string]any)["format"] = format
				file = damage(file, random)
				if _, ok := file.(map[string]any); !ok {
					file = map[string]any{}
				}
			}
			damaged, err := json.Marshal(file)
			if err != nil {
				t.Fatal(err)
			}
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s: %v\n%.3000s", name, p, damaged)
					}
				}()
				_, _ = formats[format].Verify(damaged, on(state.Double))
			}()
		}
	}
}
