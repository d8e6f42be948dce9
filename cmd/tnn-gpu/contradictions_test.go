package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestContradictions: no flag is passed over in silence.
func TestContradictions(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--set", "graph.sides=[10, 10]", "--steps", "4", "--record", "state", "--every", "2", "--backend", "cpu", "--out", "made").want(t, codeDone)
	for _, test := range []struct{ args, says string }{
		{"run --backend cpu --device nonsense", "--device nonsense names an OpenCL device, but the backend is cpu"},
		{"run --set run.backend='cpu' --device 0", "--device 0 names an OpenCL device, but the backend is cpu"},
		{"run --backend cpu --set run.device=foo", "--set run.device=foo names an OpenCL device, but --backend is cpu"},
		{"run --backend cpu --set run={device='foo'}", "--set run={device='foo'} names an OpenCL device, but --backend is cpu"},
		{"feed --backend cpu --set run.device=0", "--set run.device=0 names an OpenCL device, but --backend is cpu"},
		{"scan --preset isolated4 --over edge.bound=1,2 --set run.device=foo --backend cpu", "--set run.device=foo names an OpenCL device, but --backend is cpu"},
		{"resume made --device 0 --steps +1", "--device 0 names an OpenCL device, but the backend is cpu"},
		{"run --seed 2 --set run.seed=3", "there are both --seed and --set run.seed; use one of the two"},
		{"run --no-overview --set record.overview=true", "there are both --no-overview and --set record.overview; use one of the two"},
		{"run --every 2", "--every is about what --record names; use it with that"},
		{"run --region 0:2,0:2", "--region is about what --record names; use it with that"},
		{"run --nodes 1,2", "--nodes is about what --record names; use it with that"},
		{"run --watch-every 2", "--watch-every is about what --watch names; use it with that"},
		{"run --record state --region 0:2,0:2 --nodes 1,2", "there is a region too: use one of the two"},
		{"bench --backend cpu --device 0", "--device 0 names an OpenCL device, and --backend cpu measures none"},
		{"bench --backend cpu --profile", "--profile is about the kernels of an OpenCL device"},
		{"inspect made --step 2", "--step and --replica are about a node, an edge or another item"},
		{"plot made --format svg --out plot.png", "--format is svg, but --out plot.png has the ending of another format"},
		{"plot made --format gif", `a plot cannot be written as "gif"; use png, svg, pdf`},
		{"plot made --size 20x20 --out small.png", "panels of 20x20 mm leave too little room inside their axes: make them "},
		{"plot made --size 1000x1000 --out large.png", "million is the most"},
		{"plot made --mean", "a mean takes several replicas with the same settings"},
		{"plot made --errors", "standard errors take several replicas with the same settings"},
		{"plot made --errors --field state", "fields are drawn of one run, without quantities, axes, means and errors"},
		{"plot made --field state --log x", "logarithmic axes and limits are those of curves"},
		{"plot made --field state --data", "--data is of the points of curves"},
		{"plot made --quantity energies,energies", "name one or more, each once, with commas between them"},
		{"plot made --quantity=", "--quantity is empty"},
		{"plot made --field state,state", "name one or more, each once"},
		{"plot made ./made", "the run ./made stands twice: name each once"},
		{"stats made --of series,series", "name one or more, each once"},
		{"scan --preset isolated4 --over edge.bound=1,2 --quantity order,order", "name one or more, each once"},
		{"scan --preset isolated4 --over edge.bound=1,2 --set run.precision=double --precision single", "there are both --precision and --set run.precision; use one of the two"},
		{"scan --preset isolated4 --over edge.bound=1,2 --set run.replicas=3 --trials 2", "there are both --trials and --set run.replicas; use one of the two"},
		{"scan --preset isolated4 --over edge.bound=1,2 --set run.seed=3 --seed 2", "there are both --seed and --set run.seed"},
		{"scan --preset isolated4 --over edge.bound=1,2 --set run.backend=opencl --backend cpu", "there are both --backend and --set run.backend"},
		{"stats made --above 0.3", "--above is about the statistic correlations, which is not made here"},
		{"stats made --quantity order --of fano --bin 2", "--bin is about the statistic bins"},
		{"stats made --quantity state --of series --beside made", "--beside is about the statistic distance"},
		{"stats made --format svg", "--format and --overwrite are about what --out writes"},
		{"stats made --overwrite", "--format and --overwrite are about what --out writes"},
		{"video made --format png --fps 5", "--fps is about a film"},
		{"export made --format csv --out network.graphml", "--format is csv, but --out network.graphml has the ending of another format"},
	} {
		before := names(t, dir)
		tnnGPU(t, dir, strings.Fields(test.args)...).want(t, codeUsage, test.says)
		if after := names(t, dir); after != before {
			t.Errorf("%s leaves %s", test.args, after)
		}
	}
}

// names lists a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestFormatsInAnyCase: a format is called as its users call it.
func TestFormatsInAnyCase(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--record", "state", "--no-overview")...).want(t, codeDone)
	for _, args := range []string{"plot out --out P.PNG", "plot out --format SVG --out p.svg", "plot out --format Pdf --out P.PDF",
		"export out --format GraphML --out G.GRAPHML", "export out --format EDGELIST --out e.txt", "video out --format APNG --out film.png"} {
		tnnGPU(t, dir, strings.Fields(args)...).want(t, codeDone)
	}
	for name, begins := range map[string]string{"P.PNG": "\x89PNG", "p.svg": "<?xml", "P.PDF": "%PDF", "G.GRAPHML": "<?xml", "film.png": "\x89PNG"} {
		if text := read(t, dir, name); !bytes.HasPrefix(text, []byte(begins)) {
			t.Errorf("%s begins with %q", name, text[:8])
		}
	}
}

