package hopfield

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// golden decodes a file of recorded vectors.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	f, err := os.Open("../../testdata/hopfield/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.12g, recorded %.12g", what, got, want)
	}
}

func TestTheory(t *testing.T) {
	var file struct {
		AGS struct {
			Alpha float64 `json:"alpha_c"`
			M     float64 `json:"m_c"`
			Curve []struct{ Alpha, M, Error float64 }
		} `json:"ags_T0"`
		Thermal []struct{ Alpha, T, M, Q float64 } `json:"ags_T"`
		OneStep []struct {
			N, P  int
			Gauss float64
			Exact float64 `json:"exact_binomial"`
		} `json:"one_step"`
		Diluted struct {
			Capacity []struct {
				Keep  float64
				Alpha float64 `json:"alpha_c"`
			} `json:"alpha_c_by_keep"`
			Points []struct{ Alpha, Keep, M float64 }
		} `json:"diluted_T0"`
		Capacity []struct {
			N                  int
			Most, All, Storkey float64
		}
		Dense []struct {
			Degree     int `json:"n"`
			N, P       int
			Finite     float64 `json:"finite_N"`
			Asymptotic float64
		} `json:"dense_one_step"`
	}
	golden(t, "theory", &file)
	alpha, m := Retrieval{1}.Capacity()
	near(t, "alpha_c", alpha, file.AGS.Alpha, 1e-9)
	// The file's m_c comes from a coarse search for a flat maximum. This is the root of
	// d/dy (erf y/y - 2/sqrt(pi) exp(-y^2)), computed with 16 digits.
	near(t, "m_c", m, 0.9674171156852915, 1e-7)
	near(t, "m_c of the file", m, file.AGS.M, 1e-5)
	for _, c := range file.AGS.Curve {
		m, e := Retrieval{1}.Overlap(c.Alpha)
		near(t, "m", m, c.M, 1e-7)
		near(t, "error", e, c.Error, 1e-7)
	}
	for _, c := range file.Thermal {
		m, q := ThermalOverlap(c.Alpha, c.T)
		near(t, "m at temperature", m, c.M, 1e-7)
		// Without retrieval, at (0.005, 0.9), the file's q is one of two values between
		// which its own iteration swings; it does not solve the equations.
		if m > 0 {
			near(t, "q at temperature", q, c.Q, 1e-7)
		}
	}
	for _, c := range file.OneStep {
		near(t, "one step, normal law", OneStepErrorGauss(c.N-1, c.P), c.Gauss, 1e-9)
		near(t, "one step, binomial law", OneStepError(c.N-1, c.P), c.Exact, 1e-8*c.Exact)
	}
	for _, c := range file.Diluted.Capacity {
		alpha, _ := Retrieval{c.Keep}.Capacity()
		near(t, "capacity of a damaged network", alpha, c.Alpha, 1e-5)
	}
	for _, c := range file.Diluted.Points {
		m, _ := Retrieval{c.Keep}.Overlap(c.Alpha)
		near(t, "m of a damaged network", m, c.M, 1e-7)
	}
	for _, c := range file.Capacity {
		near(t, "most", MostPatterns(c.N), c.Most, 1e-9*c.Most)
		near(t, "all", AllPatterns(c.N), c.All, 1e-9*c.All)
		near(t, "storkey", StorkeyPatterns(c.N), c.Storkey, 1e-9*c.Storkey)
	}
	for _, c := range file.Dense {
		near(t, "dense, finite", DenseOneStepError(c.N, c.P, c.Degree), c.Finite, 1e-9)
		near(t, "dense, asymptotic", DenseOneStepErrorAsymptotic(c.N, c.P, c.Degree), c.Asymptotic, 1e-9)
	}
}
