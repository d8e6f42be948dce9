package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"tnn-gpu/host/files"
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

	step, first int64 // of the checkpoint, or -1; and after which the files begin
	begun       bool
	counted     []histogram // at the end; of the run's goroutine until it hands out that event
	commands    *tail       // nil before the first command; of the run's goroutine
	inputs      *tail       // nil where the run takes none; of the run's goroutine from Begin on
	queue       *queue
	written     chan struct{} // closed when the goroutine is done
}

// Record begins to record a run, or goes on from a checkpoint of the folder. It is
// Prepare and then Begin.
func (f *Folder) Record(o Options, from *state.Checkpoint) (*Recorder, error) {
	r, err := f.Prepare(o, from)
	if err != nil {
		return nil, err
	}
	if err := r.Begin(); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	return r, nil
}

// Prepare finds out whether a run can be recorded in the folder, from its beginning or
// from a checkpoint of the folder, and changes nothing. The options must be those of
// the run's beginning, but for program and backend. Observe is to be given to the run,
// whose plan must come from Options.Plan; before the run goes Begin is to be called,
// and Close after it or in place of it.
func (f *Folder) Prepare(o Options, from *state.Checkpoint) (*Recorder, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &Recorder{
		folder: f, options: o, about: o.Model.Describe(), replicas: len(o.Seeds),
		points: o.Sweep.Points(len(o.Seeds)), queue: newQueue(), written: make(chan struct{}), step: -1,
	}
	if from != nil {
		r.step, r.first, r.controls = from.State.Step, from.First, from.Controls
	}
	if err := r.prepare(from); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	return r, nil
}

func (r *Recorder) prepare(from *state.Checkpoint) error {
	if err := r.plan(); err != nil {
		return err
	}
	if sum := r.options.NetworkSum; from != nil && from.Graph != "" && sum != "" && from.Graph != sum {
		return errors.New("the checkpoint is of another network: what the run's graph is made from has changed")
	}
	if err := r.readMetadata(from); err != nil {
		return err
	}
	lengths, err := r.lengths(from)
	if err != nil {
		return err
	}
	return r.takeFiles(lengths, from)
}

// ErrNotBegun is wrapped by Begin where the run could not even write that it begins:
// nothing was changed since the folder was made, and Abandon takes that back, too.
var ErrNotBegun = errors.New("the run does not begin")

// Begin makes the folder ready for what comes after the checkpoint: all that came
// after it until now is cut off. What the folder holds of the run has been proved.
func (r *Recorder) Begin() error {
	if err := r.beginSession(max(r.step, 0)); err != nil {
		return fmt.Errorf("%w: %w", ErrNotBegun, err)
	}
	if err := r.folder.rewind(r.step, r.growing); err != nil {
		return err
	}
	if err := r.beginFiles(); err != nil {
		return err
	}
	if err := r.writeItems(); err != nil {
		return err
	}
	if columns := r.inputColumns(); columns != nil {
		var err error
		if r.inputs, err = r.folder.openInputs(columns); err != nil {
			return err
		}
	}
	r.begun = true
	go r.write()
	return nil
}

// plan lists the files that grow, without opening them.
func (r *Recorder) plan() error {
	var err error
	r.recordings, r.probes, err = r.options.items()
	if err != nil {
		return err
	}
	r.steps = newTable(StepsName, r.stepColumns())
	r.epochs = newTable(epochsName, r.epochColumns())
	r.histograms = newTable(HistogramsName, r.histogramColumns())
	r.growing = []stream{r.steps, r.epochs, r.histograms}
	if r.replicas > 1 {
		r.replicaEpochs = newTable(replicaEpochsName, r.replicaEpochColumns())
		r.growing = append(r.growing, r.replicaEpochs)
	}
	if len(r.probes) > 0 {
		r.probeRows = newTable(probesName, r.probeColumns())
		r.growing = append(r.growing, r.probeRows)
	}
	for _, recording := range r.recordings {
		r.growing = append(r.growing, recording)
	}
	return nil
}

// lengths tells from where each of the growing files goes on; nil is that all are to
// be made.
func (r *Recorder) lengths(from *state.Checkpoint) (map[string]int64, error) {
	if from == nil || from.State.Step == from.First && len(from.Files) == 0 {
		return nil, nil
	}
	lengths := make(map[string]int64)
	for _, s := range r.growing {
		lengths[s.name()] = -1
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
		if err := s.fits(length, from.State.Step, from.First); err != nil {
			return nil, err
		}
	}
	return lengths, nil
}

