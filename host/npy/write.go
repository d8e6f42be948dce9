package npy

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"tnn-gpu/host/state"
)

// HeaderBytes is the length of a header that EncodeHeader makes. It has room for any
// shape, so that the shape of a growing file can be changed in place.
const HeaderBytes = 256

// EncodeHeader makes the beginning of a file in NumPy's format, version 1.0
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func EncodeHeader(dtype string, shape []int64) []byte {
	var sizes strings.Builder
	for _, n := range shape {
		fmt.Fprintf(&sizes, "%d, ", n)
	}
	h := []byte("\x93NUMPY\x01\x00")
	h = binary.LittleEndian.AppendUint16(h, HeaderBytes-10)
	h = fmt.Appendf(h, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, sizes.String())
	for len(h) < HeaderBytes-1 {
		h = append(h, ' ')
	}
	return append(h, '\n')
}

// DtypeOf is the type of the values of an array of a kind.
func DtypeOf(k state.Kind, p state.Precision) string {
	switch k {
	case state.Int:
		return "<i4"
	case state.Bit:
		return "|u1"
	}
	return fmt.Sprintf("<f%d", p.Bytes())
}

// AppendItems appends the values of an array at base + each of the indices.
func AppendItems(dst []byte, a *state.Array, base int, indices []int) []byte {
	switch {
	case a.Double != nil:
		for _, i := range indices {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(a.Double[base+i]))
		}
	case a.Single != nil:
		for _, i := range indices {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(a.Single[base+i]))
		}
	case a.Ints != nil:
		for _, i := range indices {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(a.Ints[base+i]))
		}
	default:
		for _, i := range indices {
			dst = append(dst, a.Bits[base+i])
		}
	}
	return dst
}

// WriteItems is AppendItems for many values, over all replicas.
func WriteItems(w io.Writer, a *state.Array, replicas int, indices []int) error {
	const chunk = 1 << 14
	buffer := make([]byte, 0, 8*chunk)
	for r := range a.Copies(replicas) {
		base := a.First(r, replicas)
		for rest := indices; len(rest) > 0; {
			n := min(chunk, len(rest))
			if _, err := w.Write(AppendItems(buffer, a, base, rest[:n])); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return nil
}

// ArchiveWriter writes an archive of arrays, a .npz file. Close it after use.
type ArchiveWriter struct{ zip *zip.Writer }

// NewArchiveWriter begins an archive.
func NewArchiveWriter(w io.Writer) ArchiveWriter { return ArchiveWriter{zip.NewWriter(w)} }

// Close ends the archive.
func (z ArchiveWriter) Close() error { return z.zip.Close() }

// Add begins an array. Its values are to be written to the result.
func (z ArchiveWriter) Add(name, dtype string, shape []int64) (io.Writer, error) {
	// A fixed time: the same run has the same bytes.
	w, err := z.zip.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return nil, err
	}
	_, err = w.Write(EncodeHeader(dtype, shape))
	return w, err
}
