// Package results reads what runs left behind in their folders, also while they
// go on. It never writes.
package results

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"tnn-gpu/host/config"
	"tnn-gpu/host/files"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/text"
)

// Folder is that of a run, with what run.json tells of it. It is held until it is
// closed, and nothing outside it is opened.
type Folder struct {
	Path     string
	Name     string // of the folder
	Metadata *record.Metadata

	dir  files.Dir
	lent bool              // dir is closed by someone else
	kept map[string]*Table // see Keep
}

// OpenFolder reads run.json alone, so that a folder can be read whose configuration is
// not understood.
func OpenFolder(system files.System, path string) (*Folder, error) {
	dir, err := system.OpenDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	f, err := folderOf(dir, path)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return f, nil
}

func folderOf(dir files.Dir, path string) (*Folder, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be found: %w", path, err)
	}
	f := &Folder{Path: path, Name: filepath.Base(full), dir: dir}
	if f.Metadata, err = record.MetadataOf(dir, path); err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	return f, nil
}

// Run is the folder of a run, with its configuration.
type Run struct {
	*Folder
	Config *config.Config
}

// Open reads what a run says of itself.
func Open(path string) (*Run, error) { return OpenIn(files.OS{}, path) }

// OpenIn is Open on any file system.
func OpenIn(system files.System, path string) (*Run, error) {
	f, err := OpenFolder(system, path)
	if err != nil {
		return nil, err
	}
	r, err := f.configured()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

// Of is OpenIn for a folder that the run itself holds.
func Of(f *record.Folder) (*Run, error) {
	held, err := folderOf(f.Dir(), f.Path())
	if err != nil {
		return nil, err
	}
	held.lent = true
	return held.configured()
}

// mostConfig is what is read of a configuration.
const mostConfig = 16 << 20

// ConfigText reads the configuration of the run.
func (f *Folder) ConfigText() ([]byte, error) {
	return files.ReadFile(f.dir, record.ConfigName, mostConfig)
}

// configured adds the configuration.
func (f *Folder) configured() (*Run, error) {
	r := &Run{Folder: f}
	text, err := f.ConfigText()
	if err == nil {
		r.Config, err = config.Decode(filepath.Join(f.Path, record.ConfigName), text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", f.Path, err)
	}
	return r, r.check()
}

// check compares the two descriptions of a run that readers rely on.
func (r *Run) check() error {
	m, run := r.Metadata, r.Config.Run
	switch {
	case m.Model != r.Config.Model:
		return fmt.Errorf("%s: %s is of the model %s, and %s of %s", r.Path, record.MetadataName, m.Model, record.ConfigName, r.Config.Model)
	case len(m.Noise()) != run.Replicas:
		return fmt.Errorf("%s: %s has %s, and %s %s", r.Path, record.MetadataName, text.Count(len(m.Noise()), "seed"), record.ConfigName, text.Count(run.Replicas, "replica"))
	case m.Precision.String() != run.Precision:
		return fmt.Errorf("%s: %s is of %s precision, and %s of %s", r.Path, record.MetadataName, m.Precision, record.ConfigName, run.Precision)
	}
	_, sweep, err := r.Config.Variants()
	if err != nil {
		return err
	}
	same := m.Sweep == nil && sweep == nil || m.Sweep != nil && sweep != nil && m.Sweep.Key == sweep.Key && slices.Equal(m.Sweep.Values, sweep.Values)
	if !same {
		return fmt.Errorf("%s: %s and %s do not sweep the same values", r.Path, record.MetadataName, record.ConfigName)
	}
	return nil
}

// Close gives the folder back.
func (f *Folder) Close() error {
	if f.lent {
		return nil
	}
	return f.dir.Close()
}

// open opens a file of the folder, whose name has slashes.
func (f *Folder) open(name string) (files.File, string, error) {
	file, err := f.dir.Open(name)
	return file, filepath.Join(f.Path, filepath.FromSlash(name)), err
}

// Open opens a file of the folder.
func (f *Folder) Open(name string) (files.File, error) { return f.dir.Open(name) }

// Has tells whether the folder has a regular file of that name.
func (f *Folder) Has(name string) bool {
	info, err := f.dir.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

// Replicas is how many copies ran.
func (f *Folder) Replicas() int { return len(f.Metadata.Noise()) }

// mostRows is how many rows of a table of steps are read as a whole.
const mostRows = 1 << 20

// IsLong tells whether the run has too many rows for all of them to be read.
func (f *Folder) IsLong() bool { return f.Metadata.Steps > mostRows/int64(f.Replicas()) }

// EndsInARow tells whether the last row of the run is its result, and can be read: where all
// replicas ended by themselves, the mean of an epoch has the steps that led there in it.
func (f *Folder) EndsInARow() bool { return f.Metadata.Status == sim.AllEnded && !f.IsLong() }

// SeedsOrKeys are what the noise of replicas follows from, called as record.SeedsOrKeys
// calls it. Earlier versions called all of it seeds, and did not write the run's: that
// is the configuration's.
func (f *Folder) SeedsOrKeys() (seeds, keys []uint64) {
	m := f.Metadata
	if m.Keys != nil || m.Seeds[0] == m.Seed {
		return m.Seeds, m.Keys
	}
	r, err := f.configured()
	if err != nil { // what run.json says is all that is known
		return m.Seeds, nil
	}
	return record.SeedsOrKeys(r.Config.Run.Seed, m.Seeds)
}

// File finds the description of a file.
func (f *Folder) File(name string) (*record.File, error) {
	for i, file := range f.Metadata.Files {
		if file.Name == name {
			return &f.Metadata.Files[i], nil
		}
	}
	return nil, fmt.Errorf("the run %s has no %s", f.Path, name)
}

// Distributions are what histograms are of.
func (f *Folder) Distributions() []record.Column {
	file, err := f.File(record.HistogramsName)
	if err != nil {
		return nil
	}
	return file.Histograms
}

// Final opens the arrays of the state after the last step.
func (f *Folder) Final() (*npy.Archive, error) {
	var a *npy.Archive
	file, path, err := f.open(record.FinalName)
	if err == nil {
		a, err = npy.NewArchive(file, path)
	}
	if err != nil {
		return nil, fmt.Errorf("the run %s has no final state to read (it is written when a run ends): %w", f.Path, err)
	}
	return a, nil
}
