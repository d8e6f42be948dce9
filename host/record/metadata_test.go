package record

import (
	"os"
	"path/filepath"
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
