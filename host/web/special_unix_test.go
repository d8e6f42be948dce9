//go:build unix

package web

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/state"
)

// TestSpecialFiles: a named pipe or a link to a device in the folder of somebody else
// holds up no request, and takes no memory.
func TestSpecialFiles(t *testing.T) {
	for kind, put := range map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"loop":   func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		for _, name := range []string{"run.json", "config.toml", "steps.csv", "histograms.csv", "final.npz", "recordings/state.npy", "recordings/double.items.npy"} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				dir := t.TempDir()
				recorded(t, filepath.Join(dir, "other"), 10, state.Single)
				recorded(t, filepath.Join(dir, "one"), 10, state.Single)
				path := filepath.Join(dir, "one", name)
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				if err := put(path); err != nil {
					t.Skip(err)
				}
				s := runsOf(t, dir)
				var list struct{ Runs []about }
				getJSON(t, s, "runs?", &list)
				for _, a := range list.Runs {
					if a.Name == "other" && a.Problem != "" {
						t.Errorf("the other run is described as %+v", a)
					}
				}
				for _, target := range []string{"points?", "histograms?", "node?node=1&step=10&replica=0", "frame?w=1&h=1&width=1&height=1&step=5&field=state",
					"frame?w=1&h=1&width=1&height=1&step=10&field=state"} {
					ask(s, http.MethodGet, "/api/"+target+"&run=one&token="+s.token)
					if w := ask(s, http.MethodGet, "/api/"+target+"&run=other&token="+s.token); w.Code != http.StatusOK {
						t.Errorf("%s of the other run is answered %d: %s", target, w.Code, w.Body)
					}
				}
			})
		}
	}
}

// TestManyRuns: the newest are listed, and the page is told of the others.
func TestManyRuns(t *testing.T) {
	dir := t.TempDir()
	for i := range mostRuns + 3 {
		path := filepath.Join(dir, "run-"+strconv.Itoa(i), "run.json")
		written := time.Unix(int64(1e9+i), 0)
		if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	var list struct {
		Runs   []about
		Notice string
	}
	if err := json.Unmarshal(get(t, runsOf(t, dir), http.StatusOK, "runs?"), &list); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, a := range list.Runs {
		listed[a.Name] = true
	}
	if len(list.Runs) != mostRuns || listed["run-0"] || listed["run-2"] || !listed["run-3"] || !listed["run-"+strconv.Itoa(mostRuns+2)] {
		t.Errorf("%d runs are listed, with the first: %v", len(list.Runs), listed["run-0"])
	}
	if !strings.Contains(list.Notice, "3 older ones are not") {
		t.Errorf("the page is told %q", list.Notice)
	}
}
