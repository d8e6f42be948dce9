package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/record"
)

// saved wants a run folder with a checkpoint that its run goes on from, and without
// an overview, for which there was no time.
func saved(t *testing.T, dir string) {
	t.Helper()
	if files, err := filepath.Glob(filepath.Join(dir, "out", "checkpoint-*.tnn")); err != nil || len(files) == 0 {
		t.Errorf("there is no checkpoint: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "out", record.OverviewName)); err == nil {
		t.Error("there is an overview")
	}
	tnnGPU(t, dir, "resume", "out", "--steps", "+3").want(t, codeDone, "resumed     after step ", "3 steps in ")
}

// TestSignalsSave: whatever tells a run to stop has it saved, and what tells it that
// its time is up has another exit code.
func TestSignalsSave(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
		says   string
	}{
		{syscall.SIGINT, codeInterrupted, "interrupted at step "},
		{syscall.SIGTERM, codeInterrupted, "interrupted at step "},
		{syscall.SIGHUP, codeInterrupted, "interrupted at step "},
		{syscall.SIGUSR2, codeInterrupted, "interrupted at step "},
		{syscall.SIGQUIT, codeInterrupted, "interrupted at step "},
		{syscall.SIGUSR1, codeTimeIsUp, "time is up at step "},
		{syscall.SIGXCPU, codeTimeIsUp, "time is up at step "},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			begin(t, dir, endless("--backend", "cpu")...)(test.signal).want(t, test.code, test.says, ": saving the run.", "; go on with: tnn-gpu resume out")
			saved(t, dir)
		})
	}
}

// TestDriverLeavesSignals: a driver takes signals for itself, when it compiles and when it
// loads what it has compiled, and the run answers them all the same.
func TestDriverLeavesSignals(t *testing.T) {
	withOpenCL(t)
	t.Parallel()
	cache := t.TempDir() // so that the first compiles
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGXCPU} {
		t.Run(s.String(), func(t *testing.T) {
			dir := t.TempDir()
			c := command(t, dir, endless("--backend", "opencl")...)
			c.Env = append(c.Environ(), "POCL_CACHE_DIR="+cache)
			beginCommand(t, c)(s).want(t, codeTimeIsUp, "time is up at step ", "; go on with: tnn-gpu resume out")
			saved(t, dir)
		})
	}
}

// TestWhileKernelsCompile has a linker that never ends: it is told that the driver
// compiles, and Ctrl-C, which a terminal sends to all processes, ends the program at once,
// with what it started.
func TestWhileKernelsCompile(t *testing.T) {
	withPoCL(t)
	dir, tools := t.TempDir(), t.TempDir()
	pids := filepath.Join(tools, "pids")
	script := "#!/bin/sh\necho $$ $PPID >" + pids + ".new && mv " + pids + ".new " + pids + "\nexec sleep 3600\n"
	if err := os.WriteFile(filepath.Join(tools, "ld"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	says, err := os.Create(filepath.Join(tools, "says"))
	if err != nil {
		t.Fatal(err)
	}
	defer says.Close()
	c := command(t, dir, endless("--backend", "opencl")...)
	c.Env = append(c.Environ(), "POCL_CACHE_DIR="+t.TempDir(), "PATH="+tools+":"+os.Getenv("PATH"))
	c.Stderr, c.SysProcAttr = says, &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }) // what is left
	waitFor(t, pids)
	var linker, trial int
	if _, err := fmt.Sscan(string(read(t, pids)), &linker, &trial); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "word", func() bool {
		return strings.Contains(string(read(t, says.Name())), "The OpenCL driver compiles the kernels: for a network of a new kind or size")
	})
	if err := syscall.Kill(-c.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // its exit code is looked at
	if code, text := c.ProcessState.ExitCode(), string(read(t, says.Name())); code != codeInterrupted || !strings.Contains(text, "\nInterrupted. Nothing was computed, and nothing changed.\n") {
		t.Errorf("exit code %d: %s", code, text)
	}
	wantEmpty(t, dir)
	waitUntil(t, "end of the trial", func() bool { // which ends by itself
		_, err := os.Stat(fmt.Sprintf("/proc/%d", trial))
		return err != nil
	})
}

