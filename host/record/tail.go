package record

import (
	"fmt"

	"tnn-gpu/host/files"
	"tnn-gpu/host/state"
)

// tail is the growing end of a file.
type tail struct {
	file files.File
	end  int64
}

// newTail makes a file that begins with its head from the moment that it is there.
func (f *Folder) newTail(name string, head []byte) (*tail, error) {
	file, err := files.Begin(f.dir, name, head)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return &tail{file, int64(len(head))}, nil
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n, err := t.file.WriteAt(p, t.end)
	t.end += int64(n)
	return n, err
}

// Close implements io.Closer, also for a tail that was never opened.
func (t *tail) Close() error {
	if t == nil {
		return nil
	}
	return t.file.Close()
}

// stream is a file that only grows. It is taken at the length that belongs to a
// checkpoint, which changes nothing yet, or not at all; then it begins, at that length
// or anew.
type stream interface {
	name() string
	// fits tells whether a length can be that after a step of a run whose files begin
	// after another one.
	fits(length, step, first int64) error
	take(f *Folder, length int64, d *digest) error
	begin(f *Folder, step, first int64) error
	flush() error
	sync() (state.FileLength, error)
	close() error
}

// growing is what streams share.
type growing struct {
	file   string // in the run folder
	tail   *tail  // nil where the file is to be made
	digest *digest
}

func (g *growing) name() string { return g.file }

func (g *growing) take(f *Folder, length int64, d *digest) error {
	file, err := f.dir.Edit(g.file)
	if err != nil {
		return fmt.Errorf("%s cannot be opened: %w", g.file, err)
	}
	g.tail, g.digest = &tail{file, length}, d
	return nil
}

// begin cuts the file to what belongs to the checkpoint, or makes it with its head.
func (g *growing) begin(f *Folder, head []byte) (fresh bool, err error) {
	if g.tail != nil {
		return false, g.wrap(g.tail.file.Truncate(g.tail.end))
	}
	g.tail, err = f.newTail(g.file, head)
	return true, err
}

func (g *growing) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be written: %w", g.file, err)
}

func (g *growing) close() error { return g.wrap(g.tail.Close()) }
