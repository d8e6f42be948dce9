// Package record writes what a run leaves behind into a folder of its own, and
// takes an interrupted run up again from there. It knows fields and quantities,
// and no model.
//
// Files that only grow (tables and recordings) may be read while the run goes
// on; their lengths and sums are part of every checkpoint. All others are replaced
// as a whole, so that a reader finds the old or the new one.
package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"tnn-gpu/host/files"
	"tnn-gpu/host/state"
)

// Names of files in a run folder.
const (
	ConfigName   = "config.toml"
	MetadataName = "run.json"
	FinalName    = "final.npz"

	StepsName         = "steps.csv"
	epochsName        = "epochs.csv"
	replicaEpochsName = "epochs_replicas.csv"
	HistogramsName    = "histograms.csv"
	probesName        = "probes.csv"
	nodesName         = "nodes.csv"
	edgesName         = "edges.csv"
	RecordingsName    = "recordings"
	commandsName      = "commands.csv"
	dumpName          = "broken.tnn" // a checkpoint that is not for going on
	dumpArraysName    = "broken.npz"
)

// mostConfig is what is read of a configuration; longer ones are none.
const mostConfig = 16 << 20

// ErrNotEmpty is wrapped by Create for a folder that has something in it.
var ErrNotEmpty = errors.New("the folder is not empty")

// ErrUnbegun is wrapped by Open and Look for a folder that has a lock and no configuration.
var ErrUnbegun = errors.New("it has no " + ConfigName + ", because a process ended there before the run had begun; the same `tnn-gpu run` begins it")

// Folder is the folder of one run, held by its handle and locked against other
// processes until it is closed.
type Folder struct {
	path   string
	config []byte
	dir    files.Dir
	lock   io.Closer
	// newLock tells that the lock's file is there for this process alone, which has written
	// nothing so far.
	newLock atomic.Bool
	filled  []string           // files that CreateIn has put in
	undo    func()             // removes the folder, where it was made for this run; nil where not
	proved  map[string]*digest // of the files that belong to the checkpoint read last
}

// Contents are what a folder has from its beginning.
type Contents struct {
	Config []byte // text of the configuration
	// Kept are the files that the network rests on, by their names in the folder.
	Kept map[string][]byte
	// Made says that the folder was made for this run, and is to go where it cannot begin.
	Made bool
	// Start is the state that the run goes on from, with its own First and without
	// files; nil for step 0.
	Start *state.Checkpoint
}

// Create makes a folder for a new run that begins at step 0.
func Create(path string, config []byte) (*Folder, error) {
	return CreateIn(files.OS{}, path, Contents{Config: config})
}

// CreateIn makes a folder for a new run. A folder that exists must be empty, or have nothing
// but what a process left that was killed here before its run had begun. Where the folder
// cannot be filled, there is nothing in it, and none where none was.
func CreateIn(system files.System, path string, with Contents) (*Folder, error) {
	made, err := system.MakeDir(path)
	undo := func() {
		if made || with.Made {
			_ = system.RemoveDir(path) // unless others have put something in
		}
	}
	if err != nil {
		undo()
		return nil, fmt.Errorf("the run folder cannot be made: %w", err)
	}
	f, err := create(system, path, with)
	if err == nil {
		f.undo = undo
	} else if !errors.Is(err, files.ErrLocked) {
		undo()
	}
	return f, err
}

// Abandon closes a folder in which the run does not begin. Of one that CreateIn filled,
// all that was put in is taken back, and the folder where it was not there.
func (f *Folder) Abandon() error {
	if f.undo == nil {
		return f.Close()
	}
	f.empty()
	err := f.Close()
	f.undo()
	return err
}

