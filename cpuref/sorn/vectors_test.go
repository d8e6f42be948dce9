package sorn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

func needVectors(t *testing.T) {
	t.Helper()
	if !hasVectors[float32]() {
		t.Skip("this processor has one form of a step")
	}
}

// TestFormsAgree: eight sums side by side have the bits of one after the other.
func TestFormsAgree(t *testing.T) {
	needVectors(t)
	scalar := func(n model.Network, o backend.Options) (backend.Backend, error) {
		b, err := open(n, o)
		if err == nil {
			for _, r := range b.(*engine[float32]).replicas {
				r.vectors, r.ee.vectors, r.ei.vectors = false, false, false
			}
		}
		return b, err
	}
	all := slices.Concat(sorntest.Presets(60), sorntest.Presets(333), sorntest.Variants(), []backendtest.Case{sorntest.LittleRoom()})
	for _, c := range all {
		o := backend.Options{Precision: state.Single, Seeds: []uint64{7, 8}, Threads: 1}
		a, b := backendtest.Opened(t, open, c.Net, o), backendtest.Opened(t, scalar, c.Net, o)
		backendtest.Agree(t, c.Net, a, b, 4, 30)
	}
}

// TestScaleEight: columns of all sizes, and of weights that rounding, limits and free
// slots make hard.
func TestScaleEight(t *testing.T) {
	needVectors(t)
	random := rand.New(rand.NewPCG(1, 2))
	weight := func() float32 {
		switch random.IntN(12) {
		case 0:
			return 0
		case 1:
			return math.SmallestNonzeroFloat32 * float32(random.IntN(9))
		case 2:
			return 3 * random.Float32()
		}
		return random.Float32() / 20
	}
	scaled, refused := 0, 0
	for _, room := range []int{1, 4, 5, 8, 38} {
		for range 300 {
			const units = 19
			a := &columns[float32]{room: room, largest: 0.3, vectors: true}
			a.from, a.w, a.size = make([]int32, units*room), make([]float32, units*room), make([]int32, units)
			a.settled, a.within, a.sum, a.squares = make([]bool, units), make([]bool, units), make([]float32, units), make([]float32, units)
			for i := range units {
				a.size[i], a.settled[i] = int32(random.IntN(room+1)), random.IntN(9) == 0
				for s := range a.size[i] {
					a.w[i*room+int(s)] = weight()
				}
			}
			if room > 1 && random.IntN(4) == 0 { // a sum of 0
				clear(a.w[:room])
			}
			b := *a
			b.vectors = false
			b.w, b.settled, b.within, b.sum, b.squares = slices.Clone(a.w), slices.Clone(a.settled), slices.Clone(a.within), slices.Clone(a.sum), slices.Clone(a.squares)
			for range 3 {
				a.scaleAll(0, units)
				b.scaleAll(0, units)
				for _, pair := range [][2][]float32{{a.w, b.w}, {a.sum, b.sum}, {a.squares, b.squares}} {
					for k, v := range pair[0] {
						if math.Float32bits(v) != math.Float32bits(pair[1][k]) {
							t.Fatalf("room %d: %v and %v", room, v, pair[1][k])
						}
					}
				}
				if !slices.Equal(a.settled, b.settled) || !slices.Equal(a.within, b.within) {
					t.Fatalf("room %d: settled %v and %v, within the limits %v and %v", room, a.settled, b.settled, a.within, b.within)
				}
			}
			eight := [8]int32{8, 9, 10, 11, 12, 13, 14, 15}
			if some := a.size[8:16]; slices.Min(some) > 0 && slices.Max(some) <= int32(room&^3) {
				if a.scaleEight(&eight) {
					scaled++
				} else {
					refused++
				}
			}
		}
	}
	if scaled == 0 || refused == 0 {
		t.Errorf("%d of eight columns are scaled side by side, %d refused", scaled, refused)
	}
}
