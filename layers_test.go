package tnngpu_test

import (
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

	"tnn-gpu/host/models"
)

// layers are the rooms of host from the bottom up: a room imports rooms of the layers
// below its own. The rooms of models stand at "models": a model's specification and
// fields, and what it has further up (golden files, measured networks, experiments).
var layers = [][]string{
	{"cores", "files", "fmath", "memory", "stats", "text"},
	{"state"},
	{"npy", "rng"},
	{"tables"},
	{"graph"},
	{"exchange"},
	{"model"},
	{"backend"},
	{"bench", "golden", "picture", "sim"},
	{"compare", "record"},
	{"analysis", "experiment"},
	{ofModels},
	{"models"},
	{"config"},
	{"results", "scan"},
	{"plot", "web"},
}

// ofModels stands for the rooms that are called as a model.
const ofModels = "rooms of models"

// layerOf is the layer of a package of host, or -1.
func layerOf(pkg string, names []string) int {
	room, _, _ := strings.Cut(strings.TrimPrefix(pkg, "host/"), "/")
	if slices.Contains(names, room) {
		room = ofModels
	}
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, room) })
}

// TestRoomsAreDescribed: the table of CONTRIBUTING.md and docs/architecture.md have
// every room of host.
func TestRoomsAreDescribed(t *testing.T) {
	rooms, err := filepath.Glob("host/*")
	if err != nil || len(rooms) < 10 {
		t.Fatalf("%d rooms, %v", len(rooms), err)
	}
	table, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		if room = filepath.ToSlash(room); !strings.Contains(string(table), "`"+room+"`") {
			t.Errorf("CONTRIBUTING.md does not have %s", room)
		}
	}
}

// TestPackagesAreDescribed: docs/architecture.md has every folder with Go code. A model's
// rooms stand there once, under NAME.
func TestPackagesAreDescribed(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	names := modelNames()
	found := map[string]bool{}
	err = filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && file != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		if folder := path.Dir(filepath.ToSlash(file)); filepath.Ext(file) == ".go" && folder != "." {
			found[general(folder, names)] = true
		}
		return nil
	})
	if err != nil || len(found) < 40 {
		t.Fatalf("%d packages, %v", len(found), err)
	}
	for folder := range found {
		if !strings.Contains(string(page), "`"+folder+"`") {
			t.Errorf("docs/architecture.md does not have %s", folder)
		}
	}
}

// general puts NAME in place of a model's name in a folder.
func general(folder string, names []string) string {
	parts := strings.Split(folder, "/")
	if len(parts) < 2 || !slices.Contains(names, parts[1]) || parts[0] == "cmd" {
		return folder
	}
	for i := range parts[2:] {
		parts[2+i] = strings.Replace(parts[2+i], parts[1], "NAME", 1)
	}
	parts[1] = "NAME"
	return strings.Join(parts, "/")
}

// isTestRoom tells the packages that only tests import.
func isTestRoom(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// misplaced tells what is wrong with a file importing a package of the module, or "".
// Names are those of models.
func misplaced(file, imported string, names []string) string {
	from := path.Dir(file)
	if strings.HasSuffix(file, "_test.go") || isTestRoom(from) {
		return ""
	}
	if isTestRoom(imported) {
		return "it is for tests only"
	}
	if model := modelOf(imported, names); model != "" && modelOf(from, names) != model && from != "host/models" &&
		file != "cpuref/open.go" && file != "gpu/open.go" {
		return "only host/models and the open.go of the backends know the model " + model
	}
	if !strings.HasPrefix(from, "host/") || !strings.HasPrefix(imported, "host/") || roomIn(from) == roomIn(imported) {
		return ""
	}
	above, below := layerOf(from, names), layerOf(imported, names)
	switch {
	case above < 0:
		return from + " has no layer: enter it in layers_test.go"
	case below < 0:
		return imported + " has no layer: enter it in layers_test.go"
	case below > above || below == above && modelOf(from, names) == "" && roomIn(from) != roomIn(imported):
		return "it is not below"
	}
	return ""
}

// roomIn is the room of host that a package belongs to.
func roomIn(pkg string) string {
	room, _, _ := strings.Cut(strings.TrimPrefix(pkg, "host/"), "/")
	return room
}

// modelOf is the model whose room of host or of a backend a package belongs to, or "".
func modelOf(pkg string, names []string) string {
	for _, home := range []string{"host/", "cpuref/", "gpu/"} {
		if rest, found := strings.CutPrefix(pkg, home); found {
			if room, _, _ := strings.Cut(rest, "/"); slices.Contains(names, room) {
				return room
			}
		}
	}
	return ""
}

func TestMisplaced(t *testing.T) {
	names := []string{"tnn", "sorn"}
	for _, c := range []struct {
		file, imported string
		bad            bool
	}{
		{"host/sim/run.go", "host/model", false},
		{"host/tnn/spec.go", "host/model", false},
		{"host/tnn/tnngolden/file.go", "host/golden", false},
		{"host/models/models.go", "host/tnn/tnngolden", false},
		{"cpuref/open.go", "host/tnn", false},
		{"cpuref/tnn/engine.go", "host/tnn", false},
		{"gpu/tnn/engine.go", "gpu/device", false},
		{"cmd/tnn-gpu/run_test.go", "host/tnn", false},
		{"host/fmath/exp.go", "host/fmath/internal/exact", false},

		{"host/model/model.go", "host/sim", true},
		{"host/state/state.go", "host/model", true},
		{"host/record/table.go", "host/results", true},
		{"host/web/live.go", "host/plot", true},
		{"cmd/tnn-gpu/run.go", "host/tnn", true},
		{"cmd/tnn-gpu/run.go", "cpuref/tnn", true},
		{"host/plot/page.go", "host/tnn/tnngolden", true},
		{"host/sorn/spec.go", "host/tnn", true},
		{"gpu/sorn/engine.go", "gpu/tnn", true},
		{"host/sim/run.go", "host/sim/simtest", true},
		{"host/attic/old.go", "host/state", true},
		{"host/web/live.go", "host/attic", true},
	} {
		if got := misplaced(c.file, c.imported, names); (got != "") != c.bad {
			t.Errorf("%s importing %s: %q", c.file, c.imported, got)
		}
	}
}

// modelNames are those of the registry, and of rooms that are on their way into it.
func modelNames() []string {
	names := []string{"codes", "signals", "sorn"}
	for _, m := range models.All() {
		names = append(names, m.Name)
	}
	return names
}

// TestLayers holds who knows a model, and the order of the rooms of host.
func TestLayers(t *testing.T) {
	names := modelNames()
	for _, pattern := range []string{"cmd/*/*.go", "cpuref/*.go", "cpuref/*/*.go", "gpu/*.go", "gpu/*/*.go", "host/*/*.go", "host/*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			file = filepath.ToSlash(file)
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range parsed.Imports {
				imported, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				own, found := strings.CutPrefix(imported, module+"/")
				if !found {
					continue
				}
				if wrong := misplaced(file, own, names); wrong != "" {
					t.Errorf("%s imports %s: %s", file, own, wrong)
				}
			}
		}
	}
}
