package record

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/files"
	"tnn-gpu/host/state"
)

const (
	checkpointPrefix = "checkpoint-"
	checkpointSuffix = ".tnn"
)

// ErrNoCheckpoint is wrapped where a run has no checkpoint at all.
var ErrNoCheckpoint = errors.New("the run has no checkpoint")

// UnusableError says why a run with checkpoints cannot go on from any of them.
type UnusableError struct {
	Reasons []error // of the newest first
	Whole   int64   // step of the newest that is whole itself, whatever its tables are; -1 where none is
}

func (e *UnusableError) Error() string {
	return fmt.Sprintf("the run cannot go on from any of its checkpoints: %v", errors.Join(e.Reasons...))
}

// Unwrap gives the reasons.
func (e *UnusableError) Unwrap() []error { return e.Reasons }

func checkpointName(step int64) string {
	return checkpointPrefix + strconv.FormatInt(step, 10) + checkpointSuffix
}

// checkpointStep reads the name of a checkpoint.
func checkpointStep(name string) (step int64, isOne bool) {
	text, isOne := strings.CutPrefix(name, checkpointPrefix)
	text, whole := strings.CutSuffix(text, checkpointSuffix)
	step, err := strconv.ParseInt(text, 10, 64)
	return step, isOne && whole && err == nil && name == checkpointName(step)
}

// checkpointSteps lists the steps of the checkpoints, the newest first.
func (f *Folder) checkpointSteps() ([]int64, error) { return checkpointStepsIn(f.dir) }

