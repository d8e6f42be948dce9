package record

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"tnn-gpu/host/files"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// digest is the running sum of a file that grows, as state.FileLength has it. Of a
// table it is a hash; of a recording a chain, which is nil where it is not known.
type digest struct {
	table hash.Hash
	chain []byte
	last  string
}

// add takes in a record.
func (d *digest) add(record []byte) {
	if d.chain == nil || len(record) == 0 {
		return
	}
	sum := sha256.New()
	sum.Write(d.chain)
	sum.Write(record)
	d.chain = sum.Sum(nil)
	own := sha256.Sum256(record)
	d.last = hex.EncodeToString(own[:])
}

// emptyChain is the sum of no records.
func emptyChain() []byte { return make([]byte, sha256.Size) }

// mostRead is how much of a recording is read before a run goes on; of a longer one
// only the last record is.
const mostRead = 1 << 30

// prove tells whether what belongs to a checkpoint of a file that grows is what it
// was then, and gives its sum. What is not is an error that wraps state.ErrBroken.
func (f *Folder) prove(file state.FileLength, c *state.Checkpoint) (*digest, error) {
	return f.proveUpTo(file, c, mostRead)
}

func (f *Folder) proveUpTo(file state.FileLength, c *state.Checkpoint, most int64) (*digest, error) {
	in, err := f.dir.Open(file.Name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < file.Length {
		return nil, damaged("%s has %d bytes, but had %d when it was made", file.Name, info.Size(), file.Length)
	}
	var d *digest
	if strings.HasSuffix(file.Name, ".npy") {
		d, err = proveRecording(in, file, most)
	} else {
		d, err = proveTable(in, file, c)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.Name, err)
	}
	return d, nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", state.ErrBroken, fmt.Errorf(format, args...))
}

// proveTable compares sums, or where there is none, looks at the rows.
func proveTable(in files.File, file state.FileLength, c *state.Checkpoint) (*digest, error) {
	d := &digest{table: sha256.New()}
	if _, err := io.Copy(d.table, io.NewSectionReader(in, 0, file.Length)); err != nil {
		return nil, err
	}
	same := file.Sum == hex.EncodeToString(d.table.Sum(nil))
	if same {
		return d, nil
	}
	if err := proveRows(io.NewSectionReader(in, 0, file.Length), file.Name, file.Sum != "", c); err != nil {
		return nil, err
	}
	if file.Sum != "" {
		return nil, damaged("its first %d bytes are not those that the run wrote: it was edited or damaged", file.Length)
	}
	return d, nil
}

// proveRows looks for what editors and spreadsheets do to a table. Checkpoints that have
// no sum of it are of versions that wrote a row for each step.
func proveRows(r io.Reader, name string, summed bool, c *state.Checkpoint) error {
	in := bufio.NewReaderSize(r, 1<<16)
	head, err := wholeRow(in, 0)
	if err != nil {
		return err
	}
	cells := bytes.Count(head, []byte(","))
	column, _, _ := bytes.Cut(head, []byte(","))
	ordered := string(column) == "step" || string(column) == "epoch"
	last := int64(0)
	for number := 1; ; number++ {
		row, err := wholeRow(in, number)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if got := bytes.Count(row, []byte(",")); got != cells {
			return damaged("row %d has %d cells, and the head %d", number, got+1, cells+1)
		}
		if !ordered {
			continue
		}
		first, _, _ := bytes.Cut(row, []byte(","))
		n, err := strconv.ParseInt(string(first), 10, 64)
		if err != nil || n < last {
			return damaged("row %d begins with %q, after %s %d", number, first, column, last)
		}
		last = n
	}
	if name == StepsName && !summed && c.State.Step > c.First && last != c.State.Step {
		return damaged("its last row is that of step %d, and not of step %d", last, c.State.Step)
	}
	return nil
}

// wholeRow reads a row; the head is number 0.
func wholeRow(in *bufio.Reader, number int) ([]byte, error) {
	row, err := in.ReadBytes('\n')
	switch {
	case errors.Is(err, io.EOF) && len(row) > 0:
		return nil, damaged("row %d is cut", number)
	case errors.Is(err, io.EOF) && number == 0:
		return nil, damaged("it is empty")
	case err != nil:
		return nil, err
	}
	row = row[:len(row)-1]
	if bytes.HasSuffix(row, []byte("\r")) {
		return nil, damaged("row %d ends as on Windows: another program has written the table anew", number)
	}
	return row, nil
}

// proveRecording compares the chain of its records, or the sum of the last one where
// there is more to read than is worth it.
func proveRecording(in files.File, file state.FileLength, most int64) (*digest, error) {
	each, err := recordSize(in, file.Length)
	if err != nil {
		return nil, err
	}
	records := io.NewSectionReader(in, npy.HeaderBytes, file.Length-npy.HeaderBytes)
	if file.Length > most {
		return proveLast(records, each, file)
	}
	d := &digest{chain: emptyChain()}
	buffer := make([]byte, min(each, records.Size()))
	for left := records.Size(); left > 0; left -= each {
		if _, err := io.ReadFull(records, buffer); err != nil {
			return nil, err
		}
		d.add(buffer)
	}
	if file.Sum != "" && file.Sum != hex.EncodeToString(d.chain) {
		return nil, damaged("its records are not those that the run wrote: it was edited or damaged")
	}
	return d, nil
}

func proveLast(records *io.SectionReader, each int64, file state.FileLength) (*digest, error) {
	if file.Sum == "" {
		return &digest{}, nil
	}
	last := make([]byte, each)
	if _, err := records.ReadAt(last, records.Size()-each); err != nil {
		return nil, err
	}
	if own := sha256.Sum256(last); file.Last != hex.EncodeToString(own[:]) {
		return nil, damaged("its last record is not the one that the run wrote: it was edited or damaged")
	}
	chain, err := hex.DecodeString(file.Sum)
	if err != nil || len(chain) != sha256.Size {
		return nil, damaged("the checkpoint has no sum of it")
	}
	return &digest{chain: chain, last: file.Last}, nil
}

// recordSize is the length of one record of a recording, whose header must be as it
// was written.
func recordSize(in files.File, length int64) (int64, error) {
	head := make([]byte, npy.HeaderBytes)
	if _, err := in.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	h, err := npy.ReadHeader(bytes.NewReader(head))
	if err != nil || len(h.Shape) == 0 || !bytes.Equal(head, npy.EncodeHeader(h.Dtype, h.Shape)) {
		return 0, damaged("its header is not one that the run wrote")
	}
	one := npy.Header{Dtype: h.Dtype, Shape: h.Shape[1:]}
	each := one.Size()
	if length < npy.HeaderBytes || each > 0 && (length-npy.HeaderBytes)%each != 0 || each > 0 && h.Shape[0] < (length-npy.HeaderBytes)/each {
		return 0, damaged("its header tells of %d records of %d bytes, and the checkpoint of %d bytes", h.Shape[0], each, length)
	}
	if each == 0 && length > npy.HeaderBytes {
		return 0, damaged("its records are empty, and it has %d bytes", length)
	}
	return each, nil
}
