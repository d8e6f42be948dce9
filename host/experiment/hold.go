package experiment

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"tnn-gpu/host/files"
)

// A task is held by a file that its holder has created, so that any number of
// processes may share a scan, on file systems without locks, too. The holder
// touches the file every minute. One that was not touched for ten minutes, by the
// clock of the file system, is left over from a process that was killed; so is one
// of a process of this machine that is gone, and one that is empty. A task that two
// processes make in spite of that gives the same file twice.
const (
	touchEvery = time.Minute
	leftAfter  = 10 * time.Minute
)

const heldSuffix = ".held"

func heldName(task string) string { return tasksName + "/" + task + heldSuffix }

// hold is a task that this process holds.
type hold struct {
	dir  files.Dir
	name string
	text string
	stop chan struct{}
	done sync.WaitGroup
}

// tryHold takes a task if no other process holds it.
func tryHold(d files.Dir, task string) (*hold, error) {
	h := &hold{dir: d, name: heldName(task), text: files.Self() + " " + rand.Text() + "\n", stop: make(chan struct{})}
	err := h.create()
	if errors.Is(err, fs.ErrExist) {
		var left bool
		if left, err = h.left(); err != nil || !left {
			return nil, err
		}
		if err = h.clear(); err == nil {
			err = h.create()
		}
		if errors.Is(err, fs.ErrExist) {
			return nil, nil // another process was faster
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the task %s cannot be held: %w", task, err)
	}
	h.done.Add(1)
	go h.keep(touchEvery)
	return h, nil
}

func (h *hold) create() error {
	return create(h.dir, h.name, h.text)
}

// create makes a file that does not exist. Where there is no room for its text, it does not
// stay.
func create(d files.Dir, name, text string) error {
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = d.Remove(name)
	}
	return err
}

// touch writes a file anew that exists.
func touch(d files.Dir, name, text string) error {
	f, err := d.Edit(name)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
	return errors.Join(err, f.Close())
}

// clearLeft removes what a process that was killed after it made a task has left.
func clearLeft(d files.Dir, task string) error {
	h := &hold{dir: d, name: heldName(task)}
	if left, err := h.left(); err != nil || !left {
		return err
	}
	return h.clear()
}

// left tells whether the file that is there was left by a process that is gone.
func (h *hold) left() (bool, error) {
	info, err := h.dir.Lstat(h.name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if text, err := h.owner(); err == nil && (text == "" || isGone(text)) {
		return true, nil
	}
	now, err := clock(h.dir)
	return now.Sub(info.ModTime()) > leftAfter, err
}

// seemsLeft is left for who only looks, and neither waits nor writes: it takes the clock of the
// machine for that of the file system.
func (h *hold) seemsLeft() (bool, error) {
	info, err := h.dir.Lstat(h.name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	text, err := files.ReadFile(h.dir, h.name, maxOwner)
	if err == nil && isGone(string(text)) {
		return true, nil
	}
	age := time.Since(info.ModTime())
	return age > leftAfter || err == nil && len(text) == 0 && age > settle, nil
}

// owner is what the file that is there says. Who has created it writes into it at once:
// one that stays empty for a second was left by a process that was killed in between.
func (h *hold) owner() (string, error) {
	for wait := time.Duration(0); ; wait += settle / 10 {
		text, err := files.ReadFile(h.dir, h.name, maxOwner)
		if err != nil || len(text) > 0 || wait >= settle {
			return string(text), err
		}
		time.Sleep(settle / 10)
	}
}

// settle is how long an empty file may still be written to.
const settle = time.Second

// maxOwner bounds what is read of a file that holds a task.
const maxOwner = 1 << 12

// clear takes a file that was left out of the way. If another process has taken the
// task over meanwhile, its file goes back.
func (h *hold) clear() error {
	before, err := files.ReadFile(h.dir, h.name, maxOwner)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	away := h.name + "-" + rand.Text()
	if err := h.dir.Rename(h.name, away); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	if text, err := files.ReadFile(h.dir, away, maxOwner); err == nil && string(text) != string(before) {
		return errors.Join(h.dir.Rename(away, h.name), fs.ErrExist)
	}
	return h.dir.Remove(away)
}

// keep touches the file until the task is given up.
func (h *hold) keep(every time.Duration) {
	defer h.done.Done()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-ticker.C:
			// A failure is none of the task, which at worst is made twice.
			_ = touch(h.dir, h.name, h.text)
		}
	}
}

// release lets other processes have the task.
func (h *hold) release() error {
	close(h.stop)
	h.done.Wait()
	if text, err := files.ReadFile(h.dir, h.name, maxOwner); err != nil || string(text) != h.text {
		return nil // another process has taken it over
	}
	if err := h.dir.Remove(h.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the task cannot be given up: %w", err)
	}
	return nil
}

// clock is the time of the file system, which need not be that of the machine.
func clock(d files.Dir) (time.Time, error) {
	name := tasksName + "/clock-" + rand.Text()
	if err := create(d, name, "\n"); err != nil {
		return time.Time{}, fmt.Errorf("the clock of the file system cannot be read: %w", err)
	}
	info, err := d.Lstat(name)
	if err := errors.Join(err, d.Remove(name)); err != nil {
		return time.Time{}, fmt.Errorf("the clock of the file system cannot be read: %w", err)
	}
	return info.ModTime(), nil
}

// isGone tells whether a process of this machine that has written this has ended.
func isGone(text string) bool {
	fields := strings.Fields(text)
	own := strings.Fields(files.Self())
	if len(own) < 4 || len(fields) < len(own) {
		return false // it is not known
	}
	for i := range 2 { // machine and system
		if fields[i] != own[i] {
			return false
		}
	}
	return !files.IsAlive(fields[2], fields[3])
}