// TestSignalsInPairs: GNU timeout sends two, which are of one mind.
func TestSignalsInPairs(t *testing.T) {
	for _, pair := range [][]os.Signal{{syscall.SIGTERM, syscall.SIGTERM}, {os.Interrupt, syscall.SIGTERM}, {syscall.SIGUSR1, os.Interrupt}} {
		t.Run(pair[0].String()+", "+pair[1].String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := begin(t, dir, endless("--backend", "cpu")...)(pair...)
			if r.code != codeInterrupted && r.code != codeTimeIsUp {
				t.Errorf("exit code %d", r.code)
			}
			r.want(t, r.code, "; go on with: tnn-gpu resume out")
			saved(t, dir)
		})
	}
}

// busy is a run whose first step takes longer than any test.
func busy(more ...string) []string {
	return lastOnly(append([]string{"run", "--preset", "relaxed", "--set", "network.relaxations=40000000", "--set", "era[0].steps=100", "--backend", "cpu", "--out", "out"}, more...))
}

// TestSecondSignalEndsAtOnce: two seconds after the first, and not before.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := command(t, dir, busy()...)
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() }) // it may have ended
	waitFor(t, filepath.Join(dir, "out", "run.json"))
	lines := bufio.NewScanner(errs)
	said := func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("it does not say %q", text)
	}
	give := func(s syscall.Signal) {
		t.Helper()
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	give(syscall.SIGTERM)
	said("Interrupted: saving the run.")
	give(syscall.SIGHUP)
	said("A signal has come before and is being heeded")
	give(syscall.SIGXCPU) // comes again by itself, and means nothing new
	time.Sleep(notBefore)
	give(syscall.SIGTERM)
	_ = c.Wait() // the code says it
	if code := c.ProcessState.ExitCode(); code != codeInterrupted {
		t.Errorf("exit code %d", code)
	}
}

// waitFor waits for a file.
func waitFor(t *testing.T, path string) {
	t.Helper()
	waitUntil(t, path, func() bool {
		_, err := os.Stat(path)
		return err == nil
	})
}

// TestIgnoredHangUp: under nohup a hang-up means nothing.
func TestIgnoredHangUp(t *testing.T) {
	dir := t.TempDir()
	c := command(t, dir, endless("--backend", "cpu")...)
	c.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$0" "$@"`, c.Path}, c.Args[1:]...)
	c.Path = "/bin/sh"
	r := beginCommand(t, c)(syscall.SIGHUP, syscall.SIGTERM).want(t, codeInterrupted, "Interrupted: saving the run.")
	if strings.Contains(r.errs, "A signal has come before") {
		t.Errorf("the hang-up was heeded: %s", r.errs)
	}
}

// TestTimeLimit counts from the start of the program: what is begun by then is saved.
func TestTimeLimit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := tnnGPU(t, dir, endless("--backend", "cpu", "--time-limit", "2s")...).want(t, codeTimeIsUp, "Time is up")
	if strings.Contains(r.errs, "saving the run") {
		r.want(t, codeTimeIsUp, "time is up at step ", "; go on with: tnn-gpu resume out")
		saved(t, dir)
	}
	tnnGPU(t, dir, small("--out", "other", "--time-limit", "soon")...).want(t, codeUsage, `--time-limit is "soon": use a time such as 50m or 23h45m`)
	tnnGPU(t, dir, small("--out", "other", "--time-limit", "1ns")...).want(t, codeTimeIsUp, "Time is up. Nothing was computed, and nothing changed.")
	if _, err := os.Stat(filepath.Join(dir, "other")); err == nil {
		t.Error("there is a folder")
	}
}

