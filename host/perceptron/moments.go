package perceptron

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Moments over fresh examples of a student with overlaps R = T.w/n and
// Q = |w|^2/n, for n to infinity (docs/perceptron.md section 4).
type Moments struct {
	M  float64 // E |b| f, with b the teacher's field
	L  float64 // E sigma A f
	S1 float64 // E f
	S2 float64 // E f^2
	// The mean force of the examples is nut sqrt(n) (A w + B T) / sqrt(n), and M2
	// its square in units of nut^2 n.
	A, B, M2 float64
}

// Nodes of the quadrature: enough for 1e-12 where the student is not aligned.
const Nodes = 300

// Quadrature holds the nodes and weights that moments of an alphatron need.
type Quadrature struct{ u, weight []float64 }

// NewQuadrature is Gauss and Legendre's with n nodes on [-1, 1], clustered at
// both ends by u = sin(pi v/2), where |cos x|^p has its zeros.
func NewQuadrature(n int) *Quadrature {
	q := &Quadrature{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(q.u, q.weight, -1, 1)
	for i, v := range q.u {
		sin, cos := math.Sincos(math.Pi / 2 * v)
		q.u[i] = sin
		q.weight[i] *= math.Pi / 2 * cos
	}
	return q
}

// right are J(alpha, 1), J(1 + alpha, 0), J(alpha, 0) and J(2 alpha, 0) of docs/perceptron.md
// section 4 at angle theta: what an alphatron that is right contributes to M, L, S1 and S2.
func (g *Quadrature) right(alpha, theta float64) Moments {
	mid, half := theta/2, (math.Pi-theta)/2
	var sum Moments
	for i, u := range g.u {
		x := mid + half*u
		size := math.Abs(math.Cos(x))
		power := math.Pow(size, alpha)
		share := g.weight[i] * power
		sum.M += share * math.Abs(math.Cos(x-theta))
		sum.L += share * size
		sum.S1 += share
		sum.S2 += share * power
	}
	factor := func(r float64) float64 { return half / math.Pi * math.Pow(2, r) * math.Gamma(1+r) }
	linear := factor((1 + alpha) / 2)
	return Moments{M: linear * sum.M, L: linear * sum.L, S1: factor(alpha/2) * sum.S1, S2: factor(alpha) * sum.S2}
}

// MomentsOf are the moments of a rule.
func (g *Quadrature) MomentsOf(rule Rule, alpha, R, Q float64) Moments {
	if Q == 0 {
		return atRest(rule)
	}
	root := math.Sqrt(Q)
	rho := math.Max(-1, math.Min(1, R/root))
	theta, s := math.Acos(rho), math.Sqrt((1-rho)*(1+rho))
	// What a student that is wrong contributes with f = 1.
	wrong := Moments{M: (1 - rho) / math.Sqrt(2*math.Pi), S1: theta / math.Pi, S2: theta / math.Pi}
	wrong.L = -root * wrong.M
	var m Moments
	switch rule {
	case Hebb:
		m = Moments{M: math.Sqrt(2 / math.Pi), S1: 1, S2: 1}
		m.L = m.M * R
	case Perceptron:
		m = wrong
	case AdaTron:
		m.S2 = Q * (theta - rho*s) / math.Pi
		m.M, m.L, m.S1 = root*(s-rho*theta)/math.Pi, -m.S2, -wrong.L
	case AlphaTron:
		power := math.Pow(root, alpha)
		m = wrong
		right := g.right(alpha, theta)
		m.M += power * right.M
		m.L += power * root * right.L
		m.S1 += power * right.S1
		m.S2 += power * power * right.S2
	}
	m.A = (m.L - R*m.M) / (Q - R*R)
	m.B = m.M - m.A*R
	m.M2 = m.A*m.A*Q + 2*m.A*m.B*R + m.B*m.B
	return m
}

// atRest are the moments of a student of no length, all of whose activations are 0 and
// wrong.
func atRest(rule Rule) Moments {
	if rule == AdaTron {
		return Moments{}
	}
	b := math.Sqrt(2 / math.Pi)
	return Moments{M: b, S1: 1, S2: 1, B: b, M2: b * b}
}

// Epsilon is the generalisation error of a student with these overlaps: its angle
// to the teacher over pi. A student of no length errs by one half.
func Epsilon(R, Q float64) float64 { return math.Acos(Rho(R, Q)) / math.Pi }

// Rho is the cosine of the angle between student and teacher.
func Rho(R, Q float64) float64 {
	if R == 0 {
		return 0
	}
	return math.Max(-1, math.Min(1, R/math.Sqrt(Q)))
}

// Information is what the student's answer tells of the teacher's, in bits.
func Information(epsilon float64) float64 {
	entropy := func(p float64) float64 {
		if p <= 0 {
			return 0
		}
		return -p * math.Log2(p)
	}
	return 1 - entropy(epsilon) - entropy(1-epsilon)
}

// IsLearned tells whether a student's error is below one half by more than chance makes of it: its
// standard deviation is 1/(pi sqrt(n)) there. What others have of information, and of all that
// goes with the square of what was learned, is mostly chance, which no theory for n to infinity knows.
func IsLearned(epsilon float64, n int) bool {
	return (0.5-epsilon)*math.Pi*math.Sqrt(float64(n)) > 5
}