// TestOnlyFilesAreReplaced: --overwrite is about regular files, and a name that is
// free has one winner.
func TestOnlyFilesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	write := func(path string, text string) error {
		return new(program).writeFile(path, true, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
	}
	target := filepath.Join(dir, "target")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	special := map[string]string{"link": " is a link, which is never replaced", "away": " is a link, which is never replaced", "folder": " is a folder"}
	if err := errors.Join(os.Symlink(target, filepath.Join(dir, "link")), os.Symlink("nowhere", filepath.Join(dir, "away")), os.Mkdir(filepath.Join(dir, "folder"), 0o755)); err != nil {
		t.Skip(err)
	}
	for name, says := range special {
		path := filepath.Join(dir, name)
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(path, "new"); err == nil || exitCode(err) != codeUsage || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if after, err := os.Lstat(path); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s is another now: %v", name, err)
		}
	}
	if text := read(t, target); string(text) != "old" {
		t.Errorf("the target of the link has %q", text)
	}
	if err := write(target, "new"); err != nil || string(read(t, target)) != "new" {
		t.Errorf("a file is not replaced: %v", err)
	}

	won := make(chan error)
	for i := range 8 {
		go func() {
			won <- new(program).writeFile(filepath.Join(dir, "one"), false, func(w io.Writer) error {
				_, err := fmt.Fprint(w, i)
				return err
			})
		}()
	}
	winners := 0
	for range 8 {
		switch err := <-won; {
		case err == nil:
			winners++
		case exitCode(err) != codeUsage || !strings.Contains(err.Error(), "one exists; use --overwrite to replace it"):
			t.Errorf("the error is %v", err)
		}
	}
	if winners != 1 || len(read(t, dir, "one")) != 1 {
		t.Errorf("%d have won", winners)
	}
	if left := names(t, dir); strings.Contains(left, ".tnn-gpu-") {
		t.Errorf("there are left-overs: %s", left)
	}
}

// TestAnswersOfWhatIsNotFed: resume refuses what it would have to pass over.
func TestAnswersOfWhatIsNotFed(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--no-overview")...).want(t, codeDone)
	before := tree(t, dir)
	for _, flag := range []string{"--answer", "--readout"} {
		for _, more := range [][]string{{"--steps", "+5"}, {"--restart"}, nil} {
			tnnGPU(t, dir, append([]string{"resume", "out", flag, "x"}, more...)...).want(t, codeUsage, flag+" is of runs that are fed")
		}
	}
	sameTree(t, before, dir)
}

// TestDeviceOfConfiguration: a configuration that names a device beside the backend cpu
// is refused as the flags are; a flag for the backend is in the place of both.
func TestDeviceOfConfiguration(t *testing.T) {
	dir := t.TempDir()
	set := []string{"--set", `run.backend="cpu"`, "--set", `run.device="nope"`, "--no-overview"}
	tnnGPU(t, dir, small(set...)...).want(t, codeUsage, `run.device is "nope", an OpenCL device, but run.backend is cpu`)
	tnnGPU(t, dir, "scan", "--preset", "isolated4", "--steps", "2", set[0], set[1], set[2], set[3], "--over", "group[0].threshold=0.1,0.2").want(t, codeUsage, `run.device is "nope"`)
	file := strings.Replace(tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone).out, `backend = "auto"`, "backend = \"auto\"\ndevice = \"nope\"", 1)
	fedWith(t, dir, file, "run", "-", "--set", "graph.sides=[10, 10]", "--steps", "4", "--no-overview", "--backend", "cpu", "--out", "out").want(t, codeDone)
	tnnGPU(t, dir, "resume", "out", "--steps", "+5").want(t, codeDone)
}

// TestReplicasInHelp: what a replica is differs between models, and the help says so.
func TestReplicasInHelp(t *testing.T) {
	tnnGPU(t, t.TempDir(), "run", "--help").want(t, codeDone, "realisation, network or population r of the seed (perceptron, hopfield, signals)")
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--no-overview")...).want(t, codeDone)
	tnnGPU(t, dir, "serve", "--listen", "0.0.0.0:0", "out").want(t, codeUsage, "(--public)")
}

// TestFilesAreCalledByTheirNames: an error says which folder is missing, and never under which
// name a file was to be written first.
func TestFilesAreCalledByTheirNames(t *testing.T) {
	dir := t.TempDir()
	full := func(path string) func(io.Writer) error {
		return func(io.Writer) error { return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC} }
	}
	p := new(program)
	missing := filepath.Join(dir, "a", "b")
	err := p.writeFile(filepath.Join(missing, "p.svg"), false, full("x"))
	if want := filepath.Join(missing, "p.svg") + " cannot be written: there is no folder " + missing; err == nil || err.Error() != want || exitCode(err) != codeUsage || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want %s", err, want)
	}
	path := filepath.Join(dir, "p.svg")
	err = p.writeAs(path, false, func(temporary string) error { return full(temporary)(nil) })
	if want := path + " cannot be written: write " + path + ": no space left on device"; err == nil || err.Error() != want || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v, want %s", err, want)
	}
	if left := names(t, dir); left != dir {
		t.Errorf("there is %s", left)
	}
}
