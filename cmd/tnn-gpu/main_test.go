package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tnn-gpu/gpu"
	"tnn-gpu/host/config"
)

// asProgram makes the test binary behave like the program, so that tests run the
// very flavour of it that they were built with.
const asProgram = "TNN_GPU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		withLess()
		main()
	}
	flag.Parse()
	if signal.Ignored(syscall.SIGHUP) { // by nohup; programs that are started here hear it
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	if os.Getenv("TNN_OPENCL_FOLLOWS") == "1" {
		if _, err := gpu.Devices(); errors.Is(err, gpu.ErrNotBuilt) {
			_ = flag.Set("test.run", "^("+strings.Join(withoutOpenCL, "|")+")$")
		}
	}
	os.Exit(m.Run())
}

// withoutOpenCL are the tests of what a program does that is built without OpenCL. All
// others do the same with the tag opencl: where these follow, as `make test` says by
// TNN_OPENCL_FOLLOWS, they are left to them.
var withoutOpenCL = strings.Fields(`
	TestVersion TestHelp TestAbsentDevice TestMistakes TestExitCode TestDevices TestDeviceOfConfiguration
	TestRunWithoutArguments TestSelftest TestSelftestFails TestVerify TestCompare TestCompareFails TestBench
	TestAutoSaysWhy TestConfigOfARunGivesItAgain TestInterruptedAndResumed TestResumeOnAnotherBackend TestScan
	TestCheck TestRelease TestTestsWithoutOpenCLAreThere`)

func TestTestsWithoutOpenCLAreThere(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for _, name := range withoutOpenCL {
		if !bytes.Contains(all, []byte("\nfunc "+name+"(t *testing.T)")) {
			t.Errorf("there is no %s", name)
		}
	}
}

// result is what a command left behind.
type result struct {
	out, errs string
	code      int
}

// command is the program with some arguments, to be started in a folder.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// tnnGPU runs the program to its end.
func tnnGPU(t *testing.T, dir string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	c := command(t, dir, args...)
	c.Stdout, c.Stderr = &out, &errs
	return finish(t, c.Run(), &out, &errs)
}

// machineTalk is what is said while a driver compiles, and of a driver or device that takes
// long, which is the machine's matter: no test of something else is to see it.
var machineTalk = regexp.MustCompile("\n(The OpenCL driver compiles the kernels: .*|.* It is waited for\\..*)\n")

func TestMachineTalkIsLeftOut(t *testing.T) {
	var out, errs bytes.Buffer
	p := program{errs: &errs}
	for _, words := range []string{
		"The OpenCL driver compiles the kernels: for a network of a new kind or size some seconds to minutes, and it keeps them for the next time.",
		"An OpenCL driver is tried in a process of its own, 7, which has not ended for 30s. It is waited for.",
		"a card has not returned from clFinish for 35s; it was given 3 launches to do, the last one of kernel tnn_drive. It is waited for.",
	} {
		p.waiting(words)
	}
	fmt.Fprintln(p.errs, "tnn-gpu: no")
	if r := finish(t, nil, &out, &errs); r.errs != "tnn-gpu: no\n" {
		t.Errorf("left is %q", r.errs)
	}
}

// wrongPlural is one thing that is spoken of as of several.
var wrongPlural = regexp.MustCompile(`(^|[^-\w.,/=:])1 ([a-z]+ )?(steps|records|rows|nodes|edges|units|replicas|plots|files|values|numbers|runs|trials|points|columns|channels|letters|weights|bytes|cores|commands|arrays|bins|patterns|symbols|states|signals|messages|uses|inputs|connections|synapses|were|are|have)\b`)

