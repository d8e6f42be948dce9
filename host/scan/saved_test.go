package scan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
)

// stopping is a backend that has a run stopped once it has made some steps.
type stopping struct {
	backend.Backend
	left int
	stop context.CancelFunc
}

func (s *stopping) Advance(n int) ([]float64, error) {
	if s.left -= n; s.left <= 0 {
		s.stop()
	}
	return s.Backend.Advance(n)
}

// TestSavedRuns: a run that takes long is saved when it is told to stop, goes on from
// there, gives the bits of one that was not stopped, and leaves nothing behind.
func TestSavedRuns(t *testing.T) {
	for _, text := range []string{
		"seeds = {count = 3}\naverage_from = 50\n", "seeds = {count = 1}\naverage_from = 50\n", "seeds = {count = 2}\nown_graph = true\n",
	} {
		s := newScan(t, `
base = "isolated4"
set = ["graph.sides=[4, 4]", "run.epoch=7"]
steps = 200
`+text+`axis = [{key = "group[0].inverse_temperature", values = [0.5, 2]}]
`)
		want := runAll(t, s, onCPU(8))
		texts, err := s.Files()
		if err != nil {
			t.Fatal(err)
		}
		folder, err := experiment.Create(files.OS{}, t.TempDir(), false, texts, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer folder.Close()
		stops := 0
		for done := false; !done; {
			ctx, cancel := context.WithCancel(t.Context())
			c := onCPU(8)
			open := c.Open
			c.SaveFrom, c.Folder, c.Program = 1, folder.Path, "test 1"
			c.Open = func(cfg *config.Config, n model.Network, keys []uint64) (backend.Backend, error) {
				b, err := open(cfg, n, keys)
				return &stopping{b, 40, cancel}, err
			}
			r, err := s.Runner(c)
			if err != nil {
				t.Fatal(err)
			}
			w := experiment.Work{Folder: folder, Plan: &s.Plan, Runner: r, Share: experiment.All()}
			report, err := w.Go(ctx)
			cancel()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			done = report.Done == len(s.Plan.Points)
			if stops++; stops > 100 {
				t.Fatal("the scan makes no progress")
			}
			status, err := folder.Status(&s.Plan)
			if err != nil || !done && status.Saved+status.Done == 0 {
				t.Fatalf("%+v, %v", status, err)
			}
		}
		if stops < 4 {
			t.Errorf("the scan was stopped only %d times", stops)
		}
		got, err := folder.Merge(&s.Plan, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Rows, got.Rows, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(experiment.Row{})); d != "" {
			t.Errorf("%s (-at once +stopped %d times):\n%s", text, stops, d)
		}
		entries, err := os.ReadDir(filepath.Join(folder.Path, "tasks"))
		if err != nil || len(entries) != len(s.Plan.Points) {
			t.Errorf("%v, %v is in the folder of tasks", entries, err)
		}
	}
}

// TestSavedRunThatIsDamaged is made again.
func TestSavedRunThatIsDamaged(t *testing.T) {
	s := newScan(t, small+`axis = [{key = "edge.bound", values = [1]}]`)
	want := runAll(t, s, onCPU(1))
	for _, damage := range []string{"", "config.toml", "lock"} {
		folder := t.TempDir()
		saved := filepath.Join(folder, experiment.RunsName(s.Plan.Points[0].Task), "0-0")
		if err := os.MkdirAll(saved, 0o755); err != nil {
			t.Fatal(err)
		}
		if damage != "" {
			if err := os.WriteFile(filepath.Join(saved, damage), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		c := onCPU(1)
		c.SaveFrom, c.Folder, c.Program = 1, folder, "test 1"
		r, err := s.Runner(c)
		if err != nil {
			t.Fatal(err)
		}
		results, err := r.Run(t.Context(), []experiment.Trial{{Seed: 1, Graph: 1, Spec: s.Plan.Points[0].Spec}})
		if err != nil || results[0].Values[0] != want.Rows[0].Estimates[0].Mean {
			t.Errorf("%q: %v, %v", damage, results, err)
		}
	}
}
