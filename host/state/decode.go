package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"tnn-gpu/host/text"
)

// DecodeCheckpoint reads a checkpoint of size bytes from r. It takes no more
// memory than the size allows, and returns nothing that the checksum does not
// cover. What is not whole is an error that wraps ErrBroken; that r cannot be read is
// another one, as it tells nothing of what is there.
func DecodeCheckpoint(r io.Reader, size int64) (*Checkpoint, error) {
	input := &watchedReader{r: r}
	d := &decoder{sum: sha256.New(), left: size - sha256.Size}
	d.input, d.body = input, io.TeeReader(input, d.sum)
	c, err := d.decode()
	var other *versionError
	switch {
	case err == nil:
		return c, nil
	case input.failed != nil:
		return nil, fmt.Errorf("the checkpoint cannot be read: %w", input.failed)
	case errors.As(err, &other):
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", ErrBroken, err)
}

// watchedReader keeps the error that is not the end of its input.
type watchedReader struct {
	r      io.Reader
	failed error
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed = err
	}
	return n, err
}

// versionError is not damage: the file is whole, but not for this program.
type versionError struct{ version uint32 }

func (e *versionError) Error() string {
	return fmt.Sprintf("the checkpoint has format version %d, but this program knows versions %d to %d; use the version that wrote it", e.version, oldestVersion, checkpointVersion)
}

// decoder reads the bytes that the checksum covers.
type decoder struct {
	input io.Reader
	body  io.Reader // input, seen by sum
	sum   hash.Hash
	left  int64 // bytes before the checksum
}

func (d *decoder) decode() (*Checkpoint, error) {
	prefix, err := d.bytes(int64(prefixBytes), "prefix")
	if err != nil {
		return nil, err
	}
	if string(prefix[:len(checkpointMagic)]) != checkpointMagic {
		return nil, errors.New("it does not begin like a checkpoint")
	}
	numbers := prefix[len(checkpointMagic):]
	if version := binary.LittleEndian.Uint32(numbers); version < oldestVersion || version > checkpointVersion {
		return nil, d.otherVersion(version)
	}
	header, err := d.bytes(int64(binary.LittleEndian.Uint32(numbers[4:])), "header")
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	if err := h.checkSize(d.left); err != nil {
		return nil, err
	}
	c, err := d.arrays(h)
	if err != nil {
		return nil, err
	}
	return c, d.verify()
}

// bytes reads a part of known length.
func (d *decoder) bytes(n int64, what string) ([]byte, error) {
	if n > d.left || n > headerLimit {
		return nil, fmt.Errorf("its %s has %d bytes, but %d are left", what, n, max(d.left, 0))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(d.body, b); err != nil {
		return nil, fmt.Errorf("its %s cannot be read: %w", what, err)
	}
	d.left -= n
	return b, nil
}

// otherVersion tells a file of another version from one with a damaged number.
func (d *decoder) otherVersion(version uint32) error {
	if _, err := io.CopyN(io.Discard, d.body, d.left); err != nil {
		return fmt.Errorf("it ends early: %w", err)
	}
	if err := d.verify(); err != nil {
		return err
	}
	return &versionError{version}
}

// verify compares the checksum, which must be the last of the input.
func (d *decoder) verify() error {
	var want [sha256.Size]byte
	if _, err := io.ReadFull(d.input, want[:]); err != nil {
		return fmt.Errorf("its checksum cannot be read: %w", err)
	}
	if !bytes.Equal(d.sum.Sum(nil), want[:]) {
		return errors.New("its checksum does not match its contents")
	}
	return nil
}

func parseHeader(src []byte) (*checkpointHeader, error) {
	h := &checkpointHeader{}
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(h); err != nil {
		return nil, fmt.Errorf("its header cannot be read: %w", text.JSONProblem(err, src))
	}
	return h, h.validate()
}

// checkSize compares what the header announces with the bytes that are there,
// before memory is taken for it.
func (h *checkpointHeader) checkSize(bytes int64) error {
	left := bytes
	take := func(bytes int64) bool {
		if bytes < 0 || bytes > left {
			return false
		}
		left -= bytes
		return true
	}
	sums, extra := arrayHeader{Length: h.EpochSums}, arrayHeader{Length: h.ExtraSums}
	fits := take(sums.bytes(Double)) && take(extra.bytes(Double))
	for _, a := range h.Arrays {
		fits = fits && take(a.bytes(h.Precision))
	}
	if !fits || left != 0 {
		return fmt.Errorf("its fields do not take the %d bytes that follow the header", bytes)
	}
	return nil
}

func (d *decoder) arrays(h *checkpointHeader) (*Checkpoint, error) {
	c := &Checkpoint{
		Program: h.Program, Config: h.Config, Graph: h.Graph, First: h.First, Model: h.Model, Rule: h.Rule, Controls: h.Controls, Files: h.Files, Ended: h.Ended,
		State: &State{Step: h.Step, Precision: h.Precision, Replicas: h.Replicas},
	}
	c.EpochSums = make([]float64, h.EpochSums)
	if h.ExtraSums > 0 {
		c.ExtraSums = make([]float64, h.ExtraSums)
	}
	if err := errors.Join(d.doubles(c.EpochSums), d.doubles(c.ExtraSums)); err != nil {
		return nil, err
	}
	for _, a := range h.Arrays {
		array := NewArray(Field{Name: a.Name, Space: a.Space, Kind: a.Kind, Shared: a.Shared}, h.Precision, int(a.Length))
		if err := errors.Join(d.singles(array.Single), d.doubles(array.Double), d.ints(array.Ints), d.bits(array.Bits)); err != nil {
			return nil, fmt.Errorf("field %s cannot be read: %w", a.Name, err)
		}
		c.State.Arrays = append(c.State.Arrays, array)
	}
	return c, nil
}

func (d *decoder) singles(values []float32) error {
	var chunk [chunkBytes]byte
	for len(values) > 0 {
		n := min(len(values), chunkBytes/4)
		if _, err := io.ReadFull(d.body, chunk[:4*n]); err != nil {
			return err
		}
		for i := range n {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(chunk[4*i:]))
		}
		values = values[n:]
	}
	return nil
}

func (d *decoder) doubles(values []float64) error {
	var chunk [chunkBytes]byte
	for len(values) > 0 {
		n := min(len(values), chunkBytes/8)
		if _, err := io.ReadFull(d.body, chunk[:8*n]); err != nil {
			return err
		}
		for i := range n {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(chunk[8*i:]))
		}
		values = values[n:]
	}
	return nil
}

func (d *decoder) ints(values []int32) error {
	var chunk [chunkBytes]byte
	for len(values) > 0 {
		n := min(len(values), chunkBytes/4)
		if _, err := io.ReadFull(d.body, chunk[:4*n]); err != nil {
			return err
		}
		for i := range n {
			values[i] = int32(binary.LittleEndian.Uint32(chunk[4*i:]))
		}
		values = values[n:]
	}
	return nil
}

func (d *decoder) bits(values []uint8) error {
	var chunk [chunkBytes]byte
	for len(values) > 0 {
		n := min(len(values), 8*chunkBytes)
		packed := chunk[:(n+7)/8]
		if _, err := io.ReadFull(d.body, packed); err != nil {
			return err
		}
		for i := range n {
			values[i] = packed[i/8] >> (i % 8) & 1
		}
		values = values[n:]
	}
	return nil
}
