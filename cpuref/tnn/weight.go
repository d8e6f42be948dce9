package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// plasticity changes weights (docs/model.md section 4).
type plasticity[F fmath.Float] struct {
	tnn.EdgeParameters[F]
	kind  tnn.EdgeKind
	noise bool
}

// change gives the new weight. w2 is the mean square weight of docs/model.md
// section 2 step 9; x, y are the words of this update. Device twin:
// tnn_change_weight in kernels.cl.
func (p *plasticity[F]) change(w, err, w2 F, x, y uint32) F {
	w += (F(p.G*err) - F(p.SizeMass*w)) / p.M
	if p.noise {
		w /= fmath.Sqrt(1 + 1/F(p.TwoM*w2))
		if p.kind == tnn.Real2 {
			w = p.truncatedNormal(w, rng.Uniform[F](x))
		} else {
			w += F(p.Deviation * rng.Normal[F](x, y))
		}
	}
	return clamp(w, p.Bound)
}

// truncatedNormal is a normal deviate of mean w and variance 1/(2M), confined to
// [-B, B]. Device twin: tnn_truncated_normal in kernels.cl.
func (p *plasticity[F]) truncatedNormal(w, u F) F {
	low := fmath.Erfc(F(p.RootM * (-p.Bound - w)))
	high := fmath.Erfc(F(p.RootM * (p.Bound - w)))
	return w + fmath.ErfcInv(F((1-u)*low)+F(u*high))/p.RootM
}
