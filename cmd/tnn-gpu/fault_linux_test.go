package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/gpu"
)

// smallDisk mounts a file system of some kilobytes, and returns its folder and what
// makes it as large as is needed. Where that is not allowed the test is skipped.
func smallDisk(t *testing.T, kilobytes int) (dir string, grow func()) {
	t.Helper()
	if !mayMount(t) {
		t.Skip("a file system can be mounted by root alone, where it has the capability CAP_SYS_ADMIN")
	}
	dir = t.TempDir()
	mount := func(flags uintptr, kilobytes int) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+strconv.Itoa(kilobytes)+"k")
	}
	if err := mount(0, kilobytes); err != nil {
		if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
			t.Fatalf("no small file system can be mounted: %v", err)
		}
		t.Skipf("no small file system can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, func() {
		if err := mount(syscall.MS_REMOUNT, 64<<10); err != nil {
			t.Fatal(err)
		}
	}
}

// mayMount looks for CAP_SYS_ADMIN, which root lacks in most containers.
func mayMount(t *testing.T) bool {
	t.Helper()
	const administer = 21
	for line := range strings.Lines(string(read(t, "/proc/self/status"))) {
		if text, found := strings.CutPrefix(line, "CapEff:"); found {
			set, err := strconv.ParseUint(strings.TrimSpace(text), 16, 64)
			return err == nil && set>>administer&1 == 1
		}
	}
	return false
}

// TestFullDisk fills the disk at every stage of a run. Nothing that was computed is
// lost: with more room the run goes on and leaves what it leaves on a large disk.
func TestFullDisk(t *testing.T) {
	// Of this network a checkpoint has 460 kB, and so has final.npz.
	network := []string{"run", "--preset", "isolated4", "--set", "graph.sides=[60, 60]", "--backend", "cpu", "--no-overview", "--out", "out", "--steps"}
	for _, test := range []struct {
		name      string
		kilobytes int
		args      []string
		says      string
		resumed   string
	}{
		{"recording", 1000, []string{"400", "--record", "state,energy", "--every", "1", "--checkpoint", "10"}, "cannot be written: ", "resumed     after step "},
		{"checkpointing", 900, []string{"100", "--checkpoint", "10"}, ".tnn cannot be written: ", "resumed     after step 10"},
		{"at the first checkpoint", 300, []string{"100", "--checkpoint", "10"}, "checkpoint-10.tnn cannot be written: ", "the run begins anew"},
		{"at the end", 600, []string{"30", "--checkpoint", "1h"}, "final.npz cannot be written: ", "resumed     after step 30"},
		{"at the beginning", 20, []string{"30"}, "steps.csv cannot be written: ", "the run begins anew"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, grow := smallDisk(t, test.kilobytes)
			args := append(network, test.args...)
			tnnGPU(t, dir, args...).want(t, codeFailed, test.says, "no space left on device")
			grow()
			tnnGPU(t, dir, "resume", "out", "--backend", "cpu").want(t, codeDone, test.resumed)
			large := t.TempDir()
			tnnGPU(t, large, args...).want(t, codeDone)
			sameResults(t, filepath.Join(large, "out"), filepath.Join(dir, "out"))
			if test.name == "recording" && !bytes.Equal(read(t, large, "out/recordings/energy.npy"), read(t, dir, "out/recordings/energy.npy")) {
				t.Error("the recordings differ")
			}
		})
	}
}

// TestFullDiskAtTheBeginning: what cannot begin for want of room has changed nothing. A
// run that is to begin anew is where it was, and goes on when there is room.
func TestFullDiskAtTheBeginning(t *testing.T) {
	dir, grow := smallDisk(t, 400)
	network := []string{"--preset", "isolated4", "--set", "graph.sides=[10, 10]", "--backend", "cpu", "--steps", "5"}
	run := func(more ...string) []string { return slices.Concat(more[:1], network, more[1:]) }
	tnnGPU(t, dir, run("run", "--no-overview", "--out", "r")...).want(t, codeDone)
	fill(t, filepath.Join(dir, "filler"))
	before := listed(t, dir)
	for _, args := range [][]string{
		{"resume", "r", "--restart"}, {"resume", "r", "--steps", "+5"}, run("run", "--out", "rr"), run("run"), {"run", "--from", "r", "--steps", "+5", "--out", "from"},
		run("scan", "--over", "group[0].inverse_temperature=1,2", "--out", "ss"), run("scan", "--over", "group[0].inverse_temperature=1,2"),
	} {
		tnnGPU(t, dir, args...).want(t, codeUsage, "no space left on device")
		if diff := cmp.Diff(before, slices.DeleteFunc(listed(t, dir), func(name string) bool { return name == "runs" })); diff != "" {
			t.Fatalf("%v: %s", args, diff)
		}
	}
	tnnGPU(t, dir, "stats", "r", "--out", "st").want(t, codeFailed, "stats.json cannot be written: ")
	if diff := cmp.Diff(before, slices.DeleteFunc(listed(t, dir), func(name string) bool { return name == "runs" })); diff != "" {
		t.Fatal(diff)
	}
	tnnGPU(t, dir, "check", "r").want(t, codeDone)
	grow()
	tnnGPU(t, dir, "resume", "r", "--steps", "+5").want(t, codeDone)
	tnnGPU(t, dir, run("scan", "--over", "group[0].inverse_temperature=1,2", "--out", "ss", "--prepare")...).want(t, codeDone)
}

