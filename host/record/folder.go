// Package record writes what a run leaves behind into a folder of its own, and
// takes an interrupted run up again from there. It knows fields and quantities,
// and no model.
//
// Files that only grow (tables and recordings) may be read while the run goes
// on; their lengths are part of every checkpoint. All others are replaced as a
// whole, so that a reader finds the old or the new one.
package record

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/state"
)

// Names of files in a run folder.
const (
	configName        = "config.toml"
	lockName          = "lock"
	metadataName      = "run.json"
	stepsName         = "steps.csv"
	epochsName        = "epochs.csv"
	replicaEpochsName = "epochs_replicas.csv"
	histogramsName    = "histograms.csv"
	probesName        = "probes.csv"
	recordingsName    = "recordings"
	finalName         = "final.npz"
	dumpName          = "broken.tnn" // a checkpoint that is not for going on
	dumpArraysName    = "broken.npz"
	checkpointPrefix  = "checkpoint-"
	checkpointSuffix  = ".tnn"
	temporary         = ".tmp" // suffix of what is not whole yet
)

// keptCheckpoints is how many checkpoints a folder keeps.
const keptCheckpoints = 2

var (
	// ErrNotEmpty is wrapped by Create for a folder that has something in it.
	ErrNotEmpty = errors.New("the folder is not empty")
	// ErrLocked is wrapped by Create and Open for the folder of a run that goes on.
	ErrLocked = errors.New("another process is working on this run")
	// ErrNoCheckpoint is wrapped by Checkpoint where there is none to use.
	ErrNoCheckpoint = errors.New("the run has no checkpoint that can be used")
)

// Folder is the folder of one run, locked against other processes until it is
// closed.
type Folder struct {
	path   string
	config []byte
	disk   disk
	lock   io.Closer
}

// Create makes a folder for a new run, and puts the text of its configuration
// there. A folder that exists must be empty.
func Create(path string, config []byte) (*Folder, error) { return create(osDisk{}, path, config) }

