package codes

import (
	"math"
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
func TestSuite(t *testing.T) { backendtest.Run(t, open, codestest.SuiteSteps, codestest.Suite()...) }

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

// Sums of rows follow the house's pair tree for any number of them, also where four are
// added to one before.
func TestSumOfRows(t *testing.T) {
	value := func(row, k, again int) float32 { return float32(math.Sin(float64(1 + row + 100*k + 7*again))) }
	for rows := 1; rows <= 40; rows++ {
		s := newSumOfRows[float32](3, rows)
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
