package scan

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// LongRun is the number of updates from which it pays to save a run: a minute or so of
// a processor.
const LongRun = 500_000_000

// saveEvery is the time from one checkpoint to the next.
const saveEvery = 10 * time.Minute

// launch is a run whose replicas are trials.
type launch struct {
	lab     experiment.Lab // told of progress
	config  *config.Config
	network model.Network
	backend backend.Backend
	keys    []uint64
	plan    sim.Plan
	means   *means

	folder, program string // of a run that is saved
}

// run makes a run that leaves nothing behind.
func (l *launch) run(ctx context.Context) (sim.Summary, error) {
	run, err := sim.New(l.network, l.backend, l.plan, l.means.observe, l.progress)
	if err != nil {
		return sim.Summary{}, err
	}
	return run.Go(ctx)
}

// saved makes a run in a folder of its own, or goes on with the one that is there.
func (l *launch) saved(ctx context.Context) (_ sim.Summary, err error) {
	folder, from, err := l.open()
	if err != nil {
		return sim.Summary{}, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	options := record.Options{Program: l.program, Model: l.network, Backend: l.backend.Describe(), Seeds: l.keys}
	plan := l.plan
	plan.CheckpointTime = saveEvery
	if plan, err = options.Plan(plan); err != nil {
		return sim.Summary{}, err
	}
	recorder, err := folder.Prepare(options, from)
	if err != nil {
		return sim.Summary{}, err
	}
	run, err := sim.New(l.network, l.backend, plan, recorder.Observe, l.means.observe, l.progress)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err == nil {
		err = recorder.Begin() // which cuts the tables back to the checkpoint
	}
	if err == nil && from != nil {
		err = l.readRows(folder)
	}
	if err != nil {
		return sim.Summary{}, errors.Join(err, recorder.Close(sim.Summary{Reason: sim.Failed}, err))
	}
	summary, err := run.Go(ctx)
	return summary, errors.Join(err, recorder.Close(summary, err))
}

// progress is an observer of a run.
func (l *launch) progress(e sim.Event) error {
	if rows, ok := e.(*sim.Rows); ok {
		l.lab.At(rows.Last, l.plan.Steps)
	}
	return nil
}

// open makes the folder, or takes it up from its last checkpoint. What cannot be used
// of it is made again.
func (l *launch) open() (*record.Folder, *state.Checkpoint, error) {
	folder, err := record.Open(l.folder)
	if err == nil {
		var from *state.Checkpoint
		var unusable *record.UnusableError
		from, _, err = folder.Checkpoint()
		switch {
		case err == nil:
			return folder, from, nil
		case !errors.Is(err, record.ErrNoCheckpoint) && !errors.As(err, &unusable):
			return nil, nil, errors.Join(err, folder.Close())
		}
		err = errors.Join(folder.Close(), os.RemoveAll(l.folder))
	} else if errors.Is(err, fs.ErrNotExist) || errors.Is(err, record.ErrUnbegun) {
		err = os.RemoveAll(l.folder) // it may have been begun
	}
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(filepath.Dir(l.folder), 0o755); err != nil {
		return nil, nil, fmt.Errorf("the run cannot be saved: %w", err)
	}
	c, err := l.config.With("run.replicas=" + strconv.Itoa(len(l.keys)))
	if err != nil {
		return nil, nil, err
	}
	folder, err = record.Create(l.folder, c.Encode())
	return folder, nil, err
}

// readRows takes the steps that a run has made before.
func (l *launch) readRows(folder *record.Folder) error {
	in, err := folder.Dir().Open("steps.csv")
	if err != nil {
		return err
	}
	defer in.Close()
	rows := csv.NewReader(bufio.NewReaderSize(in, 1<<18))
	rows.ReuseRecord = true
	if _, err := rows.Read(); err != nil { // the names of the columns
		return fmt.Errorf("the steps of the saved run cannot be read: %w", err)
	}
	row := make([]float64, l.means.columns)
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = l.readRow(cells, row)
		}
		if err != nil {
			return fmt.Errorf("the steps of the saved run cannot be read: %w", err)
		}
	}
}

func (l *launch) readRow(cells []string, row []float64) error {
	step, err := strconv.ParseInt(cells[0], 10, 64)
	first, replica := 1, 0
	if len(l.keys) > 1 && err == nil {
		replica, err = strconv.Atoi(cells[1])
		first = 2
	}
	if err != nil {
		return err
	}
	if len(cells) != first+len(row) || replica < 0 || replica >= len(l.keys) {
		return fmt.Errorf("step %d has %d cells", step, len(cells))
	}
	for i, text := range cells[first:] {
		if row[i], err = strconv.ParseFloat(text, 64); err != nil {
			return err
		}
	}
	l.means.add(step, replica, row)
	return nil
}