// TestNobodyReads: a run goes on without those who read what it prints.
func TestNobodyReads(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for name, stream := range map[string]func(t *testing.T) *os.File{
		"/dev/full":     func(*testing.T) *os.File { return full },
		"a broken pipe": brokenPipe,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := command(t, dir, small("--backend", "cpu")...)
			c.Stdout, c.Stderr = stream(t), stream(t)
			if err := c.Run(); err != nil {
				t.Error(err)
			}
			read(t, dir, "out/final.npz")
			whole := t.TempDir()
			tnnGPU(t, whole, small("--backend", "cpu")...).want(t, codeDone)
			sameResults(t, filepath.Join(whole, "out"), filepath.Join(dir, "out"))
		})
	}
	t.Run("closed", func(t *testing.T) {
		dir := t.TempDir()
		c := command(t, dir, small("--backend", "cpu")...)
		c.Args = append([]string{"sh", "-c", `exec "$0" "$@" >&- 2>&-`, c.Path}, c.Args[1:]...)
		c.Path = "/bin/sh"
		if err := c.Run(); err != nil {
			t.Error(err)
		}
		read(t, dir, "out/final.npz")
	})
	t.Run("what is printed is all there is", func(t *testing.T) {
		var errs bytes.Buffer
		c := command(t, t.TempDir(), "presets")
		c.Stdout, c.Stderr = full, &errs
		if err := c.Run(); c.ProcessState.ExitCode() != codeFailed || !strings.Contains(errs.String(), "not all could be printed: ") {
			t.Errorf("it ends with %v and says %q", err, &errs)
		}
		c = command(t, t.TempDir(), "presets")
		c.Stdout, c.Stderr = brokenPipe(t), &errs
		errs.Reset()
		if err := c.Run(); err != nil || errs.Len() > 0 {
			t.Errorf("head ends it with %v and %q", err, &errs)
		}
	})
}

// brokenPipe is one whose reader has gone away.
func brokenPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestReaderStandsStill: a pager that waits for a key does not keep a run from being
// saved.
func TestReaderStandsStill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := command(t, dir, endless("--backend", "cpu", "--set", "run.epoch=10")...) // which fill a pipe soon
	c.Stdout, c.Stderr = w, w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	// Nobody reads until the table has stopped growing: the run waits for its reader.
	waitFor(t, filepath.Join(dir, "out", "steps.csv"))
	for before, now := -1, lastRow(t, filepath.Join(dir, "out")); now == 0 || now != before; now = lastRow(t, filepath.Join(dir, "out")) {
		before = now
		time.Sleep(300 * time.Millisecond)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the code says it
	if code := c.ProcessState.ExitCode(); code != codeInterrupted {
		t.Errorf("exit code %d", code)
	}
	saved(t, dir)
}

// TestNamesAreShown: no name of a folder gives orders to a terminal, and the command
// line that goes on with a run can be pasted.
func TestNamesAreShown(t *testing.T) {
	for name, shown := range map[string][2]string{
		"clear\x1bc\nout": {`clear\x1bc\nout`, `$'clear\x1bc\nout'`},
		"it's T>0.1":      {"it's T>0.1", `'it'\''s T>0.1'`},
	} {
		dir := t.TempDir()
		args := endless("--backend", "cpu")
		args[len(args)-3] = name
		r := begin(t, dir, args...)(syscall.SIGTERM)
		r.want(t, codeInterrupted, "\n"+shown[0]+" has config.toml", "go on with: tnn-gpu resume "+shown[1])
		again := exec.Command("bash", "-c", `tnn-gpu() { "$PROGRAM" "$@"; }; `+strings.TrimSpace(r.errs[strings.LastIndex(r.errs, "tnn-gpu resume"):])+" --steps +2")
		self := command(t, dir)
		again.Dir, again.Env = dir, append(self.Env, "PROGRAM="+self.Path)
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", name, err, out)
		}
	}
}

// TestDumbTerminal has a terminal that can move its cursor, and one that cannot, where the
// run comes as far as the other did.
func TestDumbTerminal(t *testing.T) {
	shown := 0 // the row up to which the run told its progress
	for _, kind := range []string{"xterm", "dumb"} {
		dir := t.TempDir()
		terminal, name := openTerminal(t)
		side, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			t.Skip(err)
		}
		c := command(t, dir, endless("--backend", "cpu")...)
		c.Env = append(c.Env, "TERM="+kind)
		c.Stderr = side
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		side.Close()
		told, said := make(chan bool, 1), make(chan string)
		go func() {
			text, part := "", make([]byte, 1<<12)
			for {
				n, err := terminal.Read(part) // ends with an error when nobody has the other side
				if text += string(part[:n]); strings.Contains(text, "updates/s") && len(told) == 0 {
					told <- true
				}
				if err != nil {
					said <- text
					return
				}
			}
		}()
		if kind == "xterm" {
			<-told
			shown = lastRow(t, filepath.Join(dir, "out"))
		} else {
			waitUntil(t, "row as late", func() bool { return lastRow(t, filepath.Join(dir, "out")) > shown })
		}
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		if text := <-said; strings.Contains(text, "\x1b") != (kind == "xterm") || !strings.Contains(text, "go on with") {
			t.Errorf("TERM=%s gets %q", kind, text)
		}
	}
}

