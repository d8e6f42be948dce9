package files

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Scratch names say which process writes a file that is not whole yet:
// .tnn-gpu-MACHINE-PROCESS-START-RANDOM.tmp.
const scratchPrefix = ".tnn-gpu-"

// scratchLeft is the age from which on a scratch file was left by a process that ended,
// where it is not of this machine, or the system does not tell.
const scratchLeft = 24 * time.Hour

// Scratch is a name in the folder of a file, under which a process writes it before it is
// whole. No other process uses that name, and it tells which one does (ClearScratch).
func Scratch(name string) string {
	return path.Join(path.Dir(name), scratchPrefix+strings.Join(append(writer(), rand.Text()), "-")+temporary)
}

// writer is what scratch names tell of this process: a hash of the machine since its start
// and of the numbers that its processes have, the process's own, and when it started.
func writer() []string {
	fields := strings.Fields(Self())
	if len(fields) != 4 {
		return []string{"0", "0", "0"}
	}
	sum := sha256.Sum256([]byte(fields[0] + " " + fields[1]))
	return []string{hex.EncodeToString(sum[:4]), fields[2], fields[3]}
}

// IsScratch tells whether a name in its folder is one of Scratch.
func IsScratch(base string) bool {
	inside, ends := strings.CutSuffix(base, temporary)
	inside, begins := strings.CutPrefix(inside, scratchPrefix)
	return begins && ends && strings.Count(inside, "-") == 3
}

// ClearScratch removes the scratch files in a folder that were left by processes that were
// killed.
func ClearScratch(d Dir, folder string) error {
	entries, err := d.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if !IsLeft(d, name) {
			continue
		}
		if err := d.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// IsLeft tells whether a file is a scratch file of a process that was killed.
func IsLeft(d Dir, name string) bool {
	if !IsScratch(path.Base(name)) {
		return false
	}
	info, err := d.Lstat(name)
	return err == nil && info.Mode().IsRegular() && isLeft(path.Base(name), info.ModTime())
}

// isLeft tells whether the process that wrote a scratch file has ended.
func isLeft(base string, written time.Time) bool {
	of, own := strings.Split(strings.TrimPrefix(base, scratchPrefix), "-"), writer()
	if of[0] == own[0] && own[0] != "0" {
		return !IsAlive(of[1], of[2])
	}
	return time.Since(written) > scratchLeft
}

// ReplaceShared is Replace where several processes may write the file.
func ReplaceShared(d Dir, name string, write func(io.Writer) error) error {
	if err := MayReplace(d, name); err != nil {
		return err
	}
	scratch := Scratch(name)
	err := writeNew(d, scratch, write)
	if err == nil {
		err = d.Rename(scratch, name)
	}
	if err == nil {
		return d.SyncDir(path.Dir(name))
	}
	_ = d.Remove(scratch) // it is of no use
	return Called(err, scratch, name)
}
