package main

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRecallPresets makes scans of Hopfield networks at their full size, and holds them
// against theory where it is exact or many units are enough: within 4 standard errors, of
// some hundred comparisons, and what theory leaves out of networks that are finite.
func TestRecallPresets(t *testing.T) {
	if os.Getenv("TNN_SOAK") != "1" {
		t.Skip("takes minutes: make soak")
	}
	dir := t.TempDir()
	for _, c := range []struct {
		preset, outcome string
		least           int     // comparisons
		slack           float64 // of theory
		of              func(value func(key string) float64, rule string) bool
	}{
		{"hopfield-capacity", "one_step", 10, 0, func(_ func(string) float64, rule string) bool { return rule == "hebb" }},
		{"hopfield-capacity", "final", 3, 1e-4, func(value func(string) float64, rule string) bool {
			return rule == "hebb" && value("patterns.load") <= 0.11
		}},
		{"hopfield-damage", "one_step", 12, 0, nil},
		{"hopfield-lattice", "one_step", 5, 0, nil},
		{"hopfield-dense", "one_step", 9, 5e-4, nil}, // the law of the crosstalk is not normal
		{"hopfield-thermal", "m", 11, 3e-3, func(value func(string) float64, _ string) bool {
			return value("recall.temperature") <= map[float64]float64{0.001: 0.5, 0.02: 0.5, 0.05: 0.3}[value("patterns.load")]
		}},
	} {
		t.Run(c.preset+" "+c.outcome, func(t *testing.T) {
			if _, err := os.Stat(dir + "/" + c.preset); err != nil {
				tnnGPU(t, dir, "scan", "--preset", c.preset, "--backend", "cpu", "--out", c.preset).want(t, codeDone)
			}
			rows, err := csv.NewReader(bytes.NewReader(read(t, dir, c.preset, "points.csv"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			compared := 0
			for _, row := range rows[1:] {
				text := func(column string) string {
					if at := slices.Index(rows[0], column); at >= 0 {
						return row[at]
					}
					return ""
				}
				value := func(column string) float64 {
					v, err := strconv.ParseFloat(text(column), 64)
					if err != nil {
						return math.NaN()
					}
					return v
				}
				theory, mean, e := value(c.outcome+"_theory"), value(c.outcome), value(c.outcome+"_error")
				if math.IsNaN(theory) || e == 0 || c.of != nil && !c.of(value, text("network.rule")) {
					continue // of nothing that came of it, or too seldom for an error
				}
				compared++
				if math.Abs(mean-theory) > 4*e+c.slack {
					t.Errorf("%s, %s: %s is %g ± %g, theory %g", c.preset, strings.Join(row[:2], ", "), c.outcome, mean, e, theory)
				}
			}
			if compared < c.least {
				t.Errorf("%s: %d values of %s were compared, want %d", c.preset, compared, c.outcome, c.least)
			}
		})
	}
}
