// Package devicetest is for the tests of package device and of the rooms above it.
package devicetest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Missing ends a test for which something is missing: it is skipped, unless
// TNN_REQUIRE_OPENCL=1 makes that a failure.
func Missing(t testing.TB, what any) {
	t.Helper()
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Tool is the path of a program. Where there is none, it is Missing.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, err)
	}
	return path
}

// Lint has clang read a program as OpenCL C 1.2. Any warning fails the test, save that a
// variant may leave parameters unused, and functions of which it needs a simpler kind.
func Lint(t *testing.T, source string) {
	t.Helper()
	Tool(t, "clang")
	clang := exec.Command("clang", "-x", "cl", "-cl-std=CL1.2", "-target", "spir64", "-Xclang", "-finclude-default-header", "-fsyntax-only",
		"-Werror", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-unused", "-Wconversion", "-Wfloat-conversion", "-Wshadow", "-Wundef", "-")
	clang.Stdin = strings.NewReader(source)
	if out, err := clang.CombinedOutput(); err != nil {
		header, _, _ := strings.Cut(source, "#line")
		t.Errorf("%v\n%sThe header is\n%s", err, out, header)
	}
}
