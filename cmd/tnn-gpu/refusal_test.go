package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is all that is in a folder: files by their contents, others by what they are.
func tree(t *testing.T, path string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(path, name)
		if err != nil || e.IsDir() || !e.Type().IsRegular() {
			out[relative] = e.Type().String()
			return err
		}
		out[relative] = string(read(t, name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameTree(t *testing.T, before map[string]string, path string) {
	t.Helper()
	after := tree(t, path)
	for name := range after {
		if _, found := before[name]; !found {
			t.Errorf("%s is new", name)
		}
	}
	for name, content := range before {
		if now, found := after[name]; !found || now != content {
			t.Errorf("%s has changed, or is gone", name)
		}
	}
}

// copyTree copies a folder of regular files.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// rewrite changes a file.
func rewrite(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	if err := os.WriteFile(name, change(read(t, name)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestResumeNeverDestroys damages a run in many ways. None may end it, change it or
// make it begin anew.
func TestResumeNeverDestroys(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--checkpoint", "8", "--record", "state", "--every", "3", "--watch", "state[1]", "--no-overview")...).want(t, codeDone)
	remove := func(name string) func(string) error {
		return func(run string) error { return os.RemoveAll(filepath.Join(run, name)) }
	}
	replaced := func(name string, by func(string) error) func(string) error {
		return func(run string) error {
			if err := os.RemoveAll(filepath.Join(run, name)); err != nil {
				return err
			}
			return by(filepath.Join(run, name))
		}
	}
	edited := func(name string, change func([]byte) []byte) func(string) error {
		return func(run string) error { rewrite(t, filepath.Join(run, name), change); return nil }
	}
	folder := func(name string) error { return os.Mkdir(name, 0o755) }
	outside := func(name string) error { return os.Symlink("/dev/zero", name) }
	nowhere := func(name string) error { return os.Symlink("nowhere", name) }
	half := func(b []byte) []byte { return b[:len(b)/2] }
	windows := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }
	garbage := func([]byte) []byte { return []byte("garbage") }
	both := func(damage func([]byte) []byte) func(string) error {
		return func(run string) error {
			rewrite(t, filepath.Join(run, "checkpoint-16.tnn"), damage)
			rewrite(t, filepath.Join(run, "checkpoint-20.tnn"), damage)
			return nil
		}
	}
	for name, damage := range map[string]func(string) error{
		"no steps.csv":                  remove("steps.csv"),
		"no epochs.csv":                 remove("epochs.csv"),
		"no recording":                  remove("recordings/state.npy"),
		"no recordings":                 remove("recordings"),
		"steps.csv is a folder":         replaced("steps.csv", folder),
		"steps.csv leads out":           replaced("steps.csv", outside),
		"steps.csv leads nowhere":       replaced("steps.csv", nowhere),
		"recordings is a file":          replaced("recordings", func(name string) error { return os.WriteFile(name, nil, 0o600) }),
		"checkpoints are folders":       func(run string) error { return replaced("checkpoint-20.tnn", folder)(run) },
		"half of steps.csv":             edited("steps.csv", half),
		"half of a recording":           edited("recordings/state.npy", half),
		"steps.csv from a spreadsheet":  edited("steps.csv", windows),
		"probes.csv from a spreadsheet": edited("probes.csv", windows),
		"a remark in steps.csv":         edited("steps.csv", func(b []byte) []byte { return append([]byte("# mine\n"), b...) }),
		"a digit in steps.csv":          edited("steps.csv", func(b []byte) []byte { b[len(b)/3] ^= 1; return b }),
		"both checkpoints cut":          both(half),
		"both checkpoints empty":        both(func([]byte) []byte { return nil }),
		"both checkpoints flipped":      both(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }),
		"run.json is empty":             edited("run.json", func([]byte) []byte { return nil }),
		"run.json is garbage":           edited("run.json", garbage),
		"run.json has negative numbers": edited("run.json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"steps": 20`), []byte(`"steps": -20`), 1) }),
		"run.json is of another run": edited("run.json", func(b []byte) []byte {
			return bytes.Replace(b, []byte("\"seeds\": [\n    1\n"), []byte("\"seeds\": [\n    7\n"), 1)
		}),
		"run.json is a folder":    replaced("run.json", folder),
		"config.toml is garbage":  edited("config.toml", garbage),
		"config.toml is a folder": replaced("config.toml", folder),
		"config.toml is gone":     remove("config.toml"),
		"config.toml is another":  edited("config.toml", func(b []byte) []byte { return bytes.Replace(b, []byte("seed = 1"), []byte("seed = 2"), 1) }),
		"commands.csv is garbage": func(run string) error {
			return os.WriteFile(filepath.Join(run, "commands.csv"), []byte("garbage\n"), 0o600)
		},
		"final.npz leads out": replaced("final.npz", outside),
		"no checkpoints, but a last state": func(run string) error {
			return errorsOf(remove("checkpoint-16.tnn")(run), remove("checkpoint-20.tnn")(run))
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := filepath.Join(t.TempDir(), "run")
			copyTree(t, filepath.Join(dir, "out"), run)
			if err := damage(run); err != nil {
				t.Fatal(err)
			}
			before := tree(t, run)
			for _, args := range [][]string{{"--steps", "+5"}, nil} {
				r := tnnGPU(t, filepath.Dir(run), append([]string{"resume", "run", "--backend", "cpu"}, args...)...)
				if args == nil && r.code == codeDone && strings.Contains(r.out, "has made all of its") {
					continue // the damage is of what a finished run needs no more
				}
				if name == "checkpoints are folders" {
					r.want(t, codeDone, "A checkpoint is passed over: checkpoint-20.tnn: ")
					return
				}
				r.want(t, codeUsage)
				sameTree(t, before, run)
			}
		})
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestFormat1 goes on with a run of a program that kept no sums, from its end and as
// if it had been killed, and compares with what that program made of it.
func TestFormat1(t *testing.T) {
	for _, killed := range []bool{false, true} {
		run := filepath.Join(t.TempDir(), "run")
		copyTree(t, "testdata/format1/run", run)
		if killed {
			for _, name := range []string{"checkpoint-33.tnn", "final.npz"} {
				if err := os.Remove(filepath.Join(run, name)); err != nil {
					t.Fatal(err)
				}
			}
			rewrite(t, filepath.Join(run, "run.json"), func(b []byte) []byte {
				return bytes.ReplaceAll(b, []byte(`"status": "finished"`), []byte(`"status": "running"`))
			})
		}
		says := map[bool]string{false: "resumed     after step 33", true: "resumed     after step 20"}[killed]
		tnnGPU(t, filepath.Dir(run), "resume", "run", "--steps", "60", "--backend", "cpu").want(t, codeDone, says)
		for _, name := range []string{"steps.csv", "epochs_replicas.csv", "probes.csv", "histograms.csv", "final.npz", "recordings/state.npy", "recordings/weight.npy"} {
			if name == "histograms.csv" && !killed {
				continue // the end of the first part has its own rows
			}
			if !bytes.Equal(read(t, "testdata/format1/whole", name), read(t, run, name)) {
				t.Errorf("%s differs", name)
			}
		}
	}
}
