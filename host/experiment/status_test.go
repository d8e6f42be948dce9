package experiment

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a runner that takes a minute for a launch.
type slow struct{ *fake }

func (s slow) Run(ctx context.Context, trials []Trial) ([]Result, error) {
	time.Sleep(time.Minute)
	return s.fake.Run(ctx, trials)
}

// ends keeps the events of points that have come to their end.
func ends(told *[]Event) func(Event) {
	return func(e Event) {
		if e.Begun == 0 {
			*told = append(*told, e)
		}
	}
}

// TestBegun: a process tells which points it begins together before it tells of their end.
func TestBegun(t *testing.T) {
	var begun []int
	done := 0
	w := Work{Folder: newFolder(t), Plan: newPlan(5, 3), Runner: &fake{atOnce: 9}, Share: All(), Tell: func(e Event) {
		if e.Begun == 0 {
			done++
			return
		}
		if begun = append(begun, e.Begun); e.Point != done {
			t.Errorf("point %d is begun after %d are done", e.Point, done)
		}
	}}
	if _, err := w.Go(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(begun, []int{3, 2}) || done != 5 {
		t.Errorf("together are begun %v, done are %d of 5", begun, done)
	}
}

// TestTimeLeft: tasks that are made together took their time together, so the first of
// them does not tell of a scan that is as many times as long.
func TestTimeLeft(t *testing.T) {
	f := newFolder(t)
	synctest.Test(t, func(t *testing.T) {
		var told []Event
		w := Work{Folder: f, Plan: newPlan(6, 3), Runner: slow{&fake{atOnce: 9}}, Share: All(), Tell: ends(&told)}
		if _, err := w.Go(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{time.Minute, time.Minute, time.Minute, 0, 0, 0} {
			if e := told[i]; e.Time != want || e.Left != 5-i {
				t.Errorf("after task %d there are %d for %v, want %d for %v", i, e.Left, e.Time, 5-i, want)
			}
		}
	})
}

// TestWorkLeft: what is left is told by its work, where points differ in that.
func TestWorkLeft(t *testing.T) {
	f := newFolder(t)
	p := newPlan(3, 1)
	p.Points[0].Work, p.Points[1].Work, p.Points[2].Work = 10, 10, 40
	synctest.Test(t, func(t *testing.T) {
		var told []Event
		w := Work{Folder: f, Plan: p, Runner: slow{&fake{atOnce: 1}}, Share: All(), Tell: ends(&told)}
		if _, err := w.Go(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{5 * time.Minute, 4 * time.Minute, 0} {
			if told[i].Time != want {
				t.Errorf("after task %d there are %v left, want %v", i, told[i].Time, want)
			}
		}
	})
}

// TestStatusTellsTheTimeLeft: from the moments at which tasks were done, whoever made
// them, and from that at which the scan was written where all were done at once.
func TestStatusTellsTheTimeLeft(t *testing.T) {
	for name, test := range map[string]struct {
		done []time.Duration // after the scan was written
		want time.Duration   // for the others of six
	}{
		"nothing yet":     {},
		"the first":       {[]time.Duration{time.Minute}, 5 * time.Minute},
		"three at once":   {[]time.Duration{time.Minute, time.Minute, time.Minute + time.Millisecond}, time.Minute},
		"one by one":      {[]time.Duration{time.Hour, time.Hour + time.Minute, time.Hour + 2*time.Minute}, 3 * time.Minute},
		"two and two":     {[]time.Duration{time.Hour, time.Hour, time.Hour + 4*time.Minute, time.Hour + 4*time.Minute}, 4 * time.Minute},
		"all of them":     {[]time.Duration{1, 2, 3, 4, 5, 6}, 0},
		"before the scan": {[]time.Duration{-time.Hour}, 0}, // points were added since
	} {
		t.Run(name, func(t *testing.T) {
			f, p := newFolder(t), newPlan(6, 1)
			p.Points = p.Points[:len(test.done)]
			if len(test.done) > 0 {
				work(t, f, p, &fake{atOnce: 1}, All())
			}
			written := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
			touch := func(name string, at time.Time) {
				if err := os.Chtimes(filepath.Join(f.Path, name), at, at); err != nil {
					t.Fatal(err)
				}
			}
			touch(ConfigName, written)
			for i, after := range test.done {
				touch(resultName(p.Points[i].Task), written.Add(after))
			}
			status, err := f.Status(newPlan(6, 1))
			if err != nil || status.Left.Round(time.Second) != test.want {
				t.Errorf("%v are left, want %v (%v)", status.Left, test.want, err)
			}
		})
	}
}
