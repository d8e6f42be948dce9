package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Recorder writes a run into its folder, beside the simulation: it takes events
// and writes them on a goroutine of its own.
type Recorder struct {
	folder   *Folder
	options  Options
	about    model.Description
	replicas int
	points   [][]int // replicas that are taken together
	metadata *Metadata
	controls []state.Control // of the last checkpoint

	steps, epochs, histograms *table
	replicaEpochs             *table // nil for one replica
	probeRows                 *table // nil without probes
	probes                    []probe
	recordings                []*recording
	growing                   []stream // all of the above

	queue   *queue
	written chan struct{} // closed when the goroutine is done
}

// stream is a file that only grows.
type stream interface {
	name() string
	fits(length, step int64) error      // tells whether a length can be that after a step
	open(f *Folder, length int64) error // a negative length makes a new file
	flush() error
	sync() (length int64, err error)
	close() error
}

// Record begins to record a run, or goes on from a checkpoint of the folder:
// then everything that came after the checkpoint is cut off first. The options
// must be those of the run's beginning, but for program and backend. Observe is
// to be given to the run, whose plan must come from Options.Plan; Close is to be
// called after it.
func (f *Folder) Record(o Options, from *state.Checkpoint) (*Recorder, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &Recorder{
		folder: f, options: o, about: o.Model.Describe(), replicas: len(o.Seeds),
		points: o.Sweep.Points(len(o.Seeds)), queue: newQueue(), written: make(chan struct{}),
	}
	step := int64(-1)
	if from != nil {
		step, r.controls = from.State.Step, from.Controls
	}
	if err := r.begin(step, from); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	go r.write()
	return r, nil
}

func (r *Recorder) begin(step int64, from *state.Checkpoint) error {
	if err := r.plan(); err != nil {
		return err
	}
	lengths, err := r.lengths(from)
	if err != nil {
		return err
	}
	if err := r.readMetadata(); err != nil {
		return err
	}
	// Only now is it sure that the folder and the options belong together.
	if err := r.folder.rewind(step); err != nil {
		return err
	}
	if err := r.openFiles(lengths); err != nil {
		return err
	}
	return r.beginSession(max(step, 0))
}

// plan lists the files that grow, without opening them.
func (r *Recorder) plan() error {
	var err error
	r.recordings, r.probes, err = r.options.items()
	if err != nil {
		return err
	}
	r.steps = &table{file: stepsName, columns: names(r.stepColumns())}
	r.epochs = &table{file: epochsName, columns: names(r.epochColumns())}
	r.histograms = &table{file: histogramsName, columns: names(r.histogramColumns())}
	r.growing = []stream{r.steps, r.epochs, r.histograms}
	if r.replicas > 1 {
		r.replicaEpochs = &table{file: replicaEpochsName, columns: names(r.replicaEpochColumns())}
		r.growing = append(r.growing, r.replicaEpochs)
	}
	if len(r.probes) > 0 {
		r.probeRows = &table{file: probesName, columns: names(r.probeColumns())}
		r.growing = append(r.growing, r.probeRows)
	}
	for _, recording := range r.recordings {
		r.growing = append(r.growing, recording)
	}
	return nil
}

// lengths tells from where each of the growing files goes on.
func (r *Recorder) lengths(from *state.Checkpoint) (map[string]int64, error) {
	lengths := make(map[string]int64)
	for _, s := range r.growing {
		lengths[s.name()] = -1
	}
	if from == nil {
		return lengths, nil
	}
	for _, file := range from.Files {
		if _, ok := lengths[file.Name]; !ok {
			return nil, fmt.Errorf("the checkpoint has %s, which is not recorded any more; record what the run has recorded from its beginning", file.Name)
		}
		lengths[file.Name] = file.Length
	}
	for _, s := range r.growing {
		length := lengths[s.name()]
		if length < 0 {
			return nil, fmt.Errorf("the checkpoint does not have %s; record what the run has recorded from its beginning", s.name())
		}
		if err := s.fits(length, from.State.Step); err != nil {
			return nil, err
		}
	}
	return lengths, nil
}

