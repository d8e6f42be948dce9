package fmath

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checksums hashes the bits of every function of Probe over 2^16 rows.
func checksums[F Float]() map[string]uint64 {
	const n = 1 << 16
	_, results := Probe[F](n)
	sums := make(map[string]uint64, len(ProbeFunctions))
	for f, name := range ProbeFunctions {
		hash := fnv.New64a()
		for _, y := range results[f*n : (f+1)*n] {
			if y != y {
				y = 0 // every NaN counts as the same
			}
			bits := math.Float64bits(float64(y))
			hash.Write(binary.LittleEndian.AppendUint64(nil, bits))
		}
		sums[name] = hash.Sum64()
	}
	return sums
}

// The bits of every function are frozen: trajectories, checkpoints and devices
// depend on them. A processor with fused multiply-add must give the same:
//
//	GOAMD64=v3 go test ./host/fmath ./host/rng
func TestBitsAreFrozen(t *testing.T) {
	if diff := cmp.Diff(frozen32, checksums[float32]()); diff != "" {
		t.Errorf("float32 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(frozen64, checksums[float64]()); diff != "" {
		t.Errorf("float64 (-want +got):\n%s", diff)
	}
}

var frozen32 = map[string]uint64{
	"cos2pi(x)":  0xa6c93b4db15bcd35,
	"erfc(x)":    0xd724b860b3bdbc5d,
	"erfcinv(x)": 0x58ea4c4b435dcd97,
	"exp(x)":     0xac9f85e025e34913,
	"log(x)":     0x8fb49df361958437,
	"sqrt(x)":    0x37816672dbefcd61,
	"x*y":        0x9f881e30738ca4b3,
	"x*y+z":      0x74adef6c39ac4cca,
	"x/y":        0x3673f6cb88ad7af9,
}

var frozen64 = map[string]uint64{
	"cos2pi(x)":  0x46b71bf8fa5af020,
	"erfc(x)":    0xa08c03a709f8a1e4,
	"erfcinv(x)": 0xadf3b8b25141f9f0,
	"exp(x)":     0xd5740fc7d25fc8da,
	"log(x)":     0x7606acab0f8ee0d2,
	"sqrt(x)":    0x983781a3c96af3a2,
	"x*y":        0xcf7ec3b733e2a43d,
	"x*y+z":      0x8b8763afc395b363,
	"x/y":        0x967d11c1adec47c3,
}
