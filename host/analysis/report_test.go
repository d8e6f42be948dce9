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

// TestNumberWithoutASign: what its digits do not tell from 0 has no sign.
func TestNumberWithoutASign(t *testing.T) {
	for _, of := range []struct {
		v, err float64
		want   string
	}{
		{-1e-5, 0.013, "0.000(13)"}, {-0.0004999, 0.013, "0.000(13)"}, {-0.00051, 0.013, "-0.001(13)"}, {math.Copysign(0, -1), 0.013, "0.000(13)"},
		{math.Copysign(0, -1), 0, "0"}, {-0.4, 12, "0(12)"}, {-0.6, 12, "-1(12)"}, {-0.013, 0.0996, "-0.01(10)"}, {-0.004, 0.0996, "0.00(10)"}, {0.531, 0.012, "0.531(12)"},
		{math.Copysign(0, -1), 1234, "0 +- 1.2e+03"},
	} {
		if got := Number(of.v, of.err); got != of.want {
			t.Errorf("%g with %g is %q, want %q", of.v, of.err, got, of.want)
		}
	}
}
