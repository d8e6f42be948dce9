// Package npy reads numbers from files in NumPy's formats .npy and .npz. Sizes
// that a file claims are compared with what it holds before memory is taken.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Header is the beginning of a .npy file
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
type Header struct {
	Dtype string // <f4, <f8, <i4 or <i8
	Shape []int64
	Bytes int64 // where the values begin
}

// Items is the number of values.
func (h *Header) Items() int64 {
	n := int64(1)
	for _, side := range h.Shape {
		n *= side
	}
	return n
}

// width is the size of a value in bytes.
func (h *Header) width() int64 { return int64(h.Dtype[2] - '0') }

// Size is that of the whole file.
func (h *Header) Size() int64 { return h.Bytes + h.Items()*h.width() }

// maxItems keeps sizes in bytes inside an int64.
const maxItems = 1 << 48

// ReadHeader reads the header of an array of numbers in C order.
func ReadHeader(r io.Reader) (*Header, error) {
	var magic [8]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil || string(magic[:6]) != "\x93NUMPY" {
		return nil, errors.New("it is no NumPy array")
	}
	var length int
	h := &Header{}
	switch magic[6] {
	case 1:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, errCut
		}
		length, h.Bytes = int(binary.LittleEndian.Uint16(b[:])), 10
	case 2, 3:
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, errCut
		}
		length, h.Bytes = int(min(binary.LittleEndian.Uint32(b[:]), 1<<20)), 12
	default:
		return nil, fmt.Errorf("it is a NumPy array of format %d, and formats 1 to 3 can be read", magic[6])
	}
	const longest = 1 << 16
	if length >= longest {
		return nil, fmt.Errorf("its header has %d bytes or more, which no array of numbers needs", longest)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, errCut
	}
	h.Bytes += int64(length)
	return h, h.parse(string(text))
}

var errCut = errors.New("it ends too early")

// parse reads the dictionary of a header.
func (h *Header) parse(text string) error {
	dtype := regexp.MustCompile(`'descr': *'([^']*)'`).FindStringSubmatch(text)
	order := regexp.MustCompile(`'fortran_order': *(True|False)`).FindStringSubmatch(text)
	shape := regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`).FindStringSubmatch(text)
	switch {
	case dtype == nil || order == nil || shape == nil:
		return errors.New("its header is damaged")
	case order[1] == "True":
		return errors.New("its values are in Fortran order; save it with numpy.ascontiguousarray")
	case dtype[1] != "<f4" && dtype[1] != "<f8" && dtype[1] != "<i4" && dtype[1] != "<i8":
		return fmt.Errorf("its values are of type %q; only float32, float64, int32 and int64 can be read", dtype[1])
	}
	h.Dtype = dtype[1]
	h.Shape = []int64{}
	items := int64(1)
	for _, side := range strings.FieldsFunc(shape[1], func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseInt(side, 10, 64)
		if err != nil || n > maxItems/items {
			return fmt.Errorf("its shape (%s) is impossible", shape[1])
		}
		items *= max(n, 1)
		h.Shape = append(h.Shape, n)
	}
	return nil
}

// appendValues appends the values in some bytes, as float64, which holds those of
// all types but integers beyond 2^53.
func (h *Header) appendValues(dst []float64, bytes []byte) []float64 {
	width := int(h.width())
	for ; len(bytes) >= width; bytes = bytes[width:] {
		var v float64
		switch h.Dtype {
		case "<f4":
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(bytes)))
		case "<f8":
			v = math.Float64frombits(binary.LittleEndian.Uint64(bytes))
		case "<i4":
			v = float64(int32(binary.LittleEndian.Uint32(bytes)))
		case "<i8":
			v = float64(int64(binary.LittleEndian.Uint64(bytes)))
		}
		dst = append(dst, v)
	}
	return dst
}

// readValues reads n values. Memory grows with what is there, so a file that
// claims more than it has takes none for it.
func (h *Header) readValues(r io.Reader, n int64) ([]float64, error) {
	const chunk = 1 << 16 // values
	var out []float64
	buffer := make([]byte, min(n, chunk)*h.width())
	for n > 0 {
		part := buffer[:min(n, chunk)*h.width()]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, errCut
		}
		out = h.appendValues(out, part)
		n -= int64(len(part)) / h.width()
	}
	return out, nil
}
