package npy

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"tnn-gpu/host/text"
)

// Array is an array of numbers.
type Array struct {
	Shape  []int64
	Values []float64 // the last index runs fastest
}

// File is what is read: an *os.File, or what stands for one.
type File interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Archive is a .npz file. Its arrays are read one at a time.
type Archive struct {
	path string
	file File
	zip  *zip.Reader
}

// OpenArchive opens a .npz file.
func OpenArchive(path string) (*Archive, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	return NewArchive(f, path)
}

// NewArchive is OpenArchive for a file that is open; its path is for messages. It
// closes the file where it is none.
func NewArchive(f File, path string) (*Archive, error) {
	info, err := f.Stat()
	if err == nil {
		a := &Archive{path: path, file: f}
		if a.zip, err = zip.NewReader(f, info.Size()); err == nil {
			return a, nil
		}
		err = fmt.Errorf("%s is no .npz file: %w", path, err)
	}
	return nil, errors.Join(err, f.Close())
}

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

// Names lists the arrays, in the order of the file.
func (a *Archive) Names() []string {
	var names []string
	for _, f := range a.zip.File {
		names = append(names, strings.TrimSuffix(f.Name, ".npy"))
	}
	return names
}

// Read reads an array, of at most a number of values.
func (a *Archive) Read(name string, most int64) (*Array, error) {
	r, size, err := a.open(name)
	if err != nil {
		return nil, err
	}
	array, err := readArray(r, size, most)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("the array %s of %s cannot be read: %w", name, a.path, err)
	}
	return array, nil
}

// Stored reads an array in place, as one record: what is asked for, not all of it. The
// archive must not be closed before it; closing it closes the archive.
func (a *Archive) Stored(name string) (*Records, error) {
	i := slices.Index(a.Names(), name)
	if i < 0 {
		return nil, fmt.Errorf("%s has no array %q; it has %s", a.path, name, strings.Join(a.Names(), ", "))
	}
	f := a.zip.File[i]
	at, err := f.DataOffset()
	if err == nil && f.Method != zip.Store {
		err = errors.New("it is compressed")
	}
	r := &Records{path: a.path, file: a.file, at: at, count: 1, each: 1}
	if err == nil {
		r.header, err = ReadHeader(io.NewSectionReader(a.file, at, int64(f.UncompressedSize64)))
	}
	if err == nil && r.header.Size() != int64(f.UncompressedSize64) {
		err = fmt.Errorf("it has %d bytes, and a shape of %v needs %d", f.UncompressedSize64, r.header.Shape, r.header.Size())
	}
	if err == nil && r.header.Fortran {
		err = errors.New("its values are in Fortran order")
	}
	if err != nil {
		return nil, fmt.Errorf("the array %s of %s cannot be read: %w", name, a.path, err)
	}
	r.each = r.header.Items()
	return r, nil
}

func readArray(r io.Reader, size, most int64) (*Array, error) {
	h, err := ReadHeader(r)
	switch {
	case err != nil:
		return nil, err
	case h.Size() != size:
		return nil, fmt.Errorf("it has %d bytes, and a shape of %v needs %d", size, h.Shape, h.Size())
	case h.Items() > most:
		return nil, fmt.Errorf("it has %d values, and %d are the most here", h.Items(), most)
	}
	values, err := h.readValues(r, h.Items())
	return &Array{Shape: h.Shape, Values: h.inC(values)}, err
}

// ReadArray reads a .npy file, of at most a number of values; its path is for messages.
func ReadArray(f File, path string, most int64) (*Array, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	a, err := readArray(f, info.Size(), most)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return a, nil
}

// Records is a .npy file that is read by its first index. It may still grow.
type Records struct {
	path   string
	file   File
	header *Header
	at     int64 // where the array begins in the file
	count  int
	each   int64 // values
}

// NewRecords reads a .npy file of at least one dimension, which it closes where it is
// none; its path is for messages.
func NewRecords(f File, path string) (*Records, error) {
	r := &Records{path: path, file: f}
	if err := r.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be read: %w", path, err), f.Close())
	}
	return r, nil
}

func (r *Records) open() error {
	var err error
	if r.header, err = ReadHeader(r.file); err != nil {
		return err
	}
	// After the header: whoever adds a record writes it before the header counts it.
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	h := r.header
	if len(h.Shape) == 0 {
		return errors.New("it is a single number")
	}
	if h.Fortran {
		return errors.New("its values are in Fortran order, so that no record stands in one place; save it with numpy.ascontiguousarray")
	}
	if h.Size() > info.Size() {
		return fmt.Errorf("it has %d bytes, and a shape of %v needs %d", info.Size(), h.Shape, h.Size())
	}
	r.count = int(h.Shape[0])
	r.each = 1
	for _, side := range h.Shape[1:] {
		r.each *= side
	}
	return nil
}

// Len is the number of records.
func (r *Records) Len() int { return r.count }

// Shape is that of one record.
func (r *Records) Shape() []int64 {
	if r.at > 0 { // the array is the record
		return r.header.Shape
	}
	return r.header.Shape[1:]
}

// Read reads record i.
func (r *Records) Read(i int) ([]float64, error) {
	if i < 0 || i >= r.count {
		return nil, fmt.Errorf("%s has no record %d; it has %d", r.path, i, r.count)
	}
	return r.Range(i, 0, r.each)
}

// Range reads n values of record i from one on.
func (r *Records) Range(i int, from, n int64) ([]float64, error) {
	if i < 0 || i >= r.count || from < 0 || n < 0 || n > r.each || from > r.each-n {
		return nil, fmt.Errorf("%s has no values %d to %d of record %d; it has %d records of %d", r.path, from, from+n, i, r.count, r.each)
	}
	width := r.header.width()
	section := io.NewSectionReader(r.file, r.at+r.header.Bytes+(int64(i)*r.each+from)*width, n*width)
	values, err := r.header.readValues(section, n)
	if err != nil {
		return nil, fmt.Errorf("record %d of %s cannot be read: %w", i, r.path, err)
	}
	return values, nil
}

// Items is how many values a record has.
func (r *Records) Items() int64 { return r.each }

// Bytes is the size of a record.
func (r *Records) Bytes() int64 { return r.each * r.header.width() }

// Close closes the file.
func (r *Records) Close() error { return r.file.Close() }
