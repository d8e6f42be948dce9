package filestest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFaultyWrite: a write that fails has written half, and so has its number; what else
// fails is not done.
func TestFaultyWrite(t *testing.T) {
	path, bad := t.TempDir(), errors.New("bad")
	fails := ""
	s := &Faulty{System: Quick{}, Before: func(op, _ string) error {
		if op == fails {
			return bad
		}
		return nil
	}}
	d, err := s.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := d.Create("file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fails = "write"
	if n, err := f.WriteAt([]byte("abcdef"), 0); n != 3 || !errors.Is(err, bad) {
		t.Errorf("%d bytes are written, %v", n, err)
	}
	fails = "truncate"
	if err := f.Truncate(0); !errors.Is(err, bad) || !s.Failed() {
		t.Errorf("cut: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(path, "file")); string(text) != "abc" || err != nil {
		t.Errorf("the file has %q, %v", text, err)
	}
}
