//go:build linux

// Command gpu-kit runs the parts of the GPU kit, one after another, in the folder that
// it stands in, and writes what they found to the folder results: the words of each part,
// report.json, and tables for docs/performance-notes.md. scripts/gpu-kit makes the folder.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// usual is the time in which the limits of all parts are meant.
const usual = 8 * time.Minute

func main() {
	total := flag.Duration("time", usual, "time for all parts, of which each has its share")
	device := flag.String("device", "", "OpenCL device: its number in `tnn-gpu devices`, or part of its name")
	quick := flag.Bool("quick", false, "small networks, to try the kit")
	flag.Parse()
	if err := run(*total, *device, *quick); err != nil {
		fmt.Fprintln(os.Stderr, "gpu-kit:", err)
		os.Exit(1)
	}
}

// part is one command of the kit. Its output is kept, whatever comes of it.
type part struct {
	Name    string          `json:"name"`
	Limit   float64         `json:"limit_seconds"`
	Command []string        `json:"command"`
	Dir     string          `json:"-"`
	Env     []string        `json:"-"`
	File    string          `json:"-"` // that the command writes its JSON to; else to its output, if it begins as JSON does
	OK      bool            `json:"ok"`
	Seconds float64         `json:"seconds"`
	Error   string          `json:"error,omitempty"`
	Output  string          `json:"output"` // its file
	Left    []string        `json:"left_out,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
}

// report is report.json.
type report struct {
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"`
	Parts   []*part   `json:"parts"`
}

func run(total time.Duration, device string, quick bool) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	results := filepath.Join(here, "results")
	if err := os.MkdirAll(results, 0o777); err != nil {
		return err
	}
	packed, err := filepath.Glob(filepath.Join(here, "*.gz"))
	if err != nil || len(packed) == 0 {
		return errors.Join(err, fmt.Errorf("%s is not the folder of the kit: it has no programs", here))
	}
	for _, path := range packed {
		if err := unpack(strings.TrimSuffix(path, ".gz")); err != nil {
			return err
		}
	}
	r := &report{Began: time.Now()}
	ctx, cancel := context.WithTimeout(context.Background(), total)
	defer cancel()
	list := parts(here, results, device, quick)
	for i, p := range list {
		p.Limit = limit(list[i:], total.Seconds(), time.Since(r.Began).Seconds())
		p.run(ctx, results)
		r.Parts = append(r.Parts, p)
		r.Seconds = time.Since(r.Began).Seconds()
		fmt.Printf("%-4s  %-24s  %5.1f s  %s\n", map[bool]string{true: "ok", false: "FAIL"}[p.OK], p.Name, p.Seconds, p.Error)
		if err := r.write(results); err != nil { // after each part: what comes later may never end
			return err
		}
	}
	for _, p := range r.Parts {
		if !p.OK {
			return errors.New("some parts failed; results has what they say")
		}
	}
	return nil
}

// limit is the time of the first of some parts, all in seconds: its own, but a tenth of
// theirs is left for each that follows.
func limit(list []*part, total, passed float64) float64 {
	scale := total / usual.Seconds()
	left := total - passed
	for _, p := range list[1:] {
		left -= scale * p.Limit / 10
	}
	return min(scale*list[0].Limit, left)
}

// unpack unpacks a program that lies there as path.gz.
func unpack(path string) error {
	f, err := os.Open(path + ".gz")
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s.gz: %w", path, err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o777)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, z)
	return errors.Join(err, out.Close())
}

// parts are in the order of what matters most.
func parts(here, results, device string, quick bool) []*part {
	program := filepath.Join(here, "tnn-gpu")
	on := func(args ...string) []string {
		args = append([]string{program}, args...)
		if device != "" {
			args = append(args, "--device", device)
		}
		return args
	}
	sizes, seconds := "256,1024,2048,4096", "1"
	if quick {
		sizes, seconds = "30,64", "0.2"
	}
	bench := func(name string, limit float64, args ...string) *part {
		args = append([]string{"bench", "--backend", "opencl", "--profile", "--json", "--seconds", seconds}, args...)
		return &part{Name: name, Limit: limit, Command: on(args...)}
	}
	tests := func(binary, dir string) func(name string, limit float64, pattern string, env ...string) *part {
		return func(name string, limit float64, pattern string, env ...string) *part {
			return &part{Name: name, Limit: limit, Dir: filepath.Join(here, dir), Env: append(env, "TNN_TEST_DEVICE="+device),
				Command: []string{filepath.Join(here, binary), "-test.v", "-test.run", pattern}}
		}
	}
	kernels := tests("tnn.test", "gpu/tnn")
	experiments := filepath.Join(results, "experiments.json")
	e := kernels("experiments", 90, "^TestKitExperiments$", "TNN_KIT="+experiments)
	e.File = experiments
	list := []*part{
		{Name: "devices", Limit: 20, Command: []string{program, "devices", "--json"}},
		{Name: "selftest", Limit: 90, Command: []string{program, "selftest"}},
		bench("bench hylton2020", 90, "--size", sizes, "--connections", "4,16"),
		e,
		kernels("ladder", 90, "^(TestAgrees|TestWorkGroups$|TestSwept|TestIsolation$|TestResumeAcross|TestMemoryOf|TestProfile)"),
		bench("bench hylton2019", 60, "--series", "hylton2019", "--size", sizes, "--connections", "4,16"),
		bench("bench replicas", 40, "--size", "30", "--connections", "4,16", "--replicas", "1024"),
	}
	for _, precision := range []string{"double", "single"} {
		list = append(list, goldens(here, on, precision)...)
	}
	list = append(list, engines(here, tests)...)
	return append(list,
		kernels("catalogue", 90, "^(TestSuite|TestDistributions|TestVectorWidths|TestStepOf)"),
		tests("program.test", "cmd/tnn-gpu")("program", 60, "^(TestDevices|TestCompare|TestBench)"),
	)
}

