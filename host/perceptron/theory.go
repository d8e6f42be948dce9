package perceptron

import (
	"errors"
	"fmt"
	"math"
)

// Map is the deterministic map of the overlaps (R, Q) that a step is for n to
// infinity and fresh examples (docs/perceptron.md section 4). It is the theory of
// every mean.
type Map struct {
	Rule             Rule
	Alpha            float64
	K, Nut, D, Dt, G float64
	B                float64 // infinite for the mean force itself
	quadrature       *Quadrature
}

// MapOf is the map of a specification.
func MapOf(t *Table) *Map {
	return &Map{Rule: t.Kind(), Alpha: t.Power(), K: t.K, Nut: t.Nut, D: t.Temperature(), Dt: t.Dt, G: t.G(), B: float64(t.B)}
}

// Moments at a point.
func (m *Map) Moments(R, Q float64) Moments {
	if m.quadrature == nil {
		m.quadrature = NewQuadrature(Nodes)
	}
	return m.quadrature.MomentsOf(m.Rule, m.Alpha, R, Q)
}

// rates are the changes of R and Q in a step, over dt.
func (m *Map) rates(R, Q float64) (dR, dQ float64) {
	v := m.Moments(R, Q)
	a := 1 - m.K*m.Dt
	dR = -m.K*R + m.Nut*v.M
	dQ = -m.K*(1+a)*Q + 2*a*m.Nut*v.L + m.Nut*m.Nut*(m.G*v.S2+m.Dt*(1-1/m.B)*v.M2) + 2*m.D
	return dR, dQ
}

// Step gives the overlaps after one step.
func (m *Map) Step(R, Q float64) (nextR, nextQ float64) {
	dR, dQ := m.rates(R, Q)
	return R + m.Dt*dR, Q + m.Dt*dQ
}

// ErrDiverges says that the overlaps grow without bound.
var ErrDiverges = errors.New("the student grows without bound")

// BlowUp is the Q at which a student counts as diverged.
const BlowUp = 1e16

// Steady is the fixed point of the map: Newton's method from a coarse relaxation.
// Where there is none it is ErrDiverges.
func (m *Map) Steady() (R, Q float64, err error) {
	R, Q, err = m.relax()
	if err != nil {
		return 0, 0, err
	}
	for range 50 {
		stepR, stepQ := m.newton(R, Q)
		// Stay where Q > R^2.
		for Q+stepQ <= (R+stepR)*(R+stepR) {
			stepR, stepQ = stepR/2, stepQ/2
		}
		R, Q = R+stepR, Q+stepQ
		if math.Abs(stepR) <= 1e-13*math.Abs(R) && math.Abs(stepQ) <= 1e-13*Q {
			return R, Q, nil
		}
	}
	if dR, dQ := m.rates(R, Q); !(math.Abs(dR) < 1e-8*(1+m.Nut) && math.Abs(dQ) < 1e-8*(1+Q)) {
		return 0, 0, fmt.Errorf("the steady state of %s was not found; R = %g and Q = %g still change by %g and %g in unit time", m.Rule, R, Q, dR, dQ)
	}
	return R, Q, nil
}

// relax follows the flow of the map, with few nodes and adaptive strides, until
// little changes.
func (m *Map) relax() (R, Q float64, err error) {
	coarse := *m
	coarse.quadrature = NewQuadrature(24)
	R, Q = 0, 1
	for range 20000 {
		dR, dQ := coarse.rates(R, Q)
		// Heun, with strides that change neither Q nor the angle by much.
		gap := Q - R*R
		stride := math.Min(0.05/m.K, 0.1*gap/(math.Abs(dQ-2*R*dR)+1e-300))
		midR, midQ := R+stride*dR, Q+stride*dQ
		if midQ <= midR*midR {
			midR, midQ = R+stride/2*dR, Q+stride/2*dQ
		}
		eR, eQ := coarse.rates(midR, midQ)
		R, Q = R+stride/2*(dR+eR), Q+stride/2*(dQ+eQ)
		if !(Q < BlowUp) {
			return 0, 0, ErrDiverges
		}
		if math.Abs(dR) < 1e-4*m.K*(1e-3+math.Abs(R)) && math.Abs(dQ) < 1e-4*m.K*Q {
			return R, Q, nil
		}
	}
	return R, Q, nil
}

// newton is the step of Newton's method towards rates of zero.
func (m *Map) newton(R, Q float64) (stepR, stepQ float64) {
	hR, hQ := 1e-5*(math.Abs(R)+1e-3), 1e-5*(Q-R*R)
	r, q := m.rates(R, Q)
	rR1, qR1 := m.rates(R+hR, Q)
	rR0, qR0 := m.rates(R-hR, Q)
	rQ1, qQ1 := m.rates(R, Q+hQ)
	rQ0, qQ0 := m.rates(R, Q-hQ)
	a, b := (rR1-rR0)/(2*hR), (rQ1-rQ0)/(2*hQ)
	c, d := (qR1-qR0)/(2*hR), (qQ1-qQ0)/(2*hQ)
	det := a*d - b*c
	return -(d*r - b*q) / det, -(a*q - c*r) / det
}

// Curve gives the overlaps after each of the steps, which ascend, from a start.
// It ends early where the student blows up.
func (m *Map) Curve(R, Q float64, steps []int64) (Rs, Qs []float64) {
	fast := *m
	fast.quadrature = NewQuadrature(48)
	var t int64
	for _, until := range steps {
		for ; t < until; t++ {
			R, Q = fast.Step(R, Q)
			if !(Q < BlowUp) {
				return Rs, Qs
			}
		}
		Rs, Qs = append(Rs, R), append(Qs, Q)
	}
	return Rs, Qs
}
