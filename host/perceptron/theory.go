package perceptron

import (
	"errors"
	"fmt"
	"math"
)

// Map is the deterministic map of the overlaps that a step is for n to infinity and
// fresh examples (docs/perceptron.md section 4). It is the theory of every mean.
type Map struct {
	Rule             Rule
	Alpha            float64
	K, Nut, D, Dt, G float64
	B                float64 // infinite for the mean force itself
	Swirl, Ramp      float64
	quadrature       *Quadrature
}

// MapOf is the map of a specification.
func MapOf(t *Table) *Map {
	return &Map{Rule: t.Kind(), Alpha: t.Power(), K: t.K, Nut: t.Nut, D: t.Temperature(), Dt: t.Dt, G: t.G(), B: float64(t.B), Swirl: t.Swirl, Ramp: t.Ramp}
}

// HasMap tells whether the map describes a perceptron.
func (t *Table) HasMap() bool { return t.Examples == Fresh }

// At is the map at a time, when a part of the learning rate is there.
func (m *Map) At(time float64) *Map {
	now := *m
	now.Nut *= part(m.Ramp, time)
	return &now
}

// Overlaps of a student: R = T.w/n, Q = |w|^2/n, and P = T.Jw/n with the student turned
// as a swirl turns it, Jw = (w1, -w0, w3, -w2, ...). Without a swirl P stays 0.
type Overlaps struct{ R, Q, P float64 }

// StartOverlaps are those of the student's start, for n to infinity.
func StartOverlaps(t *Table) Overlaps {
	if t.Start == Zero {
		return Overlaps{}
	}
	return Overlaps{Q: 1}
}

// Moments at a point.
func (m *Map) Moments(R, Q float64) Moments {
	if m.quadrature == nil {
		m.quadrature = NewQuadrature(Nodes)
	}
	return m.quadrature.MomentsOf(m.Rule, m.Alpha, R, Q)
}

// rates are the changes of the overlaps in a step, over dt, where moments are these.
func (m *Map) rates(o Overlaps, v Moments) Overlaps {
	a := 1 - m.K*m.Dt
	return Overlaps{
		R: -m.K*o.R + m.Swirl*o.P + m.Nut*v.M,
		Q: -m.K*(1+a)*o.Q + m.Swirl*m.Swirl*m.Dt*o.Q + 2*m.Nut*(a*v.L+m.Swirl*m.Dt*v.B*o.P) + m.Nut*m.Nut*(m.G*v.S2+m.Dt*(1-1/m.B)*v.M2) + 2*m.D,
		P: -m.K*o.P - m.Swirl*o.R + m.Nut*v.A*o.P,
	}
}

// still are the rates of a student that no swirl turns.
func (m *Map) still(R, Q float64) (dR, dQ float64) {
	d := m.rates(Overlaps{R: R, Q: Q}, m.Moments(R, Q))
	return d.R, d.Q
}

// Step gives the overlaps after one step.
func (m *Map) Step(o Overlaps) Overlaps { return m.after(o, m.Moments(o.R, o.Q)) }

func (m *Map) after(o Overlaps, v Moments) Overlaps {
	d := m.rates(o, v)
	return Overlaps{o.R + m.Dt*d.R, o.Q + m.Dt*d.Q, o.P + m.Dt*d.P}
}

// ErrDiverges says that the overlaps grow without bound.
var ErrDiverges = errors.New("the student grows without bound")

// BlowUp is the Q at which a student counts as diverged.
const BlowUp = 1e16

// Steady is the fixed point of the map without a swirl: Newton's method from a coarse relaxation.
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
	if dR, dQ := m.still(R, Q); !(math.Abs(dR) < 1e-8*(1+m.Nut) && math.Abs(dQ) < 1e-8*(1+Q)) {
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
		dR, dQ := coarse.still(R, Q)
		// Heun, with strides that change neither Q nor the angle by much.
		gap := Q - R*R
		stride := math.Min(0.05/m.K, 0.1*gap/(math.Abs(dQ-2*R*dR)+1e-300))
		midR, midQ := R+stride*dR, Q+stride*dQ
		if midQ <= midR*midR {
			midR, midQ = R+stride/2*dR, Q+stride/2*dQ
		}
		eR, eQ := coarse.still(midR, midQ)
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
	r, q := m.still(R, Q)
	rR1, qR1 := m.still(R+hR, Q)
	rR0, qR0 := m.still(R-hR, Q)
	rQ1, qQ1 := m.still(R, Q+hQ)
	rQ0, qQ0 := m.still(R, Q-hQ)
	a, b := (rR1-rR0)/(2*hR), (rQ1-rQ0)/(2*hQ)
	c, d := (qR1-qR0)/(2*hR), (qQ1-qQ0)/(2*hQ)
	det := a*d - b*c
	return -(d*r - b*q) / det, -(a*q - c*r) / det
}

// Follow visits the overlaps after every step from a start, and the heat of the step
// per weight. Visit ends it.
func (m *Map) Follow(o Overlaps, visit func(step int64, o Overlaps, heat float64) (goOn bool)) {
	fast := *m
	fast.quadrature = NewQuadrature(48)
	var heat float64
	rests := false // the last step changed nothing, and so does every other one
	for step := int64(1); ; step++ {
		if !rests {
			middle := (float64(step) - 0.5) * m.Dt
			now := fast.At(middle)
			v := now.Moments(o.R, o.Q)
			next := now.after(o, v)
			heat, rests = now.heat(o, next, v), next == o && middle >= m.Ramp
			o = next
		}
		if !visit(step, o, heat) {
			return
		}
	}
}
