package perceptron_test

import (
	"strings"
	"testing"

	"tnn-gpu/host/perceptron"
)

// TestNoteOfSeparation: whether a run says that time scales are not separated follows from the
// student that it will have. A swirl makes that one smaller, and stored examples make it another one.
func TestNoteOfSeparation(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *perceptron.Table)
		says   bool
	}{
		"as it is":         {func(*perceptron.Table) {}, false},
		"stronger":         {func(p *perceptron.Table) { p.B = 20 }, true},
		"a swirl":          {func(p *perceptron.Table) { p.Swirl = 2 }, true},
		"stored, stronger": {func(p *perceptron.Table) { p.B, p.Examples, p.P = 20, perceptron.Stored, 50 }, false},
	} {
		s := perceptron.Defaults()
		p := &s.Perceptron
		p.N, p.B, p.Dt, p.Time, p.AverageFrom = 100, 78, 0.1, 20, 10
		p.Nut = 1
		c.change(p)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		net, err := s.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, line := range net.Announce() {
			said += line[0] + " " + line[1] + "\n"
		}
		if strings.Contains(said, "not separated") != c.says {
			t.Errorf("%s: it says\n%s", name, said)
		}
	}
}
