package state

import "slices"

// Array is the values of a field. Kind and precision say which one of the four
// slices is set. Values of replica r are [r*n:(r+1)*n] with n the length of the
// index space; those of a shared field are [0:n].
type Array struct {
	Field
	Single []float32
	Double []float64
	Ints   []int32
	Bits   []uint8 // one value a byte, 0 or 1
}

// NewArray allocates n zeros. The precision counts for reals alone.
func NewArray(f Field, p Precision, n int) Array {
	a := Array{Field: f}
	switch {
	case f.Kind == Int:
		a.Ints = make([]int32, n)
	case f.Kind == Bit:
		a.Bits = make([]uint8, n)
	case p == Double:
		a.Double = make([]float64, n)
	default:
		a.Single = make([]float32, n)
	}
	return a
}

// Reuse gives an array of n values of the given precision: a itself, with what it
// holds, if it has as many of the field's kind, or else a new one.
func (a *Array) Reuse(f Field, p Precision, n int) *Array {
	if a == nil || a.Kind != f.Kind || a.Len() != n || f.Kind == Real && a.Precision() != p {
		fresh := NewArray(f, p, n)
		return &fresh
	}
	a.Field = f
	return a
}

// CopyTo copies the values into an array like this one, or else into a new one.
func (a *Array) CopyTo(into *Array) *Array {
	into = into.Reuse(a.Field, a.Precision(), a.Len())
	copy(into.Single, a.Single)
	copy(into.Double, a.Double)
	copy(into.Ints, a.Ints)
	copy(into.Bits, a.Bits)
	return into
}

// Values gives the reals of type F, or nil where the array has none of that width.
func Values[F float32 | float64](a *Array) []F {
	var v any = a.Single
	if PrecisionOf[F]() == Double {
		v = a.Double
	}
	return v.([]F)
}

// PrecisionOf is the precision of reals of type F.
func PrecisionOf[F float32 | float64]() Precision {
	if _, double := any(F(0)).(float64); double {
		return Double
	}
	return Single
}

// Precision of the reals: Single where there are none.
func (a *Array) Precision() Precision {
	if a.Double != nil {
		return Double
	}
	return Single
}

// Len is the number of values.
func (a *Array) Len() int { return len(a.Single) + len(a.Double) + len(a.Ints) + len(a.Bits) }

// First is the index of the first value of a replica.
func (a *Array) First(replica, replicas int) int {
	if a.Shared {
		return 0
	}
	return replica * (a.Len() / replicas)
}

// At returns value i as a float64.
func (a *Array) At(i int) float64 {
	switch {
	case a.Single != nil:
		return float64(a.Single[i])
	case a.Double != nil:
		return a.Double[i]
	case a.Ints != nil:
		return float64(a.Ints[i])
	}
	return float64(a.Bits[i])
}

// Set stores v as value i: rounded to the array's precision, or to a whole number
// or a bit (0 for 0, 1 for all else).
func (a *Array) Set(i int, v float64) {
	switch {
	case a.Single != nil:
		a.Single[i] = float32(v)
	case a.Double != nil:
		a.Double[i] = v
	case a.Ints != nil:
		a.Ints[i] = int32(v)
	case v != 0:
		a.Bits[i] = 1
	default:
		a.Bits[i] = 0
	}
}

// NotFinite finds the first value that is NaN or infinite, and counts them all,
// leaving out some of the replicas.
func (a *Array) NotFinite(replicas int, without []int) (first, count int) {
	copies := a.Copies(replicas)
	each := a.Len() / copies
	for r := range copies {
		if !a.Shared && slices.Contains(without, r) {
			continue
		}
		var at, more int
		switch from, to := r*each, (r+1)*each; {
		case a.Double != nil:
			at, more = notFinite(a.Double[from:to])
		case a.Single != nil:
			at, more = notFinite(a.Single[from:to])
		}
		if count == 0 && more > 0 {
			first = r*each + at
		}
		count += more
	}
	return first, count
}

func notFinite[F float32 | float64](values []F) (first, count int) {
	const part = 1024
	for from := 0; from < len(values); from += part {
		some := values[from:min(from+part, len(values))]
		if allFinite(some) {
			continue
		}
		for i, v := range some {
			if v-v == 0 {
				continue
			}
			if count == 0 {
				first = from + i
			}
			count++
		}
	}
	return first, count
}

// allFinite adds up v - v, which is 0 for finite values alone, in four sums that do not
// wait for each other.
func allFinite[F float32 | float64](values []F) bool {
	var a, b, c, d F
	for ; len(values) >= 4; values = values[4:] {
		v := values[:4]
		a += v[0] - v[0]
		b += v[1] - v[1]
		c += v[2] - v[2]
		d += v[3] - v[3]
	}
	for _, v := range values {
		a += v - v
	}
	return a+b+c+d == 0
}

// clone copies the array.
func (a Array) clone() Array {
	a.Single = append([]float32(nil), a.Single...)
	a.Double = append([]float64(nil), a.Double...)
	a.Ints = append([]int32(nil), a.Ints...)
	a.Bits = append([]uint8(nil), a.Bits...)
	return a
}
