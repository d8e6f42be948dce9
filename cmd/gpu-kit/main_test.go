//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The kit has tests of each model's engine to start: of the suite of all backends, and of
// the bits of the reference.
func TestEachEngineIsTried(t *testing.T) {
	engines, err := filepath.Glob("../../gpu/*/engine.go")
	if err != nil || len(engines) < 6 {
		t.Fatalf("there are %d engines: %v", len(engines), err)
	}
	list := parts("../..", t.TempDir(), "", false)
	for _, engine := range engines {
		room, started := filepath.Dir(engine), 0
		tests := testsIn(t, room)
		for _, p := range list {
			if p.Dir == room {
				pattern := regexp.MustCompile(p.Command[len(p.Command)-1])
				started += len(slices.DeleteFunc(slices.Clone(tests), func(name string) bool { return !pattern.MatchString(name) }))
			}
		}
		if started < 2 {
			t.Errorf("of %s the kit starts %d tests", room, started)
		}
	}
}

// testsIn are the tests of a package.
func testsIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names
}

// However long parts take, each that follows has time: at least a tenth of its own.
func TestShares(t *testing.T) {
	for _, total := range []float64{usual.Seconds(), 60} {
		list, scale, passed := parts("../..", t.TempDir(), "", false), total/usual.Seconds(), 0.0
		for i, p := range list {
			given := limit(list[i:], total, passed)
			if given > scale*p.Limit+1e-9 || given < scale*p.Limit/10-1e-9 {
				t.Errorf("of %g s, %s has %g s after %g", total, p.Name, given, passed)
			}
			passed += given // none ends before
		}
		if passed > total+1e-9 {
			t.Errorf("all take %g s of %g", passed, total)
		}
	}
	if given := limit([]*part{{Limit: 90}}, usual.Seconds(), 0); given != 90 {
		t.Errorf("the only part has %g s of 90", given)
	}
}

// What a part has printed of an array is kept, wherever its time ends.
func TestWhole(t *testing.T) {
	const array = `[
  {"a":[1,2]},
  {"a":"]"}
]
`
	for n := range len(array) + 1 {
		want := `[{"a":[1,2]},{"a":"]"}]`
		switch {
		case n < strings.Index(array, ",\n"):
			want = ""
		case n < strings.Index(array, "\n]"):
			want = `[{"a":[1,2]}]`
		case n >= strings.LastIndex(array, "]")+1:
			want = array[:n]
		}
		if got := string(whole([]byte(array[:n]))); got != want {
			t.Errorf("of %q\n%q is kept, not\n%q", array[:n], got, want)
		}
	}
	for _, text := range []string{"", "no JSON", `{"a": `, "["} {
		if got := whole([]byte(text)); got != nil {
			t.Errorf("of %q %q is kept", text, got)
		}
	}
	if got := string(whole([]byte(`{"a": 1}`))); got != `{"a": 1}` {
		t.Errorf("of an object %q is kept", got)
	}
}
