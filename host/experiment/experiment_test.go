package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/model"
)

// fake is a runner whose outcomes follow from point, trial and seed.
type fake struct {
	atOnce int
	places []float64
	fails  func(t Trial) error
	waits  chan struct{} // closed when a trial has begun that waits for the context

	mu    sync.Mutex
	made  []string // "point.trial"
	calls int
}

func (f *fake) Outcomes() []model.Column {
	return []model.Column{{Name: "mass", Title: "mass", Unit: "kg"}, {Name: "blow"}}
}

func (f *fake) AtOnce() int { return f.atOnce }

func (f *fake) Run(ctx context.Context, trials []Trial) ([]Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.waits != nil {
		close(f.waits)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var out []Result
	for _, t := range trials {
		if f.fails != nil {
			if err := f.fails(t); err != nil {
				return nil, err
			}
		}
		f.made = append(f.made, fmt.Sprintf("%d.%d", t.Point, t.Number))
		var r Result
		for _, place := range append([]float64{}, f.along()...) {
			noise := math.Sin(float64(t.Seed+uint64(t.Number)) * 7)
			blow := math.NaN()
			if t.Number%2 == 1 {
				blow = place + float64(t.Number)
			}
			r.Values = append(r.Values, t.Values[0].Number+noise+place, blow)
			r.Errors = append(r.Errors, 0.5, math.NaN())
		}
		out = append(out, r)
	}
	return out, nil
}

func (f *fake) along() []float64 {
	if f.places == nil {
		return []float64{0}
	}
	return f.places
}

// fakeAlong has several places.
type fakeAlong struct{ *fake }

func (f fakeAlong) Along() (model.Column, []float64) {
	return model.Column{Name: "time", Unit: "s"}, f.places
}

// newPlan has n points over two keys.
func newPlan(n, trials int) *Plan {
	p := &Plan{Keys: []string{"x", "rule"}, Trials: trials}
	for i := range n {
		rule := []string{"hebb", "ada"}[i%2]
		x := float64(i / 2)
		p.Points = append(p.Points, Point{
			Task:   fmt.Sprintf("task%03d", i),
			Values: []Value{{Text: fmt.Sprint(x), Number: x, IsNumber: true}, {Text: rule}},
			Seed:   7,
			Spec:   seeded{},
		})
	}
	return p
}

// seeded has replica r be the run of seed + r.
type seeded struct{ model.Spec }

func (seeded) Key(seed uint64, replica, _ int) uint64 { return seed + uint64(replica) }

func newFolder(t *testing.T) *Folder {
	t.Helper()
	f, err := Create(files.OS{}, t.TempDir(), false, map[string][]byte{ConfigName: []byte("x = 1\n")}, "test 1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func work(t *testing.T, f *Folder, p *Plan, r Runner, s Share) Report {
	t.Helper()
	w := Work{Folder: f, Plan: p, Runner: r, Share: s}
	report, err := w.Go(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func tables(t *testing.T, f *Folder, p *Plan) string {
	t.Helper()
	if _, err := f.Merge(p, nil, false); err != nil {
		t.Fatal(err)
	}
	return read(t, f, TrialsName) + read(t, f, PointsName)
}

func read(t *testing.T, f *Folder, name string) string {
	t.Helper()
	text, err := f.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSharesGiveTheTableOfOneProcess: byte for byte, whatever the shares, the
// numbers at once, and with workers that are in each other's way.
func TestSharesGiveTheTableOfOneProcess(t *testing.T) {
	p := newPlan(11, 3)
	alone := newFolder(t)
	if r := work(t, alone, p, &fake{atOnce: 1}, All()); r != (Report{Done: 11}) {
		t.Fatalf("alone: %+v", r)
	}
	want := tables(t, alone, p)

	shared := newFolder(t)
	for i := range 4 {
		if _, err := shared.Merge(p, nil, false); !errors.Is(err, ErrGaps) {
			t.Errorf("with %d of 4 shares, merging gives %v", i, err)
		}
		if r := work(t, shared, p, &fake{atOnce: 5}, Share{i, 4}); r.Done != len(Share{i, 4}.points(p)) {
			t.Errorf("share %d: %+v", i, r)
		}
	}
	if got := tables(t, shared, p); got != want {
		t.Errorf("shares give other tables (-alone +shares):\n%s", cmp.Diff(want, got))
	}

	crowded := newFolder(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			w := Work{Folder: crowded, Plan: p, Runner: &fake{atOnce: 2}, Share: All()}
			if _, err := w.Go(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := tables(t, crowded, p); got != want {
		t.Errorf("a crowd gives other tables:\n%s", cmp.Diff(want, got))
	}
	left, _ := filepath.Glob(filepath.Join(crowded.Path, "tasks", "*"))
	for _, name := range left {
		if !strings.HasSuffix(name, ".csv") {
			t.Errorf("%s is left over", name)
		}
	}
}

// TestMoreIsOnlyWhatIsMissing: points and trials that are added are made, and no
// others.
func TestMoreIsOnlyWhatIsMissing(t *testing.T) {
	f := newFolder(t)
	work(t, f, newPlan(2, 2), &fake{atOnce: 1}, All())
	more := &fake{atOnce: 1}
	work(t, f, newPlan(3, 3), more, All())
	if d := cmp.Diff([]string{"0.2", "1.2", "2.0", "2.1", "2.2"}, more.made); d != "" {
		t.Errorf("made (-want +is):\n%s", d)
	}
	anew := newFolder(t)
	work(t, anew, newPlan(3, 3), &fake{atOnce: 9}, All())
	if d := cmp.Diff(tables(t, anew, newPlan(3, 3)), tables(t, f, newPlan(3, 3))); d != "" {
		t.Errorf("(-at once +bit by bit):\n%s", d)
	}
	if table, err := f.Table(newPlan(2, 1), nil, false); err != nil || table.Rows[0].Trials != 1 {
		t.Errorf("a table of fewer trials: %v", err)
	}
}

// TestTogether: a point is not divided, and points are put together until there are
// as many trials as a runner makes at once.
func TestTogether(t *testing.T) {
	for atOnce, calls := range map[int]int{1: 6, 3: 6, 4: 3, 7: 2, 100: 1} {
		r := &fake{atOnce: atOnce}
		work(t, newFolder(t), newPlan(6, 3), r, All())
		if r.calls != calls {
			t.Errorf("%d trials at once: %d calls, want %d", atOnce, r.calls, calls)
		}
	}
}

// TestFailures: a task that fails is tried three times, by all processes together,
// and no other suffers.
func TestFailures(t *testing.T) {
	f, p := newFolder(t), newPlan(4, 2)
	broken := errors.New("it broke\nbadly")
	r := &fake{atOnce: 100, fails: func(t Trial) error {
		if t.Point == 2 {
			return broken
		}
		return nil
	}}
	report := work(t, f, p, r, All())
	if report.Done != 3 || report.Failed != 1 || report.Failure != "x = 1, rule = hebb: it broke badly" {
		t.Errorf("%+v", report)
	}
	if text := read(t, f, "tasks/task002.failed"); strings.Count(text, "\n") != 3 {
		t.Errorf("the failures are\n%s", text)
	}
	status, err := f.Status(p)
	if err != nil || status.Failed != 1 || status.Done != 3 || len(status.Failures) != 1 {
		t.Errorf("%+v, %v", status, err)
	}
	again := &fake{atOnce: 1}
	work(t, f, p, again, All())
	if again.calls != 0 {
		t.Error("a task is tried a fourth time")
	}
	if err := os.Remove(filepath.Join(f.Path, "tasks", "task002.failed")); err != nil {
		t.Fatal(err)
	}
	if report := work(t, f, p, again, All()); report.Done != 4 {
		t.Errorf("after the failures were forgotten: %+v", report)
	}
}

// TestTwoFailures leave no trace once the third try is well.
func TestTwoFailures(t *testing.T) {
	f, p := newFolder(t), newPlan(1, 1)
	left := 2
	r := &fake{atOnce: 1, fails: func(Trial) error {
		if left--; left >= 0 {
			return errors.New("not yet")
		}
		return nil
	}}
	if report := work(t, f, p, r, All()); report.Done != 1 {
		t.Errorf("%+v", report)
	}
	if _, err := f.Read("tasks/task000.failed"); err == nil {
		t.Error("the failures are still there")
	}
}

// TestStopped: a scan that is told to stop gives its task up.
func TestStopped(t *testing.T) {
	f, p := newFolder(t), newPlan(2, 1)
	ctx, cancel := context.WithCancel(t.Context())
	r := &fake{atOnce: 1, waits: make(chan struct{})}
	go func() { <-r.waits; cancel() }()
	w := Work{Folder: f, Plan: p, Runner: r, Share: All()}
	report, err := w.Go(ctx)
	if !errors.Is(err, context.Canceled) || report != (Report{Open: 2}) {
		t.Errorf("%+v, %v", report, err)
	}
	if report := work(t, f, p, &fake{atOnce: 1}, All()); report.Done != 2 {
		t.Errorf("gone on with: %+v", report)
	}
}

// TestDamagedTask: a file that is not whole is never taken for results.
func TestDamagedTask(t *testing.T) {
	f, p := newFolder(t), newPlan(1, 3)
	work(t, f, p, &fake{atOnce: 1}, All())
	text := read(t, f, "tasks/task000.csv")
	lines := strings.SplitAfter(text, "\n")
	for _, damaged := range []string{
		"", text[:len(text)-1], text[:len(text)-20], "trial,seed\n", lines[0] + lines[2],
		strings.ReplaceAll(text, ",7,", ",-7,"), strings.Replace(text, "0.5", "half", 1), text + "\n3", "PK\x03\x04",
		strings.Replace(text, "mass_error", "mass_wrong", 1), lines[0] + lines[1] + lines[1],
	} {
		if damaged == text {
			t.Fatal("it is not damaged")
		}
		if err := f.Replace(map[string][]byte{"tasks/task000.csv": []byte(damaged)}); err != nil {
			t.Fatal(err)
		}
		if got, err := readTask(f.dir, "tasks/task000.csv"); err == nil && !slices.Equal(got.outcomes, []string{"mass", "blow", "mass_wrong", "blow_error"}) {
			t.Errorf("this is read:\n%s", damaged)
		}
	}
}

// FuzzTask: what is read is written again as the same.
func FuzzTask(f *testing.F) {
	f.Add([]byte("trial,seed,place,a,a_error\n0,7,0,1.5,0.1\n1,7,0,,\n"))
	f.Add([]byte("trial,seed,time,a,b\n0,7,0,1.5,0.1\n0,7,1,1,2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := parseTask(text)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := first.write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := parseTask(b.Bytes())
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", text, b.Bytes(), err)
		}
		var c bytes.Buffer
		if err := again.write(&c); err != nil || !bytes.Equal(b.Bytes(), c.Bytes()) {
			t.Errorf("%q becomes %q and then %q", text, b.Bytes(), c.Bytes())
		}
	})
}

// hasBegun tells whether a folder is whole as that of a scan.
func hasBegun(path string) bool {
	f, err := Open(files.OS{}, path)
	return err == nil && f.Close() == nil
}

// TestCreateAgain has each access fail that Create makes, and has Create killed there.
func TestCreateAgain(t *testing.T) {
	texts := map[string][]byte{ConfigName: []byte("x = 1\n")}
	for _, killed := range []bool{false, true} {
		for at := 0; ; at++ {
			path := filepath.Join(t.TempDir(), "scan")
			n, system := -1, &filestest.Faulty{System: files.OS{}}
			system.Before = func(string, string) error {
				if n++; n == at || killed && n > at {
					return syscall.ENOSPC
				}
				return nil
			}
			f, err := Create(system, path, false, texts, "test 1")
			if err == nil && !system.Failed() {
				f.Close()
				if at < 6 {
					t.Errorf("there were %d accesses only", at)
				}
				break
			}
			if err == nil {
				f.Close()
				continue // it was no matter
			}
			if _, statError := os.Stat(path); !killed && !errors.Is(statError, fs.ErrNotExist) && n > at+1 && !hasBegun(path) {
				t.Errorf("access %d fails: the folder is there, %v, after %v", at, statError, err)
			}
			if unbegun, err := IsUnbegun(files.OS{}, path, texts); !unbegun && !errors.Is(err, fs.ErrNotExist) && !hasBegun(path) {
				t.Errorf("access %d fails: the folder cannot be taken again, %v", at, err)
			}
		}
	}
	for name, make := range map[string]func(path string) error{
		"another configuration": func(path string) error {
			return os.WriteFile(filepath.Join(path, ConfigName), []byte("x = 2\n"), 0o644)
		},
		"a task": func(path string) error { return os.MkdirAll(filepath.Join(path, tasksName, "1"), 0o755) },
		"a file": func(path string) error { return os.WriteFile(filepath.Join(path, "mine"), nil, 0o644) },
	} {
		path := t.TempDir()
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if unbegun, err := IsUnbegun(files.OS{}, path, texts); unbegun || err != nil {
			t.Errorf("%s: the folder is taken for one of this scan, %v", name, err)
		}
	}
}

// TestLeftFilesAreCleared: what processes left that were killed while they wrote.
func TestLeftFilesAreCleared(t *testing.T) {
	f, long := newFolder(t), time.Now().Add(-48*time.Hour)
	var left []string
	for _, name := range []string{".tnn-gpu-fffffffe-1-1-A.tmp", "tasks/.tnn-gpu-fffffffe-1-1-B.tmp"} {
		left = append(left, filepath.Join(f.Path, name))
		if err := errors.Join(os.WriteFile(left[len(left)-1], nil, 0o644), os.Chtimes(left[len(left)-1], long, long)); err != nil {
			t.Fatal(err)
		}
	}
	work(t, f, newPlan(2, 1), &fake{atOnce: 9}, All())
	for _, name := range left {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", name, err)
		}
	}
}
