//go:build opencl && cgo

package device

import (
	"strings"
	"testing"
	"time"

	"github.com/jgillich/go-opencl/cl"
)

// TestWaitIsWatched has a queue wait for what comes only after somebody was told of
// the wait.
func TestWaitIsWatched(t *testing.T) {
	d := openTest(t)
	b, k := alloc(t, d, 64), double(t, d)
	must(t, Write(b, 0, make([]int32, 16)))
	gate, err := d.context.CreateUserEvent()
	must(t, err)
	defer gate.Release()
	held, err := d.queue.EnqueueBarrierWithWaitList([]*cl.Event{gate})
	must(t, err)
	held.Release()
	must(t, k.Bind(Args{"data": b, "n": int32(16)}))
	for range 3 {
		must(t, k.Launch([]int{16}, nil))
	}
	d.waits.patience, d.waits.silence = time.Millisecond, 3*time.Millisecond
	var told []string
	d.Tell(func(words string) {
		if told = append(told, words); len(told) == 2 {
			if err := gate.SetUserEventStatus(0); err != nil {
				t.Error(err)
			}
		}
	})
	must(t, d.Finish())
	d.Tell(nil)
	if len(told) < 2 || !strings.HasPrefix(told[0], d.info.Name+" has not returned from clFinish for ") || !strings.Contains(told[0], "given 3 launches to do, the last one of kernel "+k.name) {
		t.Errorf("it says %q", told)
	}
	if d.info.Kind == "cpu" && d.waits.memory == nil {
		t.Error("the driver was not nudged")
	}
}
