package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/gpu"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/models"
)

func TestVerify(t *testing.T) {
	files := goldenFiles(t)
	r := tnnGPU(t, t.TempDir(), append([]string{"verify"}, files...)...).want(t, codeDone)
	last := fmt.Sprintf("%d ok, 0 failed, 0 of references\n", len(files))
	if lines := strings.Count(r.out, "  ok    "); lines != len(files) || strings.Count(r.out, "\n") != lines+1 || !strings.HasSuffix(r.out, last) {
		t.Errorf("not every file has one line that says ok:\n%s", r.out)
	}
	var few []string // whose device code TestReadme's self-test needs, too
	for _, name := range []string{"2019-predict", "2020-real2"} {
		few = append(few, filepath.Join(filepath.Dir(files[0]), name+".json.gz"))
	}
	tnnGPU(t, t.TempDir(), append([]string{"verify", "--precision", "single"}, few...)...).want(t, codeDone, "  ok  ")
	tnnGPU(t, t.TempDir(), append(append([]string{"verify"}, few...), "--tolerance", "1e-17")...).want(t, codeFailed,
		"  FAIL  ", "2 files of 2 deviate by more than 1e-17")
	if _, err := gpu.Devices(); err == nil {
		for _, precision := range []string{"double", "single"} {
			tnnGPU(t, t.TempDir(), append([]string{"verify", "--backend", "opencl", "--precision", precision}, few...)...).want(t, codeDone, "  ok  ")
		}
	}
}

