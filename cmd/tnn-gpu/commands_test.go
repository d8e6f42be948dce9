package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/compare"
	"tnn-gpu/host/config"
	"tnn-gpu/host/scan"
)

func itoa(n int) string { return strconv.Itoa(n) }

func goldenFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/golden/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden file is found: %v", err)
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestPresets(t *testing.T) {
	list := tnnGPU(t, t.TempDir(), "presets").want(t, codeDone, "isolated ", "(the default)")
	presets := config.Presets()
	if lines, want := strings.Count(list.out, "\n  "), len(presets)+len(scan.Presets()); lines != want {
		t.Errorf("%d presets are listed, want %d", lines, want)
	}
	for _, preset := range presets {
		if !strings.Contains(list.out, preset.Doc) {
			t.Errorf("%s is listed without its description", preset.Name)
		}
		r := tnnGPU(t, t.TempDir(), "presets", preset.Name).want(t, codeDone)
		c, err := config.Decode("printed.toml", []byte(r.out))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(preset.Config.Spec, c.Spec, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("%s is not what is printed: %s", preset.Name, diff)
		}
	}
}

func TestDevices(t *testing.T) {
	tnnGPU(t, t.TempDir(), "devices").want(t, codeDone, "backend", "this processor", "strict", "vector form: "+cpuref.VectorForm())
	r := tnnGPU(t, t.TempDir(), "devices", "--json").want(t, codeDone)
	var list []device
	if err := json.Unmarshal([]byte(r.out), &list); err != nil {
		t.Fatal(err)
	}
	if cpu := list[0]; cpu.Backend != "cpu" || cpu.Index != nil || cpu.ComputeUnits < 1 || cpu.Memory < 1<<20 || cpu.Single != "strict" || cpu.Double != "strict" || cpu.Form != cpuref.VectorForm() {
		t.Errorf("the CPU is listed as %+v", cpu)
	}
	infos, err := gpu.Devices()
	if err != nil {
		tnnGPU(t, t.TempDir(), "devices").want(t, codeDone, "No OpenCL device is listed: ")
	}
	if len(list) != 1+len(infos) {
		t.Fatalf("%d devices are listed, want the CPU and %d", len(list), len(infos))
	}
	for i, d := range list[1:] {
		if d.Backend != "opencl" || *d.Index != i || d.Name != infos[i].Name || d.Driver == "" || d.Single == "" {
			t.Errorf("device %d is listed as %+v", i, d)
		}
	}
}

func TestCompare(t *testing.T) {
	args := []string{"compare", "--preset", "driven", "--steps", "12"}
	r := tnnGPU(t, t.TempDir(), args...).want(t, codeDone, "900 nodes", "12 steps, seed 1", "cpu/single", "cpu/double", "mean of", "solved_percent")
	infos, _ := gpu.Devices()
	if equal := strings.Count(r.out, "  yes            equal\n"); equal < len(infos) {
		t.Errorf("%d pairs are equal, want at least %d:\n%s", equal, len(infos), r.out)
	}
	tnnGPU(t, t.TempDir(), append(args, "--on", "cpu/double", "--on", "cpu/double", "--on", "cpu/single")...).want(t, codeDone,
		"1 with 2  yes            equal\n", "1 with 3  no             differ  0  ")
	if len(infos) > 0 {
		tnnGPU(t, t.TempDir(), append(args, "--on", "cpu/single", "--on", "opencl:"+infos[0].Name+"/single")...).want(t, codeDone, "1 with 2  yes            equal\n")
	}
	dir := t.TempDir()
	tnnGPU(t, dir, args...)
	wantEmpty(t, dir)
}

// TestCompareFails has a pair that must be equal and is not, as no real one is.
func TestCompareFails(t *testing.T) {
	cfg, err := config.NewPreset("isolated4")
	if err != nil {
		t.Fatal(err)
	}
	n, err := buildSetup(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := program{out: &out}
	of := make([]compare.Observable, len(n.net.Describe().Columns))
	parted := &compare.Parting{Step: 17, Field: "energy", Where: "node 3", Reference: 1, Other: 1.5, Count: 2}
	err = p.report(n, nil, 20, &compare.Result{
		Pairs:       []compare.Pair{{Reference: 0, Other: 1, Strict: true, Parted: parted}, {Reference: 0, Other: 2, Parted: parted}},
		Observables: [][]compare.Observable{of, of, of},
	})
	if err == nil || exitCode(err) != codeFailed || err.Error() != "1 pair differs that must be equal" {
		t.Errorf("the error is %v", err)
	}
	for _, line := range []string{"1 with 2  yes            DIFFER  17    energy  node 3  1            1.5           2\n", "1 with 3  no             differ  17 "} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the table does not have %q:\n%s", line, out.String())
		}
	}
}

// TestSelftest is of machines where TestReadme does not have it: those without devices, where
// it is quick, and those where that skips.
func TestSelftest(t *testing.T) {
	if infos, _ := gpu.Devices(); len(infos) > 0 && findNumPy() != "" {
		t.Skip("TestReadme runs it on the devices")
	}
	selftested(t, tnnGPU(t, t.TempDir(), "selftest").want(t, codeDone))
}

// selftested looks at what a self-test has printed that has passed.
func selftested(t *testing.T, r result) {
	t.Helper()
	r.want(t, codeDone, "Philox4x32-10 gives its known answers", "cpu, 2019-predict, double", "cpu, 2020-real2, single", " checks passed.")
	infos, _ := gpu.Devices()
	for i := range infos {
		r.want(t, codeDone, fmt.Sprintf("opencl:%d, probe", i), fmt.Sprintf("opencl:%d, 2019-predict, single", i), fmt.Sprintf("opencl:%d, driven beside the CPU, single", i))
	}
	if len(infos) == 0 {
		r.want(t, codeDone, "skip  opencl")
	}
}

