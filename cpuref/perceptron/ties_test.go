package perceptron

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// A teacher of components +1 and -1 and of even size is undecided about some examples:
// their label is -1 (docs/perceptron.md section 1).
func TestTies(t *testing.T) {
	s := perceptron.Defaults()
	p := &s.Perceptron
	p.N, p.B, p.Teacher, p.Time, p.AverageFrom = 2, 64, perceptron.PlusMinus, 1e-3, 0
	const key = 5
	b, err := New(&perceptron.Network{Spec: s}, backend.Options{Precision: state.Double, Seeds: []uint64{key}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Watch(perceptron.LabelName); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Advance(1); err != nil {
		t.Fatal(err)
	}
	last, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	labels, err := b.Field(perceptron.LabelName, nil)
	if err != nil {
		t.Fatal(err)
	}
	teacher, words, ties := last.Array(perceptron.TeacherVector), make([]uint32, perceptron.Words(p.N)), 0
	for example := range p.B {
		perceptron.Signs(words, rng.Key(key), rng.Example, uint32(example), 1)
		sum := 0.0
		for i := range p.N {
			sum += teacher.At(i) * float64(2*int32(words[0]>>i&1)-1)
		}
		want := -1.0
		if sum > 0 {
			want = 1
		} else if sum == 0 {
			ties++
		}
		if got := labels.At(example); got != want {
			t.Errorf("example %d, T.xi = %g, has label %g, want %g", example, sum, got, want)
		}
	}
	if ties < 10 {
		t.Errorf("only %d of %d examples are ties", ties, p.B)
	}
}

// A student with an activation of 0 is wrong, whatever the label.
func TestTieIsWrong(t *testing.T) {
	c := perceptron.Constants[float64]{Alpha: 0.5}
	for _, positive := range []bool{true, false} {
		for rule, want := range map[perceptron.Rule]float64{perceptron.Hebb: 1, perceptron.Perceptron: 1, perceptron.AdaTron: 0, perceptron.AlphaTron: 1} {
			if got := c.Share(rule, positive, 0); got != want {
				t.Errorf("%s, label positive: %v: f(0) is %g, want %g", rule, positive, got, want)
			}
		}
	}
}
