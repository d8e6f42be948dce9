package parallel

import (
	"sync/atomic"
	"testing"
)

// Every thing is done once, by a thread of the team, whatever the numbers are.
func TestShareDoesEverythingOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 7} {
		team := NewTeam(threads)
		for _, size := range []int{0, 1, 2, 5, 64, 65, 1000, 4096} {
			for _, grain := range []int{1, 3, 100} {
				done, busy := make([]atomic.Int32, size), make([]atomic.Int32, threads)
				team.Share(size, grain, func(thread, from, to int) {
					if busy[thread].Add(1) != 1 {
						t.Errorf("thread %d does two parts at a time", thread)
					}
					if from >= to {
						t.Errorf("a part from %d up to %d", from, to)
					}
					for i := from; i < to; i++ {
						done[i].Add(1)
					}
					busy[thread].Add(-1)
				})
				for i := range done {
					if n := done[i].Load(); n != 1 {
						t.Fatalf("%d threads, size %d, grain %d: thing %d was done %d times", threads, size, grain, i, n)
					}
				}
			}
		}
		team.Close()
		team.Close() // does no harm
	}
}

// Work takes no memory, and what is not worth a thread wakes none.
func TestShareTakesNoMemory(t *testing.T) {
	team := NewTeam(3)
	defer team.Close()
	sums := make([]int, 3*64)
	do := func(thread, from, to int) { sums[64*thread] += to - from }
	if team.Share(99, 100, do); team.helpers != 0 {
		t.Errorf("%d threads were started for too little work", team.helpers)
	}
	if n := testing.AllocsPerRun(5, func() { team.Share(1000, 100, do) }); n != 0 {
		t.Errorf("work takes memory %v times", n)
	}
}
