//go:build opencl && cgo

package gpu

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
)

// TestDriversTell has processes in the place of trials: of one that does not end is
// told, one that dies is an error, and one that cannot be started is none.
func TestDriversTell(t *testing.T) {
	shell := devicetest.Tool(t, "sh")
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
	_, err := slow.Devices()
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

// TestDriversTellOnce: of compiling it is told once, also where several networks take long.
func TestDriversTellOnce(t *testing.T) {
	shell := devicetest.Tool(t, "sh")
	dir := t.TempDir()
	told := make(chan string, 4)
	tell := func(words string) {
		told <- words
		name := "late"
		if strings.Contains(words, "compiles") {
			name = "compiles"
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Error(err)
		}
	}
	d := NewDrivers(tell)
	for i, ends := range []string{"compiles", "late"} { // a process ends when that is told
		d.command = []string{shell, "-c", `until [ -e "$0" ]; do sleep 0.02; done`, filepath.Join(dir, ends)}
		d.soon, d.patient = time.Millisecond, []time.Duration{time.Hour, 100 * time.Millisecond}[i]
		if err := d.try(&device.Trial{Program: &device.TrialProgram{Source: ends}}); err != nil {
			t.Fatal(err)
		}
	}
	close(told)
	var all []string
	for words := range told {
		all = append(all, words)
	}
	if len(all) != 2 || !strings.Contains(all[0], "compiles") || !strings.Contains(all[1], "has not ended") {
		t.Errorf("told is %q", all)
	}
}
