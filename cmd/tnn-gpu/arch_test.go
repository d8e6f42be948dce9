package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"tnn-gpu/host/models"
	"tnn-gpu/host/npy"
)

// The program gives the same bits on other architectures: two byte orders, and whatever
// their compilers do with products that meet sums. It replays recorded files of all models
// equally well, runs their self-tests to the same end, and goes on with checkpoints of
// another architecture. They are emulated, which takes its time: `make test-arch` asks
// for it.
func TestArchitectures(t *testing.T) {
	if os.Getenv("TNN_ARCH") != "1" {
		t.Skip("TNN_ARCH=1 asks for other architectures, which are emulated")
	}
	files, err := filepath.Glob("../../testdata/*/*.gz")
	noError(t, err)
	if len(files) < 20 {
		t.Fatalf("there are %d recorded files", len(files))
	}
	// Theory and analysis are the host's own, and use the functions of Go's library.
	theory := func(path string) bool {
		return slices.Contains([]string{"theory.json.gz", "analysis.json.gz"}, filepath.Base(path))
	}
	replay := append([]string{"verify"}, slices.DeleteFunc(slices.Clone(files), theory)...)
	compute := append([]string{"verify"}, slices.DeleteFunc(files, func(path string) bool { return !theory(path) })...)
	native := machine{"native", []string{build(t, "")}}
	replayed := native.run(t, replay...)
	ends, resumed := map[string]string{}, map[string]string{} // folders of runs, by preset
	for _, m := range models.All() {
		ends[m.Selftest] = native.begin(t, m.Selftest, whole)
		resumed[m.Selftest] = native.goOn(t, native.begin(t, m.Selftest, some)) // which has a row of its last step before
	}
	for _, a := range []struct{ arch, emulated string }{{"s390x", "s390x"}, {"arm64", "aarch64"}, {"ppc64le", "ppc64le"}, {"riscv64", "riscv64"}} {
		t.Run(a.arch, func(t *testing.T) {
			emulator, err := exec.LookPath("qemu-" + a.emulated + "-static")
			if err != nil {
				t.Fatalf("%v (Debian package qemu-user-static)", err)
			}
			other := machine{a.arch, []string{emulator, build(t, a.arch)}}
			if have := other.run(t, replay...); have != replayed {
				t.Errorf("recorded files are replayed otherwise:\n%snot\n%s", have, replayed)
			}
			other.run(t, compute...)
			for preset, want := range ends {
				sameRun(t, preset, want, other.begin(t, preset, whole))
				sameRun(t, preset+", begun there", resumed[preset], native.goOn(t, other.begin(t, preset, some)))
				sameRun(t, preset+", begun here", resumed[preset], other.goOn(t, native.begin(t, preset, some)))
			}
		})
	}
}

// Steps of a run, and of one that another architecture goes on with: fewer than any
// self-test takes to its end.
const whole, some = "60", "3"

// machine runs the program of an architecture.
type machine struct {
	name    string
	command []string
}

// build builds the program for an architecture, or for this one.
func build(t *testing.T, arch string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tnn-gpu")
	c := exec.Command("go", "build", "-o", path, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+arch)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// run runs the program and gives what it prints.
func (m *machine) run(t *testing.T, args ...string) string {
	t.Helper()
	words := append(m.command, args...)
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s, %v: %v\n%s", m.name, args, err, out)
	}
	return string(out)
}

// begin makes steps of a preset in a new folder.
func (m *machine) begin(t *testing.T, preset, steps string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), m.name)
	m.run(t, "run", "--preset", preset, "--backend", "cpu", "--steps", steps, "--no-overview", "--out", dir)
	return dir
}

// goOn goes on with a run to its end.
func (m *machine) goOn(t *testing.T, dir string) string {
	t.Helper()
	m.run(t, "resume", "--steps", whole, "--backend", "cpu", dir)
	return dir
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sameRun compares tables, all bytes of them, and final states, all bits.
func sameRun(t *testing.T, what, want, have string) {
	t.Helper()
	a, err := os.ReadFile(filepath.Join(want, "steps.csv"))
	noError(t, err)
	b, err := os.ReadFile(filepath.Join(have, "steps.csv"))
	noError(t, err)
	if string(a) != string(b) {
		t.Errorf("%s: steps.csv differs", what)
	}
	wantArrays, haveArrays := finalArrays(t, want), finalArrays(t, have)
	if len(wantArrays) == 0 || len(wantArrays) != len(haveArrays) {
		t.Errorf("%s: there are %d arrays, not %d", what, len(haveArrays), len(wantArrays))
	}
	for name, values := range wantArrays {
		differ := 0
		for i, v := range values {
			if i >= len(haveArrays[name]) || math.Float64bits(v) != math.Float64bits(haveArrays[name][i]) {
				differ++
			}
		}
		if differ > 0 {
			t.Errorf("%s: %d of %d values of %s differ", what, differ, len(values), name)
		}
	}
}

// finalArrays are the arrays of a run's final.npz.
func finalArrays(t *testing.T, dir string) map[string][]float64 {
	t.Helper()
	archive, err := npy.OpenArchive(filepath.Join(dir, "final.npz"))
	noError(t, err)
	defer archive.Close()
	out := map[string][]float64{}
	for _, name := range archive.Names() {
		a, err := archive.Read(name, 1<<28)
		noError(t, err)
		out[name] = a.Values
	}
	return out
}
