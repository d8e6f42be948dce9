package cores

import (
	"sync/atomic"
	"testing"
)

// TestEach: every number has one call, and no worker two at a time.
func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		workers := Workers(n)
		calls, busy := make([]atomic.Int32, n), make([]atomic.Bool, workers)
		Each(n, func(i int) { calls[i].Add(1) })
		EachOf(workers, n, func(worker, i int) {
			if busy[worker].Swap(true) {
				t.Errorf("%d numbers: worker %d has two at a time", n, worker)
			}
			calls[i].Add(1)
			busy[worker].Store(false)
		})
		for i := range calls {
			if calls[i].Load() != 2 {
				t.Errorf("%d numbers: %d has %d calls", n, i, calls[i].Load())
			}
		}
	}
}

// TestRanges: ranges follow one another, and have grain numbers at least where there are so many.
func TestRanges(t *testing.T) {
	for _, n := range []int{0, 1, 7, 100000} {
		for _, grain := range []int{1, 10, 4096} {
			end := 0
			for _, r := range Ranges(n, grain) {
				if r.From != end || r.To < r.From || r.To-r.From < min(n, grain) {
					t.Errorf("%d numbers by %d: after %d comes %+v", n, grain, end, r)
				}
				end = r.To
			}
			if end != n {
				t.Errorf("%d numbers by %d end at %d", n, grain, end)
			}
		}
	}
}
