//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// fakes puts commands of a cluster into a folder, which comes first in PATH.
func fakes(t *testing.T, commands map[string]string) (path string) {
	t.Helper()
	bin := t.TempDir()
	for name, text := range commands {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin + ":" + os.Getenv("PATH")
}

// shell runs a script that has been printed.
func shell(t *testing.T, dir, script string, environment ...string) result {
	t.Helper()
	var out, errs strings.Builder
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", "script")
	c.Dir, c.Stdout, c.Stderr = dir, &out, &errs
	c.Env = append(append(os.Environ(), asProgram+"=1"), environment...)
	err := c.Run()
	r := result{out: out.String(), errs: errs.String()}
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	r.code = c.ProcessState.ExitCode()
	return r
}

// prepared makes the folder of a scan whose name has a space and a quote.
func prepared(t *testing.T, dir string, more ...string) string {
	t.Helper()
	const name = "Dad's scan"
	tnnGPU(t, dir, scanned(append([]string{"--out", name, "--prepare"}, more...)...)...).want(t, codeDone, "6 points, 2 trials each")
	return name
}

// TestSlurmScript: outside of a job it submits itself and a merge that comes after; in
// a job it makes its share.
func TestSlurmScript(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "whole")...).want(t, codeDone)
	name := prepared(t, dir)
	script := tnnGPU(t, dir, "scan", "script", "slurm", name, "--shards", "3").want(t, codeDone,
		"#SBATCH --array=0-2\n", "#SBATCH --time=00:10:00\n", "#SBATCH --signal=B:USR1@120\n", "#SBATCH --job-name=scan-dad-s-scan\n").out
	path := fakes(t, map[string]string{"sbatch": `echo "$@" >>"$LOG"; echo "41;cluster"`})
	log := filepath.Join(dir, "log")
	shell(t, dir, script, "PATH="+path, "LOG="+log).want(t, codeDone)
	lines := strings.Split(string(read(t, log)), "\n")
	if len(lines) != 3 || lines[0] != "--parsable script" || !strings.HasPrefix(lines[1], "--dependency=afterany:41 ") || !strings.Contains(lines[1], "scan merge") {
		t.Errorf("submitted is %q", lines)
	}
	merge := lines[1][strings.Index(lines[1], "--wrap=")+len("--wrap="):]
	for task := 5; task <= 7; task++ {
		shell(t, dir, script, "SLURM_JOB_ID=50", "SLURM_ARRAY_JOB_ID=48", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", task), "SLURM_ARRAY_TASK_MIN=5", "SLURM_ARRAY_TASK_COUNT=3").want(t, codeDone)
		shell(t, dir, merge).want(t, codeDone)
	}
	if scanTables(t, dir, "whole") != scanTables(t, dir, name) {
		t.Error("the tables are others")
	}
}

// TestRequeue: a job whose time is up has itself queued again, by the name of its task;
// one that is cancelled does not.
func TestRequeue(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	t.Setenv("PATH", fakes(t, map[string]string{"scontrol": `echo "$@" >>"` + log + `"`}))
	long := []string{"scan", "--preset", "isolated4", "--backend", "cpu", "--steps", "100000000", "--over", "edge.bound=1,2", "--out", "out", "--requeue"}
	tnnGPU(t, dir, long...).want(t, codeUsage, "there is no SLURM_JOB_ID")
	t.Setenv("SLURM_JOB_ID", "9")
	stoppedScan(t, dir, syscall.SIGUSR1, long...).want(t, codeTimeIsUp)
	t.Setenv("SLURM_ARRAY_JOB_ID", "7")
	t.Setenv("SLURM_ARRAY_TASK_ID", "3")
	stoppedScan(t, dir, syscall.SIGUSR1, long...).want(t, codeTimeIsUp)
	tnnGPU(t, dir, append(scanned("--out", "done"), "--requeue")...).want(t, codeDone)
	if text := string(read(t, log)); text != "requeue 9\nrequeue 7_3\n" {
		t.Errorf("scontrol was told %q", text)
	}
}

