//go:build opencl && cgo

package device

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// TestSignalsStayOurs: drivers that compile leave the program its signals.
func TestSignalsStayOurs(t *testing.T) {
	d := openTest(t)
	source := fmt.Sprintf("// %d, so that no cache has it\nkernel void nothing(global int *x) { x[0] = 1; }", time.Now().UnixNano())
	if _, err := d.Build(source, ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGXCPU, syscall.SIGTERM, syscall.SIGHUP} {
		got := make(chan os.Signal, 1)
		signal.Notify(got, s)
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		select {
		case <-got:
		case <-time.After(10 * time.Minute):
			t.Errorf("%v is lost", s)
		}
		signal.Stop(got)
	}
}