// fill makes a file as large as the disk has room for.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if closed := f.Close(); closed != nil || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err, closed)
	}
}

// listed are the names below a folder.
func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// nobody is a user whom permissions bind, which root is not.
const nobody = 65534

// unprivileged makes a folder and a command in it that file permissions bind. The
// folder and the program must be where every user finds them.
func unprivileged(t *testing.T) (dir string, bind func(*exec.Cmd)) {
	t.Helper()
	if os.Geteuid() != 0 {
		return t.TempDir(), func(*exec.Cmd) {}
	}
	dir, err := os.MkdirTemp("", "tnn-gpu-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	copyProgram(t, program)
	return dir, func(c *exec.Cmd) {
		c.Path = program
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, from); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRunFolderBecomesReadOnly takes the right to write away during a run.
func TestRunFolderBecomesReadOnly(t *testing.T) {
	dir, bind := unprivileged(t)
	c := command(t, dir, recording()...)
	bind(c)
	wait := beginCommand(t, c)
	out := filepath.Join(dir, "out")
	for saved := []string(nil); saved == nil; {
		var err error
		if saved, err = filepath.Glob(filepath.Join(out, "checkpoint-*.tnn")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(out, 0o555); err != nil {
		t.Fatal(err)
	}
	wait().want(t, codeFailed, "cannot be written: open ", "permission denied")
	if err := os.Chmod(out, 0o755); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "out", "--steps", "+50").want(t, codeDone, "resumed     after step ")
	whole := t.TempDir()
	tnnGPU(t, whole, recording("--steps", itoa(lastRow(t, out)), "--checkpoint", "1h")...).want(t, codeDone)
	sameRecordings(t, filepath.Join(whole, "out"), out)
}

// TestResumeReadOnly: a run whose folder nobody may write to does not go on, and nothing
// in it changes.
func TestResumeReadOnly(t *testing.T) {
	dir, bind := unprivileged(t)
	out := filepath.Join(dir, "out")
	bound := func(args ...string) result {
		c := command(t, dir, args...)
		bind(c)
		return beginCommand(t, c)()
	}
	bound(small("--no-overview")...).want(t, codeDone)
	before := tree(t, out)
	if err := os.Chmod(out, 0o555); err != nil {
		t.Fatal(err)
	}
	bound("resume", "out", "--steps", "+10").want(t, codeUsage, "run.json cannot be written: ", "permission denied", "nothing was changed")
	sameTree(t, before, out)
	if err := os.Chmod(out, 0o755); err != nil {
		t.Fatal(err)
	}
	bound("resume", "out", "--steps", "+10").want(t, codeDone, "resumed     after step ")
}

// TestScanReadOnly: a scan that is done can be resumed and merged where nobody may write,
// and one that is not does not go on there.
func TestScanReadOnly(t *testing.T) {
	dir, bind := unprivileged(t)
	bound := func(args ...string) result {
		c := command(t, dir, args...)
		bind(c)
		return beginCommand(t, c)()
	}
	scan := []string{"scan", "--preset", "isolated4", "--backend", "cpu", "--set", "graph.sides=[10, 10]", "--steps", "5", "--over", "edge.inverse_temperature=10,20"}
	bound(append(scan, "--out", "done")...).want(t, codeDone)
	bound(append(scan, "--prepare", "--out", "open")...).want(t, codeDone)
	for _, name := range []string{"done", "done/tasks", "open", "open/tasks"} {
		path := filepath.Join(dir, name)
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(path, 0o755)
	}
	done, open := tree(t, filepath.Join(dir, "done")), tree(t, filepath.Join(dir, "open"))
	bound("resume", "done").want(t, codeDone)
	bound("scan", "merge", "done").want(t, codeDone)
	bound("resume", "open").want(t, codeUsage, "cannot be held", "permission denied", "nothing was computed, and nothing changed")
	bound(append(scan, "--out", "open")...).want(t, codeUsage, "cannot be held")
	sameTree(t, done, filepath.Join(dir, "done"))
	sameTree(t, open, filepath.Join(dir, "open"))
}

// TestNoLibrary has the system find files in the place of the OpenCL library that are
// none. Neither a driver nor a device is needed for that.
func TestNoLibrary(t *testing.T) {
	if _, err := gpu.Devices(); errors.Is(err, gpu.ErrNotBuilt) {
		t.Skip(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"libOpenCL.so.1", "libOpenCL.so"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("LD_LIBRARY_PATH", dir)
	wantNoDevice(t, "no such OpenCL device: the OpenCL library cannot be loaded ("+filepath.Join(dir, "libOpenCL.so.1")+": ",
		"; install it with the driver of the GPU, or from the Debian package ocl-icd-libopencl1")
}
