package perceptron

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrontest"
	"tnn-gpu/host/rng"
)

// The form of this processor gives the bits of the one to read.
func TestFormsAgree(t *testing.T) {
	for _, c := range perceptrontest.Cases() {
		o := backend.Options{Seeds: c.Keys, Threads: 1}
		read := newEngine(c.Network, o, newScalar[float32])
		fast := newEngine(c.Network, o, fastest)
		a, _ := read.Advance(40)
		b, _ := fast.Advance(40)
		equalSums(t, c.Name, a, b)
		equal(t, c.Name, read.state, fast.state)
	}
}

// Normal deviates agree for counters of all sizes.
func TestNormalsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := sizesOf(&perceptron.Defaults().Perceptron, 1)
	form := fastest(s)
	var got, want [perceptron.Block]float32
	for range 2000 {
		key, block, step := [2]uint32{random.Uint32(), random.Uint32()}, random.IntN(perceptron.MaxN/perceptron.Block), random.Uint32()
		form.normals(&got, key, block, step)
		perceptron.Normals(want[:], key, rng.Thermal, uint32(block*perceptron.Block), step)
		for i := range got {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Fatalf("deviate %d of block %d in step %d is %v, want %v", i, block, step, got[i], want[i])
			}
		}
	}
}

// Sums over examples agree for every number of students and of examples, which the
// instructions take several at a time.
func TestGainsAgree(t *testing.T) {
	for students := range 11 {
		for _, examples := range []int{1, 4, 30} {
			table := perceptron.Defaults().Perceptron
			table.N, table.B = 300, examples
			s := sizesOf(&table, students+1)
			random := rand.New(rand.NewPCG(uint64(students), uint64(examples)))
			words, gained := make([]uint32, s.rows*s.width), make([]float32, s.students*s.rows)
			for i := range words {
				words[i] = random.Uint32()
			}
			for i := range gained {
				if i%s.rows < examples {
					gained[i] = float32(random.NormFloat64())
				}
			}
			want, got := newScratch[float32](s), newScratch[float32](s)
			for _, part := range []struct {
				form form[float32]
				at   *scratch[float32]
			}{{newScalar[float32](s), &want}, {fastest(s), &got}} {
				part.form.share(gained)
				part.form.gains(part.at, words, 1)
			}
			if fmt.Sprint(want.sums) != fmt.Sprint(got.sums) {
				t.Errorf("%d students and %d examples: the sums differ", s.students, examples)
			}
		}
	}
}
