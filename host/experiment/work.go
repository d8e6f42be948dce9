package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxAttempts is how often a task is tried that fails.
const maxAttempts = 3

// Work is what a process does of a scan.
type Work struct {
	Folder *Folder
	Plan   *Plan
	Share  Share
	Runner Runner
	Tell   func(Event) // nil where no one wants to know
}

// Event is something that happened to a task.
type Event struct {
	Point  int
	Begun  int   // points that are begun together, of which Point is the first; 0 where Point has come to its end
	Trials int   // that were made
	Err    error // why they failed; nil where they are done
	Left   int   // tasks of the share that are not done
	// Time is how long those take that are left, at the rate of this process so far;
	// 0 where it is not known.
	Time time.Duration
}

// Report says where the tasks of a share stand.
type Report struct {
	Done, Held, Failed, Open int
	Failure                  string // of the first task that has failed too often
}

// Tasks is how many there are in the share.
func (r *Report) Tasks() int { return r.Done + r.Held + r.Failed + r.Open }

// ErrNotBegun is wrapped by Go where it could not even begin with a first task: nothing
// was changed since the folder was made, and Abandon takes that back, too.
var ErrNotBegun = errors.New("the scan does not begin")

// Go makes the tasks of the share that no other process has made or holds. It goes
// on after failures, and ends soon when the context is done, with its error.
func (w *Work) Go(ctx context.Context) (Report, error) {
	s := &worker{Work: w, done: make(map[int]bool), alone: make(map[int]bool), began: time.Now()}
	if err := w.Folder.clear(); err != nil {
		return Report{}, err
	}
	for ctx.Err() == nil {
		taken, err := s.take()
		if err != nil && !s.begun {
			err = fmt.Errorf("%w: %w", ErrNotBegun, err)
		}
		if err != nil {
			return Report{}, err
		}
		s.begun = true
		if len(taken) == 0 {
			break
		}
		if err := s.make(ctx, taken); err != nil {
			return Report{}, err
		}
	}
	r, err := s.report()
	if err == nil {
		err = ctx.Err() // alone, so that it hides no failure
	}
	return r, err
}

type worker struct {
	*Work
	done  map[int]bool // points of the share
	alone map[int]bool // points that failed together with others, and are tried alone
	began time.Time
	begun bool          // a task was held, or there is none to be made
	made  float64       // work of the tasks that this process has made
	left  time.Duration // for those that are not made
}

// job is a task that this process holds, with what there is of it.
type job struct {
	point int
	hold  *hold
	task  *task
}

// listing is what stands in the folder of tasks.
func (f *Folder) listing() (map[string]bool, error) {
	entries, err := f.dir.ReadDir(tasksName)
	if err != nil {
		return nil, fmt.Errorf("the tasks of the scan cannot be listed: %w", err)
	}
	names := make(map[string]bool)
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names, nil
}

// take holds the next tasks: as many as the runner makes at once.
func (s *worker) take() ([]job, error) {
	names, err := s.Folder.listing()
	if err != nil {
		return nil, err
	}
	var taken []job
	trials := 0
	for _, point := range s.candidates(names) {
		if len(taken) > 0 && (trials >= s.Runner.AtOnce() || s.alone[point] || s.alone[taken[0].point]) {
			break
		}
		j, err := s.hold(point)
		if err != nil {
			return nil, errors.Join(err, release(taken))
		}
		if j != nil {
			taken = append(taken, *j)
			trials += s.Plan.Trials - j.task.trials()
		}
	}
	return taken, nil
}

// candidates are the points that are not known to be done, those that have failed
// before last.
func (s *worker) candidates(names map[string]bool) []int {
	var fresh, failed []int
	for _, point := range s.Share.points(s.Plan) {
		switch {
		case s.done[point]:
		case names[s.Plan.Points[point].Task+failedSuffix]:
			failed = append(failed, point)
		default:
			fresh = append(fresh, point)
		}
	}
	return append(fresh, failed...)
}