// ofEngines are the tests of models that have no parts of their own.
const ofEngines = "^(TestSuite|TestSameBits|TestAgrees|TestAlike|TestWorkGroups|TestVariants|TestGoesOn|TestResume)$"

// engines tests the engines of all models but the first, which has parts of its own.
func engines(here string, tests func(binary, dir string) func(name string, limit float64, pattern string, env ...string) *part) []*part {
	var list []*part
	folders, _ := filepath.Glob(filepath.Join(here, "gpu", "*"))
	for _, folder := range folders {
		if model := filepath.Base(folder); model != "tnn" {
			list = append(list, tests(model+".test", "gpu/"+model)(model, 60, ofEngines))
		}
	}
	return list
}

// goldens verifies the recorded trajectories of each model.
func goldens(here string, on func(...string) []string, precision string) []*part {
	var list []*part
	folders, _ := filepath.Glob(filepath.Join(here, "testdata", "*"))
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "*.gz"))
		if len(files) == 0 {
			continue
		}
		// Flags come first: a device follows them.
		command := on("verify", "--backend", "opencl", "--precision", precision)
		list = append(list, &part{Name: "verify " + filepath.Base(folder) + ", " + precision, Limit: 75, Command: append(command, files...)})
	}
	return list
}

// run runs the command, which ends with its limit, or with the time for all parts.
func (p *part) run(ctx context.Context, results string) {
	name := strings.ReplaceAll(strings.ReplaceAll(p.Name, ", ", "-"), " ", "-") + ".txt"
	p.Output = name
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.Limit*float64(time.Second)))
	defer cancel()
	var out, words bytes.Buffer
	began := time.Now()
	c := exec.CommandContext(ctx, p.Command[0], p.Command[1:]...)
	c.Dir, c.Env, c.Stdout, c.Stderr = p.Dir, append(os.Environ(), p.Env...), &out, &words
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = 5 * time.Second
	err := c.Run()
	p.Seconds, p.OK = time.Since(began).Seconds(), err == nil
	switch {
	case ctx.Err() != nil:
		p.OK, p.Error = false, "its time was over"
	case err != nil:
		p.Error = err.Error()
	}
	text := out.String() + words.String()
	if err := os.WriteFile(filepath.Join(results, name), []byte(text), 0o666); err != nil {
		p.OK, p.Error = false, err.Error()
	}
	p.Left = leftOut(text)
	result := out.Bytes()
	if p.File != "" {
		result, _ = os.ReadFile(p.File)
	}
	p.Result = whole(result)
}

// whole is the JSON of a part, or the values of an array that its end cut off; nil of what
// is none.
func whole(text []byte) json.RawMessage {
	if json.Valid(text) {
		return text
	}
	values := json.NewDecoder(bytes.NewReader(text))
	if begin, err := values.Token(); err != nil || begin != json.Delim('[') {
		return nil
	}
	var list []json.RawMessage
	for values.More() {
		var value json.RawMessage
		if values.Decode(&value) != nil {
			break
		}
		list = append(list, value)
	}
	text, err := json.Marshal(list)
	if err != nil || list == nil {
		return nil
	}
	return text
}

// leftOut lists the tests that were skipped.
func leftOut(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if _, test, found := strings.Cut(line, "--- SKIP: "); found {
			list = append(list, strings.Fields(test)[0])
		}
	}
	return list
}

func (r *report) write(results string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(results, "report.json"), text, 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(results, "tables.md"), []byte(r.tables()), 0o666)
}
