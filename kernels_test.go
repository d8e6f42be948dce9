package tnngpu_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tnngpu "tnn-gpu"
)

// condition is a conditional part of kernels.cl: the name that it asks for first.
var condition = regexp.MustCompile(`^#\s*(?:ifdef|ifndef|if)\s+(?:.*?\()?([A-Za-z_]\w*)`)

// Every #endif of kernels.cl says what it closes.
func TestEndifs(t *testing.T) {
	var open []string
	for i, line := range strings.Split(tnngpu.KernelSource, "\n") {
		line = strings.TrimSpace(line)
		if m := condition.FindStringSubmatch(line); m != nil {
			open = append(open, m[1])
		}
		if !strings.HasPrefix(line, "#endif") {
			continue
		}
		if len(open) == 0 {
			t.Fatalf("kernels.cl:%d: %q closes nothing", i+1, line)
		}
		if want := "#endif // " + open[len(open)-1]; line != want {
			t.Errorf("kernels.cl:%d: %q, not %q", i+1, line, want)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		t.Errorf("kernels.cl ends within %v", open)
	}
}

// No function of kernels.cl is static: PoCL computes wrongly with such that take local
// memory, in one of some five runs and only where it has two threads.
func TestNoStaticFunctions(t *testing.T) {
	for i, line := range strings.Split(tnngpu.KernelSource, "\n") {
		if strings.HasPrefix(line, "static ") && strings.Contains(line, "(") || strings.HasPrefix(line, "inline ") {
			t.Errorf("kernels.cl:%d: %s: leave the function external", i+1, line)
		}
	}
}

var (
	contents = regexp.MustCompile(`(?m)^//\s{3,}(\d+)  (\w[\w ]*\w)`)
	section  = regexp.MustCompile(`(?m)^// Section (\d+): (\w[\w ]*\w)`)
)

// The contents of kernels.cl list its sections.
func TestContents(t *testing.T) {
	head, body, _ := strings.Cut(tnngpu.KernelSource, "// ====")
	list := func(pattern *regexp.Regexp, text string) (out []string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			out = append(out, m[1]+" "+strings.ToLower(m[2]))
		}
		return out
	}
	listed, have := list(contents, head), list(section, body)
	if len(have) < 10 || !slices.Equal(listed, have) {
		t.Errorf("the contents list %q, the sections are %q", listed, have)
	}
}

// generic are the brackets of kernels.cl that belong to no model.
var generic = []string{"WIDTH", "GROUP", "PROBE", "STREAM"}

// brackets gives the text of each model's bracket by the name that it is defined with.
func brackets() map[string]string {
	out := map[string]string{}
	depth, name := 0, ""
	for _, line := range strings.Split(tnngpu.KernelSource, "\n") {
		if m := condition.FindStringSubmatch(line); m != nil {
			if depth == 0 {
				name = m[1]
			}
			depth++
		}
		if strings.HasPrefix(line, "#endif") {
			depth--
		}
		if depth > 0 && !strings.Contains(name, "_") && !slices.Contains(generic, name) {
			out[name] += line + "\n"
		}
	}
	return out
}

var (
	deviceFunction = regexp.MustCompile(`(?m)^(?:__kernel )?(?:const )?[a-z]\w* \*?([a-z]\w*)\(`)
	deviceType     = regexp.MustCompile(`(?m)^(?:\} |typedef \w+ )(\w+);`)
)

// A model's functions begin with its name, so that nobody takes one for another's.
func TestFunctionsOfModels(t *testing.T) {
	list := brackets()
	if len(list) == 0 {
		t.Fatal("kernels.cl has no model")
	}
	for name, text := range list {
		functions := deviceFunction.FindAllStringSubmatch(text, -1)
		if len(functions) == 0 {
			t.Errorf("%s has no functions", name)
		}
		for _, f := range functions {
			if !strings.HasPrefix(f[1], strings.ToLower(name)+"_") {
				t.Errorf("function %s of %s does not begin with its name", f[1], name)
			}
		}
	}
}
