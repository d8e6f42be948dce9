package filestest

import (
	"os"
	"testing"

	"tnn-gpu/host/files"
)

// TempDir is a folder of a test for little data: in memory, where Linux has 256 MiB for it. File
// systems on disks wait where a file that has just been written is replaced or removed.
func TempDir(t testing.TB) string {
	t.Helper()
	const memory, room = "/dev/shm", 256 << 20 // containers have 64 MiB
	if files.Free(memory) < room {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "tnn-gpu-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// Quick is the operating system's file system without its waiting: what tests write
// need not outlast the machine.
type Quick struct{ files.OS }

// OpenDir implements files.System.
func (q Quick) OpenDir(path string) (files.Dir, error) {
	d, err := q.OS.OpenDir(path)
	return quickDir{d}, err
}

type quickDir struct{ files.Dir }

func (d quickDir) Edit(name string) (files.File, error) {
	f, err := d.Dir.Edit(name)
	return quickFile{f}, err
}

func (d quickDir) Create(name string) (files.File, error) {
	f, err := d.Dir.Create(name)
	return quickFile{f}, err
}

func (d quickDir) SyncDir(name string) error {
	_, err := d.Dir.Lstat(name)
	return err
}

type quickFile struct{ files.File }

func (quickFile) Sync() error { return nil }
