// Package golden is about files of recorded or exactly known values: what they are,
// who knows them, and what checking one says. The formats belong to the models.
package golden

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/text"
)

// Format is a kind of golden file.
type Format struct {
	Name string // as the file says under "format"
	// Verify checks the text of a file, unpacked. An error is about the file or the
	// backend; values that deviate are a Result.
	Verify func(text []byte, on *On) (Result, error)
}

// Check is Verify for a file that must have something to compare: one whose lists are
// empty shows nothing.
func (f Format) Check(text []byte, on *On) (Result, error) {
	r, err := f.Verify(text, on)
	if err == nil && !r.Failed && r.Compared == 0 && r.References == 0 {
		err = ErrNothing
	}
	return r, err
}

// ErrNothing is that of a file of which nothing was compared.
var ErrNothing = errors.New("nothing in it could be compared: the lists that its format has are empty or missing")

// Joined is a format of which each of several, with the same name, checks a part.
func Joined(parts []Format) Format {
	if len(parts) == 1 {
		return parts[0]
	}
	return Format{Name: parts[0].Name, Verify: func(text []byte, on *On) (Result, error) {
		var all Result
		var details []string
		for i, f := range parts {
			r, err := f.Check(text, on)
			if err != nil {
				return r, err
			}
			all.Compared += r.Compared
			details = append(details, r.Detail)
			all.Failed, all.References = all.Failed || r.Failed, all.References+r.References
			if i == 0 || r.Tolerance < all.Tolerance {
				all.Tolerance = r.Tolerance
			}
		}
		all.Detail = strings.Join(details, "; ")
		return all, nil
	}}
}

// On is where and how strictly files are checked.
type On struct {
	Open      backend.Open    // the backend that is asked for
	Reference backend.Open    // the processor
	Options   backend.Options // without seeds
	Tolerance float64         // largest deviation that passes; negative for the format's own
}

// Within is the tolerance of a format that has its own.
func (o *On) Within(own float64) float64 {
	if o.Tolerance >= 0 {
		return o.Tolerance
	}
	return own
}

// Result of checking a file.
type Result struct {
	Name      string
	Detail    string  // the worst deviation, in words
	Compared  int     // values that were compared
	Failed    bool    // something deviates by more than the tolerance
	Tolerance float64 // that held
	// References are measured values, which no single run can be compared with. A
	// file that has nothing else neither passes nor fails.
	References int
}

// limit bounds what a file may unpack to.
const limit = 64 << 20

// Read gives the format and the text of a file, which may be packed by gzip.
func Read(r io.Reader) (format string, src []byte, err error) {
	in := bufio.NewReader(r)
	var from io.Reader = in
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return "", nil, fmt.Errorf("it cannot be unpacked: %w", err)
		}
		defer z.Close()
		from = z
	}
	if src, err = io.ReadAll(io.LimitReader(from, limit)); err != nil {
		return "", nil, fmt.Errorf("it cannot be unpacked: %w", err)
	}
	if len(src) == limit {
		return "", nil, fmt.Errorf("it unpacks to %d bytes or more, which no golden file has", limit)
	}
	src = text.TrimMark(src)
	var of struct {
		Format *string `json:"format"`
	}
	var kind *json.UnmarshalTypeError
	switch err := json.Unmarshal(src, &of); {
	case errors.As(err, &kind):
		return "", nil, fmt.Errorf("it is no golden file: it has a JSON %s where an object with the text \"format\" is due", kind.Value)
	case err != nil:
		return "", nil, fmt.Errorf("it is no golden file: %w", text.JSONProblem(err, src))
	}
	if of.Format == nil {
		return "", nil, fmt.Errorf("it is no golden file: it does not say its format")
	}
	return *of.Format, src, nil
}

// Decode decodes the text of a golden file into a value, and says what is wrong with it without
// the names that types have in Go.
func Decode(src []byte, into any) error { return text.DecodeJSON(src, into) }

// Open is Read for a file by its name.
func Open(path string) (format string, src []byte, err error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return "", nil, fmt.Errorf("the golden file cannot be opened: %w", err)
	}
	defer f.Close()
	if format, src, err = Read(f); err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	return format, src, nil
}

// Numbers counts the numbers in a value that JSON was decoded into.
func Numbers(v any) int {
	n := 0
	switch v := v.(type) {
	case float64:
		n = 1
	case []any:
		for _, item := range v {
			n += Numbers(item)
		}
	case map[string]any:
		for _, item := range v {
			n += Numbers(item)
		}
	}
	return n
}
