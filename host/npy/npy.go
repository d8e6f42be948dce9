// Package npy reads and writes numbers in NumPy's formats .npy and .npz. It reads files
// of any program. Sizes that a file claims are compared with what it holds before
// memory is taken.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Header is the beginning of a .npy file
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
type Header struct {
	Dtype   string // such as <f4; see types
	Shape   []int64
	Fortran bool  // the first index runs fastest; only where there are several
	Bytes   int64 // where the values begin
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
func (h *Header) width() int64 {
	if h.IsText() {
		return 4 * h.letters()
	}
	return int64(h.Dtype[2] - '0')
}

// IsText tells whether values are texts, and no numbers: only ReadTexts reads them.
func (h *Header) IsText() bool { return len(h.Dtype) > 2 && h.Dtype[1] == 'U' }

// letters is how long a text can be.
func (h *Header) letters() int64 {
	n, _ := strconv.ParseInt(h.Dtype[2:], 10, 64)
	return n
}

// textType is that of texts: so many letters of four bytes.
var textType = regexp.MustCompile(`^[<>=]U([0-9]{1,5})$`)

// Size is that of the whole file.
func (h *Header) Size() int64 { return h.Bytes + h.Items()*h.width() }

// maxItems keeps sizes in bytes inside an int64.
const maxItems = 1 << 42

// ReadHeader reads the header of an array of numbers.
func ReadHeader(r io.Reader) (*Header, error) {
	h, err := readHeader(r)
	if err == nil && h.IsText() {
		return h, h.unreadable()
	}
	return h, err
}

// unreadable refuses a type.
func (h *Header) unreadable() error {
	return fmt.Errorf("its values are of type %q; integers, truth values and reals of 2, 4 and 8 bytes can be read", h.Dtype)
}

// readHeader reads that of an array of numbers or texts.
func readHeader(r io.Reader) (*Header, error) {
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

// The entries of the dictionary that a header is. Python 2 writes an L after long
// integers; a descr that is a list has fields, and is no type of a number.
var (
	descrEntry = regexp.MustCompile(`['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))`)
	orderEntry = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False|true|false|0|1)\b`)
	shapeEntry = regexp.MustCompile(`['"]shape['"]\s*:\s*[(\[]([0-9,L\s]*)[)\]]`)
)

// parse reads the dictionary of a header.
func (h *Header) parse(text string) error {
	dtype, order, shape := descrEntry.FindStringSubmatch(text), orderEntry.FindStringSubmatch(text), shapeEntry.FindStringSubmatch(text)
	if dtype == nil || order == nil || shape == nil {
		return errors.New("its header is damaged")
	}
	if dtype[2] != "" {
		return errors.New("it is a table of several fields; save each as an array of its own")
	}
	h.Dtype = dtype[1]
	if number := slices.Contains(types, strings.TrimLeft(h.Dtype, "<>=|")) && len(h.Dtype) == 3; !number && !textType.MatchString(h.Dtype) {
		return h.unreadable()
	}
	h.Shape = []int64{}
	items := int64(1)
	for _, side := range strings.FieldsFunc(shape[1], func(r rune) bool { return strings.ContainsRune(", L\t\r\n", r) }) {
		n, err := strconv.ParseInt(side, 10, 64)
		if err != nil || n > maxItems/items {
			return fmt.Errorf("its shape (%s) is impossible", strings.TrimSpace(shape[1]))
		}
		items *= max(n, 1)
		h.Shape = append(h.Shape, n)
	}
	long := func(side int64) bool { return side != 1 }
	i := slices.IndexFunc(h.Shape, long)
	h.Fortran = strings.ContainsAny(order[1], "Tt1") && i >= 0 && slices.ContainsFunc(h.Shape[i+1:], long)
	return nil
}

// readValues reads n values. Memory grows with what is there, so a file that
// claims more than it has takes none for it.
func (h *Header) readValues(r io.Reader, n int64) ([]float64, error) {
	const chunk = 1 << 16 // values
	var out []float64
	buffer := make([]byte, min(n, chunk)*h.width())
	decode := h.decoder()
	for n > 0 {
		part := buffer[:min(n, chunk)*h.width()]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, errCut
		}
		out = decode(out, part)
		n -= int64(len(part)) / h.width()
	}
	return out, nil
}

// inC puts values of Fortran order, whose first index runs fastest, in that of C.
func (h *Header) inC(values []float64) []float64 {
	if !h.Fortran {
		return values
	}
	out := make([]float64, 0, len(values))
	index := make([]int64, len(h.Shape))
	strides := make([]int64, len(h.Shape))
	stride := int64(1)
	for d, side := range h.Shape {
		strides[d] = stride
		stride *= side
	}
	for at := int64(0); len(out) < len(values); {
		out = append(out, values[at])
		for d := len(index) - 1; d >= 0; d-- {
			index[d]++
			at += strides[d]
			if index[d] < h.Shape[d] {
				break
			}
			at -= index[d] * strides[d]
			index[d] = 0
		}
	}
	return out
}
