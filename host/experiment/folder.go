package experiment

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/text"
)

// Names in a scan's folder.
const (
	ConfigName      = "config.toml" // the scan as a file
	BaseName        = "base.toml"   // the configuration that its points vary
	TrialsName      = "trials.csv"
	PointsName      = "points.csv"
	DifferencesName = "differences.csv"
	CrossingsName   = "crossings.csv"
	FigureName      = "points.png"
	metadataName    = "run.json"
	tasksName       = "tasks"
	resultSuffix    = ".csv"
	failedSuffix    = ".failed"
)

// Folder is the folder of a scan. Any number of processes may work in it.
type Folder struct {
	Path string
	dir  files.Dir
	undo func() // takes back what Create has made; nil where it has made nothing
}

// Open opens the folder of a scan.
func Open(system files.System, path string) (*Folder, error) {
	d, err := system.OpenDir(path)
	if err != nil {
		return nil, fmt.Errorf("the scan's folder cannot be opened: %w", err)
	}
	f := &Folder{Path: path, dir: d}
	m, err := f.Metadata()
	switch {
	case err == nil && m.Scan == nil:
		err = fmt.Errorf("%s is not the folder of a scan", path)
	case errors.Is(err, fs.ErrNotExist) && f.isUnbegun():
		err = fmt.Errorf("%s is not the folder of a scan yet: %w", path, ErrUnbegun)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return f, nil
}

// ErrUnbegun is wrapped by Open for what a process left that ended while it made the
// folder of a scan.
var ErrUnbegun = errors.New("a process ended there before the scan had begun, and the same `tnn-gpu scan` begins it")

// IsFolder tells whether a folder is that of a scan, or was to be.
func IsFolder(system files.System, path string) bool {
	f, err := Open(system, path)
	if err != nil {
		return errors.Is(err, ErrUnbegun)
	}
	return f.Close() == nil
}

// isUnbegun tells what fill makes before the metadata from the folder of a run.
func (f *Folder) isUnbegun() bool {
	_, configError := f.dir.Lstat(ConfigName)
	_, baseError := f.dir.Lstat(BaseName)
	tasks, err := f.dir.Lstat(tasksName)
	return err == nil && tasks.IsDir() && (configError == nil || baseError == nil)
}

// Create makes the folder of a new scan, with the texts of its files. One that exists is
// empty, or has what an interruption left of the same (IsUnbegun). Where another process
// has made the same scan there meanwhile, the folder is that of both. Where the folder
// cannot be filled, there is nothing in it, and none where none was, or where it was made
// for this scan.
func Create(system files.System, path string, forThis bool, texts map[string][]byte, program string) (*Folder, error) {
	made, err := system.MakeDir(path)
	undo := func() {
		if made || forThis {
			_ = system.RemoveDir(path) // unless others have put something in
		}
	}
	if err != nil {
		undo()
		return nil, fmt.Errorf("the scan's folder cannot be made: %w", err)
	}
	d, err := system.OpenDir(path)
	if err != nil {
		undo()
		return nil, fmt.Errorf("the scan's folder cannot be opened: %w", err)
	}
	f := &Folder{Path: path, dir: d}
	f.undo = func() {
		f.empty(texts)
		undo()
	}
	err = f.fill(texts, program)
	if err == nil {
		return f, nil
	}
	if _, there := d.Lstat(metadataName); there == nil { // another process was faster
		return nil, errors.Join(err, d.Close())
	}
	return nil, errors.Join(err, f.Abandon())
}

// Abandon closes a folder in which the scan does not begin. What Create has made is taken
// back, unless another process works there.
func (f *Folder) Abandon() error {
	if f.undo != nil {
		f.undo()
	}
	return f.Close()
}

// fill puts in what makes a folder that of a scan, the metadata last.
func (f *Folder) fill(texts map[string][]byte, program string) error {
	if err := f.dir.Mkdir(tasksName); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the scan's folder cannot be written: %w", err)
	}
	if err := f.Replace(texts); err != nil {
		return err
	}
	return f.writeMetadata(&Metadata{Format: metadataFormat, Program: program, Scan: &About{}})
}

// empty removes what fill has written, unless another process has, or holds, a task.
func (f *Folder) empty(texts map[string][]byte) {
	if err := f.dir.Remove(tasksName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	_ = f.dir.Remove(metadataName) // none of these need be there
	for name := range texts {
		_ = f.dir.Remove(name)
	}
}

// IsUnbegun tells whether a folder is empty, or has nothing but what a process left that
// ended while it made the folder of a scan with these texts.
func IsUnbegun(system files.System, path string, texts map[string][]byte) (bool, error) {
	d, err := system.OpenDir(path)
	if err != nil {
		return false, err
	}
	defer d.Close()
	entries, err := d.ReadDir(".")
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		text, ours := texts[e.Name()]
		switch {
		case e.Name() == tasksName && e.IsDir():
			if inside, err := d.ReadDir(tasksName); err != nil || len(inside) > 0 {
				return false, err
			}
		case ours:
			if there, err := files.ReadFile(d, e.Name(), maxTaskBytes); err != nil || !bytes.Equal(there, text) {
				return false, nil // whatever it is, it is not of this scan
			}
		case e.Name() == files.LockName && e.Type().IsRegular(): // of one who took it for a run
		case !files.IsScratch(e.Name()):
			return false, nil
		}
	}
	return true, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.dir.Close() }

