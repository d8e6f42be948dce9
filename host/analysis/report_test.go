package analysis

import (
	"math"
	"strings"
	"testing"

	"tnn-gpu/host/stats"
)

// TestUndefined: what there is no value of is called so.
func TestUndefined(t *testing.T) {
	r := &Result{}
	r.Add("time", "steps", "", stats.Estimate{Mean: math.NaN(), Error: math.NaN()})
	r.Add("mean", "steps", "", stats.Estimate{Mean: 2.5, Error: math.NaN(), N: 1})
	report := Report{Run: "run", Parts: []Part{{Found: []Found{{Name: "series", Result: r}}}}}
	var b strings.Builder
	if err := report.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.HasSuffix(text, "\n  time  undefined\n  mean  2.5              steps\n") {
		t.Errorf("the report is %q", text)
	}
}