// TestSelftestFails has checks that fail.
func TestSelftestFails(t *testing.T) {
	goldens, err := embeddedGoldens()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &program{out: &out}
	s := &selftest{p: p}
	var g map[string]any
	if err := json.Unmarshal(goldens[0].text, &g); err != nil {
		t.Fatal(err)
	}
	g["steps"].([]any)[3].(map[string]any)["state"].([]any)[0] = 2
	if goldens[0].text, err = json.Marshal(g); err != nil {
		t.Fatal(err)
	}
	s.replay("cpu", goldens[:1], p.verifierOn(false, backend.Options{}), true)
	if s.failed == 0 || s.failed != strings.Count(out.String(), "FAIL  ") || !strings.Contains(out.String(), "it deviates by ") {
		t.Errorf("%d checks failed:\n%s", s.failed, out.String())
	}
}

// What a device refuses because its driver ends loops is no failure, and `devices` says it.
func TestDeviceThatEndsLoops(t *testing.T) {
	var out bytes.Buffer
	p := &program{out: &out}
	s := &selftest{p: p}
	s.check("signals", "", fmt.Errorf("opening: %w", gpu.ErrTurns))
	index := 3
	if err := p.printDevices([]device{{Name: "one", Index: &index, Turns: 65535}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"skip  signals ", "loops end too early", "Device 3 ends the loops of a work-item after 65535 turns together"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if s.count != 0 || s.failed != 0 {
		t.Errorf("of %d checks %d failed", s.count, s.failed)
	}
}

// findNumPy finds a Python that has NumPy, or is empty: the one in PATH may be another than the
// system's, which the package python3-numpy is for.
func findNumPy() string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import numpy").Run() == nil {
			return python
		}
	}
	return ""
}

// numPy is findNumPy for a test that skips without it.
func numPy(t *testing.T) string {
	t.Helper()
	if python := findNumPy(); python != "" {
		return python
	}
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatal("no python3 with NumPy is found; install the Debian package python3-numpy")
	}
	t.Skip("no python3 with NumPy is found")
	return ""
}

// TestNumPy opens what a run leaves behind with NumPy.
func TestNumPy(t *testing.T) {
	python := numPy(t)
	dir := t.TempDir()
	tnnGPU(t, dir, "run").want(t, codeDone)
	script := `
import csv, numpy
final = numpy.load("runs/isolated-1/final.npz")
print(final["state"].shape, final["weight"].shape, final["charge0"].shape, final["state"].dtype)
order = numpy.mean(-final["state"][final["a"]] * final["state"][final["b"]])
rows = list(csv.DictReader(open("runs/isolated-1/steps.csv")))
assert len(rows) == 500 and abs(order - float(rows[-1]["order"])) < 1e-5, (order, rows[-1])
assert abs(numpy.mean(final["weight"].astype(float) ** 2) - float(rows[-1]["weight2"])) < 1e-6
`
	c := exec.Command(python, "-c", script)
	c.Dir = dir
	text, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "(900,) (7200,) (7200, 2) float32\n") {
		t.Errorf("NumPy says %v: %s", err, text)
	}
}

func TestFlagsFirst(t *testing.T) {
	var p program
	for _, test := range []struct{ args, want string }{
		{"", ""},
		{"run", "run"},
		{"run a.toml --seed 3", "run --seed 3 a.toml"},
		{"run a.toml --seed=3 b", "run --seed=3 a.toml b"},
		{"resume dir --steps +5", "resume --steps +5 dir"},
		{"devices --json x", "devices --json x"},
		{"run a -- --seed 3", "run a -- --seed 3"},
		{"run --set a=1 f --set b=2", "run --set a=1 --set b=2 f"},
		{"run f --help", "run --help"},
		{"run f --seed", "run --seed f"},
		{"verify a - b", "verify a - b"},
		{"unknown a --b", "unknown a --b"},
	} {
		if got := flagsFirst(p.app(), strings.Fields(test.args)); !slices.Equal(got, strings.Fields(test.want)) {
			t.Errorf("%q becomes %q, want %q", test.args, got, test.want)
		}
	}
}

// TestFlagsHaveValues: no flag takes another flag for its value, of any command; what begins
// with a minus sign alone is one.
func TestFlagsHaveValues(t *testing.T) {
	var p program
	app := p.app()
	eachFlag(app, func(c *cli.Command, words []string, f cli.Flag) {
		flag := "--" + f.Names()[0]
		for _, with := range [][]string{{flag, "--seed", "3"}, {flag, "--"}, {"word", flag}} {
			err := parseLine(app, append(words, with...)).flagsHaveValues()
			if wrong := err != nil && strings.Contains(err.Error(), flag+" is given without its value"); wrong != takesNext(c, flag) {
				t.Errorf("%v %v: %v", words, with, err)
			}
		}
		if err := parseLine(app, append(words, flag, "-1")).flagsHaveValues(); err != nil {
			t.Errorf("%v %s -1: %v", words, flag, err)
		}
	})
	dir := t.TempDir()
	tnnGPU(t, dir, "plot", "dr", "--log", "--out", "p.svg").want(t, codeUsage, "--log is given without its value (have logarithmic AXES x, y or x,y); --out comes next")
	tnnGPU(t, dir, "run", "--preset", "--set", "run.seed=3").want(t, codeUsage, "--preset is given without its value")
	tnnGPU(t, dir, "run", "--steps").want(t, codeUsage, "see `tnn-gpu run --help`")
	tnnGPU(t, dir, "plot", "dr", "--title=--none", "--log").want(t, codeUsage, "--log is given without its value")
}
