package experiment

import (
	"fmt"
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
	var first, last time.Time // at which tasks were done
	for i, point := range p.Points {
		is, why, err := f.standing(p, i, names)
		if err != nil {
			return s, err
		}
		switch is {
		case done:
			s.Done++
			if info, err := f.dir.Lstat(resultName(point.Task)); err == nil {
				if t := info.ModTime(); first.IsZero() || t.Before(first) {
					first = t
				}
				if t := info.ModTime(); t.After(last) {
					last = t
				}
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
	if todo := s.Running + s.Saved + s.Open; todo > 0 && s.Done > 1 {
		s.Left = last.Sub(first) / time.Duration(s.Done-1) * time.Duration(todo)
	}
	return s, nil
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
