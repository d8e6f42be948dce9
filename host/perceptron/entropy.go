package perceptron

import "math"

// Entropy production per weight (docs/perceptron.md section 5).

// Housekeeping is |Fbar|^2 + div Fbar over n, for n to infinity: the housekeeping entropy
// production at D = 1, 0 in the steady state of the mean force itself (g to 0),
// k (D_eff - D) at finite g.
func (m *Map) Housekeeping(o Overlaps) float64 {
	v := m.Moments(o.R, o.Q)
	return m.square(o, v) + m.divergence(v)
}

// HousekeepingEntropy is the same at any temperature: |Fbar|^2/D + div Fbar over n.
func (m *Map) HousekeepingEntropy(o Overlaps) float64 {
	v := m.Moments(o.R, o.Q)
	return m.square(o, v)/m.D + m.divergence(v)
}

// square is |Fbar|^2/n. The mean force is c w + d T + kappa Jw.
func (m *Map) square(o Overlaps, v Moments) float64 {
	c, d := m.Nut*v.A-m.K, m.Nut*v.B
	return (c*c+m.Swirl*m.Swirl)*o.Q + 2*d*(c*o.R+m.Swirl*o.P) + d*d
}

// divergence is div Fbar/n.
func (m *Map) divergence(v Moments) float64 { return m.Nut*v.A - m.K }

// heat of a step per weight. It is exact for Hebb's rule, whose force moves with the
// student in a known way. That of the other rules holds where time scales are separated.
func (m *Map) heat(o, next Overlaps, v Moments) float64 {
	if m.Rule == Hebb {
		examples := m.Nut * m.Nut * (m.G + m.Dt*(1-1/m.B)*v.M2) // |force of the examples|^2 dt/n
		return -m.K/2*(next.Q-o.Q) + m.Dt*(m.Nut*v.M*(2*m.Swirl*o.P-m.K*o.R)+m.Swirl*m.Swirl*o.Q) + examples
	}
	return m.Dt*(m.square(o, v)+m.D*m.divergence(v)) + m.Nut*m.Nut*(m.G*v.S2-m.Dt/m.B*v.M2)
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

// SquaredMeanOfHebb is m2 of Hebb's rule, |E xi sigma|^2, which is known at every n in the
// mean over teachers. Over Gaussian ones E sigma sigma' is (2/pi) arcsin(xi.xi'/n), so
// that m2 = (2/pi) E S arcsin(S/n), S being the sum of n signs. With a teacher of signs
// E xi sigma is along T, and m2 = (E|S|)^2/n. Both are 2/pi for n to infinity.
func SquaredMeanOfHebb(t *Table) float64 {
	n := float64(t.N)
	var total, size, product float64
	weight := 1.0
	for S := math.Mod(n, 2); S <= n && weight > 1e-20*total; S += 2 {
		both := 2 * weight // S and -S
		if S == 0 {
			both = weight
		}
		total += both
		size += both * S
		product += both * S * math.Asin(S/n)
		weight *= (n - S) / (n + S + 2)
	}
	if t.Teacher == PlusMinus {
		return size / total * size / total / n
	}
	return 2 / math.Pi * product / total
}
