package text

import "testing"

func TestNearest(t *testing.T) {
	flags := []string{"set", "steps", "seed", "steps-every", "average-from", "out"}
	for unknown, want := range map[string]string{"step": "steps", "every": "steps-every", "from": "average-from", "Out": "out", "sed": "seed", "SED": "seed", "sset": "set", "sej": "set", "zzzzzz": "", "model": "", "foo": "", "tseps": "steps", "output": "out", "ave": "average-from", "": ""} {
		if is := Likely(unknown, flags); is != want {
			t.Errorf("%s: %q is likely, want %q", unknown, is, want)
		}
	}
	if is := Likely("a", nil); is != "" {
		t.Errorf("%q is likely among none", is)
	}
}