// takeFiles opens the files that are to go on, and looks at the place of those that
// are to be made.
func (r *Recorder) takeFiles(lengths map[string]int64, from *state.Checkpoint) error {
	once := append(r.images(), MetadataName, FinalName, dumpName, dumpArraysName)
	for _, c := range r.conclusions() {
		once = append(once, c.File)
	}
	for _, name := range once {
		if err := files.MayReplace(r.folder.dir, name); err != nil {
			return fmt.Errorf("%w, so it is not replaced", err)
		}
	}
	if lengths == nil {
		for _, s := range r.growing {
			if err := files.MayReplace(r.folder.dir, s.name()); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range r.growing {
		if r.folder.proved[s.name()] == nil {
			if err := r.folder.proveFiles(from); err != nil {
				return err
			}
		}
		if err := s.take(r.folder, lengths[s.name()], r.folder.proved[s.name()]); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorder) beginFiles() error {
	folder := "."
	if len(r.recordings) > 0 {
		folder = RecordingsName
		if err := r.folder.dir.Mkdir(folder); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the folder of the recordings cannot be made: %w", err)
		}
	}
	for _, s := range r.growing {
		if err := s.begin(r.folder, r.step, r.first); err != nil {
			return err
		}
	}
	if err := r.folder.dir.SyncDir(folder); err != nil {
		return fmt.Errorf("the run folder cannot be written: %w", err)
	}
	for _, asked := range r.options.Recordings {
		if asked.Items == nil {
			continue
		}
		write := func(w io.Writer) error { return writeIntegers(w, asked.Items) }
		if err := r.folder.Replace(itemsName(asked.Field), write); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorder) closeFiles() error {
	err := errors.Join(r.commands.Close(), r.inputs.Close())
	for _, s := range r.growing {
		err = errors.Join(err, s.close())
	}
	return err
}

// Observe is the run's observer. It returns soon, unless the disk is slower than
// the run and too much memory waits; and with the error that ended the writing.
func (r *Recorder) Observe(e sim.Event) error {
	if end, ok := e.(*sim.End); ok {
		// Nothing else is to be done here while the checkpoint before it is written.
		var err error
		if r.counted, err = r.count(end.Array); err != nil {
			return err
		}
	}
	return r.queue.push(e)
}

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
	if shot.Start {
		counted, err := r.count(shot.Array)
		return errors.Join(err, r.writeHistograms("start", counted))
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
	c := r.signed(e.Checkpoint)
	var err error
	if c.Files, err = r.sync(); err != nil {
		return err
	}
	r.controls = c.Controls
	if err := r.folder.writeCheckpoint(&c); err != nil {
		return err
	}
	if r.options.Saved != nil {
		r.options.Saved(c.State.Step)
	}
	return nil
}

// signed adds what the run does not know of itself.
func (r *Recorder) signed(c state.Checkpoint) state.Checkpoint {
	c.Program, c.Config, c.Graph, c.First = r.options.Program, r.folder.configHash(), r.options.NetworkSum, r.first
	return c
}

// writeDump leaves what a run that stopped itself is to be judged by. Nothing goes
// on from it, so it needs no files.
func (r *Recorder) writeDump(e *sim.Dump) error {
	c := r.signed(e.Checkpoint)
	return errors.Join(r.folder.Replace(dumpName, c.Encode), r.writeState(dumpArraysName, c.State))
}

// sync makes everything that grows last, and tells how much that is.
func (r *Recorder) sync() ([]state.FileLength, error) {
	var all []state.FileLength
	if r.inputs != nil {
		if err := r.inputs.file.Sync(); err != nil {
			return nil, fmt.Errorf("%s cannot be written: %w", inputsName, err)
		}
	}
	for _, s := range r.growing {
		file, err := s.sync()
		if err != nil {
			return nil, err
		}
		all = append(all, file)
	}
	return all, nil
}

func (r *Recorder) writeEnd(e *sim.End) error {
	if err := r.writeHistograms("end", r.counted); err != nil {
		return err
	}
	if err := r.conclude(e); err != nil || r.options.NoFinal {
		return err
	}
	r.options.Model = model.GrownTo(r.options.Model, e.State)
	return errors.Join(r.writeState(FinalName, e.State), r.writeImages(e.State))
}

// Close waits until everything is written, and writes how the run ended, given
// what Go returned. It returns the errors that the run has not returned itself.
func (r *Recorder) Close(s sim.Summary, runError error) error {
	if !r.begun {
		return r.closeFiles()
	}
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
	// A run without these sums has not left all that it leaves: it has failed.
	sums, sumsErr := r.folder.sumsOf(r.metadata.leftFiles())
	r.metadata.Left, err = sums, errors.Join(err, sumsErr)
	told := errors.Join(runError, err)
	if told != nil {
		s.Reason = sim.Failed
	}
	return errors.Join(err, r.endSession(s, told))
}
