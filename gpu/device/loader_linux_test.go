//go:build opencl && cgo

package device

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jgillich/go-opencl/cl"
)

// TestOpenCLIsNotLinked: the program must start without the library, and drivers that
// call OpenCL must not find the program's functions.
func TestOpenCLIsNotLinked(t *testing.T) {
	program, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	libraries, err := program.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	if len(libraries) == 0 || strings.Contains(strings.Join(libraries, " "), "OpenCL") {
		t.Errorf("the libraries that are linked are %v", libraries)
	}
	symbols, err := program.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if regexp.MustCompile("^cl[A-Z]").MatchString(s.Name) {
			t.Errorf("the loader of programs sees %s", s.Name)
		}
	}
}

// TestLibrary puts other files before the OpenCL library in a process of its own, and
// asks there what List says.
func TestLibrary(t *testing.T) {
	const child = "TNN_TEST_LIBRARY"
	if os.Getenv(child) != "" {
		_, err := List()
		_, list := cl.GetPlatforms()
		_, queue := new(cl.Context).CreateCommandQueue(new(cl.Device), 0)
		t.Logf("List says %v, clGetPlatformIDs %v, clCreateCommandQueue %v", err, list, queue)
		if errors.Is(err, ErrNoDevice) != (list == cl.ErrOther(-30000)) {
			t.Error("one of them calls it, the other cannot")
		}
		return
	}
	openTest(t)
	opencl, libc := loaded(t, "libOpenCL.so"), loaded(t, "libc.so")
	for _, test := range []struct{ name, first, second, says string }{
		{"none", "/dev/null", "/dev/null", "no such OpenCL device: the OpenCL library cannot be loaded (DIR/libOpenCL.so.1: file too short); " +
			"install it with the driver of the GPU, or from the Debian package ocl-icd-libopencl1, " +
			"clGetPlatformIDs cl: error -30000, clCreateCommandQueue cl: error -30000\n"},
		{"another", libc, opencl, "the OpenCL library cannot be loaded (it has no function clGetPlatformIDs); install"},
		{"under its other name", "/dev/null", opencl, "List says <nil>, clGetPlatformIDs <nil>, clCreateCommandQueue cl: Invalid Context\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, file := range map[string]string{"libOpenCL.so.1": test.first, "libOpenCL.so": test.second} {
				if err := os.Symlink(file, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			run := exec.Command(os.Args[0], "-test.run=^TestLibrary$", "-test.v")
			run.Env = append(os.Environ(), child+"=1", "LD_LIBRARY_PATH="+dir)
			out, err := run.CombinedOutput()
			if says := strings.ReplaceAll(string(out), dir, "DIR"); err != nil || !strings.Contains(says, test.says) {
				t.Errorf("%v\n%swant %s", err, says, test.says)
			}
		})
	}
}

// loaded is the path of a library of this process.
func loaded(t *testing.T, name string) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	path := regexp.MustCompile(`/\S*/` + regexp.QuoteMeta(name) + `\S*`).Find(maps)
	if path == nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip("this system has no " + name)
	}
	if path == nil {
		t.Fatal("this system has no " + name)
	}
	return string(path)
}
