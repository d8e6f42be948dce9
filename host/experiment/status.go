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
}

// Status looks at all tasks of a plan.
func (f *Folder) Status(p *Plan) (Status, error) {
	names, err := f.listing()
	if err != nil {
		return Status{}, err
	}
	var s Status
	var made []time.Time // at which tasks were done
	for i, point := range p.Points {
		is, why, err := f.standing(p, i, names)
		if err != nil {
			return s, err
		}
		switch is {
		case done:
			s.Done++
			if info, err := f.dir.Lstat(resultName(point.Task)); err == nil {
				made = append(made, info.ModTime())
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
	}
	if info, err := f.dir.Lstat(ConfigName); err == nil {
		s.Left = each(info.ModTime(), made) * time.Duration(s.Running+s.Saved+s.Open)
	}
	return s, nil
}

// each is how long a task took, of those that were done at some times. Tasks that were
// made together are done at the same moment, so what counts is the time since the first
// ones; where there are no others it is that since the scan was written down.
func each(written time.Time, made []time.Time) time.Duration {
	if len(made) == 0 {
		return 0
	}
	slices.SortFunc(made, time.Time.Compare)
	first, last := made[0], made[len(made)-1]
	together := 0 // with the first one
	for _, t := range made {
		if t.Sub(first) < time.Second {
			together++
		}
	}
	if together < len(made) {
		return last.Sub(first) / time.Duration(len(made)-together)
	}
	return max(0, first.Sub(written)) / time.Duration(len(made))
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
	switch {
	case names[name+heldSuffix]:
		return held, "", nil
	case names[name]:
		return saved, "", nil
	}
	return open, "", nil
}
