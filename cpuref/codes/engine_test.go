package codes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codestest"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

func open(net model.Network, o backend.Options) (backend.Backend, error) {
	return New(net.(*codes.Codes), o)
}

// The suite that every backend of every model passes, for each way to learn.
func TestSuite(t *testing.T) {
	backendtest.Run(t, open, backendtest.Both, codestest.SuiteSteps, codestest.Suite()...)
}

// Threads, and how many updates are asked for at a time, change nothing.
func TestSameBits(t *testing.T) {
	for _, c := range codestest.Cases() {
		var want *state.State
		for _, threads := range []int{1, 3} {
			b, err := New(c.Network, backend.Options{Seeds: []uint64{1, 2, 3, 4}, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			for part := 30; part > 0; part -= 5 * threads {
				if _, err := b.Advance(min(part, 5*threads)); err != nil {
					t.Fatal(err)
				}
			}
			s, err := b.State()
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = s
			} else if d := backendtest.Differ(c.Network, want, s); d != "" {
				t.Errorf("%s: %s", c.Name, d)
			}
		}
	}
}

// The form of this processor gives the bits of the one to read, for networks of any number
// of columns of eight, and for those that are left to it.
func TestFormsAgree(t *testing.T) {
	cases := codestest.Cases()
	for i, sizes := range [][3]int{{4, 7, 64}, {3, 5, 8}, {3, 9, 24}, {5, 8, 40}, {6, 16, 88}, {3, 1, 16}, {4, 7, 20}} {
		s := codes.Defaults()
		c := &s.Codes
		c.K, c.N, c.Hidden, c.Copies, c.Updates, c.Evaluate, c.Receiver = sizes[0], sizes[1], sizes[2], 2+i%3, 40, nil, codes.Network
		c.Transmitter = []codes.Transmitter{codes.Dithered, codes.Straight, codes.Relaxed, codes.Policy}[i%4]
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, codestest.Case{Name: fmt.Sprint(sizes), Network: &codes.Codes{Spec: s}})
	}
	for _, c := range cases {
		o := backend.Options{Seeds: []uint64{1, 2}, Threads: 1}
		read, fast := newEngine(c.Network, o, newScalar[float32]), newEngine(c.Network, o, fastest)
		for range 40 {
			for _, e := range []*engine[float32]{read, fast} {
				if _, err := e.Advance(1); err != nil {
					t.Fatal(err)
				}
			}
		}
		if d := backendtest.Differ(c.Network, read.state, fast.state); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
	}
}

// Each loop of a form has the bits of the form to read, also where numbers are 0, tiny,
// infinite or none.
func TestLoopsAgree(t *testing.T) {
	s := codes.Defaults()
	s.Codes.Receiver, s.Codes.K, s.Codes.Hidden = codes.Network, 3, 24
	net := &codes.Codes{Spec: s}
	table := &s.Codes
	odd := []float32{0, float32(math.Copysign(0, -1)), 1e-30, -1e-30, 2e-31, -2e-31, 1e-20, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, often float64) []float32 {
		out := make([]float32, n)
		for i := range out {
			if out[i] = float32(random.NormFloat64()); random.Float64() < often {
				out[i] = odd[random.IntN(len(odd))]
			}
		}
		return out
	}
	for round := range 300 {
		often := []float64{0, 0.02, 0.5}[round%3]
		read, fast := newScalar[float32](table), fastest(table)
		weights := codes.NetOf(table, draw(net.Spec.Codes.Weights(), often))
		y, d := draw(table.N, often), draw(table.Messages(), often)
		results := map[form[float32]][][]float32{}
		h0, g0, sums := draw(table.Hidden, often), draw(table.Hidden, often), draw(64, often)
		right := draw(4*table.Hidden, often)
		left := draw(4*table.N, often)
		for _, f := range []form[float32]{read, fast} {
			f.take(weights)
			h, logits, g, slopes := make([]float32, table.Hidden), make([]float32, table.Messages()), make([]float32, table.Hidden), make([]float32, table.N)
			f.forward(h, logits, y)
			f.back(g, h0, d)
			f.inputs(slopes, g0)
			row := make([]float32, (table.N+1)*table.Hidden)
			if rest := f.fourProducts(row, rowsOf(left, 0, table.N), rowsOf(right, 0, table.Hidden)); len(rest) != 0 {
				t.Fatalf("%d numbers are left", len(rest))
			}
			total := slices.Clone(sums)
			f.add(total, right[:len(total)])
			results[f] = [][]float32{h, logits, g, slopes, row, total}
		}
		for i, name := range []string{"units", "logits", "gradients by units", "slopes", "products", "sums"} {
			for k, want := range results[read][i] {
				if have := results[fast][i][k]; math.Float32bits(have) != math.Float32bits(want) && (have == have || want == want) {
					t.Fatalf("%s: number %d is %v, not %v", name, k, have, want)
				}
			}
		}
	}
}

// Sums of rows follow the house's pair tree for any number of them, also where four are
// added to one before.
func TestSumOfRows(t *testing.T) {
	value := func(row, k, again int) float32 { return float32(math.Sin(float64(1 + row + 100*k + 7*again))) }
	for rows := 1; rows <= 40; rows++ {
		s := newSumOfRows(3, rows, newScalar[float32](nil))
		for again := range 2 {
			i := 0
			for ; again == 1 && i+4 <= rows; i += 4 {
				for k := range s.next() {
					s.next()[k] = (value(i, k, again) + value(i+1, k, again)) + (value(i+2, k, again) + value(i+3, k, again))
				}
				s.add(2)
			}
			for ; i < rows; i++ {
				for k := range s.next() {
					s.next()[k] = value(i, k, again)
				}
				s.add(0)
			}
			for k, have := range s.total() {
				var column []float32
				for row := range rows {
					column = append(column, value(row, k, again))
				}
				if want := fmath.Total(column); have != want {
					t.Fatalf("the sum of %d rows is %v, not %v", rows, have, want)
				}
			}
		}
	}
}