func finish(t *testing.T, err error, out, errs *bytes.Buffer) result {
	t.Helper()
	r := result{out: out.String(), errs: machineTalk.ReplaceAllString(errs.String(), "")}
	if said := wrongPlural.FindString(r.out + "\n" + r.errs); said != "" {
		t.Errorf("it says %q:\n%s%s", said, r.out, r.errs)
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	for _, text := range []string{r.out, r.errs} {
		if strings.Contains(text, "goroutine ") || strings.Contains(text, "panic") {
			t.Errorf("there is a stack trace:\n%s", text)
		}
		if strings.ContainsAny(text, "\r\x1b") {
			t.Errorf("there are control characters in what is no terminal: %q", text)
		}
	}
	return r
}

// want checks the exit code, and texts that must be in what was printed.
func (r result) want(t *testing.T, code int, texts ...string) result {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.errs, text) {
			t.Errorf("it does not say %q", text)
		}
	}
	if t.Failed() {
		t.Logf("standard output:\n%s\nstandard error:\n%s", r.out, r.errs)
	}
	return r
}

// small are arguments of a run that takes no time.
func small(more ...string) []string {
	return lastOnly(append([]string{"run", "--preset", "isolated4", "--set", "graph.sides=[10, 10]", "--steps", "20", "--out", "out"}, more...))
}

// lastOnly leaves of each flag that is given twice, and of each key that --set gives twice, the last.
func lastOnly(args []string) []string {
	var p program
	command, named := commandOf(p.app(), args)
	var out []string
	seen := map[string]bool{}
	for end := len(args); end > named; {
		from := end - 1
		if from > named && takesNext(command, args[from-1]) {
			from--
		}
		name, _, _ := strings.Cut(args[from], "=")
		if name == "--set" {
			name, _, _ = strings.Cut(args[end-1], "=")
		} else if !strings.HasPrefix(name, "--") || mayRepeat(command, strings.TrimLeft(name, "-")) {
			name = ""
		}
		if !seen[name] {
			out = append(slices.Clone(args[from:end]), out...)
		}
		seen[name], end = name != "", from
	}
	return append(slices.Clone(args[:named]), out...)
}

