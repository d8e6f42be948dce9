package sorngolden

import (
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/golden"
)

// Worked statistics are computed by the program's own functions, and a value that is
// changed is found.
func TestWorked(t *testing.T) {
	for file, change := range map[string][2]string{
		"statistics": {`"scale_dependent_smoothness": 1.3`, `"scale_dependent_smoothness": 1.4`},
		"analysis":   {`"sd_diff": 25.8`, `"sd_diff": 25.9`},
	} {
		name, text, err := golden.Open("../../../testdata/sorn/" + file + ".json.gz")
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(Formats(), func(f golden.Format) bool { return f.Name == name })
		result, err := Formats()[at].Verify(text, &golden.On{Tolerance: -1})
		if err != nil || result.Failed {
			t.Errorf("%s: %s, %v", file, result.Detail, err)
		}
		other := strings.Replace(string(text), change[0], change[1], 1)
		if other == string(text) {
			other = strings.Replace(string(text), strings.ReplaceAll(change[0], ": ", ":"), strings.ReplaceAll(change[1], ": ", ":"), 1)
		}
		if result, err := Formats()[at].Verify([]byte(other), &golden.On{Tolerance: -1}); err != nil || !result.Failed {
			t.Errorf("%s with a value changed: %s, %v", file, result.Detail, err)
		}
	}
}