func create(d disk, path string, config []byte) (*Folder, error) {
	if err := os.MkdirAll(path, folderPermissions); err != nil {
		return nil, fmt.Errorf("the run folder cannot be made: %w", err)
	}
	if err := checkEmpty(path); err != nil {
		return nil, err
	}
	f, err := lockFolder(d, path)
	if err != nil {
		return nil, err
	}
	f.config = slices.Clone(config)
	err = checkEmpty(path) // another process may have been faster
	if err == nil {
		err = f.replace(configName, func(w io.Writer) error { _, err := w.Write(config); return err })
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func checkEmpty(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("the run folder cannot be read: %w", err)
	}
	for _, e := range entries {
		if e.Name() != lockName {
			return fmt.Errorf("%s has %s in it, and nothing is overwritten; name another folder, or resume the run: %w", path, e.Name(), ErrNotEmpty)
		}
	}
	return nil
}

// Open takes the folder of a run that has been interrupted or is to go on.
func Open(path string) (*Folder, error) { return open(osDisk{}, path) }

func open(d disk, path string) (*Folder, error) {
	config, err := os.ReadFile(filepath.Join(path, configName))
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	f, err := lockFolder(d, path)
	if err != nil {
		return nil, err
	}
	f.config = config
	if err := f.removeTemporary(); err != nil {
		return nil, errors.Join(fmt.Errorf("what an interruption left cannot be removed: %w", err), f.Close())
	}
	return f, nil
}

func (f *Folder) removeTemporary() error {
	for _, folder := range []string{f.path, filepath.Join(f.path, recordingsName)} {
		left, err := filepath.Glob(filepath.Join(folder, "*"+temporary))
		for _, name := range left {
			err = errors.Join(err, f.disk.Remove(name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lockFolder(d disk, path string) (*Folder, error) {
	lock, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", path, err)
	}
	return &Folder{path: path, disk: d, lock: lock}, nil
}

// Close unlocks the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// Path is where the folder is.
func (f *Folder) Path() string { return f.path }

// Config is the text of the configuration.
func (f *Folder) Config() []byte { return slices.Clone(f.config) }

// configHash ties checkpoints to their configuration.
func (f *Folder) configHash() string {
	sum := sha256.Sum256(f.config)
	return hex.EncodeToString(sum[:])
}

// replace writes a file as a whole: under another name first, then in place.
func (f *Folder) replace(name string, write func(io.Writer) error) error {
	path := filepath.Join(f.path, name)
	err := f.write(path+temporary, write)
	if err == nil {
		err = f.disk.Rename(path+temporary, path)
	}
	if err == nil {
		err = f.disk.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		// The temporary file is of no use, and on a full disk it is in the way.
		_ = f.disk.Remove(path + temporary)
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}

func (f *Folder) write(path string, write func(io.Writer) error) error {
	t, err := openTail(f.disk, path, -1)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(t, 1<<18)
	err = write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = t.file.Sync()
	}
	return errors.Join(err, t.file.Close())
}

func checkpointName(step int64) string {
	return checkpointPrefix + strconv.FormatInt(step, 10) + checkpointSuffix
}

// checkpointSteps lists the steps of the checkpoints, the newest first.
func (f *Folder) checkpointSteps() ([]int64, error) {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be read: %w", err)
	}
	var steps []int64
	for _, e := range entries {
		text, isOne := strings.CutPrefix(e.Name(), checkpointPrefix)
		text, whole := strings.CutSuffix(text, checkpointSuffix)
		step, err := strconv.ParseInt(text, 10, 64)
		if isOne && whole && err == nil {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	slices.Reverse(steps)
	return steps, nil
}

// Checkpoint reads the newest checkpoint that is whole and whose tables and
// recordings are there. Skipped tells, newest first, what is wrong with those
// that are newer. Where none is left, the error wraps ErrNoCheckpoint.
func (f *Folder) Checkpoint() (c *state.Checkpoint, skipped []error, err error) {
	steps, err := f.checkpointSteps()
	if err != nil {
		return nil, nil, err
	}
	for _, step := range steps {
		c, err := f.readCheckpoint(step)
		if err == nil {
			return c, skipped, nil
		}
		err = fmt.Errorf("%s: %w", checkpointName(step), err)
		if !errors.Is(err, state.ErrBroken) {
			return nil, skipped, err
		}
		skipped = append(skipped, err)
	}
	return nil, skipped, fmt.Errorf("%s: %w", f.path, ErrNoCheckpoint)
}

// ReadCheckpoint is Checkpoint for those who only look: another process may be
// working on the run.
func ReadCheckpoint(path string) (*state.Checkpoint, error) {
	config, err := os.ReadFile(filepath.Join(path, configName))
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	f := Folder{path: path, config: config}
	c, _, err := f.Checkpoint()
	return c, err
}

func (f *Folder) readCheckpoint(step int64) (*state.Checkpoint, error) {
	in, err := os.Open(filepath.Join(f.path, checkpointName(step)))
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
		return nil, fmt.Errorf("it was written under another configuration; put %s back as it was", configName)
	}
	if c.State.Step != step {
		return nil, fmt.Errorf("%w: it is of step %d", state.ErrBroken, c.State.Step)
	}
	if a, at, count := c.NotFinite(); count > 0 {
		return nil, fmt.Errorf("%w: its %s has %v among its values, which no run writes", state.ErrBroken, a.Name, a.At(at))
	}
	for _, file := range c.Files {
		info, err := os.Stat(filepath.Join(f.path, filepath.FromSlash(file.Name)))
		if err != nil {
			return nil, fmt.Errorf("%w: a file that belongs to it is missing: %w", state.ErrBroken, err)
		}
		if info.Size() < file.Length {
			return nil, fmt.Errorf("%w: %s has %d bytes, but had %d when it was made", state.ErrBroken, file.Name, info.Size(), file.Length)
		}
	}
	return c, nil
}

// writeCheckpoint replaces the oldest of the kept checkpoints.
func (f *Folder) writeCheckpoint(c *state.Checkpoint) error {
	if err := f.replace(checkpointName(c.State.Step), c.Encode); err != nil {
		return err
	}
	steps, err := f.checkpointSteps()
	if err != nil {
		return err
	}
	for _, step := range steps[min(keptCheckpoints, len(steps)):] {
		if err := f.remove(checkpointName(step)); err != nil {
			return err
		}
	}
	return nil
}

// rewind removes what a run left behind after a step. At -1 that is everything.
func (f *Folder) rewind(step int64) error {
	steps, err := f.checkpointSteps()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if s > step {
			err = errors.Join(err, f.remove(checkpointName(s)))
		}
	}
	return errors.Join(err, f.remove(finalName), f.remove(dumpName), f.remove(dumpArraysName))
}

func (f *Folder) remove(name string) error {
	err := f.disk.Remove(filepath.Join(f.path, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be removed from the run folder: %w", name, err)
	}
	return nil
}
