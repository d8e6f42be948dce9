// Package text reads text as editors and other programs leave it: with a byte
// order mark, in UTF-16, in an encoding that the file itself names.
package text

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is how characters are written as bytes.
type Encoding string

// The encodings that the first bytes of a text show. UTF8 stands also for all
// whose letters, digits and signs are those of ASCII.
const (
	UTF8    Encoding = "UTF-8"
	UTF16LE Encoding = "UTF-16, little-endian"
	UTF16BE Encoding = "UTF-16, big-endian"
	UTF32   Encoding = "UTF-32"
)

// mark is the byte order mark in UTF-8.
const mark = "\xef\xbb\xbf"

// EncodingOf tells the encoding of a text by its byte order mark, and where it
// has none by the zero bytes that a first character of ASCII has beside it.
func EncodingOf(head []byte) Encoding {
	starts := func(with string) bool { return bytes.HasPrefix(head, []byte(with)) }
	zero := func(i int) bool { return i < len(head) && head[i] == 0 }
	switch {
	case starts("\xff\xfe\x00\x00"), starts("\x00\x00\xfe\xff"), zero(1) && zero(2) && zero(3), zero(0) && zero(1) && zero(2) && len(head) > 3 && !zero(3):
		return UTF32
	case starts("\xff\xfe"), zero(1) && !zero(0):
		return UTF16LE
	case starts("\xfe\xff"), zero(0) && len(head) > 1 && !zero(1):
		return UTF16BE
	}
	return UTF8
}

// TrimMark cuts the byte order mark off a text in UTF-8.
func TrimMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte(mark)) }

// NewReader gives a text without its byte order mark, and in UTF-8 where it is in
// UTF-16; UTF-32 and others are left as they are.
func NewReader(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, 1<<16)
	head, _ := in.Peek(4)
	switch EncodingOf(head) {
	case UTF16LE:
		return bufio.NewReader(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()))
	case UTF16BE:
		return bufio.NewReader(transform.NewReader(in, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()))
	}
	if bytes.HasPrefix(head, []byte(mark)) {
		_, _ = in.Discard(len(mark)) // they are there
	}
	return in
}

// Named gives a text in UTF-8 that is in the encoding of a name, as XML has one.
// UTF-16 is what NewReader has made UTF-8 of already.
func Named(label string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, err
	}
	if name, err := htmlindex.Name(e); err == nil && (name == "utf-16le" || name == "utf-16be") {
		return r, nil
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}

// Short cuts a text to so many characters, a length that a sentence can bear.
func Short(s string, longest int) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "..."
	}
	return s
}
