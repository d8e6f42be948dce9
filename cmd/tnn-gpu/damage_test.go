package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/files"
)

// places are all values of a JSON text, by their keys and indices.
func places(v any, at []any) [][]any {
	out := [][]any{at}
	add := func(key, value any) { out = append(out, places(value, append(slices.Clone(at), key))...) }
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			add(key, value)
		}
	case []any:
		for i, value := range v {
			if i < 2 { // the others are like these
				add(i, value)
			}
		}
	}
	return out
}

// with is a copy of a JSON value with another one at a place; nil at "gone" leaves it out.
func with(v any, at []any, by any) any {
	if len(at) == 0 {
		return by
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any)
		for key, value := range v {
			out[key] = value
		}
		if by == gone && len(at) == 1 {
			delete(out, at[0].(string))
			return out
		}
		out[at[0].(string)] = with(v[at[0].(string)], at[1:], by)
		return out
	case []any:
		out := slices.Clone(v)
		i := at[0].(int)
		if by == gone && len(at) == 1 {
			return slices.Delete(out, i, i+1)
		}
		out[i] = with(v[i], at[1:], by)
		return out
	}
	return v
}

type absent struct{}

// gone stands for a value that is left out.
var gone any = absent{}

// TestDamagedMetadata puts nonsense into every place of run.json. Whatever reads it may
// refuse it with exit code 2, and never panics.
func TestDamagedMetadata(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, ofDriven("--steps", "20", "--replicas", "2", "--set", "run.sweep=edge.inverse_temperature=20,80", "--record", "state,weight", "--out", "out")...).want(t, codeDone)
	run := filepath.Join(dir, "out")
	whole := read(t, run, "run.json")
	var content any
	if err := json.Unmarshal(whole, &content); err != nil {
		t.Fatal(err)
	}
	all := places(content, nil)
	values := []any{gone, nil, -1, 0, 1 << 40, 1e300, "", "../../etc/passwd", "state", []any{}, []any{-1, -1}, map[string]any{}}
	commands := [][]string{
		{"inspect", run}, {"inspect", run, "--node", "3", "--replica", "1"}, {"inspect", run, "--edge", "0,1"}, {"plot", run, "--overwrite", "--quantity", "order,weight"},
		{"export", run, "--overwrite", "--replica", "1"}, {"video", run, "--overwrite", "--format", "apng", "--every", "14"}, {"check", run}, {"resume", run, "--backend", "cpu"},
	}
	tried := 0
	for i, at := range all {
		for k, value := range values {
			// Each place gets some of the values, and of the commands.
			if os.Getenv("TNN_SOAK") != "1" && (i+k)%6 != 0 {
				continue
			}
			text, err := json.Marshal(with(content, at, value))
			if err != nil {
				t.Fatal(err)
			}
			for c, args := range commands {
				if os.Getenv("TNN_SOAK") != "1" && (i+k/6+c)%4 != 0 {
					continue
				}
				if err := os.WriteFile(filepath.Join(run, "run.json"), text, 0o600); err != nil {
					t.Fatal(err)
				}
				tried++
				answered(t, fmt.Sprintf("%v = %v", at, value), args)
			}
		}
	}
	t.Logf("%d places, tried %d times", len(all), tried)
}

// answered runs a command that may refuse what it reads, but must answer.
func answered(t *testing.T, what string, args []string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s, %q: panic: %v", what, args, r)
		}
	}()
	r := inside(t, files.OS{}, args...)
	if allowed := []int{codeDone, codeUsage}; !slices.Contains(allowed, r.code) && args[0] != "check" {
		t.Errorf("%s, %q: exit code %d\n%s", what, args, r.code, r.errs)
	}
	if strings.Contains(r.errs, "goroutine ") {
		t.Errorf("%s, %q: %s", what, args, r.errs)
	}
}
