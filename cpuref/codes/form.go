package codes

import (
	"tnn-gpu/host/codes"
	"tnn-gpu/host/fmath"
)

// form computes the inner loops of a network's update. scalar is the form to read;
// others are faster and give the same bits.
type form[F fmath.Float] interface {
	// take makes ready for the samples of a network.
	take(net codes.Net[F])

	// forward is Net.Forward.
	forward(h, logits, y []F)

	// back fills g in with the gradient by what units are made from, of which h are the
	// values, from that by logits d.
	back(g, h, d []F)

	// inputs fills slopes in with the gradient by what was received.
	inputs(slopes, g []F)

	// fourProducts fills row in with what the pair tree makes of the products of four
	// samples: of each of left, and at last 1, times each of right. The four of left follow
	// one another in memory, and so do those of right. It gives the rest of row.
	fourProducts(row []F, left, right [4][]F) []F

	// add adds a row to sums.
	add(sums, row []F)
}

// scalar computes with numbers.
type scalar[F fmath.Float] struct{ net codes.Net[F] }

func newScalar[F fmath.Float](*codes.Table) form[F] { return &scalar[F]{} }

func (f *scalar[F]) take(net codes.Net[F]) { f.net = net }

func (f *scalar[F]) forward(h, logits, y []F) { f.net.Forward(h, logits, y) }

func (f *scalar[F]) back(g, h, d []F) {
	dots(g, f.net.Outer, d)
	for u := range h {
		g[u] = codes.Sizable(g[u])
		if !(h[u] > 0) {
			g[u] = 0
		}
	}
}

func (f *scalar[F]) inputs(slopes, g []F) { dots(slopes, f.net.Inner, g) }

// dots fills sums in with those of each row of a matrix times a vector, in the order of
// the row. Four rows are added side by side, as an addition waits for the one before it.
func dots[F fmath.Float](sums, rows, v []F) {
	width, k := len(v), 0
	for ; k+4 <= len(sums); k += 4 {
		of, a, b, c, d := rowsOf(rows, k, width), F(0), F(0), F(0), F(0)
		ra, rb, rc, rd := of[0], of[1], of[2], of[3]
		for i, x := range v {
			a += F(x * ra[i])
			b += F(x * rb[i])
			c += F(x * rc[i])
			d += F(x * rd[i])
		}
		sums[k], sums[k+1], sums[k+2], sums[k+3] = a, b, c, d
	}
	for ; k < len(sums); k++ {
		sum := F(0)
		for i, w := range rows[k*width:][:width] {
			sum += F(v[i] * w)
		}
		sums[k] = sum
	}
}

func (f *scalar[F]) fourProducts(row []F, left, right [4][]F) []F {
	a, b, c, d := right[0], right[1], right[2], right[3]
	add := func(va, vb, vc, vd F) {
		to := row[:len(a)]
		for k, x := range a {
			to[k] = (F(va*x) + F(vb*b[k])) + (F(vc*c[k]) + F(vd*d[k]))
		}
		row = row[len(a):]
	}
	for j, v := range left[0] {
		add(v, left[1][j], left[2][j], left[3][j])
	}
	add(1, 1, 1, 1)
	return row
}

func (f *scalar[F]) add(sums, row []F) {
	for k, x := range row {
		sums[k] = x + sums[k]
	}
}
