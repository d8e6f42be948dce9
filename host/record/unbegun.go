package record

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"tnn-gpu/host/files"
)

// leftovers are the files of a folder that a process left which was killed before its run
// had begun, so that a new one can begin there. Where there is anything else, that is an
// error, which wraps ErrNotEmpty.
//
// A run has begun when it has a configuration. Before that its folder has a lock, copies of
// files, and the checkpoint of a branch, which nothing can go on from without it.
func (f *Folder) leftovers(with Contents) (left []string, err error) {
	entries, err := f.dir.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be read: %w", err)
	}
	locked := f.hasLock()
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == files.LockName:
		case files.IsLeft(f.dir, name): // of a command that wrote something else here
			left = append(left, name)
		case locked && e.Type().IsRegular() && f.isLeftover(name, with):
			left = append(left, name)
		default:
			return nil, f.notEmpty(entries, name)
		}
	}
	return left, nil
}

// isLeftover tells whether a file is one that fill writes before the configuration is in
// place: by its name, or, where a user may have given it, by what is in it.
func (f *Folder) isLeftover(name string, with Contents) bool {
	whole, isPart := strings.CutSuffix(name, files.Temporary(""))
	if _, isOne := checkpointStep(whole); isOne || isPart && whole == ConfigName {
		return true
	}
	text, isKept := with.Kept[name]
	if !isKept {
		text, isKept = with.Kept[whole]
	}
	if !isKept {
		return false
	}
	there, err := files.ReadFile(f.dir, name, int64(len(text)))
	return err == nil && bytes.HasPrefix(text, there) && (isPart || len(there) == len(text))
}

// isUnbegun tells whether a folder with a configuration has nothing yet that a run writes,
// from whose metadata on there is more.
func (f *Folder) isUnbegun() (bool, error) {
	for _, name := range []string{MetadataName, StepsName, epochsName, replicaEpochsName, HistogramsName, probesName, RecordingsName, commandsName, inputsName, FinalName, OverviewName} {
		if there, err := f.Has(name); err != nil || there {
			return false, err
		}
	}
	return true, nil
}

// notEmpty says what is in the way of a new run.
func (f *Folder) notEmpty(entries []fs.DirEntry, name string) error {
	instead := "name another folder"
	for _, e := range entries {
		if e.Name() == ConfigName {
			instead += ", or resume the run"
		}
	}
	return fmt.Errorf("%w: %s has %s in it, and nothing is overwritten; %s", ErrNotEmpty, f.path, name, instead)
}

// hasLock tells whether a process has held the folder.
func (f *Folder) hasLock() bool {
	info, err := f.dir.Lstat(files.LockName)
	return err == nil && info.Mode().IsRegular()
}
