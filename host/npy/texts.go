package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Header reads the header of an array of numbers or texts.
func (a *Archive) Header(name string) (*Header, error) {
	r, _, err := a.open(name)
	if err != nil {
		return nil, err
	}
	h, err := readHeader(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("the array %s of %s cannot be read: %w", name, a.path, err)
	}
	return h, nil
}

// open begins to read an array, and tells its size in bytes.
func (a *Archive) open(name string) (io.ReadCloser, int64, error) {
	i := slices.Index(a.Names(), name)
	if i < 0 {
		return nil, 0, fmt.Errorf("%s has no array %q; it has %s", a.path, name, strings.Join(a.Names(), ", "))
	}
	f := a.zip.File[i]
	r, err := f.Open()
	if err != nil {
		return nil, 0, fmt.Errorf("the array %s of %s cannot be read: %w", name, a.path, err)
	}
	return r, int64(f.UncompressedSize64), nil
}

// ReadTexts reads an array of texts, of at most a number of letters.
func (a *Archive) ReadTexts(name string, most int64) ([]string, error) {
	r, size, err := a.open(name)
	if err != nil {
		return nil, err
	}
	texts, err := readTexts(r, size, most)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("the array %s of %s cannot be read: %w", name, a.path, err)
	}
	return texts, nil
}

func readTexts(r io.Reader, size, most int64) ([]string, error) {
	h, err := readHeader(r)
	switch {
	case err != nil:
		return nil, err
	case !h.IsText():
		return nil, fmt.Errorf("its values are of type %q, and are no texts", h.Dtype)
	case h.Size() != size:
		return nil, fmt.Errorf("it has %d bytes, and a shape of %v needs %d", size, h.Shape, h.Size())
	case h.Fortran:
		return nil, errors.New("its values are in Fortran order")
	case h.Items()*max(1, h.letters()) > most:
		return nil, fmt.Errorf("it has %d letters, and %d are the most here", h.Items()*h.letters(), most)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if h.Dtype[0] == '>' {
		order = binary.BigEndian
	}
	var out []string
	buffer, text := make([]byte, h.width()), []byte{}
	for range h.Items() {
		if _, err := io.ReadFull(r, buffer); err != nil {
			return nil, errCut
		}
		text = text[:0]
		for at := 0; at < len(buffer); at += 4 {
			letter := order.Uint32(buffer[at:])
			if letter == 0 {
				break
			}
			text = utf8.AppendRune(text, rune(min(letter, utf8.MaxRune+1))) // U+FFFD where it is none
		}
		out = append(out, string(text))
	}
	return out, nil
}

// AddTexts adds an array of texts.
func (z ArchiveWriter) AddTexts(name string, texts []string) error {
	w, err := z.Add(name, TextDtype(texts), []int64{int64(len(texts))})
	if err != nil {
		return err
	}
	longest := longestOf(texts)
	buffer := make([]byte, 0, 4*longest)
	for _, text := range texts {
		buffer = buffer[:0]
		for _, letter := range text {
			buffer = binary.LittleEndian.AppendUint32(buffer, uint32(letter))
		}
		for len(buffer) < 4*longest {
			buffer = append(buffer, 0)
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}

// IsTextType tells whether a type is that of texts.
func IsTextType(dtype string) bool { return textType.MatchString(dtype) }

// TextDtype is the type of an array of texts.
func TextDtype(texts []string) string { return fmt.Sprintf("<U%d", longestOf(texts)) }

// longestOf is the length of the longest text in letters, at least 1, as NumPy has it.
func longestOf(texts []string) int {
	longest := 1
	for _, text := range texts {
		longest = max(longest, utf8.RuneCountInString(text))
	}
	return longest
}
