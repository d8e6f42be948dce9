package hopfieldgolden

import (
	"fmt"
	"math"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

type theoryFile struct {
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

// theory compares the functions of theory. Two recorded values are not solutions, and
// are compared as closely as they are right: m_c comes from a coarse search for a flat
// maximum (0.96742347 in place of 0.96741712), and where m is 0 at positive temperature
// q may be one of two values between which an iteration swings.
func theory(c *check, text []byte) error {
	var file theoryFile
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	if err := file.check(); err != nil {
		return err
	}
	alpha, m := hopfield.Retrieval{Keep: 1}.Capacity()
	c.real(alpha, file.AGS.Alpha, 1e-7, "alpha_c")
	c.real(m, file.AGS.M, 1e-5, "m_c")
	for _, of := range file.AGS.Curve {
		m, e := hopfield.Retrieval{Keep: 1}.Overlap(of.Alpha)
		c.real(m, of.M, 1e-7, "m at alpha = %g", of.Alpha)
		c.real(e, of.Error, 1e-7, "error at alpha = %g", of.Alpha)
	}
	for _, of := range file.Thermal {
		m, q := hopfield.ThermalOverlap(of.Alpha, of.T)
		c.real(m, of.M, 1e-7, "m at alpha = %g, T = %g", of.Alpha, of.T)
		if m > 0 {
			c.real(q, of.Q, 1e-7, "q at alpha = %g, T = %g", of.Alpha, of.T)
		}
	}
	for _, of := range file.OneStep {
		c.real(hopfield.OneStepErrorGauss(of.N-1, of.P), of.Gauss, 1e-9, "one step of %d patterns in %d units, normal law", of.P, of.N)
		c.real(math.Log(hopfield.OneStepError(of.N-1, of.P)/of.Exact), 0, 1e-8, "one step of %d patterns in %d units, logarithm of the ratio", of.P, of.N)
	}
	for _, of := range file.Diluted.Capacity {
		alpha, _ := hopfield.Retrieval{Keep: of.Keep}.Capacity()
		c.real(alpha, of.Alpha, 1e-5, "alpha_c with %g of the couplings", of.Keep)
	}
	for _, of := range file.Diluted.Points {
		m, _ := hopfield.Retrieval{Keep: of.Keep}.Overlap(of.Alpha)
		c.real(m, of.M, 1e-7, "m at alpha = %g with %g of the couplings", of.Alpha, of.Keep)
	}
	for _, of := range file.Capacity {
		c.real(hopfield.MostPatterns(of.N), of.Most, 1e-9, "N/(2 ln N), N = %d", of.N)
		c.real(hopfield.AllPatterns(of.N), of.All, 1e-9, "N/(4 ln N), N = %d", of.N)
		c.real(hopfield.StorkeyPatterns(of.N), of.Storkey, 1e-9, "N/sqrt(2 ln N), N = %d", of.N)
	}
	for _, of := range file.Dense {
		c.real(hopfield.DenseOneStepErrorGauss(of.N, of.P, of.Degree), of.Finite, 1e-9, "one step, degree %d, %d patterns in %d units", of.Degree, of.P, of.N)
		c.real(hopfield.DenseOneStepErrorAsymptotic(of.N, of.P, of.Degree), of.Asymptotic, 1e-9, "one step of many units, degree %d, %d patterns in %d units", of.Degree, of.P, of.N)
	}
	return nil
}

// check refuses what theory knows nothing of.
func (f *theoryFile) check() error {
	var errs []error
	within := func(what string, v, low, high float64) {
		if !(v >= low && v <= high) {
			errs = append(errs, fmt.Errorf("%s is %g: use a number from %g to %g", what, v, low, high))
		}
	}
	size := func(n, p int) {
		within("N", float64(n), 2, hopfield.MaxUnits)
		within("P", float64(p), 1, hopfield.MaxPatterns)
	}
	for _, of := range f.AGS.Curve {
		within("alpha", of.Alpha, 1e-6, 10)
	}
	for _, of := range f.Thermal {
		within("alpha", of.Alpha, 0, 10)
		within("T", of.T, 1e-3, 10)
	}
	for _, of := range f.OneStep {
		size(of.N, of.P)
	}
	for _, of := range f.Diluted.Capacity {
		within("keep", of.Keep, 1e-6, 1)
	}
	for _, of := range f.Diluted.Points {
		within("keep", of.Keep, 1e-6, 1)
		within("alpha", of.Alpha, 1e-6, 10)
	}
	for _, of := range f.Capacity {
		size(of.N, 1)
	}
	for _, of := range f.Dense {
		size(of.N, of.P)
		within("n", float64(of.Degree), 2, 30)
	}
	return model.FirstError(errs...)
}