// withOpenCL skips a test where there is no device, unless there must be one.
func withOpenCL(t *testing.T) {
	t.Helper()
	_, err := gpu.Devices()
	switch {
	case err == nil:
	case os.Getenv("TNN_REQUIRE_OPENCL") == "1" && !errors.Is(err, gpu.ErrNotBuilt):
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

func TestHelp(t *testing.T) {
	bare := tnnGPU(t, t.TempDir())
	bare.want(t, codeDone, "USAGE:", "COMMANDS:", "EXIT CODES:")
	if asked := tnnGPU(t, t.TempDir(), "--help"); asked != bare {
		t.Errorf("--help is not what no argument gives: %v", asked)
	}
	unnamed := regexp.MustCompile(`^   --\S+ value `)
	var p program
	for _, c := range p.app().Commands {
		if c.Name != "help" {
			r := tnnGPU(t, t.TempDir(), c.Name, "--help").want(t, codeDone, "tnn-gpu "+c.Name, c.Usage)
			for _, line := range strings.Split(r.out, "\n") {
				if strings.Count(line, "(default:") > 1 || unnamed.MatchString(line) {
					t.Errorf("tnn-gpu %s --help tells two defaults, or does not name the value:\n%s", c.Name, line)
				}
			}
		}
	}
	// Help is asked for anywhere, also after what would be arguments.
	for args, shows := range map[string]string{
		"run x.toml --help": "tnn-gpu run", "stats first --help": "tnn-gpu stats", "plot first -h": "tnn-gpu plot",
		"presets driven --help": "tnn-gpu presets", "scan script slurm --help": "tnn-gpu scan script", "help scan script slurm": "tnn-gpu scan script",
		"help run x.toml": "tnn-gpu run",
	} {
		tnnGPU(t, t.TempDir(), strings.Fields(args)...).want(t, codeDone, shows, "USAGE:")
	}
}

// TestExitCodesAreDocumented holds the help text to the constants.
func TestExitCodesAreDocumented(t *testing.T) {
	for _, line := range []string{"  0   all", "  1   a run failed", "  2   bad usage", "  3   the device", " 75   time is up", "130   told to stop"} {
		if !strings.Contains(exitCodes, line) {
			t.Errorf("the help does not have %q", line)
		}
	}
	if codes := [...]int{codeDone, codeFailed, codeUsage, codeDevice, codeTimeIsUp, codeInterrupted}; codes != [...]int{0, 1, 2, 3, 75, 130} {
		t.Errorf("the codes are %v", codes)
	}
}

func TestVersion(t *testing.T) {
	built := "with OpenCL"
	if _, err := gpu.Devices(); errors.Is(err, gpu.ErrNotBuilt) {
		built = "without OpenCL"
	}
	tnnGPU(t, t.TempDir(), "version").want(t, codeDone, "tnn-gpu ", "go1.", built)
}

// TestMistakes has the sentence that each mistake gets. None may write anything.
func TestMistakes(t *testing.T) {
	inputs := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(inputs, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	odd := write("odd.toml", "[graph]\nkind = \"neighbor\"\nsides = [9, 10]\nbipartite = true\n[[group]]\nconnections = 4\n[[era]]\nsteps = 5\n")
	typo := write("typo.toml", "[graph]\nsides = [10, 10]\nbipartit = true\n")
	tests := []struct {
		args string
		says string
	}{
		{"walk", `there is no command "walk"; ` + "`tnn-gpu --help` lists them"},
		{"--fast", "there is no flag --fast"},
		{"run --fast", "there is no flag --fast; see `tnn-gpu run --help`"},
		{"run --steps", "--steps is given without its value"},
		{"run a.toml b.toml", `"b.toml" is one configuration too many`},
		{"run a.toml --preset driven", "there are both a configuration file, a.toml, and --preset driven; use one of them"},
		{"run absent.toml", "the configuration cannot be opened: open absent.toml: no such file or directory"},
		{"run " + odd, "odd.toml:3: graph.sides is [9, 10]: a bipartite lattice needs even sides"},
		{"run " + typo, "typo.toml:3: there is no key graph.bipartit: the nearest is graph.bipartite"},
		{"run --preset drivn", `there is no preset "drivn": the nearest is driven`},
		{"run --steps 0", `--steps is "0": use a whole number from 1 to`},
		{"run --steps many", `--steps is "many": use a whole number from 1 to`},
		{"run --steps 5000000000", `--steps is "5000000000": use a whole number from 1 to`},
		{"run --seed minus", "--seed: run.seed is "},
		{"run --seed -1", "--seed: run.seed is -1: use a whole number"},
		{"run --replicas 0", "--replicas: run.replicas is 0: use a whole number from 1 to"},
		{"run --precision half", `--precision: run.precision is "half": use single or double`},
		{"run --backend tpu", `--backend: run.backend is "tpu": use auto, opencl or cpu`},
		{"run --threads -2", "--threads is -2: use 0, for all cores, or more"},
		{"run --threads two", `--threads is "two": use a whole number; see`},
		{"video r --scale much", `--scale is "much": use a number; see`},
		{"run --live=maybe", `--live is "maybe": use true or false; see`},
		{"stats r --first nan", `--first is "nan": use a whole number; see`},
		{"run --checkpoint never", `--checkpoint is "never": use a number of steps, or a time such as 90s or 10m`},
		{"run --set levels", `--set: "levels" is `},
		{"run --set group[0].levels=1", "--set: group[0].levels is 1: use a whole number from 2 to"},
		{"run --set group[0].connections=5", "group[0].connections is 5: no reach gives a node of a bipartite lattice of 2 sides so many neighbours; the nearest are 4 and 16"},
		{"run --set era[0].steps=-3", "--set: era[0].steps is -3: use 1 step or more"},
		{"run --set edge.bound=nan", "--set: edge.bound is NaN: use a number"},
		{"run --preset large --replicas 1000000", "graph.sides is [2048, 2048]: the network takes at least"},
		{"run --preset large --replicas 1000000", " with its 1000000 replicas, and this process can have "},
		{"run --preset isolated4 --record foo", `the model tnn has no field "foo"; it has state, energy, dissipation, `},
		{"run --preset driven --set graph.separation=28", "graph.separation is 28:"},
		{"resume", "tnn-gpu resume takes one argument, the folder of a run"},
		{"resume absent", "absent is not the folder of a run"},
		{"presets drivn", `there is no preset "drivn": the nearest is driven`},
		{"presets driven relaxed", `"relaxed" is one preset too many`},
		{"devices gpu", `tnn-gpu devices takes no argument, and "gpu" is one`},
		{"version 2", `tnn-gpu version takes no argument, and "2" is one`},
		{"selftest all", `tnn-gpu selftest takes no argument, and "all" is one`},
		{"verify", "tnn-gpu verify needs at least one file"},
		{"verify absent.json.gz", "the golden file cannot be opened"},
		{"verify " + odd, "odd.toml: it is no golden file"},
		{"verify --backend tpu " + odd, `--backend is "tpu": use cpu or opencl`},
		{"verify --precision half " + odd, `precision "half" is not known; use single or double`},
		{"verify --tolerance -1 " + odd, "--tolerance is -1: use 0 or a positive number"},
		{"verify --tolerance nan " + odd, "--tolerance is NaN: use 0 or a positive number"},
		{"verify --device 0 " + odd, "--device 0 names an OpenCL device: use it with --backend opencl"},
		{"compare --on cpu/single", "--on cpu/single is alone: give two contestants or more"},
		{"compare --on cpu --on cpu/double", `--on is "cpu": use cpu/single, cpu/double,`},
		{"compare --on cpu:0/single --on cpu/double", `--on is "cpu:0/single": use`},
		{"compare --steps x", `--steps is "x": use a whole number`},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := tnnGPU(t, dir, strings.Fields(test.args)...).want(t, codeUsage, test.says)
			if r.out != "" {
				t.Errorf("there is standard output: %q", r.out)
			}
			if text, ended := strings.CutSuffix(r.errs, "\n"); !ended || strings.Contains(text, "\n") || !strings.HasPrefix(text, "tnn-gpu: ") {
				t.Errorf("this is not one line that begins with the program's name: %q", r.errs)
			}
			wantEmpty(t, dir)
		})
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("the folder is not empty: %v, %v", entries, err)
	}
}

// TestAbsentDevice: what is asked for and absent is an error, never replaced.
func TestAbsentDevice(t *testing.T) {
	says := "no such OpenCL device"
	if _, err := gpu.Devices(); errors.Is(err, gpu.ErrNotBuilt) {
		says = "this program was built without OpenCL; build it with `make build`"
	}
	goldens := goldenFiles(t)
	for _, args := range [][]string{
		{"run", "--backend", "opencl", "--device", "999"},
		{"run", "--device", "no such thing"},
		{"compare", "--on", "cpu/single", "--on", "opencl:999/single"},
		{"verify", "--backend", "opencl", "--device", "999", goldens[0]},
	} {
		dir := t.TempDir()
		tnnGPU(t, dir, args...).want(t, codeDevice, says)
		wantEmpty(t, dir)
	}
}

func TestExitCode(t *testing.T) {
	configured := &config.Error{Err: errors.New("levels")}
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, codeDone},
		{errors.New("the disk is full"), codeFailed},
		{badUsage("no"), codeUsage},
		{configured, codeUsage},
		{fmt.Errorf("run: %w", configured), codeUsage},
		{deviceError{gpu.ErrNoDevice}, codeDevice},
		{fmt.Errorf("steps 1 to 9 failed: %w", &gpu.Error{Call: "clFinish", Err: errors.New("out of resources")}), codeDevice},
		{fmt.Errorf("%w at step 3", errInterrupted), codeInterrupted},
		{errors.Join(context.Canceled), codeInterrupted},
		{fmt.Errorf("%w at step 3", errTimeIsUp), codeTimeIsUp},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("the exit code of %v is %d, want %d", test.err, got, test.want)
		}
	}
}
