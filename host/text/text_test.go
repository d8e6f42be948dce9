package text

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNewReader(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":                    {"0 1\n", "0 1\n"},
		"a mark":                   {"\xef\xbb\xbf0 1\n", "0 1\n"},
		"little-endian":            {"\xff\xfe0\x00 \x001\x00", "0 1"},
		"big-endian":               {"\xfe\xff\x000\x00 \x001", "0 1"},
		"little-endian, no mark":   {"0\x00 \x001\x00", "0 1"},
		"big-endian, no mark":      {"\x000\x00 \x001", "0 1"},
		"beyond ASCII":             {"\xff\xfe\xfc\x00", "ü"},
		"nothing":                  {"", ""},
		"one byte":                 {"a", "a"},
		"half a mark":              {"\xef\xbb", "\xef\xbb"},
		"half a character, UTF-16": {"\xff\xfe0\x00 ", "0\ufffd"},
		"UTF-32, as it is":         {"\xff\xfe\x00\x000\x00\x00\x00", "\xff\xfe\x00\x000\x00\x00\x00"},
	} {
		got, err := io.ReadAll(NewReader(strings.NewReader(c.in)))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

func TestNamed(t *testing.T) {
	for label, c := range map[string]struct{ in, want string }{
		"us-ascii":     {"a", "a"},
		"UTF-8":        {"ü", "ü"},
		"UTF-16":       {"ü", "ü"}, // decoded before
		"ISO-8859-1":   {"\xfc", "ü"},
		"ISO-8859-15":  {"\xa4", "€"},
		"windows-1252": {"\x80", "€"},
		"Shift_JIS":    {"\x82\xa0", "あ"},
	} {
		r, err := Named(label, strings.NewReader(c.in))
		if err != nil {
			t.Errorf("%s: %v", label, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", label, got, err, c.want)
		}
	}
	if _, err := Named("klingon", strings.NewReader("")); err == nil {
		t.Error("there is an encoding klingon")
	}
}

func TestOpenFile(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, os.DevNull, filepath.Join(folder, "none")} {
		if f, err := OpenFile(path); err == nil {
			t.Errorf("%s is opened", path)
			f.Close()
		}
	}
	path := filepath.Join(folder, "x")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// TestShort: a text is cut between letters, and only where it is too long.
func TestShort(t *testing.T) {
	for text, want := range map[string]string{"": "", "abcd": "abcd", "abcde": "abcd...", "ä€𝄞x": "ä€𝄞x", "ä€𝄞xy": "ä€𝄞x..."} {
		if got := Short(text, 4); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	for n, want := range []string{"no nodes are", "1 node is", "2 nodes are"} {
		if got := CountOrNo(n, "node") + " " + IsOrAre(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := Count(int64(0), "node"); got != "0 nodes" {
		t.Errorf("got %q", got)
	}
}
