//go:build unix

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"
)

const small = "[graph]\nsides = [10, 10]\n[[group]]\nconnections = 4\n[[era]]\nsteps = 2\n"

// asUTF16 writes a text in UTF-16.
func asUTF16(text string, bigEndian bool) string {
	var out strings.Builder
	for _, c := range utf16.Encode([]rune(text)) {
		if bigEndian {
			c = c>>8 | c<<8
		}
		out.WriteString(string([]byte{byte(c), byte(c >> 8)}))
	}
	return out.String()
}

// TestTextOfEditors: a byte order mark is skipped, and UTF-16 is called by its name.
func TestTextOfEditors(t *testing.T) {
	c, err := Decode("x.toml", []byte("\xef\xbb\xbf"+strings.ReplaceAll(small, "\n", "\r\n")))
	if err != nil || c.Spec.Steps() != 2 {
		t.Errorf("with a byte order mark: %v", err)
	}
	if _, err := Decode("x.toml", []byte("\xef\xbb\xbf[graph]\nside = 3\n")); err == nil || !strings.HasPrefix(err.Error(), "x.toml:2: ") {
		t.Errorf("a mistake after a byte order mark: %v", err)
	}
	for name, text := range map[string]string{
		"UTF-16, little-endian": asUTF16("\ufeff"+small, false),
		"UTF-16, big-endian":    asUTF16("\ufeff"+small, true),
		"UTF-16, l":             asUTF16(small, false),
		"UTF-16, b":             asUTF16(small, true),
		"UTF-32":                "\xff\xfe\x00\x00[\x00\x00\x00",
	} {
		if _, err := Decode("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), "x.toml: it is in "+name) || !strings.Contains(err.Error(), "save it in UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatIsNoConfigurationFile ends at once, in a sentence.
func TestWhatIsNoConfigurationFile(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for path, says := range map[string]string{
		folder:                         "is a directory",
		pipe:                           "is missing", // an empty file
		"/dev/zero":                    "it must be another kind of file",
		"/dev/null":                    "is missing",
		filepath.Join(folder, "none"):  "no such file",
		filepath.Join(pipe, "x.toml"):  "not a directory",
		"x" + strings.Repeat("x", 300): "file name too long",
	} {
		if path == "/dev/zero" {
			if _, err := os.Stat(path); err != nil {
				continue
			}
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", path, err, says)
		}
	}
}

// TestManyKeys: what a file of the largest size costs grows with its size and not
// with the square of it, which would be half an hour for these.
func TestManyKeys(t *testing.T) {
	many := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < maxBytes-100; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for text, says := range map[string]string{
		many("k%d = 1\n"):                                           "no key k0",
		"[graph]\n" + many("k%d = 1\n"):                             "no key graph.k0",
		many("[k%d]\n"):                                             "no key k0",
		"[graph]\nx = {" + many("k%d = 1, ") + "y = 1}\n":           "no key graph.x",
		small + "[record]\nwatch = [" + many("\"s[%d]\",") + "1]":   "record.watch",
		small + "[record]\nfields = [" + many("\"s%d\",") + "'s1']": "name each field once",
	} {
		if _, err := Decode("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.30q...: %v; want %q", text, err, says)
		}
	}
}
