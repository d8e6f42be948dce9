package perceptron

import "tnn-gpu/host/fmath"

// Sizes of the layout and of sums (docs/perceptron.md section 2).
const (
	// Block is how many components the bits of one Philox block are for. Arrays of
	// components are padded to whole blocks with zeros.
	Block = 128
	// Lanes is the number of accumulators of a sum over components: lane l adds
	// quads l, l+64, ...
	Lanes = 64
	// Stripe is how many components all lanes add at a time.
	Stripe = 4 * Lanes
)

// Dot is the sum of the products of the components of two vectors, each rounded,
// in the order of section 2: quads of neighbours, missing ones counting as 0, lanes
// of quads, then the lanes in pairs. Device twin: perceptron_dot.
func Dot[F fmath.Float](x, y []F) F {
	var lanes [Lanes]F
	y = y[:len(x)]
	whole := len(x) / 4 * 4
	for i := 0; i < whole; i += 4 {
		a, b := x[i:i+4:i+4], y[i:i+4:i+4]
		lanes[i/4%Lanes] += (F(a[0]*b[0]) + F(a[1]*b[1])) + (F(a[2]*b[2]) + F(a[3]*b[3]))
	}
	if whole < len(x) {
		var last [4]F
		for i := range x[whole:] {
			last[i] = F(x[whole+i] * y[whole+i])
		}
		lanes[whole/4%Lanes] += (last[0] + last[1]) + (last[2] + last[3])
	}
	return Tree(&lanes)
}

// Total is the sum of the components of a vector, in the order of Dot.
func Total[F fmath.Float](x []F) F {
	var lanes [Lanes]F
	whole := len(x) / 4 * 4
	for i := 0; i < whole; i += 4 {
		a := x[i : i+4 : i+4]
		lanes[i/4%Lanes] += (a[0] + a[1]) + (a[2] + a[3])
	}
	if whole < len(x) {
		var last [4]F
		copy(last[:], x[whole:])
		lanes[whole/4%Lanes] += (last[0] + last[1]) + (last[2] + last[3])
	}
	return Tree(&lanes)
}

// Tree adds the lanes along the house's pair tree. It overwrites them.
func Tree[F fmath.Float](lanes *[Lanes]F) F {
	for n := Lanes / 2; n > 0; n /= 2 {
		for i := range n {
			lanes[i] = lanes[2*i] + lanes[2*i+1]
		}
	}
	return lanes[0]
}
