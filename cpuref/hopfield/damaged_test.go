package hopfield

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
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

// TestShortLists: where a list is shorter than others tell, or does not suit them, it is said which.
func TestShortLists(t *testing.T) {
	formats := map[string]golden.Format{}
	for _, f := range hopfieldgolden.Formats() {
		formats[f.Name] = f
	}
	for _, c := range []struct{ text, says string }{
		{`"hopfield recall 1", "cases": [{"name": "a", "rule": "hebb", "N": 4, "patterns": ["+-+-"], "runs": [{"start": "+-+-", "orders": [[0]], "states_after_sweeps": ["+-+-"]}]}]`,
			"a: it is not whole: of states after sweeps there are 1, and not 2"},
		{`"hopfield recall 1", "cases": [{"name": "a", "rule": "hebb", "N": 4, "patterns": ["+-+-", "+-+"]}]`, "a: pattern 1 has 3 units, and N is 4"},
		{`"hopfield recall 1", "cases": [{"name": "a", "rule": "hebb", "N": -1}]`, "a: its N is -1: use 1 to 1048576 units"},
		{`"hopfield recall 1", "cases": [{"name": "a", "rule": "hebb", "N": 2, "patterns": ["+-"], "weights_upper": [[1, 1]]}]`, "a: row 0 of its couplings has 2 numbers, and there are 2 units"},
		{`"hopfield recall 1", "cases": [{"name": "a", "rule": "hebb", "N": 2, "patterns": ["+-"], "energy_patterns": [1, 1]}]`, "a: it is not whole: of patterns there are 1, and not 2"},
		{`"hopfield seeded 1", "draws": [{"N": 4, "iid_sites_sweep_1": [1, 2, 3, 4, 5]}]`, "draws 0: it draws 5 units one by one, and there are 4 units"},
		{`"hopfield seeded 1", "draws": [{"N": 4, "flipped_sites_first_12_trials_0_1": [[1, 2, 3]]}]`, "draws 0: it has 3 flipped units of trial 0, and half of 4 units are flipped"},
		{`"hopfield seeded 1", "runs": [{"N": 4, "P": 1, "trials": [{"start": "++++"}]}]`, "run 0: it is not whole: of states after sweeps there are 0, and not 1"},
		{`"hopfield dense 1", "continuous": [{"name": "m", "patterns": [[1, 0]], "states": [[1]], "energies": [1]}]`, "m: a pattern or state has 1 unit, and the first pattern 2"},
		{`"hopfield extras 1", "mpf": {"iterations": 2, "patterns": ["+-", ""], "objective_before_iteration": [4, 2]}`, `mpf: patterns.texts[1] is "": it has no unit: write + or - for each, or 1 or 0`},
		{`"hopfield dense 1", "continuous": [{"name": "m", "patterns": [[1, 0]], "states": [[1, 1]]}]`, "m: it is not whole: of energies there are 0, and not 1"},
		{`"hopfield extras 1", "mpf": {"iterations": 2, "patterns": ["+-+-"], "objective_before_iteration": [4, 2]}, "sequence": {"patterns": ["+-+-"], "states": ["+-+-"]},
			"clipped": {"start": "+-+-", "removed_couplings": [[0, 9]]}`, "a coupling of unit 9 is lost, and there are 4 units"},
	} {
		text := []byte(`{"format": ` + c.text + "}")
		name := strings.Split(c.text, `"`)[1]
		if _, err := formats[name].Verify(text, on(state.Double)); err == nil || err.Error() != c.says {
			t.Errorf("of %s it is said: %v, want %s", c.text, err, c.says)
		}
	}
}
