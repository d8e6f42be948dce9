//go:build opencl && cgo

package device

import (
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/jgillich/go-opencl/cl"
)

// Tell has f told, in words, where a call stands that has not returned for long.
// It is called on a goroutine of its own, while the device's owner waits.
func (d *Device) Tell(f func(words string)) { d.waits.tell = f }

// waits looks after calls that wait for the device.
type waits struct {
	patience time.Duration // until the first look; each takes twice as long as the one before
	silence  time.Duration // until somebody is told
	tell     func(words string)

	launches int    // enqueued since the last wait
	last     string // kernel among them

	mu     sync.Mutex // between the owner and whoever looks
	queue  *cl.CommandQueue
	memory *cl.MemObject
}

func newWaits() waits { return waits{patience: 5 * time.Second, silence: 30 * time.Second} }

// waitsIn tells which calls wait.
func waitsIn(call string) bool {
	switch call {
	case "clFinish", "clEnqueueReadBuffer", "clEnqueueWriteBuffer", "clBuildProgram", "clCreateContext":
		return true
	}
	return false
}

// watch looks after a call until the function that it returns is called.
func (d *Device) watch(call string) (done func()) {
	w := &d.waits
	began, over := time.Now(), false
	var timer *time.Timer
	w.mu.Lock()
	defer w.mu.Unlock()
	timer = time.AfterFunc(w.patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if over {
			return
		}
		d.nudge()
		since := time.Since(began)
		if w.tell != nil && since >= w.silence {
			w.tell(d.standing(call, since))
		}
		timer.Reset(since)
	})
	return func() {
		timer.Stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		over, w.launches = true, 0
	}
}

// standing says where a call stands.
func (d *Device) standing(call string, since time.Duration) string {
	text := fmt.Sprintf("%s has not returned from %s for %v", d.info.Name, call, since.Round(time.Second))
	if n := d.waits.launches; n > 0 {
		text += fmt.Sprintf("; it was given %d launches to do, the last one of kernel %s", n, d.waits.last)
	}
	return text + ". It is waited for."
}

// nudge gives a processor's driver something else to do, which wakes its threads.
// PoCL wakes them by pthread_cond_signal, of which glibc before 2.41 loses one now and
// then when there is much to do (its bug 25847): what was enqueued then waits until
// something else is. Errors are no matter: the call that waits has its own.
func (d *Device) nudge() {
	if d.info.Kind != "cpu" || d.context == nil {
		return
	}
	w := &d.waits
	const size = 16
	if w.queue == nil {
		queue, err := d.context.CreateCommandQueue(d.device, 0)
		if err != nil {
			return
		}
		w.queue = queue
		d.owned = append(d.owned, queue)
		if w.memory, err = d.context.CreateEmptyBuffer(cl.MemReadWrite, size); err != nil {
			return
		}
		d.owned = append(d.owned, w.memory)
	}
	if w.memory == nil {
		return
	}
	var zero uint32
	event, err := w.queue.EnqueueFillBuffer(w.memory, unsafe.Pointer(&zero), 4, 0, size, nil)
	if err == nil {
		event.Release()
		_ = flush(w.queue)
	}
}
