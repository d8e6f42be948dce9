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

// Quad holds, for each set of four signs, the sum (+-x0 +- x1) + (+-x2 +- x3): bit
// j of the index is the sign of x_j, 1 for plus.
type Quad[F fmath.Float] [16]F

// Fill computes the sums of four values.
func (q *Quad[F]) Fill(x0, x1, x2, x3 F) {
	low := [4]F{-x0 - x1, x0 - x1, -x0 + x1, x0 + x1}
	high := [4]F{-x2 - x3, x2 - x3, -x2 + x3, x2 + x3}
	for h, y := range high {
		q[4*h], q[4*h+1], q[4*h+2], q[4*h+3] = low[0]+y, low[1]+y, low[2]+y, low[3]+y
	}
}

// Quads are those of a vector, padded with zeros to whole stripes: quad g is of
// components 4g to 4g+3. A sum of a vector with other signs is then one look-up
// for four components.
type Quads[F fmath.Float] []Quad[F]

// NewQuads makes those of a vector of n components, all zero.
func NewQuads[F fmath.Float](n int) Quads[F] {
	return make(Quads[F], (n+Stripe-1)/Stripe*Lanes)
}

// Fill computes the quads from g up to end of a vector, which is padded to whole
// quads or ends with its last component.
func (q Quads[F]) Fill(x []F, g, end int) {
	for ; g < end && 4*g+4 <= len(x); g++ {
		v := x[4*g : 4*g+4 : 4*g+4]
		q[g].Fill(v[0], v[1], v[2], v[3])
	}
	if g < end && 4*g < len(x) {
		var v [4]F
		copy(v[:], x[4*g:])
		q[g].Fill(v[0], v[1], v[2], v[3])
	}
}

// AddStripe adds to the lanes the sums of 64 quads whose signs are the bits of
// eight words.
func AddStripe[F fmath.Float](lanes *[Lanes]F, quads *[Lanes]Quad[F], words *[8]uint32) {
	for k, w := range words {
		q := (*[8]Quad[F])(quads[8*k:])
		l := (*[8]F)(lanes[8*k:])
		l[0] += q[0][w&15]
		l[1] += q[1][w>>4&15]
		l[2] += q[2][w>>8&15]
		l[3] += q[3][w>>12&15]
		l[4] += q[4][w>>16&15]
		l[5] += q[5][w>>20&15]
		l[6] += q[6][w>>24&15]
		l[7] += q[7][w>>28]
	}
}