// Replace writes files of these names.
func (f *Folder) Replace(texts map[string][]byte) error {
	for name, text := range texts {
		if err := f.Write(name, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}

// Read reads a file of the folder.
func (f *Folder) Read(name string) ([]byte, error) { return files.ReadFile(f.dir, name, maxTaskBytes) }

// Write writes a file as a whole: first under a name that no other process uses. One that
// has these bytes already stays, so that a scan that is done can be looked at where
// nothing can be written.
func (f *Folder) Write(name string, write func(io.Writer) error) error {
	if f.has(name, write) {
		return nil
	}
	if err := files.ReplaceShared(f.dir, name, write); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path.Join(f.Path, name), err)
	}
	return nil
}

// has tells whether a file has the bytes that are to be written.
func (f *Folder) has(name string, write func(io.Writer) error) bool {
	old, err := f.dir.Open(name)
	if err != nil {
		return false
	}
	defer old.Close()
	there := bufio.NewReaderSize(old, 1<<16)
	if err := write(&comparing{there}); err != nil {
		return false
	}
	_, err = there.ReadByte()
	return errors.Is(err, io.EOF)
}

// comparing takes what is also read, and nothing else.
type comparing struct{ with io.Reader }

var errDiffers = errors.New("the file has other bytes")

// Write implements io.Writer.
func (c *comparing) Write(p []byte) (int, error) {
	there := make([]byte, len(p))
	if _, err := io.ReadFull(c.with, there); err != nil || !bytes.Equal(there, p) {
		return 0, errDiffers
	}
	return len(p), nil
}

// clear removes what processes left that were killed while they wrote a file.
func (f *Folder) clear() error {
	return errors.Join(files.ClearScratch(f.dir, "."), files.ClearScratch(f.dir, tasksName))
}

// metadataFormat is the version of a scan's run.json and of its folder's layout.
const metadataFormat = 1

// Metadata is run.json of a scan.
type Metadata struct {
	Format  int    `json:"format"`
	Program string `json:"program"` // that began it
	Scan    *About `json:"scan"`    // nil where it is that of a run
}

// About is what a scan tells readers of its tables.
type About struct {
	Along    *record.Column  `json:"along,omitempty"`
	Outcomes []record.Column `json:"outcomes"` // of all tasks so far
}

// Metadata reads what the folder says of itself.
func (f *Folder) Metadata() (*Metadata, error) {
	const most = 1 << 26
	src, err := files.ReadFile(f.dir, metadataName, most)
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a scan: %w", f.Path, err)
	}
	m := &Metadata{}
	if err := text.DecodeJSON(src, m); err != nil {
		return nil, fmt.Errorf("%s/%s is damaged: %w", f.Path, metadataName, err)
	}
	if m.Format != metadataFormat {
		return nil, fmt.Errorf("%s/%s has format %d, but this program knows format %d only; use the version that wrote it", f.Path, metadataName, m.Format, metadataFormat)
	}
	return m, nil
}

func (f *Folder) writeMetadata(m *Metadata) error {
	return f.Write(metadataName, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(m)
	})
}

// tell adds what a runner's outcomes are called to the metadata.
func (f *Folder) tell(r Runner, outcomes []model.Column) error {
	m, err := f.Metadata()
	if err != nil {
		return err
	}
	if m.Scan == nil {
		m.Scan = &About{}
	}
	known := make(map[string]bool)
	for _, c := range m.Scan.Outcomes {
		known[c.Name] = true
	}
	changed := false
	for _, c := range outcomes {
		if !known[c.Name] {
			m.Scan.Outcomes, changed = append(m.Scan.Outcomes, record.ColumnOf(c)), true
		}
	}
	if placed, ok := r.(Placed); ok && m.Scan.Along == nil {
		c, _ := placed.Along()
		column := record.ColumnOf(c)
		m.Scan.Along, changed = &column, true
	}
	if !changed {
		return nil
	}
	return f.writeMetadata(m)
}

// RunsName is where, in a scan's folder, runs of a task are saved that take long; they
// are removed when the task is done.
func RunsName(task string) string { return path.Join(tasksName, task) }

func resultName(task string) string { return path.Join(tasksName, task+resultSuffix) }
func failedName(task string) string { return path.Join(tasksName, task+failedSuffix) }

// attempts is the number of times that a task has failed, and how it did last.
func (f *Folder) attempts(task string) (n int, last string, err error) {
	text, err := files.ReadFile(f.dir, failedName(task), maxTaskBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("it cannot be told how often a task has failed: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return len(lines), lines[len(lines)-1], nil
}

// fail notes that a task has failed: a line each time.
func (f *Folder) fail(task string, why error) error {
	old, err := files.ReadFile(f.dir, failedName(task), maxTaskBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := string(old) + strings.Join(strings.Fields(why.Error()), " ") + "\n"
	return f.Replace(map[string][]byte{failedName(task): []byte(text)})
}