// TestVerifyTellsFormats: a file need not be packed; one of an unknown format is
// refused before any file is checked.
func TestVerifyTellsFormats(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Open(goldenFiles(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, text, err := golden.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("plain.json", text)
	write("odd.json", []byte(`{"format":"odd 1"}`))
	tnnGPU(t, dir, "verify", "plain.json").want(t, codeDone, "  ok  ", "1 ok, 0 failed, 0 of references")
	r := tnnGPU(t, dir, "verify", "plain.json", "odd.json").want(t, codeUsage, `odd.json: its format is "odd 1"; known are "`, `"tnn-golden/1"`)
	if r.out != "" {
		t.Errorf("a file was checked before: %s", r.out)
	}
}

// Files that are not whole are bad input, whatever their format; one without numbers has
// nothing to agree with.
func TestVerifyRefusesWhatIsNotWhole(t *testing.T) {
	dir := t.TempDir()
	for _, m := range models.All() {
		for _, f := range m.Goldens() {
			if err := os.WriteFile(filepath.Join(dir, "a.json"), fmt.Appendf(nil, `{"format": %q, "cases": []}`, f.Name), 0o600); err != nil {
				t.Fatal(err)
			}
			tnnGPU(t, dir, "verify", "a.json").want(t, codeUsage, "a.json: it has no numbers, so there is nothing to check")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"format": "codes vectors 1", "awgn": {"encoder": [1]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "verify", "a.json").want(t, codeUsage, "a.json: it lacks awgn, bsc or exact_annealed")
}

// TestDamagedGoldens: of recorded files with a list that is cut, or a value of another kind, it is
// said what is wrong, without words of Go.
func TestDamagedGoldens(t *testing.T) {
	t.Parallel()
	dir, random := t.TempDir(), rand.New(rand.NewPCG(5, 1))
	words := regexp.MustCompile(`its  |runtime error|out of range \[|nil pointer|json:|Go |goroutine|\b[A-Z][a-z]+\.[a-zA-Z]`)
	paths, err := filepath.Glob("../../testdata/*/*.json.gz")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	refused := 0
	for range 40 {
		path := paths[random.IntN(len(paths))]
		_, text, err := golden.Open(path)
		if err != nil || len(text) > 1<<20 {
			continue // those take long
		}
		var all any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		damage(random, &all)
		if text, err = json.Marshal(all); err == nil {
			err = os.WriteFile(filepath.Join(dir, "damaged"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		r := tnnGPU(t, dir, "verify", "damaged")
		if r.code == codeUsage {
			refused++
		}
		if r.code > codeUsage || words.MatchString(r.out+r.errs) {
			t.Errorf("%s: exit code %d, %s%s", path, r.code, r.out, r.errs)
		}
	}
	if refused < 10 {
		t.Errorf("only %d files are refused", refused)
	}
}

// damage cuts a list somewhere in a value of JSON, or puts a text in the place of something else.
func damage(random *rand.Rand, v *any) {
	switch of := (*v).(type) {
	case map[string]any:
		keys := slices.DeleteFunc(slices.Sorted(maps.Keys(of)), func(key string) bool { return key == "format" })
		if len(keys) == 0 {
			return
		}
		key := keys[random.IntN(len(keys))]
		inside := of[key]
		damage(random, &inside)
		of[key] = inside
	case []any:
		if n := len(of); n > 0 && random.IntN(3) > 0 {
			damage(random, &of[random.IntN(n)])
		} else {
			*v = of[:n/2]
		}
	default:
		*v = []any{"damaged", nil, -1e300, []any{}}[random.IntN(4)]
	}
}

// TestVerifyOfNothing: a file with numbers, but without cases, is not ok, whatever its
// format; nor is one of the recorded files without its cases.
func TestVerifyOfNothing(t *testing.T) {
	dir := t.TempDir()
	check := func(what string, text []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "a.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := tnnGPU(t, dir, "verify", "a.json"); r.code == codeDone || strings.Contains(r.out, "  ok  ") {
			t.Errorf("%s: exit code %d, %s", what, r.code, r.out)
		}
	}
	for _, m := range models.All() {
		for _, f := range m.Goldens() {
			check(f.Name, fmt.Appendf(nil, `{"format": %q, "made": 2026, "n": 5, "cases": []}`, f.Name))
		}
	}
	tnnGPU(t, dir, "verify", "a.json").want(t, codeUsage) // of the last one
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"format": "perceptron theory 1", "made": 2026}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "verify", "a.json").want(t, codeUsage, "a.json: nothing in it could be compared: the lists that its format has are empty or missing")
	// These have numbers beside lists of cases, and are compared all the same.
	seen := make(map[string]bool)
	for _, format := range []string{"codes vectors 1", "hopfield theory 1", "hopfield dense 1", "hopfield extras 1", "sorn analysis 1", "sorn statistics 1"} {
		seen[format] = true
	}
	files, err := filepath.Glob("../../testdata/*/*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		format, text, err := golden.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if seen[format] {
			continue
		}
		seen[format] = true
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		withoutCases(all)
		if text, err = json.Marshal(all); err != nil {
			t.Fatal(err)
		}
		check(file, text)
	}
	if len(seen) < 15 {
		t.Errorf("there are files of %d formats", len(seen))
	}
}

// withoutCases empties lists of objects.
func withoutCases(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, of := range v {
			v[key] = withoutCases(of)
		}
	case []any:
		if len(v) > 0 {
			if _, is := v[0].(map[string]any); is {
				return []any{}
			}
		}
	}
	return v
}

// TestVerifySeesAChange alters one number of a trajectory.
func TestVerifySeesAChange(t *testing.T) {
	changed := filepath.Join(t.TempDir(), "changed.json.gz")
	alter(t, goldenFiles(t)[2], changed, func(g map[string]any) {
		step := g["steps"].([]any)[20].(map[string]any)
		energies := step["energy"].([]any)
		energies[7] = energies[7].(float64) + 1e-6
	})
	tnnGPU(t, t.TempDir(), "verify", changed).want(t, codeFailed, "FAIL  ", "energy of node 7 at step 21", "1 file of 1 deviate by more than 1e-09")
	// Another rule is seen in single precision, though every trajectory differs.
	alter(t, goldenFiles(t)[2], changed, func(g map[string]any) {
		g["node"].(map[string]any)["inverse_temperature"] = 1.01
	})
	tnnGPU(t, t.TempDir(), "verify", "--precision", "single", changed).want(t, codeFailed, "FAIL  ", "1 file of 1 deviate by more than 0.0001")
}

// alter copies a golden file with a change.
func alter(t *testing.T, from, to string, change func(map[string]any)) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(read(t, from)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]any
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	change(golden)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := errors.Join(json.NewEncoder(w).Encode(golden), w.Close(), os.WriteFile(to, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyRefusesTolerances that everything is within, or nothing.
func TestVerifyRefusesTolerances(t *testing.T) {
	for _, text := range []string{"inf", "NaN", "-1", "-inf"} {
		tnnGPU(t, t.TempDir(), "verify", "a.json", "--tolerance", text).want(t, codeUsage, "--tolerance is ")
	}
}
