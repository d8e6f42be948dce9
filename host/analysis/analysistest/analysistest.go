// Package analysistest looks at statistics for the tests of models.
package analysistest

import (
	"slices"
	"testing"

	"tnn-gpu/host/analysis"
)

// Made is what one of a model's statistics, asked for by name, finds in a run.
func Made(t *testing.T, statistics []analysis.Statistic, r *analysis.Run, name string) *analysis.Result {
	t.Helper()
	chosen, err := analysis.Choose(statistics, []string{name})
	if err != nil {
		t.Fatal(err)
	}
	found, err := analysis.Make(r, chosen, true)
	if err != nil {
		t.Fatal(err)
	}
	return found[0].Result
}

// Value is a value of a result, which must be there.
func Value(t *testing.T, r *analysis.Result, name string) analysis.Value {
	t.Helper()
	i := slices.IndexFunc(r.Values, func(v analysis.Value) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s: %v", name, r.Notes)
	}
	return r.Values[i]
}