// hold takes a task, unless it is done, held by another process, or has failed too
// often: then it gives nil.
func (s *worker) hold(point int) (*job, error) {
	name := s.Plan.Points[point].Task
	t, err := readTask(s.Folder.dir, resultName(name))
	if err != nil {
		return nil, err
	}
	if t.trials() >= s.Plan.Trials {
		s.done[point] = true
		return nil, clearLeft(s.Folder.dir, name)
	}
	if n, _, err := s.Folder.attempts(name); err != nil || n >= maxAttempts {
		return nil, err
	}
	h, err := tryHold(s.Folder.dir, name)
	if err != nil || h == nil {
		return nil, err
	}
	// Another process may have made the task before this one held it.
	if t, err = readTask(s.Folder.dir, resultName(name)); err != nil {
		return nil, errors.Join(err, h.release())
	}
	if t.trials() >= s.Plan.Trials {
		s.done[point] = true
		return nil, h.release()
	}
	return &job{point, h, t}, nil
}

func release(taken []job) error {
	var errs []error
	for _, j := range taken {
		errs = append(errs, j.hold.release())
	}
	return errors.Join(errs...)
}

// make makes some tasks that are held, and gives them up.
func (s *worker) make(ctx context.Context, taken []job) (err error) {
	defer func() { err = errors.Join(err, release(taken)) }()
	var trials []Trial
	for _, j := range taken {
		trials = append(trials, s.Plan.trials(j.point, j.task.trials())...)
	}
	s.tell(Event{Point: taken[0].point, Begun: len(taken)})
	results, err := s.Runner.Run(ctx, trials)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil
	case err == nil && len(results) != len(trials):
		err = fmt.Errorf("%d trials gave %d results", len(trials), len(results))
	}
	if err != nil {
		return s.failed(taken, err)
	}
	// Tasks that are made together are told of one by one, but took their time together.
	left := 0.0
	for _, point := range s.Share.points(s.Plan) {
		if !s.done[point] {
			left += s.Plan.Points[point].work()
		}
	}
	for _, j := range taken {
		s.made += s.Plan.Points[j.point].work()
		left -= s.Plan.Points[j.point].work()
	}
	s.left = time.Duration(float64(time.Since(s.began)) * left / s.made)
	for _, j := range taken {
		n := s.Plan.Trials - j.task.trials()
		if err := s.write(j, trials[:n], results[:n]); err != nil {
			return err
		}
		trials, results = trials[n:], results[n:]
	}
	return nil
}

// write writes the results of a task, after those that it has.
func (s *worker) write(j job, trials []Trial, results []Result) error {
	name := s.Plan.Points[j.point].Task
	outcomes := outcomesOf(s.Runner, s.Plan.Points[j.point].Spec)
	if err := s.Folder.tell(s.Runner, outcomes); err != nil {
		return err
	}
	t := newTask(s.Runner, outcomes)
	err := t.extend(j.task)
	for i := 0; err == nil && i < len(trials); i++ {
		err = t.add(trials[i], results[i])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", resultName(name), err)
	}
	if err := s.Folder.Write(resultName(name), t.write); err != nil {
		return err
	}
	if err := s.Folder.dir.Remove(failedName(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be removed: %w", failedName(name), err)
	}
	if err := os.RemoveAll(filepath.Join(s.Folder.Path, filepath.FromSlash(RunsName(name)))); err != nil {
		return fmt.Errorf("the saved runs of a task that is done cannot be removed: %w", err)
	}
	s.done[j.point] = true
	s.tell(Event{Point: j.point, Trials: len(trials)})
	return nil
}

// failed notes why tasks have failed. Where there were several, each is tried alone.
func (s *worker) failed(taken []job, why error) error {
	for _, j := range taken {
		s.alone[j.point] = true
		if len(taken) > 1 {
			continue
		}
		if err := s.Folder.fail(s.Plan.Points[j.point].Task, why); err != nil {
			return errors.Join(why, err)
		}
		s.tell(Event{Point: j.point, Err: why})
	}
	return nil
}

func (s *worker) tell(e Event) {
	if s.Tell != nil {
		e.Left, e.Time = len(s.Share.points(s.Plan))-len(s.done), s.left
		s.Tell(e)
	}
}

// report counts the tasks of the share.
func (s *worker) report() (Report, error) {
	names, err := s.Folder.listing()
	if err != nil {
		return Report{}, err
	}
	var r Report
	for _, point := range s.Share.points(s.Plan) {
		is, why, err := s.Folder.standing(s.Plan, point, names)
		if err != nil {
			return r, err
		}
		switch is {
		case done:
			r.Done++
		case failed:
			r.Failed++
			if r.Failure == "" {
				r.Failure = fmt.Sprintf("%s: %s", s.Plan.Name(point), why)
			}
		case held:
			r.Held++
		case saved, open:
			r.Open++
		}
	}
	return r, nil
}
