package experiment

import (
	"fmt"
	"slices"
	"time"
)

// Status says where the tasks of a scan stand.
type Status struct {
	Done, Running, Saved, Failed, Open int
	Left                               time.Duration // until all are done, at the rate so far; 0: not known
	Failures                           []string      // of each that has failed too often, its point and why
	Gone                               int           // of those saved or open, tasks that a process held which is gone
}

// Status looks at all tasks of a plan.
func (f *Folder) Status(p *Plan) (Status, error) {
	names, err := f.listing()
	if err != nil {
		return Status{}, err
	}
	var s Status
	var made []finished
	left := 0.0
	for i, point := range p.Points {
		is, why, err := f.standing(p, i, names)
		if err != nil {
			return s, err
		}
		switch is {
		case done:
			s.Done++
			if info, err := f.dir.Lstat(resultName(point.Task)); err == nil {
				made = append(made, finished{info.ModTime(), point.work()})
			}
		case failed:
			s.Failed++
			s.Failures = append(s.Failures, fmt.Sprintf("%s: %s", p.Name(i), why))
		case held:
			s.Running++
		case saved:
			s.Saved++
		case open:
			s.Open++
		}
		if (is == saved || is == open) && names[point.Task+heldSuffix] {
			s.Gone++
		}
		if is == held || is == saved || is == open {
			left += point.work()
		}
	}
	if info, err := f.dir.Lstat(ConfigName); err == nil {
		s.Left = time.Duration(pace(info.ModTime(), made) * left)
	}
	return s, nil
}

// finished is a task that is done.
type finished struct {
	at   time.Time
	work float64
}

// pace is how many nanoseconds a task took for its work. Tasks that were made together are
// done at the same moment, so what counts is the time since the first ones; where there
// are no others it is that since the scan was written down.
func pace(written time.Time, made []finished) float64 {
	if len(made) == 0 {
		return 0
	}
	slices.SortFunc(made, func(a, b finished) int { return a.at.Compare(b.at) })
	first, last := made[0].at, made[len(made)-1].at
	var together, after float64 // work that was done with the first one, and since
	for _, t := range made {
		if t.at.Sub(first) < time.Second {
			together += t.work
		} else {
			after += t.work
		}
	}
	if after > 0 {
		return float64(last.Sub(first)) / after
	}
	return float64(max(0, first.Sub(written))) / together
}

// standing is where a task stands.
type standing int

const (
	open standing = iota
	saved
	held
	failed
	done
)

// standing of a task, and why it failed last. Names are what is in the folder of
// tasks.
func (f *Folder) standing(p *Plan, point int, names map[string]bool) (standing, string, error) {
	name := p.Points[point].Task
	if names[name+resultSuffix] {
		t, err := readTask(f.dir, resultName(name))
		if err != nil {
			return open, "", err
		}
		if t.trials() >= p.Trials {
			return done, "", nil
		}
	}
	if names[name+failedSuffix] {
		n, why, err := f.attempts(name)
		if err != nil || n >= maxAttempts {
			return failed, why, err
		}
	}
	if names[name+heldSuffix] {
		h := &hold{dir: f.dir, name: heldName(name)}
		if left, err := h.seemsLeft(); err != nil || !left {
			return held, "", err
		}
	}
	switch {
	case names[name]:
		return saved, "", nil
	}
	return open, "", nil
}
