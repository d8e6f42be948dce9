package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

func TestResumedRunLeavesWhatAnUninterruptedOneDoes(t *testing.T) {
	for _, s := range []setup{
		small(state.Single, 1), small(state.Single, 2), small(state.Double, 1), small(state.Double, 2),
		swept(small(state.Single, 3), 0.5, 2, 0.5),
	} {
		whole := filepath.Join(filestest.TempDir(t), "whole")
		s.fresh(t, whole, 0)
		want := results(t, whole)
		for at := int64(1); at < s.plan.Steps; at += 5 {
			path := filepath.Join(filestest.TempDir(t), "run")
			first := s.fresh(t, path, at)
			if first.Reason != sim.Cancelled {
				t.Fatalf("the first part ended with %+v", first)
			}
			second, skipped := s.resume(t, path, 0)
			if second.First != first.Last || len(skipped) > 0 {
				t.Fatalf("interrupted after step %d, resumed after step %d, skipped %v", first.Last, second.First, skipped)
			}
			sameResults(t, want, results(t, path))
		}
	}
}

func TestRunIsMadeLongerAsIfItHadBeenPlannedSo(t *testing.T) {
	long, short := small(state.Single, 2), small(state.Single, 2)
	whole, path := filepath.Join(filestest.TempDir(t), "whole"), filepath.Join(t.TempDir(), "run")
	short.plan.Steps = 23
	long.fresh(t, whole, 0)
	short.fresh(t, path, 0)
	long.resume(t, path, 0)
	sameResults(t, results(t, whole), results(t, path))
	m, err := ReadMetadata(path)
	if err != nil || len(m.Sessions) != 2 || m.Sessions[1].FirstStep != 23 || m.Steps != 47 || m.Updates != 47*2*5 {
		t.Errorf("metadata %+v, error %v", m, err)
	}
}

// interrupted leaves a run that ended at step 30, with checkpoints of steps 27
// and 30, and gives what it would have left uninterrupted.
func interrupted(t *testing.T) (s setup, path string, want map[string][]byte) {
	t.Helper()
	s = small(state.Single, 1)
	folder := filestest.TempDir(t)
	s.fresh(t, filepath.Join(folder, "whole"), 0)
	path = filepath.Join(folder, "run")
	if summary := s.fresh(t, path, 30); summary.Last != 30 {
		t.Fatalf("interrupted after step %d", summary.Last)
	}
	return s, path, results(t, filepath.Join(folder, "whole"))
}

func alter(t *testing.T, path, name string, change func([]byte) []byte) {
	t.Helper()
	name = filepath.Join(path, name)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(b), files.FilePermissions); err != nil {
		t.Fatal(err)
	}
}

func cut(b []byte) []byte { return b[:len(b)-1] }

func flip(b []byte) []byte {
	b[len(b)/2] ^= 4
	return b
}

func TestBrokenCheckpointIsPassedOverForTheOneBefore(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"truncated": cut, "altered": flip, "empty": func([]byte) []byte { return nil },
		"too long": func(b []byte) []byte { return append(b, 0) },
	} {
		s, path, want := interrupted(t)
		alter(t, path, "checkpoint-30.tnn", change)
		summary, skipped := s.resume(t, path, 0)
		if summary.First != 27 || len(skipped) != 1 || !strings.Contains(skipped[0].Error(), "checkpoint-30.tnn: the checkpoint is truncated or altered") {
			t.Errorf("%s: resumed after step %d, skipped %v", name, summary.First, skipped)
		}
		sameResults(t, want, results(t, path))
	}
}

