package perceptrongolden

import (
	"strings"
	"testing"
)

// Files that are none, or whose numbers do not fit each other, get a sentence.
func TestFilesThatAreNone(t *testing.T) {
	const run = `"n":2,"B":1,"k":1,"nu_over_sqrt_n":3,"dt":0.01`
	const trajectory = `{"format":"perceptron trajectories 1","cases":[{` + run + `,"teacher":[1,1],"w0":[0,0],"examples":[["+-"]],"eta":[[0,0]],
"runs":[{"rule":"hebb","noise":"sqrt2","steps":[{"labels":"+","activations":[1],"f":[1],"w":[0,0]}]}]}]}`
	if _, err := Decode([]byte(trajectory)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, says string }{
		{"trajectories 1", "trajectories 2", "none of the perceptron's"},
		{`"n":2`, `"n":1`, "out of range"},
		{`"B":1`, `"B":1e12`, "not as"},
		{`"n":2`, `"n":3`, "a list has 2 numbers where 3 belong"},
		{`"+-"`, `"+x"`, "is not 2 signs"},
		{`[["+-"]]`, `[]`, "has 1 step, and draws for 0 and 1"},
		{`[["+-"]]`, `[[]]`, "a step has 0 examples"},
		{`"labels":"+"`, `"labels":""`, "is not 1 signs"},
		{`"f":[1]`, `"f":[]`, "a list has 0 numbers where 1 belong"},
		{`"teacher":[1,1]`, `"teacher":"x"`, "not as"},
	} {
		_, err := Decode([]byte(strings.Replace(trajectory, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s for %s: %v, want %q", c.new, c.old, err, c.says)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"format":"perceptron seeded 1","runs":[{"n":2,"B":1,"runs":[{"records":[{"step":1,"w":[0,0]}]}]}]}`))
	f.Add([]byte(`{"format":"perceptron theory 1","moments":[{"rule":"atron0.5"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) { Decode(text) })
}
