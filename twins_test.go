package tnngpu_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	tnngpu "tnn-gpu"
)

// names are what the Go code of a folder declares: functions, types, constants and
// variables, and methods and fields as Type.Name.
func names(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no Go files: %v", dir, err)
	}
	out := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			declared(d, out)
		}
	}
	return out
}

func declared(d ast.Decl, out map[string]bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		out[name] = true
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				out[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range s.Names {
					out[n.Name] = true
				}
			}
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// comments joins the lines of the comments of a source, and leaves the rest out.
func comments(source string) string {
	var b strings.Builder
	for _, line := range strings.Split(source, "\n") {
		if _, comment, found := strings.Cut(line, "//"); found {
			b.WriteString(strings.TrimLeft(comment, "/") + " ")
		} else {
			b.WriteByte('\n')
		}
	}
	return regexp.MustCompile(` +`).ReplaceAllString(b.String(), " ")
}

// What kernels.cl says that it mirrors is there: "cpuref x" of the model in whose bracket
// it stands, "fmath.x" and others of a folder of host, and "package p".
func TestTwinsOfKernels(t *testing.T) {
	inCPU := regexp.MustCompile(`\bcpuref (\w+(?:\.\w+)?)`)
	count := 0
	for bracket, text := range brackets() {
		dir := "cpuref/" + strings.ToLower(bracket)
		have := names(t, dir)
		for _, m := range inCPU.FindAllStringSubmatch(comments(text), -1) {
			if count++; !have[m[1]] {
				t.Errorf("kernels.cl, %s: %s has no %s", bracket, dir, m[1])
			}
		}
	}
	if total := len(inCPU.FindAllString(comments(tnngpu.KernelSource), -1)); count < 30 || count != total {
		t.Errorf("%d of %d twins stand in a model's bracket", count, total)
	}
	for _, m := range regexp.MustCompile(`\b(fmath|rng|tnn|parallel)\.(\w+)`).FindAllStringSubmatch(comments(tnngpu.KernelSource), -1) {
		dir := "host/" + m[1]
		if m[1] == "parallel" {
			dir = "cpuref/internal/parallel"
		}
		if !names(t, dir)[m[2]] {
			t.Errorf("kernels.cl: %s has no %s", dir, m[2])
		}
	}
	for _, m := range regexp.MustCompile(`\bpackage ((?:host|cpuref|gpu)[\w/]*)`).FindAllStringSubmatch(comments(tnngpu.KernelSource), -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("kernels.cl: there is no package %s", m[1])
		}
	}
}

// What Go code names as its "Device twin" is a function or a type of kernels.cl.
func TestTwinsInKernels(t *testing.T) {
	var have []string
	for _, pattern := range []*regexp.Regexp{deviceFunction, deviceType, regexp.MustCompile(`(?m)^void (\w+)\(`)} {
		for _, m := range pattern.FindAllStringSubmatch(tnngpu.KernelSource, -1) {
			have = append(have, m[1])
		}
	}
	twin := regexp.MustCompile(`Device twins?: ((?:\w+(?:, | and )?)+)`)
	count, models := 0, brackets()
	for _, pattern := range []string{"host/*/*.go", "cpuref/*.go", "cpuref/*/*.go", "cpuref/*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range twin.FindAllStringSubmatch(comments(string(source)), -1) {
				for _, name := range twinNames(m[1]) {
					if awaited(name, models) {
						continue
					}
					if count++; !slices.Contains(have, name) {
						t.Errorf("%s names the device twin %s, which kernels.cl lacks", file, name)
					}
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d twins were found", count)
	}
}

// awaited tells of a function whose model has a reference, but no bracket in kernels.cl.
func awaited(name string, models map[string]string) bool {
	model, _, _ := strings.Cut(name, "_")
	_, there := models[strings.ToUpper(model)]
	_, err := os.Stat("cpuref/" + model)
	return !there && err == nil
}

// twinNames are the names of a list such as "a, b and c in kernels.cl".
func twinNames(list string) []string {
	list, _, _ = strings.Cut(list+" ", " in ")
	return strings.FieldsFunc(strings.ReplaceAll(list, " and ", " "), func(r rune) bool { return r == ' ' || r == ',' })
}

func TestTwinNames(t *testing.T) {
	for list, want := range map[string]string{"r_exp": "[r_exp]", "r_exp in kernels": "[r_exp]", "a, b and c in kernels": "[a b c]"} {
		if got := fmt.Sprint(twinNames(list)); got != want {
			t.Errorf("%q names %s, not %s", list, got, want)
		}
	}
}