// refused opens a run that cannot go on, and returns why.
func refused(t *testing.T, path string) error {
	t.Helper()
	before := everything(t, path)
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := f.Checkpoint()
	if err == nil {
		t.Errorf("it goes on from step %d", c.State.Step)
	}
	if errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("it begins anew: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	sameResults(t, before, everything(t, path))
	return err
}

func TestCheckpointsThatAreAllBrokenAreNoReasonToBeginAnew(t *testing.T) {
	_, path, _ := interrupted(t)
	alter(t, path, "checkpoint-30.tnn", flip)
	alter(t, path, "checkpoint-27.tnn", cut)
	var unusable *UnusableError
	if err := refused(t, path); !errors.As(err, &unusable) || unusable.Whole != -1 || len(unusable.Reasons) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestCheckpointWhoseTablesAreCutIsPassedOver(t *testing.T) {
	for _, name := range []string{StepsName, "recordings/state.npy"} {
		s, path, want := interrupted(t)
		alter(t, path, name, cut)
		summary, skipped := s.resume(t, path, 0)
		if summary.First != 27 || len(skipped) != 1 || !strings.Contains(skipped[0].Error(), name+" has ") {
			t.Errorf("%s: resumed after step %d, skipped %v", name, summary.First, skipped)
		}
		sameResults(t, want, results(t, path))
	}
}

// TestLostOrEditedFilesAreRefused loses each of the files that grow, or has other
// programs change them, and must find the folder as it was. Before sums were kept,
// rows and lengths count.
func TestLostOrEditedFilesAreRefused(t *testing.T) {
	windows := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }
	sorted := func(b []byte) []byte {
		rows := bytes.SplitAfter(b, []byte("\n"))
		slices.Reverse(rows[1:])
		return bytes.Join(rows, nil)
	}
	commented := func(b []byte) []byte { return append([]byte("# seen by me\n"), b...) }
	shortened := func(b []byte) []byte { return b[:len(b)/2] }
	for name, changes := range map[string]map[string]func([]byte) []byte{
		StepsName:               {"windows": windows, "sorted": sorted, "commented": commented, "shortened": shortened, "empty": func([]byte) []byte { return nil }},
		probesName:              {"windows": windows, "sorted": sorted, "commented": commented, "shortened": shortened},
		epochsName:              {"windows": windows, "commented": commented, "shortened": shortened},
		"recordings/state.npy":  {"shortened": shortened, "commented": commented, "no header": func(b []byte) []byte { return append(make([]byte, npy.HeaderBytes), b[npy.HeaderBytes:]...) }},
		"recordings/charge.npy": {"commented": commented},
	} {
		for kind, change := range changes {
			for _, old := range []bool{false, true} {
				_, path, _ := interrupted(t)
				if old {
					asInFormat1(t, path)
				}
				alter(t, path, name, change)
				var unusable *UnusableError
				if err := refused(t, path); !errors.As(err, &unusable) || unusable.Whole != 30 || !strings.Contains(err.Error(), name) {
					t.Errorf("%s, %s: %v", name, kind, err)
				}
			}
		}
		_, path, _ := interrupted(t)
		if err := os.Remove(filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
		if err := refused(t, path); !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestOneChangedByteIsFound flips every byte of some files, one after another.
func TestOneChangedByteIsFound(t *testing.T) {
	_, path, _ := interrupted(t)
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, _, err := f.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range c.Files {
		if file.Name != probesName && file.Name != "recordings/state.npy" && file.Name != HistogramsName {
			continue
		}
		for at := range file.Length {
			// The header is written again when the run goes on.
			if strings.HasSuffix(file.Name, ".npy") && at >= 10 && at < npy.HeaderBytes {
				continue
			}
			alter(t, path, file.Name, func(b []byte) []byte { b[at] ^= 1; return b })
			if _, err := f.prove(file, c); !errors.Is(err, state.ErrBroken) {
				t.Errorf("byte %d of %s: %v", at, file.Name, err)
			}
			alter(t, path, file.Name, func(b []byte) []byte { b[at] ^= 1; return b })
		}
	}
}

// TestOfALongRecordingTheLastRecordIsProved has any be too long to be read.
func TestOfALongRecordingTheLastRecordIsProved(t *testing.T) {
	_, path, _ := interrupted(t)
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, _, err := f.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	file := c.Files[slices.IndexFunc(c.Files, func(l state.FileLength) bool { return l.Name == "recordings/state.npy" })]
	d, err := f.proveUpTo(file, c, 0)
	if err != nil || hex.EncodeToString(d.chain) != file.Sum || d.last != file.Last {
		t.Errorf("got %+v, %v", d, err)
	}
	alter(t, path, file.Name, func(b []byte) []byte { b[npy.HeaderBytes] ^= 1; return b })
	if _, err := f.proveUpTo(file, c, 0); err != nil {
		t.Errorf("of the first record: %v", err)
	}
	alter(t, path, file.Name, func(b []byte) []byte { b[file.Length-1] ^= 1; return b })
	if _, err := f.proveUpTo(file, c, 0); !errors.Is(err, state.ErrBroken) {
		t.Errorf("of the last record: %v", err)
	}
}

// asInFormat1 takes from the checkpoints of a folder what the first format lacks.
func asInFormat1(t *testing.T, path string) {
	t.Helper()
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	steps, err := f.checkpointSteps()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		c, err := f.readCheckpoint(step)
		if err != nil {
			t.Fatal(err)
		}
		c.Program, c.Graph = "", ""
		for i := range c.Files {
			c.Files[i].Sum, c.Files[i].Last = "", ""
		}
		if err := f.Replace(checkpointName(step), c.Encode); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLinesAfterTheCheckpointAreCutOff(t *testing.T) {
	s, path, want := interrupted(t)
	more := func(b []byte) []byte { return append(b, bytes.Repeat([]byte("31,1,2\n"), 9)...) }
	for _, name := range []string{StepsName, epochsName, HistogramsName, probesName, "recordings/state.npy", "recordings/weight.npy"} {
		alter(t, path, name, more)
	}
	if summary, _ := s.resume(t, path, 0); summary.First != 30 {
		t.Errorf("resumed after step %d", summary.First)
	}
	sameResults(t, want, results(t, path))
}

func TestInterruptedTwiceWithABrokenCheckpointBetween(t *testing.T) {
	s, path, want := interrupted(t)
	alter(t, path, "checkpoint-30.tnn", flip)
	s.resume(t, path, 28) // ends with a checkpoint of step 28, older than the broken one
	summary, skipped := s.resume(t, path, 0)
	if summary.First != 28 || len(skipped) > 0 {
		t.Errorf("resumed after step %d, skipped %v", summary.First, skipped)
	}
	sameResults(t, want, results(t, path))
}

func TestOtherConfigurationOrRecordingsAreRefused(t *testing.T) {
	s, path, _ := interrupted(t)
	take := func() (*Folder, *state.Checkpoint, error) {
		f, err := OpenIn(filestest.Quick{}, path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		c, _, err := f.Checkpoint()
		return f, c, err
	}
	before := results(t, path)
	for name, change := range map[string]func(*setup){
		"one less": func(s *setup) { s.recordings = s.recordings[1:] },
		"one more": func(s *setup) {
			s.recordings = append(s.recordings[:4:4], Recording{Field: "charge", Every: 20}, Recording{Field: "squared", Every: 1})
		},
		"fewer nodes": func(s *setup) {
			s.recordings = append([]Recording{{Field: "state", Every: 3, Items: []int{0, 1, 2}}}, s.recordings[1:]...)
		},
	} {
		f, c, err := take()
		if err != nil {
			t.Fatal(err)
		}
		other := s
		change(&other)
		if _, err := other.make(f, c, 0); err == nil {
			t.Errorf("%s is accepted", name)
		}
		f.Close()
	}
	sameResults(t, before, results(t, path))

	alter(t, path, ConfigName, func([]byte) []byte { return []byte("steps = 48\n") })
	if _, _, err := take(); err == nil || !strings.Contains(err.Error(), ConfigName) {
		t.Errorf("another configuration gives %v", err)
	}
}

func TestSessionThatCouldNotTellItsEndWasKilled(t *testing.T) {
	s := small(state.Single, 1)
	path := filepath.Join(filestest.TempDir(t), "run")
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Record(s.options(s.description()), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The process ends here.
	r.queue.fail(errDead)
	<-r.written
	if err := errors.Join(r.closeFiles(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadMetadata(path); err != nil || m.Status != Running {
		t.Fatalf("status %s, error %v", m.Status, err)
	}
	s.resume(t, path, 0)
	m, err := ReadMetadata(path)
	if err != nil || m.Status != sim.Finished || len(m.Sessions) != 2 || m.Sessions[0].Status != Killed || m.Sessions[1].Status != sim.Finished {
		t.Errorf("metadata %+v, error %v", m, err)
	}
}
