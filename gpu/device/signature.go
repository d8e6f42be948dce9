package device

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Parameter is a parameter of a kernel.
type Parameter struct {
	Name string
	Type string // "pointer", or as the source has it: "uint", "real"
}

// These begin with a word, which is found fast in a long source.
var (
	kernelPattern    = regexp.MustCompile(`kernel\b[^;{]*?\bvoid\s+(\w+)\s*\(([^)]*)\)`)
	macroPattern     = regexp.MustCompile(`#define (\w+_ARGUMENTS)\s([^\n]*)`)
	parameterPattern = regexp.MustCompile(`^([\w ]+?)\s*(\*[\s\w]*?)?\b(\w+)$`)
)

// Parameters finds the parameters of a kernel in its source. A macro among them, whose
// name ends with _ARGUMENTS, stands for the parameters that it lists. The drivers are not
// asked: some keep no names.
//
// A kernel that the source has twice, under different conditions, must have the same
// parameters each time.
func Parameters(source, kernel string) ([]Parameter, error) {
	source = strings.ReplaceAll(withoutComments(source), "\\\n", "")
	macros := map[string]string{}
	for _, m := range macroPattern.FindAllStringSubmatch(source, -1) {
		macros[m[1]] = m[2]
	}
	list, found := "", false
	for _, m := range kernelPattern.FindAllStringSubmatch(source, -1) {
		if m[1] != kernel {
			continue
		}
		if found && m[2] != list {
			return nil, fmt.Errorf("kernel %s has other parameters in another place of the source", kernel)
		}
		list, found = m[2], true
	}
	if !found {
		return nil, fmt.Errorf("the source has no kernel %s", kernel)
	}
	return parameters(list, macros)
}

func withoutComments(source string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(source, "/")
		out.WriteString(before)
		switch {
		case !found:
			return out.String()
		case strings.HasPrefix(after, "/"):
			_, source, _ = strings.Cut(after, "\n")
			out.WriteByte('\n')
		case strings.HasPrefix(after, "*"):
			_, source, _ = strings.Cut(after[1:], "*/")
		default:
			out.WriteByte('/')
			source = after
		}
	}
}

func parameters(list string, macros map[string]string) ([]Parameter, error) {
	var out []Parameter
	for _, item := range strings.Split(list, ",") {
		item = strings.Join(slices.DeleteFunc(strings.Fields(item), func(word string) bool { return word == "const" }), " ")
		if m, ok := macros[item]; ok {
			listed, err := parameters(m, macros)
			if err != nil {
				return nil, err
			}
			out = append(out, listed...)
			continue
		}
		m := parameterPattern.FindStringSubmatch(item)
		switch {
		case item == "" || item == "void":
			continue
		case m == nil:
			return nil, fmt.Errorf("%q is no parameter of a kernel", item)
		}
		p := Parameter{Name: m[3], Type: m[1]}
		if m[2] != "" {
			p.Type = "pointer"
		}
		out = append(out, p)
	}
	return out, nil
}
