//go:build !arm

package files

import "syscall"

// begin implements flusher. A file system that cannot do it writes when it is synced.
func (f osFile) begin(offset, length int64) {
	const write = 2 // SYNC_FILE_RANGE_WRITE
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.SyncFileRange(int(fd), offset, length, write) })
	}
}
