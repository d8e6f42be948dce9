package experiment

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/files"
)

// TestHeld: a task is left to its holder, until that has not touched it for ten
// minutes by the clock of the file system.
func TestHeld(t *testing.T) {
	f, p := newFolder(t), newPlan(2, 1)
	name := filepath.Join(f.Path, "tasks", "task001.held")
	if err := os.WriteFile(name, []byte("elsewhere pid:[1] 17 12345 TOKEN\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if report := work(t, f, p, &fake{atOnce: 9}, All()); report != (Report{Done: 1, Held: 1}) {
		t.Errorf("held: %+v", report)
	}
	if status, err := f.Status(p); err != nil || status.Running != 1 {
		t.Errorf("%+v, %v", status, err)
	}
	for _, minutes := range []time.Duration{9, 11} {
		then := time.Now().Add(-minutes * time.Minute)
		if err := os.Chtimes(name, then, then); err != nil {
			t.Fatal(err)
		}
		want := Report{Done: 1, Held: 1}
		if minutes > 10 {
			want = Report{Done: 2}
		}
		if report := work(t, f, p, &fake{atOnce: 9}, All()); report != want {
			t.Errorf("not touched for %d minutes: %+v", minutes, report)
		}
	}
}

// TestHeldByAProcessThatIsGone is not waited for.
func TestHeldByAProcessThatIsGone(t *testing.T) {
	if files.Self() == "unknown" {
		t.Skip("this system does not tell which process runs")
	}
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	own := strings.Fields(files.Self())
	for text, taken := range map[string]bool{
		strings.Join(own, " ") + " TOKEN\n":                                           false,
		fmt.Sprintf("%s %s %d %s TOKEN\n", own[0], own[1], ended.Process.Pid, own[3]): true,
		fmt.Sprintf("%s %s %s %s0 TOKEN\n", own[0], own[1], own[2], own[3]):           true, // its number is another's now
		fmt.Sprintf("%s other %d %s TOKEN\n", own[0], ended.Process.Pid, own[3]):      false,
		"": true, // it was killed before it could say who it is
	} {
		f, p := newFolder(t), newPlan(1, 1)
		held := filepath.Join(f.Path, "tasks", "task000.held")
		write := func() {
			if err := os.WriteFile(held, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		write()
		want, old := Status{Running: 1}, time.Now().Add(-time.Minute)
		if taken {
			want = Status{Open: 1, Gone: 1}
		}
		if err := os.Chtimes(held, old, old); err != nil {
			t.Fatal(err)
		}
		if status, err := f.Status(p); err != nil || !reflect.DeepEqual(status, want) {
			t.Errorf("%q: %+v, %v", text, status, err)
		}
		write()
		if report := work(t, f, p, &fake{atOnce: 1}, All()); report.Done == 1 != taken {
			t.Errorf("%q: %+v", text, report)
		}
		if !taken {
			continue
		}
		write() // it was killed after it made the task
		work(t, f, p, &fake{atOnce: 1}, All())
		if _, err := os.Stat(held); err == nil {
			t.Errorf("%q is left over beside a task that is done", text)
		}
	}
}

// TestHoldIsTouched and not taken away from another that has taken it over.
func TestHoldIsTouched(t *testing.T) {
	f := newFolder(t)
	h := &hold{dir: f.dir, name: "tasks/a.held", text: "mine\n", stop: make(chan struct{})}
	if err := h.create(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(f.Path, h.name)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(name, old, old); err != nil {
		t.Fatal(err)
	}
	h.done.Add(1)
	go h.keep(time.Millisecond)
	for deadline := time.Now().Add(10 * time.Minute); ; time.Sleep(time.Millisecond) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.ModTime().After(old.Add(time.Minute)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the file was not touched for ten minutes")
		}
	}
	close(h.stop)
	h.done.Wait()
	h.stop = make(chan struct{})
	if err := os.WriteFile(name, []byte("theirs\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := h.release(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "theirs\n" {
		t.Errorf("the file of another process is %q, %v", text, err)
	}
}
