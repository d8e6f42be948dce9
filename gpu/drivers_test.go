//go:build opencl && cgo

package gpu

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDriversTell has processes in the place of trials: of one that does not end is
// told, one that dies is an error, and one that cannot be started is none.
func TestDriversTell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	told := make(chan string, 1)
	file := filepath.Join(t.TempDir(), "told")
	tell := func(words string) {
		told <- words
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Error(err)
		}
	}
	slow := NewDrivers(tell, shell, "-c", `until [ -e "$0" ]; do sleep 0.02; done; echo no card >&2; exit 9`, file)
	slow.soon, slow.patient = time.Millisecond, time.Millisecond // it compiles nothing
	_, err = slow.Devices()
	if !errors.Is(err, ErrDied) || !strings.Contains(err.Error(), `(exit status 9), which said "no card"; `) {
		t.Errorf("the error is %v", err)
	}
	if words := <-told; !strings.Contains(words, "has not ended for 1ms") {
		t.Errorf("it tells %q", words)
	}
	if _, err := NewDrivers(tell, "/nowhere/program").Devices(); errors.Is(err, ErrDied) {
		t.Errorf("what cannot be started has died: %v", err)
	}
}