func checkpointStepsIn(dir files.Dir) ([]int64, error) {
	entries, err := dir.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be read: %w", err)
	}
	var steps []int64
	for _, e := range entries {
		if step, isOne := checkpointStep(e.Name()); isOne {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	slices.Reverse(steps)
	return steps, nil
}

// newestCheckpoint is the step of the newest checkpoint by its name, 0 where there is none.
func newestCheckpoint(dir files.Dir) (int64, error) {
	steps, err := checkpointStepsIn(dir)
	if err != nil || len(steps) == 0 {
		return 0, err
	}
	return steps[0], nil
}

// LastMade is the last step that the run is known to have made, as run.json, the last row of
// one that was killed, and the names of its checkpoints tell, also of those that cannot be read
// any more.
func (f *Folder) LastMade() (int64, error) {
	last, err := newestCheckpoint(f.dir)
	if err != nil {
		return 0, err
	}
	m, err := f.Metadata()
	if err != nil {
		return last, nil // the checkpoints tell all that is known
	}
	last = max(last, m.Steps)
	for _, s := range m.Sessions {
		last = max(last, s.LastStep)
	}
	return last, nil
}

// Planned is the step at which the last session of the run was to end; 0 where that is not
// known.
func (f *Folder) Planned() int64 {
	m, err := f.Metadata()
	if err != nil || len(m.Sessions) == 0 {
		return 0
	}
	return m.Sessions[len(m.Sessions)-1].Planned
}

// Checkpoint reads the newest checkpoint that is whole and whose tables and
// recordings are what they were. Skipped tells, newest first, what is wrong with those
// that are newer. Where there is none, the error wraps ErrNoCheckpoint; where none can
// be used it is an *UnusableError. Any other error tells nothing of what is there.
func (f *Folder) Checkpoint() (c *state.Checkpoint, skipped []error, err error) {
	unusable := &UnusableError{Whole: -1}
	c, unusable.Reasons, err = f.newest(func(c *state.Checkpoint) error {
		unusable.Whole = max(unusable.Whole, c.State.Step)
		return f.proveFiles(c)
	})
	if err == nil && c == nil {
		return nil, unusable.Reasons, unusable
	}
	return c, unusable.Reasons, err
}

// WholeCheckpoint reads the newest checkpoint of a step or before it that is whole,
// whatever has become of the tables; a negative step is that of the newest.
func (f *Folder) WholeCheckpoint(atMost int64) (c *state.Checkpoint, skipped []error, err error) {
	later := false
	c, skipped, err = f.newest(func(c *state.Checkpoint) error {
		if atMost >= 0 && c.State.Step > atMost {
			later = true
			return errLater
		}
		return nil
	})
	skipped = slices.DeleteFunc(skipped, func(err error) bool { return errors.Is(err, errLater) })
	switch {
	case err == nil && c == nil && later && len(skipped) == 0:
		return nil, nil, fmt.Errorf("no checkpoint of step %d or before: %w", atMost, ErrNoCheckpoint)
	case err == nil && c == nil:
		return nil, skipped, &UnusableError{Reasons: skipped, Whole: -1}
	}
	return c, skipped, err
}

// errLater marks a checkpoint that comes after the step asked for.
var errLater = fmt.Errorf("%w: it comes later", state.ErrBroken)

// newest reads checkpoints, the newest first, until one passes. Without one that does,
// and without an error, there are only the reasons.
func (f *Folder) newest(pass func(*state.Checkpoint) error) (c *state.Checkpoint, skipped []error, err error) {
	steps, err := f.checkpointSteps()
	if err != nil {
		return nil, nil, err
	}
	if len(steps) == 0 {
		return nil, nil, fmt.Errorf("%s: %w", f.path, ErrNoCheckpoint)
	}
	for _, step := range steps {
		c, err := f.readCheckpoint(step)
		if err == nil {
			err = pass(c)
		}
		if err == nil {
			return c, skipped, nil
		}
		err = fmt.Errorf("%s: %w", checkpointName(step), err)
		if !errors.Is(err, state.ErrBroken) {
			return nil, skipped, err
		}
		skipped = append(skipped, err)
	}
	return nil, skipped, nil
}

// ReadCheckpoint is WholeCheckpoint of the newest for those who only look.
func ReadCheckpoint(path string) (*state.Checkpoint, error) {
	f, err := Look(files.OS{}, path)
	if err != nil {
		return nil, err
	}
	c, _, err := f.WholeCheckpoint(-1)
	return c, errors.Join(err, f.Close())
}

func (f *Folder) readCheckpoint(step int64) (*state.Checkpoint, error) {
	in, err := f.dir.Open(checkpointName(step))
	if errors.Is(err, files.ErrNotRegular) {
		return nil, fmt.Errorf("%w: %w", state.ErrBroken, err)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	c, err := state.DecodeCheckpoint(in, info.Size())
	if err != nil {
		return nil, err
	}
	if c.Config != f.configHash() {
		return nil, fmt.Errorf("it was written under another configuration; put %s back as it was", ConfigName)
	}
	if c.State.Step != step {
		return nil, fmt.Errorf("%w: it is of step %d", state.ErrBroken, c.State.Step)
	}
	if a, at, count := c.NotFinite(); count > 0 {
		return nil, fmt.Errorf("%w: its %s has %v among its values, which no run writes", state.ErrBroken, a.Name, a.At(at))
	}
	return c, nil
}

// proveFiles tells whether all files that grow are what they were at a checkpoint.
func (f *Folder) proveFiles(c *state.Checkpoint) error {
	proved := make(map[string]*digest)
	for _, file := range c.Files {
		d, err := f.prove(file, c)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, files.ErrNotRegular) {
			err = fmt.Errorf("%w: a file that belongs to it is missing: %w", state.ErrBroken, err)
		}
		if err != nil {
			return err
		}
		proved[file.Name] = d
	}
	f.proved = proved
	return nil
}

// writeCheckpoint replaces the oldest of the kept checkpoints.
func (f *Folder) writeCheckpoint(c *state.Checkpoint) error {
	if err := f.Replace(checkpointName(c.State.Step), c.Encode); err != nil {
		return err
	}
	steps, err := f.checkpointSteps()
	if err != nil {
		return err
	}
	for _, step := range steps[min(KeptCheckpoints, len(steps)):] {
		if err := f.remove(checkpointName(step)); err != nil {
			return err
		}
	}
	return nil
}