func (r *Recorder) openFiles(lengths map[string]int64) error {
	folder := r.folder.path
	if len(r.recordings) > 0 {
		folder = filepath.Join(folder, recordingsName)
		if err := os.MkdirAll(folder, folderPermissions); err != nil {
			return fmt.Errorf("the folder of the recordings cannot be made: %w", err)
		}
	}
	for _, s := range r.growing {
		if err := s.open(r.folder, lengths[s.name()]); err != nil {
			return err
		}
	}
	if err := r.folder.disk.SyncDir(folder); err != nil {
		return fmt.Errorf("the run folder cannot be written: %w", err)
	}
	for _, asked := range r.options.Recordings {
		if asked.Items == nil {
			continue
		}
		write := func(w io.Writer) error { return writeIntegers(w, asked.Items) }
		if err := r.folder.replace(filepath.FromSlash(itemsName(asked.Field)), write); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorder) closeFiles() error {
	var err error
	for _, s := range r.growing {
		err = errors.Join(err, s.close())
	}
	return err
}

// Observe is the run's observer. It returns soon, unless the disk is slower than
// the run and too much memory waits; and with the error that ended the writing.
func (r *Recorder) Observe(e sim.Event) error { return r.queue.push(e) }

// write is the goroutine that writes. Rows reach the file system when there is
// nothing else to do.
func (r *Recorder) write() {
	defer close(r.written)
	for e := r.queue.pop(); e != nil; e = r.queue.pop() {
		err := r.handle(e)
		if idle := r.queue.done(e); idle && err == nil {
			err = r.flush()
		}
		if err != nil {
			r.queue.fail(err)
		}
	}
}

func (r *Recorder) handle(e sim.Event) error {
	switch e := e.(type) {
	case *sim.Rows:
		return r.writeRows(e)
	case *sim.Epoch:
		return r.writeEpoch(e)
	case *sim.Snapshot:
		return r.writeSnapshot(e)
	case *sim.Checkpoint:
		return r.writeCheckpoint(e)
	case *sim.Dump:
		return r.writeDump(e)
	case *sim.End:
		return r.writeEnd(e)
	}
	return nil
}

func (r *Recorder) flush() error {
	for _, s := range r.growing {
		if err := s.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorder) writeSnapshot(shot *sim.Snapshot) error {
	if shot.Step == 0 {
		return r.writeHistograms("start", shot.Array)
	}
	for _, recording := range r.recordings {
		if err := recording.record(shot); err != nil {
			return err
		}
	}
	if len(r.probes) == 0 || shot.Step%r.options.ProbeEvery != 0 {
		return nil
	}
	return r.writeProbes(shot)
}

// writeCheckpoint makes everything that grows last first, so that the
// checkpoint never tells of more than there is.
func (r *Recorder) writeCheckpoint(e *sim.Checkpoint) error {
	c := e.Checkpoint
	c.Config = r.folder.configHash()
	var err error
	if c.Files, err = r.sync(); err != nil {
		return err
	}
	r.controls = c.Controls
	return r.folder.writeCheckpoint(&c)
}

// writeDump leaves what a run that stopped itself is to be judged by. Nothing goes
// on from it, so it needs no files.
func (r *Recorder) writeDump(e *sim.Dump) error {
	c := e.Checkpoint
	c.Config = r.folder.configHash()
	return errors.Join(r.folder.replace(dumpName, c.Encode), r.writeState(dumpArraysName, c.State))
}

// sync makes everything that grows last, and tells how much that is.
func (r *Recorder) sync() ([]state.FileLength, error) {
	var files []state.FileLength
	for _, s := range r.growing {
		length, err := s.sync()
		if err != nil {
			return nil, err
		}
		files = append(files, state.FileLength{Name: s.name(), Length: length})
	}
	return files, nil
}

func (r *Recorder) writeEnd(e *sim.End) error {
	if err := r.writeHistograms("end", e.State.Array); err != nil {
		return err
	}
	return r.writeState(finalName, e.State)
}

// Close waits until everything is written, and writes how the run ended, given
// what Go returned. It returns the errors that the run has not returned itself.
func (r *Recorder) Close(s sim.Summary, runError error) error {
	r.queue.close()
	<-r.written
	err := r.queue.err
	if errors.Is(runError, err) {
		err = nil
	}
	if r.queue.err == nil {
		_, err = r.sync()
	}
	err = errors.Join(err, r.closeFiles())
	told := errors.Join(runError, err)
	if told != nil {
		s.Reason = sim.Failed
	}
	return errors.Join(err, r.endSession(s, told))
}
