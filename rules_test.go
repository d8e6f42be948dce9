package tnngpu_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tnn-gpu"

// onlyFrom says which room alone may import a library.
var onlyFrom = map[string]string{
	"github.com/jgillich/go-opencl": "gpu",
	"github.com/urfave/cli":         "cmd",
}

// mayImport says which rooms a room's own code may import besides itself. Tests
// may import any room.
var mayImport = map[string][]string{
	"":       nil,
	"host":   nil,
	"cpuref": {"host"},
	"gpu":    {"host", ""},
	"cmd":    {"host", "cpuref", "gpu", ""},
}

// violation tells what is wrong with file importing a package, or "".
func violation(file, imported string) string {
	room := roomOf(path.Dir(file))
	for library, owner := range onlyFrom {
		if within(imported, library) && room != owner {
			return "only " + owner + " may import " + library
		}
	}
	if !within(imported, module) || strings.HasSuffix(file, "_test.go") {
		return ""
	}
	allowed, known := mayImport[room]
	if !known {
		return "there is no room " + room
	}
	target := roomOf(strings.TrimPrefix(strings.TrimPrefix(imported, module), "/"))
	for _, r := range append(allowed, room) {
		if r == target {
			return ""
		}
	}
	return strconv.Quote(room) + " may not import " + strconv.Quote(target)
}

func within(imported, root string) bool {
	return imported == root || strings.HasPrefix(imported, root+"/")
}

// roomOf is the first element of a directory's path, "" for the root.
func roomOf(dir string) string {
	room, _, _ := strings.Cut(dir, "/")
	if room == "." {
		return ""
	}
	return room
}

func TestViolation(t *testing.T) {
	tests := []struct {
		file, imported string
		bad            bool
	}{
		{"cmd/tnn-gpu/main.go", "tnn-gpu/gpu", false},
		{"cmd/tnn-gpu/main.go", "github.com/urfave/cli/v2", false},
		{"gpu/device.go", "tnn-gpu", false},
		{"gpu/device.go", "tnn-gpu/host/rng", false},
		{"gpu/device.go", "github.com/jgillich/go-opencl/cl", false},
		{"gpu/tnn_test.go", "tnn-gpu/cpuref", false},
		{"host/sim/sim.go", "tnn-gpu/host/state", false},
		{"host/sim/sim.go", "errors", false},

		{"gpu/device.go", "tnn-gpu/cpuref", true},
		{"cpuref/step.go", "tnn-gpu/gpu", true},
		{"cpuref/step.go", "tnn-gpu", true},
		{"host/sim/sim.go", "tnn-gpu/gpu", true},
		{"host/sim/sim.go", "tnn-gpu/cpuref", true},
		{"host/sim/sim_test.go", "github.com/jgillich/go-opencl/cl", true},
		{"host/sim/sim.go", "github.com/urfave/cli/v2", true},
		{"kernels.go", "tnn-gpu/gpu", true},
		{"attic/old.go", "tnn-gpu/host/rng", true},
	}
	for _, test := range tests {
		if got := violation(test.file, test.imported); (got != "") != test.bad {
			t.Errorf("%s importing %s: %q", test.file, test.imported, got)
		}
	}
}

// TestImports holds who may import whom, whatever the build tags.
func TestImports(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && file != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(file) != ".go" {
			return nil
		}
		files++
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if wrong := violation(filepath.ToSlash(file), imported); wrong != "" {
				t.Errorf("%s imports %s: %s", file, imported, wrong)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("only %d files were looked at", files)
	}
}

// TestCores holds that the rooms of host share work among cores in one place. A benchmark streams
// on the threads that it is told, and on all cores where none is.
func TestCores(t *testing.T) {
	var asks []string
	err := fs.WalkDir(os.DirFS("host"), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path.Join("host", file))
		if strings.Contains(string(text), "runtime.GOMAXPROCS") {
			asks = append(asks, file)
		}
		return err
	})
	if want := []string{"bench/stream.go", "cores/cores.go"}; err != nil || !slices.Equal(asks, want) {
		t.Errorf("%v ask for the number of cores, %v; want %v alone: share work by host/cores", asks, err, want)
	}
}

// TestOptions holds that a command reads its command line once: in its Action, and in
// functions named parse..., which return typed options. What is below takes those.
func TestOptions(t *testing.T) {
	files, err := filepath.Glob("cmd/tnn-gpu/*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	parsers := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !takesContext(f.Type) {
				continue
			}
			if strings.HasPrefix(f.Name.Name, "parse") {
				parsers++
			} else if f.Name.Name != "onUsageError" {
				t.Errorf("%s: %s takes a *cli.Context; give it the options of its command", file, f.Name.Name)
			}
		}
	}
	if parsers < 10 {
		t.Errorf("%d functions read command lines", parsers)
	}
}

// takesContext tells whether a parameter is a *cli.Context.
func takesContext(f *ast.FuncType) bool {
	for _, p := range f.Params.List {
		star, ok := p.Type.(*ast.StarExpr)
		if !ok {
			continue
		}
		if s, ok := star.X.(*ast.SelectorExpr); ok && s.Sel.Name == "Context" {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "cli" {
				return true
			}
		}
	}
	return false
}
