package fmath

import "math"

// ProbeFunctions names the functions of Probe in the order of its results.
var ProbeFunctions = [...]string{
	"exp(x)", "log(x)", "cos2pi(x)", "sqrt(x)", "erfc(x)", "erfcinv(x)", "x*y+z", "x/y", "x*y",
}

// Probe is what kernel probe_math of kernels.cl must answer on a device that
// computes with the same bits as this machine. Row i of n has the arguments
// x = input[i], y = input[n+i], z = input[2n+i]; the result of function
// ProbeFunctions[f] is expected[f*n+i]. The rows hold every edge case of the
// functions and plain arithmetic with subnormal arguments and results, with sums
// that a fused multiply-add would get wrong, and pseudo-random arguments in
// turns over the domains of the functions. n must be at least 256, so that all
// edge cases fit. Compare by SameBits.
func Probe[F Float](n int) (input, expected []F) {
	input = make([]F, 3*n)
	x, y, z := input[:n], input[n:2*n], input[2*n:]
	edges := probeEdges[F]()
	random := splitMix(1)
	for i := range n {
		x[i] = probeArgument[F](i, &random)
		if i < len(edges) {
			x[i] = edges[i]
		}
		y[i] = probeArgument[F](int(random.next()%8), &random)
		// What the product rounds to: only a fused multiply-add sees a rest.
		z[i] = -F(x[i] * y[i])
		if i%4 == 0 {
			z[i] = probeArgument[F](i/4, &random)
		}
	}
	expected = make([]F, 0, len(ProbeFunctions)*n)
	for _, f := range [...]func(F) F{Exp[F], Log[F], Cos2Pi[F], Sqrt[F], Erfc[F], ErfcInv[F]} {
		for i := range n {
			expected = append(expected, f(x[i]))
		}
	}
	for i := range n {
		expected = append(expected, F(x[i]*y[i])+z[i])
	}
	for i := range n {
		expected = append(expected, x[i]/y[i])
	}
	for i := range n {
		expected = append(expected, F(x[i]*y[i]))
	}
	return input, expected
}

// SameBits tells whether two numbers have the same bits, any NaN being the same
// as any other: the model has one NaN, and machines differ in which.
func SameBits[F Float](a, b F) bool {
	if a != a || b != b {
		return a != a && b != b
	}
	if single[F]() {
		return math.Float32bits(float32(a)) == math.Float32bits(float32(b))
	}
	return math.Float64bits(float64(a)) == math.Float64bits(float64(b))
}

// probeEdges are the arguments where a function of the package starts, ends or
// changes its way, with their neighbours on both sides, and the ends of F
// itself.
func probeEdges[F Float]() []F {
	marks := []float64{
		0, 0x1p-149, 0x1p-126, 0x1p-24, 0x1p-53, 0.03125, 0.125, 0.25, 0.375, math.Sqrt2 / 2, 0.625, 0.75, 0.875,
		1, math.Sqrt2, 1.96875, 2, 9, 26, 87, 88.72283, 708, 709.782712893384, math.MaxFloat32,
	}
	largest := F(math.MaxFloat32)
	if !single[F]() {
		marks = append(marks, 0x1p-1074, 0x1p-1022)
		double := math.MaxFloat64
		largest = F(double)
	}
	infinity := F(math.Inf(1))
	edges := []F{largest, -largest, infinity, -infinity, F(math.NaN())}
	for _, mark := range marks {
		for _, e := range []F{neighbour(F(mark), -1), F(mark), neighbour(F(mark), 1)} {
			edges = append(edges, e, -e)
		}
	}
	return edges
}

// neighbour is the number whose bits, read as an integer, are one step away.
func neighbour[F Float](x F, step int) F {
	if single[F]() {
		return F(math.Float32frombits(math.Float32bits(float32(x)) + uint32(step)))
	}
	return F(math.Float64frombits(math.Float64bits(float64(x)) + uint64(step)))
}

// probeArgument is a pseudo-random argument of one of eight kinds.
func probeArgument[F Float](kind int, random *splitMix) F {
	bits := random.next()
	u := F(float64(bits>>11) * 0x1p-53) // in [0, 1], any bits
	limit, normal := F(90), F(0x1p-126)
	if !single[F]() {
		limit, normal = 710, 0x1p-1022
	}
	switch kind % 8 {
	case 0: // exp
		return F(u*limit) * F(1-2*int(bits&1))
	case 1: // any number, infinities and NaN too
		if single[F]() {
			return F(math.Float32frombits(uint32(bits)))
		}
		return F(math.Float64frombits(bits))
	case 2: // cos2pi
		return u
	case 3: // erfc
		return F(F(u*10) - 5)
	case 4: // erfcinv
		return F(u * 2)
	case 5: // the tail of erfcinv
		return F(u * 0.03125)
	case 6: // log near 1, and deviates
		return F(0.5 + u)
	default: // subnormal and just above
		return F(F(u*normal) * 2)
	}
}

// splitMix is the generator SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); rng
// cannot be used here because it needs this package.
type splitMix uint64

func (s *splitMix) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	x := uint64(*s)
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
