package perceptrongolden

import (
	"testing"
)

func TestTheory(t *testing.T) {
	f, err := Open("../../../testdata/perceptron/theory.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	w, err := f.(*Theory).Check()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("worst: %.2g of the tolerance, %s", w.Times, &w)
	if w.Times > 1 {
		t.Errorf("theory: %s", &w)
	}
}