// CheckFree tells, before what takes long, whether a run could be made at a path: there is
// nothing, or a folder that CreateIn takes.
func CheckFree(system files.System, path string, with Contents) error {
	f, err := hold(system, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.leftovers(with)
	return errors.Join(err, f.Close())
}

// create is CreateIn for a folder that exists.
func create(system files.System, path string, with Contents) (*Folder, error) {
	f, err := hold(system, path)
	if err != nil {
		return nil, err
	}
	_, err = f.leftovers(with)
	if err == nil {
		err = f.takeLock()
	}
	var left []string
	if err == nil {
		left, err = f.leftovers(with) // another process may have been faster
	}
	for _, name := range left {
		err = errors.Join(err, f.remove(name))
	}
	if err == nil {
		if err = f.fill(with); err != nil {
			f.empty()
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// fill puts in what makes a folder that of a run, the configuration last.
func (f *Folder) fill(with Contents) error {
	f.config = slices.Clone(with.Config)
	put := func(name string, write func(io.Writer) error) error {
		f.filled = append(f.filled, name)
		return f.Replace(name, write)
	}
	text := func(text []byte) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(text); return err }
	}
	for name, kept := range with.Kept {
		if err := put(name, text(kept)); err != nil {
			return err
		}
	}
	if c := with.Start; c != nil {
		c.Config = f.configHash()
		if err := put(checkpointName(c.State.Step), c.Encode); err != nil {
			return err
		}
	}
	return put(ConfigName, text(with.Config))
}

// empty removes what fill may have written, the metadata that Begin may have put in place,
// and the lock's file, before the lock ends. The configuration goes first: what cannot be
// removed after it is of no use, since the folder is not that of a run.
func (f *Folder) empty() {
	for _, name := range slices.Backward(append([]string{files.LockName, MetadataName}, f.filled...)) {
		_ = f.dir.Remove(name)
	}
}

// Open takes the folder of a run that has been interrupted or is to go on. It
// changes nothing in it, and where nothing is written until Close, nothing is changed then.
func Open(path string) (*Folder, error) { return OpenIn(files.OS{}, path) }

// OpenIn is Open on any file system.
func OpenIn(system files.System, path string) (*Folder, error) {
	f, err := Look(system, path)
	if err != nil {
		return nil, err
	}
	had := f.hasLock()
	if err := f.takeLock(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	f.newLock.Store(!had)
	return f, nil
}

// Look is OpenIn for those who only read: another process may be working on the run.
func Look(system files.System, path string) (*Folder, error) {
	f, err := hold(system, path)
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	f.config, err = files.ReadFile(f.dir, ConfigName, mostConfig)
	if err == nil {
		return f, nil
	}
	if known, _ := f.Has(MetadataName); errors.Is(err, fs.ErrNotExist) && f.hasLock() && !known {
		err = ErrUnbegun
	}
	return nil, errors.Join(fmt.Errorf("%s is not the folder of a run: %w", path, err), f.Close())
}

func hold(system files.System, path string) (*Folder, error) {
	dir, err := system.OpenDir(path)
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be opened: %w", err)
	}
	return &Folder{path: path, dir: dir}, nil
}

func (f *Folder) takeLock() error {
	var err error
	if f.lock, err = f.dir.Lock(); err != nil {
		return fmt.Errorf("%s cannot be used: %w", f.path, err)
	}
	return nil
}

// Close unlocks the folder.
func (f *Folder) Close() error {
	var err error
	if f.newLock.Load() {
		err = f.remove(files.LockName)
	}
	if f.lock != nil {
		err = f.lock.Close()
	}
	return errors.Join(err, f.dir.Close())
}

// Path is what the folder is called, for messages: it may have moved.
func (f *Folder) Path() string { return f.path }

// Dir is the folder itself.
func (f *Folder) Dir() files.Dir { return f.dir }

// Config is the text of the configuration.
func (f *Folder) Config() []byte { return slices.Clone(f.config) }

// configHash ties checkpoints to their configuration.
func (f *Folder) configHash() string {
	sum := sha256.Sum256(f.config)
	return hex.EncodeToString(sum[:])
}

// Replace writes a file as a whole: under another name first, then in place.
func (f *Folder) Replace(name string, write func(io.Writer) error) error {
	f.newLock.Store(false)
	if err := files.Replace(f.dir, name, write); err != nil {
		return fmt.Errorf("%s cannot be written: %w", filepath.Join(f.path, filepath.FromSlash(name)), err)
	}
	return nil
}

// Has tells whether there is something of that name.
func (f *Folder) Has(name string) (bool, error) {
	_, err := f.dir.Lstat(name)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, err
}

// rewind removes what a run left behind after a step, and what an interruption left
// of files that were not whole. At -1 that is everything.
func (f *Folder) rewind(step int64, growing []stream) error {
	steps, err := f.checkpointSteps()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if s > step {
			err = errors.Join(err, f.remove(checkpointName(s)))
		}
	}
	own := []string{ConfigName, MetadataName, FinalName, dumpName, dumpArraysName, commandsName, inputsName}
	for _, s := range growing {
		own = append(own, s.name())
	}
	for _, name := range own {
		err = errors.Join(err, f.removeTemporary(name))
	}
	return errors.Join(err, f.removeOldTemporaries(), f.remove(FinalName), f.remove(dumpName), f.remove(dumpArraysName))
}

// removeOldTemporaries removes those of checkpoints and of lists of items, whose
// names are known by their form alone, and those of commands that were killed while they
// wrote into the folder, such as plot.
func (f *Folder) removeOldTemporaries() error {
	if err := files.ClearScratch(f.dir, "."); err != nil {
		return err
	}
	for _, folder := range []string{".", RecordingsName} {
		entries, err := f.dir.ReadDir(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			name, isOne := strings.CutSuffix(e.Name(), files.Temporary(""))
			_, ofCheckpoint := checkpointStep(name)
			ofItems := folder == RecordingsName && strings.HasSuffix(name, itemsSuffix)
			if !isOne || !ofCheckpoint && !ofItems {
				continue
			}
			if folder == RecordingsName {
				name = RecordingsName + "/" + name
			}
			if err := f.removeTemporary(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeTemporary leaves what is no regular file to whoever made it.
func (f *Folder) removeTemporary(name string) error {
	info, err := f.dir.Lstat(files.Temporary(name))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil
	}
	if err != nil {
		return err
	}
	return f.remove(files.Temporary(name))
}

func (f *Folder) remove(name string) error {
	err := f.dir.Remove(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be removed from the run folder: %w", name, err)
	}
	return nil
}
