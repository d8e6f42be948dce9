package files

import (
	"math"

	"golang.org/x/sys/windows"
)

// Free is how many bytes more the disk of a folder takes from this user; 0 where that is
// not known.
func Free(folder string) int64 {
	name, err := windows.UTF16PtrFromString(folder)
	var free uint64
	if err != nil || windows.GetDiskFreeSpaceEx(name, &free, nil, nil) != nil {
		return 0
	}
	return int64(min(free, math.MaxInt64))
}
