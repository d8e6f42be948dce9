package npy

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// textArchive is an archive of texts and of numbers.
func textArchive(t *testing.T, texts []string, change func(b []byte) []byte) *Archive {
	t.Helper()
	var b bytes.Buffer
	z := NewArchiveWriter(&b)
	if err := z.AddTexts("name", texts); err != nil {
		t.Fatal(err)
	}
	w, err := z.Add("number", "<i4", []int64{1})
	if err == nil {
		_, err = w.Write([]byte{7, 0, 0, 0})
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.npz")
	if err := os.WriteFile(path, change(b.Bytes()), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// TestTexts come back as they were, and are no numbers.
func TestTexts(t *testing.T) {
	texts := []string{"Ada", "", "Zürich 日本 🜂", "x"}
	a := textArchive(t, texts, func(b []byte) []byte { return b })
	got, err := a.ReadTexts("name", 1000)
	if err != nil || !slices.Equal(got, texts) {
		t.Errorf("texts are %q, %v", got, err)
	}
	if h, err := a.Header("name"); err != nil || h.Dtype != "<U11" || !h.IsText() || h.Shape[0] != 4 {
		t.Errorf("the header is %+v, %v", h, err)
	}
	for what, failed := range map[string]func() error{
		"texts as numbers":  func() error { _, err := a.Read("name", 1000); return err },
		"numbers as texts":  func() error { _, err := a.ReadTexts("number", 1000); return err },
		"too many":          func() error { _, err := a.ReadTexts("name", 43); return err },
		"what is not there": func() error { _, err := a.ReadTexts("names", 1000); return err },
	} {
		if err := failed(); err == nil {
			t.Errorf("%s: there is no error", what)
		}
	}
}

// TestForeignTexts: other byte orders, and types that are no texts.
func TestForeignTexts(t *testing.T) {
	swap := func(b []byte) []byte {
		at := bytes.Index(b, []byte("<U1"))
		b[at] = '>'
		values := bytes.Index(b[at:], []byte("\n")) + at + 1
		copy(b[values:], []byte{0, 0, 0, 'A', 0, 0, 0, 'B'})
		return b
	}
	h := &Header{}
	for text, is := range map[string]bool{"<U3": true, ">U3": true, "=U12": true, "<U": false, "|S3": false, "<U123456": false, "O": false} {
		err := h.parse("{'descr': '" + text + "', 'fortran_order': False, 'shape': (2,), }")
		if (err == nil) != is {
			t.Errorf("%s: %v", text, err)
		}
	}
	var b bytes.Buffer
	b.Write(EncodeHeader("<U1", []int64{2}))
	b.Write(make([]byte, 8))
	got, err := readTexts(bytes.NewReader(swap(b.Bytes())), int64(b.Len()), 10)
	if err != nil || strings.Join(got, "") != "AB" {
		t.Errorf("texts of the other byte order are %q, %v", got, err)
	}
}
