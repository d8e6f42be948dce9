// Package memory tells how much memory the process can have, so that what needs more
// is refused in a sentence before it is taken. Go itself has none for that: it ends
// the program.
package memory

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Limit is how many bytes the process can have in all: the least of the machine's
// memory, of the limits of its control groups (versions 1 and 2, at any depth) and
// of its own (ulimit -v and -d, as far as Go can use what they allow). It is 0
// where the system does not tell.
func Limit() int64 { return system{os.ReadFile}.limit(rlimits()) }

// Heed has the garbage collector work harder when there is little memory left, in
// place of taking twice what is in use, unless the environment says how much it may
// take (GOMEMLIMIT).
func Heed() {
	if limit := Limit(); limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit - limit/10)
	}
}

// system is where limits are read.
type system struct {
	read func(name string) ([]byte, error)
}

// limit is the least of all there are; own are those of the process.
func (s system) limit(own []int64) int64 {
	least := int64(math.MaxInt64)
	for _, bytes := range append(append(s.groups(), own...), s.machine()) {
		if bytes > 0 {
			least = min(least, bytes)
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// machine is its whole memory.
func (s system) machine() int64 {
	for line := range s.lines("/proc/meminfo") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" {
			return 1024 * parse(fields[1])
		}
	}
	return 0
}

// groups are the limits of the control groups of the process, and of all that they
// are in. A mount may show a part of the hierarchy only, from its root down.
func (s system) groups() []int64 {
	var out []int64
	for _, m := range s.mounts() {
		inside, ok := within(m.root, s.path(m.version))
		if !ok {
			inside = "/" // it is the group of another view: that of the mount holds
		}
		for dir := inside; ; dir = path.Dir(dir) {
			at := path.Join(m.point, dir)
			if m.version == 2 {
				out = append(out, s.number(at+"/memory.max"))
			} else {
				out = append(out, s.number(at+"/memory.limit_in_bytes"), s.hierarchical(at+"/memory.stat"))
			}
			if dir == "/" || dir == "." {
				break
			}
		}
	}
	return out
}

// mount is where a hierarchy of control groups is seen.
type mount struct {
	root, point string
	version     int
}

// mounts of the hierarchies that limit memory (proc(5), /proc/pid/mountinfo).
func (s system) mounts() []mount {
	var out []mount
	for line := range s.lines("/proc/self/mountinfo") {
		before, after, found := strings.Cut(line, " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !found || len(left) < 5 || len(right) < 1 {
			continue
		}
		m := mount{root: unescape(left[3]), point: unescape(left[4])}
		switch options := right[len(right)-1]; {
		case right[0] == "cgroup2":
			m.version = 2
		case right[0] == "cgroup" && strings.Contains(","+options+",", ",memory,"):
			m.version = 1
		default:
			continue
		}
		out = append(out, m)
	}
	return out
}

// path of the process in the hierarchy of a version (cgroups(7)).
func (s system) path(version int) string {
	for line := range s.lines("/proc/self/cgroup") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) != 3 {
			continue
		}
		if version == 2 && fields[0] == "0" && fields[1] == "" || version == 1 && strings.Contains(","+fields[1]+",", ",memory,") {
			return fields[2]
		}
	}
	return "/"
}

// within is a path as seen from a root.
func within(root, at string) (string, bool) {
	root = path.Clean(root)
	at = path.Clean(at)
	if strings.HasPrefix(at, "/..") {
		return "", false
	}
	if root == "/" {
		return at, true
	}
	rest, found := strings.CutPrefix(at, root)
	if !found || rest != "" && rest[0] != '/' {
		return "", false
	}
	return "/" + strings.TrimPrefix(rest, "/"), true
}

// number is that of a file; 0 where there is none, as in "max".
func (s system) number(name string) int64 {
	text, err := s.read(name)
	if err != nil {
		return 0
	}
	return parse(strings.TrimSpace(string(text)))
}

// hierarchical is the limit of a group of version 1 with those above it, which may
// be out of sight.
func (s system) hierarchical(name string) int64 {
	for line := range s.lines(name) {
		if text, found := strings.CutPrefix(line, "hierarchical_memory_limit "); found {
			return parse(text)
		}
	}
	return 0
}

// parse reads a number of bytes; 0 is none, which version 1 writes as a number near
// the largest.
func parse(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<60 {
		return 0
	}
	return n
}

func (s system) lines(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		text, err := s.read(name)
		if err != nil {
			return
		}
		for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
			if !yield(in.Text()) {
				return
			}
		}
	}
}

// unescape turns \040 and its like, which stand for spaces in paths.
func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+3 < len(text) {
			if v, err := strconv.ParseUint(text[i+1:i+4], 8, 8); err == nil {
				out.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
