package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// withoutCalls names system calls, and the error of each, that the program is to do
// without: "73=38 74=22".
const withoutCalls = "TNN_GPU_TEST_WITHOUT_CALLS"

// refuseCalls has the kernel answer system calls with errors, as file systems do that
// lack something.
func refuseCalls(list string) error {
	var filter []unix.SockFilter
	filter = append(filter, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS})
	for _, item := range strings.Fields(list) {
		var number, errno uint32
		if _, err := fmt.Sscanf(item, "%d=%d", &number, &errno); err != nil {
			return err
		}
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | errno})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// TestFileSystemsThatCannot: Lustre and some of NFS have no flock, others no fsync, CIFS
// and exFAT no chmod.
func TestFileSystemsThatCannot(t *testing.T) {
	if err := unix.Prctl(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil {
		t.Skipf("this kernel filters no system calls: %v", err)
	}
	for name, test := range map[string]struct{ calls, says string }{
		"no flock":        {fmt.Sprintf("%d=%d", unix.SYS_FLOCK, unix.ENOSYS), "the file system of out has no locks: take care that no second process works on this run"},
		"no locks left":   {fmt.Sprintf("%d=%d", unix.SYS_FLOCK, unix.ENOLCK), "has no locks"},
		"no fsync":        {fmt.Sprintf("%d=%d", unix.SYS_FSYNC, unix.EINVAL), "the file system of out does not support fsync: what was saved last can be lost if the machine fails"},
		"no chmod, links": {fmt.Sprintf("%d=%d %d=%d", unix.SYS_FCHMOD, unix.EPERM, unix.SYS_LINKAT, unix.EPERM), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv(withoutCalls, test.calls)
			tnnGPU(t, dir, small("--backend", "cpu", "--no-overview")...).want(t, codeDone, test.says)
			tnnGPU(t, dir, "resume", "out", "--steps", "+5", "--backend", "cpu").want(t, codeDone, test.says)
			tnnGPU(t, dir, "plot", "out", "--quantity", "order").want(t, codeDone)
			if left, err := filepath.Glob(filepath.Join(dir, "out", ".*")); err != nil || len(left) > 0 {
				t.Errorf("%v is left, %v", left, err)
			}
		})
	}
}

// withLess is for TestMain. Where a test says nothing of system calls, the program does not
// wait for the disk: what tests write need not outlast the machine.
func withLess() {
	calls, said := os.LookupEnv(withoutCalls)
	if !said {
		calls = fmt.Sprintf("%d=0", unix.SYS_FSYNC) // no error, and nothing done
	}
	if err := refuseCalls(calls); err != nil && said {
		panic(err)
	}
}
