package device

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// choose finds the device that selector names in a list of all: "" takes the
// first GPU, else the first device; a number is an index; anything else is part
// of a platform's or device's name, in any case, and must fit one device alone.
func choose(list []Info, selector string) (Info, error) {
	if len(list) == 0 {
		return Info{}, fmt.Errorf("%w: no platform offers one; install the driver of the GPU, or PoCL to compute on the processor (Debian package pocl-opencl-icd)", ErrNoDevice)
	}
	if selector == "" {
		return list[max(0, slices.IndexFunc(list, func(i Info) bool { return i.Kind == "gpu" }))], nil
	}
	if index, err := strconv.Atoi(selector); err == nil {
		if index < 0 || index >= len(list) {
			return Info{}, fmt.Errorf("%w: there is no device %d, only %s", ErrNoDevice, index, enumerate(list))
		}
		return list[index], nil
	}
	var found []Info
	for _, i := range list {
		if containsFold(i.Name, selector) || containsFold(i.Platform, selector) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return Info{}, fmt.Errorf("%w: %q is in no device's or platform's name; there is %s", ErrNoDevice, selector, enumerate(list))
	case 1:
		return found[0], nil
	}
	return Info{}, fmt.Errorf("%w: %q fits %d devices; choose one by its number: %s", ErrNoDevice, selector, len(found), enumerate(found))
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

func enumerate(list []Info) string {
	lines := make([]string, len(list))
	for i, info := range list {
		lines[i] = info.String()
	}
	return strings.Join(lines, "; ")
}
