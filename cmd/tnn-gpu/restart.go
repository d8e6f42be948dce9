package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
)

// restart has a run begin anew in a new folder of the same name, as long as it was last to be.
// What was there gets another name, once it is sure that the run can begin.
func (p *program) restart(o *resumeOptions, cfg *config.Config, folder *record.Folder) (*job, *record.Folder, error) {
	if err := notABranch(folder); err != nil {
		return nil, folder, usageError{err}
	}
	planned := plannedSteps(cfg, folder)
	if made, err := folder.LastMade(); err == nil { // of a folder that is damaged it need not be known
		planned = max(planned, made)
	}
	if strings.HasPrefix(o.steps, "+") {
		return nil, folder, badUsage("--restart begins at step 0, and --steps %s counts from the last step that was made: say how long the run is to be, as in --steps %d", o.steps, planned)
	}
	end, err := lastStep(o.steps, 0, planned)
	if err != nil {
		return nil, folder, usageError{err}
	}
	j, err := p.prepareTo(&o.job, cfg, end)
	if err != nil {
		return nil, folder, err
	}
	if m, err := folder.Metadata(); err == nil && m.Inputs != nil {
		j.options.Inputs = m.Inputs // which name the files that the copies are of
	}
	fresh, err := p.replaceFolder(folder, j)
	if err != nil {
		return nil, folder, errors.Join(usageError{err}, j.close())
	}
	return j, fresh, nil
}

// anew says how a run begins anew.
func anew(folder *record.Folder) string {
	if from := originOf(folder); from != nil {
		return fmt.Sprintf("it is a branch, which `tnn-gpu run --from %s`, with the same changes, begins anew in a new folder", shellQuoted(fmt.Sprintf("%s@%d", from.Run, from.Step)))
	}
	return fmt.Sprintf("`tnn-gpu resume --restart %s` begins anew and keeps what is there under another name", shellQuoted(folder.Path()))
}

// notABranch refuses to begin a run at step 0 that began at a state of another one.
func notABranch(folder *record.Folder) error {
	if from := originOf(folder); from != nil {
		return fmt.Errorf("%s began at step %d of %s and cannot begin anew at step 0; %s", folder.Path(), from.Step, from.Run, anew(folder))
	}
	return nil
}

// originOf tells where a branch began; nil for other runs, and where that is not known.
func originOf(folder *record.Folder) *record.Origin {
	m, err := folder.Metadata()
	if err != nil {
		return nil
	}
	return m.From
}

// sayCommands says that what a run was asked is not asked again.
func (p *program) sayCommands(old string, asked []sim.Command) {
	if slices.ContainsFunc(asked, func(c sim.Command) bool { return c.Do == sim.DoControl }) {
		fmt.Fprintf(p.errs, "Its controls were not set again; `tnn-gpu run %s --commands %s` makes it with them.\n", shellQuoted(filepath.Join(old, record.ConfigName)), shellQuoted(old))
	}
}

// replaceFolder gives a folder another name and makes a new one in its place.
func (p *program) replaceFolder(folder *record.Folder, j *job) (*record.Folder, error) {
	path, err := ownName(folder.Path())
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be found: %w", err)
	}
	asked, _ := folder.Commands(nil) // where they cannot be read, it cannot be said
	old, err := p.moveAway(path)
	if err != nil {
		return nil, err
	}
	with := record.Contents{Config: folder.Config(), Kept: make(map[string][]byte)}
	for _, in := range j.inputs {
		if in.Kept != "" {
			with.Kept[in.Kept] = in.content
		}
	}
	back := func() error {
		if err := p.files.Move(old, path); err != nil {
			return fmt.Errorf("what was there is in %s, and cannot be put back: %w", old, err)
		}
		return nil
	}
	fresh, err := record.CreateIn(p.files, path, with)
	if err != nil {
		if failed := back(); failed != nil {
			return nil, errors.Join(err, failed)
		}
		return nil, fmt.Errorf("%w; nothing was changed, and there must be room for another run beside this one", err)
	}
	j.undo = back
	fmt.Fprintf(p.errs, "The run begins anew; what was there is in %s.\n", old)
	p.sayCommands(old, asked)
	return fresh, folder.Close()
}

// ownName is a name of a folder that ends in what its parent calls it.
func ownName(path string) (string, error) {
	path = filepath.Clean(path)
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return filepath.EvalSymlinks(path)
	}
	if base := filepath.Base(path); base == "." || base == ".." {
		return filepath.Abs(path)
	}
	return path, err
}

// moveAway renames a folder to the first of its own name with .old-1, .old-2, ... that
// is free.
func (p *program) moveAway(path string) (string, error) {
	for i := 1; ; i++ {
		old := fmt.Sprintf("%s.old-%d", path, i)
		err := p.files.Move(path, old)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("what is in %s cannot be kept under another name: %w", path, err)
		}
		return old, nil
	}
}
