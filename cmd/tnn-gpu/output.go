package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/record"
)

func overwriteFlag() cli.Flag {
	return &cli.BoolFlag{Name: "overwrite", Usage: "replace a file that is there"}
}

// writeJSON writes a value as JSON that can be read.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// jsonList writes an array as writeJSON does, one value after another.
type jsonList struct {
	w     io.Writer
	begun bool
}

func (l *jsonList) add(v any) error {
	text, err := json.MarshalIndent(v, "  ", "  ")
	if err != nil {
		return err
	}
	before := ",\n  "
	if !l.begun {
		before, l.begun = "[\n  ", true
	}
	_, err = fmt.Fprintf(l.w, "%s%s", before, text)
	return err
}

// end ends an array that has values.
func (l *jsonList) end() error {
	_, err := io.WriteString(l.w, "\n]\n")
	return err
}

// checkNew refuses a file that exists, unless it is a regular one and to be replaced. What
// a run has written of itself is never replaced.
func checkNew(path string, overwrite bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return badUsage("%s cannot be written: %w", path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return badUsage("%s is a link, which is never replaced; write to what it leads to, or elsewhere", path)
	case info.IsDir():
		return badUsage("%s is a folder; name a file in it", path)
	case !info.Mode().IsRegular():
		return badUsage("%s is no regular file but %s, which is never replaced; write elsewhere", path, kindOf(info.Mode()))
	case !overwrite:
		return badUsage("%s exists; use --overwrite to replace it, or --out to write elsewhere", path)
	case isOfRun(path):
		return badUsage("%s is a file of the run in its folder, which is never replaced; use --out to write elsewhere", path)
	}
	return nil
}

// isOfRun tells whether a run has written a file of its folder.
func isOfRun(path string) bool {
	m, err := record.ReadMetadata(filepath.Dir(path))
	if err != nil || m.Scan != nil {
		return false
	}
	name := filepath.Base(path)
	return name == record.MetadataName || strings.HasSuffix(name, ".toml") || strings.HasSuffix(name, ".tnn") ||
		slices.ContainsFunc(m.Files, func(f record.File) bool { return f.Name == name })
}

// kindOf is what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// inFolder has files written into a folder. One that is not there is made, and does not
// stay where nothing could be written into it.
func (p *program) inFolder(path string, write func() error) error {
	made, err := p.files.MakeDir(path)
	if err != nil {
		return badUsage("the folder cannot be made: %w", err)
	}
	err = write()
	if err != nil && made {
		_ = p.files.RemoveDir(path) // unless something could be written
	}
	return err
}

// writeFile writes a file as a whole: under another name first, then in place.
func (p *program) writeFile(path string, overwrite bool, write func(io.Writer) error) error {
	return p.writeAs(path, overwrite, func(temporary string) error {
		f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		buffer := bufio.NewWriterSize(f, 1<<18)
		err = write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		if err == nil {
			err = f.Sync()
		}
		if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
			err = nil // there are file systems without
		}
		return errors.Join(err, f.Close())
	})
}

// writeAs is writeFile for what writes to a file by its name.
func (p *program) writeAs(path string, overwrite bool, write func(temporary string) error) error {
	if err := checkNew(path, overwrite); err != nil {
		return err
	}
	name, err := p.unfinished.Begin(path)
	if err != nil {
		return badUsage("%s cannot be written: %w", path, err)
	}
	err = p.unfinished.Finish(name, write(name), func() error { return putInPlace(name, path, overwrite) })
	var usage usageError
	if err == nil || errors.As(err, &usage) {
		return err
	}
	return fmt.Errorf("%s cannot be written: %w", path, err)
}

// putInPlace gives a file its name. Of two that want a name that is free, one wins.
func putInPlace(temporary, path string, overwrite bool) error {
	if err := checkNew(path, overwrite); err != nil {
		return err // meanwhile there is something else
	}
	if overwrite {
		return os.Rename(temporary, path)
	}
	err := os.Link(temporary, path)
	if err == nil {
		return os.Remove(temporary)
	}
	if errors.Is(err, fs.ErrExist) {
		return checkNew(path, false)
	}
	// There are file systems without links. An empty file keeps the name then.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return checkNew(path, false)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// chosenFormat is what --format says, in any case, or else what the ending of --out
// does; ordinary where neither says anything. Where both say something they agree.
func chosenFormat(format, out, ordinary string, formats []string) (string, error) {
	format = strings.ToLower(format)
	ending := formatOf(out)
	switch {
	case format == "" && ending == "":
		return ordinary, nil
	case format == "":
		return ending, nil
	case ending != format && slices.Contains(formats, format) && slices.Contains(formats, ending):
		return "", badUsage("--format is %s, but --out %s has the ending of another format; leave one of the two out", format, out)
	}
	return format, nil
}

// formatOf is what the ending of a file's name asks for; empty where it has none.
func formatOf(path string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
}