// TestPipesAndDevicesStay: no output takes their place.
func TestPipesAndDevicesStay(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--no-overview")...).want(t, codeDone)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	tnnGPU(t, dir, "plot", "out", "--out", "pipe", "--format", "svg", "--overwrite").want(t, codeUsage, "pipe is no regular file but a named pipe, which is never replaced")
	tnnGPU(t, dir, "export", "out", "--out", "/dev/null", "--overwrite").want(t, codeUsage, "/dev/null is no regular file but a device, which is never replaced")
	for _, name := range []string{filepath.Join(dir, "pipe"), "/dev/null"} {
		if info, err := os.Lstat(name); err != nil || info.Mode().IsRegular() {
			t.Fatalf("%s is %v, %v", name, info, err)
		}
	}
}

// TestSignalsEndWhatSavesNothing: a command that has nothing to save says that a signal
// ends it, with the exit codes of those that have. Here it is told while it reads a standard
// input that does not end.
func TestSignalsEndWhatSavesNothing(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
		says   string
	}{
		{syscall.SIGTERM, codeInterrupted, "Interrupted. The command ends before it is done."},
		{syscall.SIGINT, codeInterrupted, "Interrupted. The command ends before it is done."},
		{syscall.SIGXCPU, codeTimeIsUp, "Time is up. The command ends before it is done."},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			c := command(t, t.TempDir(), "compare", "-")
			c.Stdout, c.Stderr = &out, &errs
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			// More than a pipe holds, so that the command reads when it is written.
			if _, err := io.WriteString(in, "# "+strings.Repeat("x", 1<<20)); err != nil {
				t.Fatal(err)
			}
			if err := c.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			finish(t, c.Wait(), &out, &errs).want(t, test.code, test.says)
		})
	}
}

// TestSignalsEndServing: a page of runs has no end of its own, so that each signal that tells
// it to stop is its end, as README.md says.
func TestSignalsEndServing(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--no-overview")...).want(t, codeDone)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGXCPU} {
		s := startServing(t, dir, "serve", "out")
		if err := s.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		s.ends(t, codeDone)
	}
}

// TestSignalsLeaveNoHalves: a video that a signal ends leaves no file that is not whole, and
// the ffmpeg that writes it ends, too. Here that is one that takes no picture.
func TestSignalsLeaveNoHalves(t *testing.T) {
	dir, tools := t.TempDir(), t.TempDir()
	tnnGPU(t, dir, small("--record", "state", "--every", "5", "--backend", "cpu")...).want(t, codeDone)
	before := names(t, dir)
	script := "#!/bin/sh\ntrap 'exit 255' INT TERM\nfor last; do :; done\necho half >$last\nwhile :; do sleep 0.1; done\n"
	if err := os.WriteFile(filepath.Join(tools, "ffmpeg"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		var out, errs bytes.Buffer
		c := command(t, dir, "video", "out", "--scale", "20", "--out", "film.mp4")
		c.Env, c.Stdout, c.Stderr = append(c.Env, "PATH="+tools+":"+os.Getenv("PATH")), &out, &errs
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a shell starts it
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitUntil(t, "a half-written film", func() bool {
			half, err := filepath.Glob(filepath.Join(dir, ".tnn-gpu-*"))
			if err != nil || len(half) != 1 {
				return false
			}
			text, err := os.ReadFile(half[0])
			return err == nil && string(text) == "half\n"
		})
		if err := syscall.Kill(-c.Process.Pid, signal); err != nil { // as a terminal does
			t.Fatal(err)
		}
		finish(t, c.Wait(), &out, &errs).want(t, codeInterrupted, "The command ends before it is done. film.mp4 is not written.")
		if after := names(t, dir); after != before {
			t.Errorf("%v leaves %s", signal, after)
		}
	}
}
