package record

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMetadataWithAMark: a byte order mark, which editors leave, is skipped.
func TestMetadataWithAMark(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, MetadataName), []byte("\xef\xbb\xbf{\"format\": 1, \"seeds\": [1], \"steps\": 7}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadMetadata(folder); err != nil || m.Steps != 7 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestLastLine: the last whole line is found, however long it is, and read from the end alone.
func TestLastLine(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"step", ""}, {"step\n", "step"}, {"step,a\n1,2\n", "1,2"}, {"step,a\n1,2\n2,", "1,2"},
		{"1,2\n7," + long + "\n", "7," + long}, {"1,2\n7," + long + "\n8," + long, "7," + long},
		{"7," + long + "\n", "7," + long}, {"1,2\n" + strings.Repeat(long, 30) + "\n", ""},
	} {
		r := &countedReader{Reader: strings.NewReader(c.text)}
		if got := string(lastLine(r, int64(len(c.text)))); got != c.want {
			t.Errorf("of %d bytes it has %d, want %d", len(c.text), len(got), len(c.want))
		}
	}
	r := &countedReader{Reader: strings.NewReader(strings.Repeat("123,0.5\n", 1<<20))}
	if got := lastLine(r, r.Size()); string(got) != "123,0.5" || r.read > 4<<10 {
		t.Errorf("%q of %d bytes", got, r.read)
	}
}

// countedReader counts the bytes that are read.
type countedReader struct {
	*strings.Reader
	read int
}

func (r *countedReader) ReadAt(into []byte, at int64) (int, error) {
	n, err := r.Reader.ReadAt(into, at)
	r.read += n
	return n, err
}
