package perceptron

import "math"

// Entropy production per weight (docs/perceptron.md section 5).

// Housekeeping is |Fbar|^2 + div Fbar over n, for n to infinity: the housekeeping entropy
// production at D = 1, 0 in the steady state of the mean force itself (g to 0),
// k (D_eff - D) at finite g.
func (m *Map) Housekeeping(R, Q float64) float64 {
	v := m.Moments(R, Q)
	c, d := m.Nut*v.A-m.K, m.Nut*v.B
	return c*c*Q + 2*c*d*R + d*d + c
}

// HousekeepingEntropy is the same at any temperature: |Fbar|^2/D + div Fbar over n.
func (m *Map) HousekeepingEntropy(R, Q float64) float64 {
	divergence := m.Nut*m.Moments(R, Q).A - m.K
	return (m.Housekeeping(R, Q)-divergence)/m.D + divergence
}

// Excess is nu^2 (n S2 - m2)/n, at D = 1 the entropy production of single examples beyond
// that of their mean force; over B it is that of a batch.
func Excess(nut float64, n int, v Moments) float64 {
	return nut * nut * (float64(n)*v.S2 - v.M2)
}

// ExcessOfPost is the formula of the blog post, which subtracts n <f>^2 for m2.
func ExcessOfPost(nut float64, n int, v Moments) float64 {
	return nut * nut * float64(n) * (v.S2 - v.S1*v.S1)
}

// Ramp is the theory of Hebb's rule when the learning rate grows linearly from 0
// to nut over a time tau and then stays, at g to 0, D = 1 and from N(0, 1/k).
type Ramp struct{ K, Nut, Tau float64 }

// Heat of the whole process, per weight. A ramp of no length is a switch.
func (r Ramp) Heat() float64 {
	c, k, tau := r.Nut*math.Sqrt(2/math.Pi), r.K, r.Tau
	x := k * tau
	if x == 0 {
		return c * c / (2 * k)
	}
	// Both terms lose digits where x is small: their series begin with x^3/3, x^2.
	fall := -math.Expm1(-x)
	first := x - 2*fall - math.Expm1(-2*x)/2
	if x < 1e-2 {
		first = x * x * x * (1.0/3 - x/4 + 7*x*x/60)
	}
	return c * c / k * (first/(x*x) + fall*fall/(2*x*x))
}

// Information is I(w; T) in nats per weight, after the student came to rest.
func (r Ramp) Information() float64 {
	R := r.Nut * math.Sqrt(2/math.Pi) / r.K
	return math.Log1p(R*R*r.K) / 2
}

// Efficiency is information over heat and the change of the student's entropy.
// For Hebb's rule the variance stays and so the entropy given T does; what grows
// is the entropy that T brings, which is the information itself.
func (r Ramp) Efficiency() float64 {
	information := r.Information()
	return information / (information + r.Heat())
}
