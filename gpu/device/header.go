package device

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	tnngpu "tnn-gpu"
	"tnn-gpu/host/state"
)

// sumRun is how many values a work-item adds one after another: RUN in kernels.cl.
const sumRun = 16

// Header is what comes before kernels.cl in a program: the choices that the program is
// built for, and the constants that Go and the kernels share.
type Header struct {
	precision state.Precision
	lines     strings.Builder
}

// NewHeader begins the header of a program in a precision, whose work-items compute
// width values at once: 1, 2, 4, 8 or 16.
func NewHeader(precision state.Precision, width int) *Header {
	h := &Header{precision: precision}
	h.Define("REAL_IS_DOUBLE", precision == state.Double)
	h.Define("WIDTH", width)
	h.Define("RUN", sumRun)
	return h
}

// Bytes is how long a real of the program is.
func (h *Header) Bytes() int { return h.precision.Bytes() }

// Define defines a name: as a number, signed or unsigned as it is in Go; as any other
// text; as nothing for true, and not at all for false.
func (h *Header) Define(name string, value any) {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			fmt.Fprintf(&h.lines, "#define %s\n", name)
		}
	case reflect.Uint32, reflect.Uint64, reflect.Uint:
		fmt.Fprintf(&h.lines, "#define %s %du\n", name, v.Uint())
	default:
		fmt.Fprintf(&h.lines, "#define %s %v\n", name, value)
	}
}

// Record defines where the fields of a record are, PREFIX_NAME from 0 on, and how many
// there are, PREFIX_WORDS. The record is a struct of numbers of one type, which Words
// writes out: field RootM of prefix EDGE is EDGE_ROOT_M.
func (h *Header) Record(prefix string, record any) {
	t := reflect.TypeOf(record)
	for i := range t.NumField() {
		h.Define(prefix+"_"+upper(t.Field(i).Name), i)
	}
	h.Define(prefix+"_WORDS", t.NumField())
}

// upper writes a name of Go as one of C: RootM is ROOT_M, and WorkID is WORK_ID.
func upper(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		begins := unicode.IsUpper(r) && i > 0 && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// Words are the fields of a record, as Record numbers them.
func Words[T any](record any) []T {
	v := reflect.ValueOf(record)
	words := make([]T, v.NumField())
	for i := range words {
		words[i] = v.Field(i).Interface().(T)
	}
	return words
}

// Source is the header with all of kernels.cl, whose lines keep their numbers.
func (h *Header) Source() string { return h.Before(tnngpu.KernelSource) }

// Before is the header with another source.
func (h *Header) Before(source string) string {
	return h.lines.String() + "#line 1 \"kernels.cl\"\n" + source
}

// SumMemory is SUM_MEMORY of kernels.cl: how many values add_rows needs in local memory
// for so many sums over a work-group of so many values.
func SumMemory(sums, group int) int { return sums * (group + 2*(group/sumRun)) }