// TestParallelScript makes all shards, and the tables: with GNU parallel where it is,
// and with a stand-in for it.
func TestParallelScript(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "whole")...).want(t, codeDone)
	name := prepared(t, dir)
	script := tnnGPU(t, dir, "scan", "script", "parallel", name, "--shards", "2").want(t, codeDone).out
	// As GNU parallel does, with a command that is quoted once more.
	paths := []string{fakes(t, map[string]string{"parallel": `shift 3
while read -r n; do
	command=
	for word in "$@"; do
		command="$command '$(printf %s "$word" | sed "s/'/'\\\\''/g; s/{}/$n/")'"
	done
	eval "$command" || exit 1
done
`})}
	if out, err := exec.Command("parallel", "--version").Output(); err == nil && strings.Contains(string(out), "GNU parallel") {
		paths = append(paths, os.Getenv("PATH"))
	}
	for _, path := range paths {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		prepared(t, dir)
		shell(t, dir, script, "PATH="+path).want(t, codeDone)
		if scanTables(t, dir, "whole") != scanTables(t, dir, name) {
			t.Error("the tables are others")
		}
	}
}

// TestKubernetesScript plays the part of the kubelet: it puts the index into the
// arguments and starts the program, with the volume where the folder is. A pod that is
// moved is told with SIGTERM, and made again.
func TestKubernetesScript(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, longScan("--out", "whole")...).want(t, codeDone)
	const name = "Dad's scan"
	tnnGPU(t, dir, longScan("--out", name, "--prepare")...).want(t, codeDone)
	manifest := tnnGPU(t, dir, "scan", "script", "kubernetes", name, "--shards", "2", "--image", "registry/tnn:1", "--claim", "mine").want(t, codeDone,
		"completionMode: Indexed", "completions: 2", "backoffLimitPerIndex: 3", `image: "registry/tnn:1"`, `claimName: "mine"`, "values: [75]", "name: scan-dad-s-scan\n").out
	moved := pod(t, manifest, 0, filepath.Join(dir, name))
	var out, errs bytes.Buffer
	c := command(t, dir, moved...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "run that can be saved", func() bool {
		runs, _ := filepath.Glob(filepath.Join(dir, name, "tasks", "*", "*", "steps.csv"))
		return len(runs) > 0
	})
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	finish(t, c.Wait(), &out, &errs).want(t, codeInterrupted)
	tnnGPU(t, dir, "scan", "status", name).want(t, codeDone, "saved    1", "open     1")
	for index := range 2 {
		tnnGPU(t, dir, pod(t, manifest, index, filepath.Join(dir, name))...).want(t, codeDone)
	}
	if scanTables(t, dir, "whole") != scanTables(t, dir, name) {
		t.Error("the tables are others")
	}
}

// longScan are arguments of a scan of two points that take long enough to be saved.
func longScan(more ...string) []string {
	return lastOnly(append([]string{"scan", "--preset", "perceptron-hebb", "--backend", "cpu", "--steps", "3000", "--over", "perceptron.nut=2,3"}, more...))
}

// pod are the arguments of the pod of an index, with the volume in a folder.
func pod(t *testing.T, manifest string, index int, volume string) []string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^ +args: (\[.*\])$`).FindStringSubmatch(manifest)
	if found == nil {
		t.Fatal(manifest)
	}
	var args []string
	if err := json.Unmarshal([]byte(found[1]), &args); err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		arg = strings.ReplaceAll(arg, "$(JOB_COMPLETION_INDEX)", fmt.Sprint(index))
		if rest, inVolume := strings.CutPrefix(arg, "/scan"); inVolume {
			arg = volume + rest
		}
		args[i] = arg
	}
	return args
}

func TestScriptMistakes(t *testing.T) {
	dir := t.TempDir()
	name := prepared(t, dir)
	for says, args := range map[string][]string{
		"takes two arguments":                {"slurm"},
		`there is no script for "pbs"`:       {"pbs", name},
		"cannot be divided among 7 jobs":     {"slurm", name, "--shards", "7"},
		"use five minutes or more":           {"slurm", name, "--time", "1m"},
		"the scan's folder cannot be opened": {"slurm", "nowhere"},
	} {
		tnnGPU(t, dir, append([]string{"scan", "script"}, args...)...).want(t, codeUsage, says)
	}
}
