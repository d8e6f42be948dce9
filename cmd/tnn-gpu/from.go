package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// origin is a run that another one begins at.
type origin struct {
	folder *record.Folder
	config *config.Config
	step   int64 // -1 for that of its last checkpoint
}

// runFrom begins a run at a checkpoint of another one, of which nothing but that is
// needed and nothing is changed.
func (p *program) runFrom(ctx context.Context, opts *runOptions, w *watch) error {
	if len(opts.words) > 0 || opts.preset != "" {
		return badUsage("--from takes the configuration of the other run: change keys of it with --set, and leave %s out", opts.first()+opts.preset)
	}
	o, err := p.openOrigin(opts.from.value)
	if err != nil {
		return usageError{err}
	}
	defer o.folder.Close()
	j, err := p.branch(ctx, opts, w, o)
	if err != nil {
		return err
	}
	defer j.close()
	if err := p.feedJob(j, opts); err != nil {
		return err
	}
	with := contents(j.setup.config, j.inputs)
	with.Start = j.from
	w.hold(saves)
	folder, err := p.createFolder(opts.out, baseName(o.folder.Path())+"-from", with)
	if err != nil {
		return err
	}
	return p.carryOut(ctx, w, j, folder)
}

// checkEpoch refuses epochs of another length where the checkpoint of a step has the sums
// of steps that are not those of the new epoch.
func (o *origin) checkEpoch(cfg *config.Config, step int64) error {
	was := sim.EpochOf(step+1, int64(o.config.Run.Epoch)).First
	now := sim.EpochOf(step+1, int64(cfg.Run.Epoch)).First
	if was == now {
		return nil
	}
	return badUsage("run.epoch is %d, and the epoch with step %d would begin at step %d: the checkpoint has the sums of the steps from %d on; leave it as it is, %d, or begin after the last step of an epoch",
		cfg.Run.Epoch, step+1, now, was, o.config.Run.Epoch)
}

// openOrigin reads RUN or RUN@STEP.
func (p *program) openOrigin(text string) (*origin, error) {
	if experiment.IsFolder(p.files, text) {
		return nil, fmt.Errorf("%s is the folder of a scan, and --from takes that of a run", text)
	}
	o := &origin{step: -1}
	var err error
	o.folder, err = record.Look(p.files, text)
	at := strings.LastIndexByte(text, '@')
	if errors.Is(err, fs.ErrNotExist) && at > 0 {
		if o.step, err = strconv.ParseInt(text[at+1:], 10, 64); err != nil || o.step < 0 {
			return nil, fmt.Errorf("--from is %q: name a run, or a run and a step as in %s@100", text, text[:at])
		}
		o.folder, err = record.Look(p.files, text[:at])
	}
	if err != nil {
		return nil, err
	}
	o.config, err = config.Decode(filepath.Join(o.folder.Path(), record.ConfigName), o.folder.Config())
	if err == nil {
		err = o.extend()
	}
	if err == nil {
		err = p.originInputs(o)
	}
	if err != nil {
		return nil, errors.Join(err, o.folder.Close())
	}
	return o, nil
}

// extend has the configuration reach to the step asked for, as far as the run was made
// longer when it was resumed.
func (o *origin) extend() error {
	if m, err := o.folder.Metadata(); err == nil && m.Status == sim.AllEnded && o.step > m.Steps {
		return o.endedBefore(m.Steps)
	}
	planned := o.config.Spec.Steps()
	if o.step <= planned {
		return nil
	}
	made, err := o.folder.LastMade()
	if err != nil {
		return err
	}
	if made = max(planned, made); o.step > made {
		return fmt.Errorf("%s has %s, and --from asks for the state after %d", o.folder.Path(), count(made, "step"), o.step)
	}
	return o.config.SetSteps(o.step)
}

// endedBefore says that the run ended by itself before the step asked for.
func (o *origin) endedBefore(last int64) error {
	return fmt.Errorf("%s ended by itself after step %d, and --from asks for the state after %d", o.folder.Path(), last, o.step)
}

// originInputs is sameInputs for a run whose metadata may be lost.
func (p *program) originInputs(o *origin) error {
	was, err := oldInputs(o.folder)
	if err != nil {
		p.warn(fmt.Sprintf("%v; its checkpoints are used all the same", err))
		return nil
	}
	return checkInputs(o.folder.Path(), was, o.config, p.warn)
}

// branch prepares a run that begins at the state asked for.
func (p *program) branch(ctx context.Context, opts *runOptions, w *watch, o *origin) (*job, error) {
	cfg, err := o.changed(&opts.configOptions)
	if err != nil {
		return nil, usageError{err}
	}
	from, err := p.saved(o)
	if err != nil {
		return nil, usageError{err}
	}
	first := o.step
	if first < 0 {
		first = from.State.Step
	}
	if err := o.checkLength(cfg, opts, first); err != nil {
		return nil, err
	}
	if from == nil || from.State.Step < first {
		again, err := o.asked(from)
		if err != nil {
			return nil, err
		}
		if err := p.checkBranch(opts, cfg, o, from, again); err != nil {
			return nil, err
		}
		if from, err = p.computeAgain(ctx, &opts.computer, w, o, from, again); err != nil {
			return nil, err
		}
	}
	j, err := p.prepare(&opts.job, cfg)
	if err != nil {
		return nil, err
	}
	if err := o.checkNetwork(from.Graph, j.options.NetworkSum); err != nil {
		return nil, errors.Join(err, j.close())
	}
	if err := o.checkControls(j.setup.net, from, nil); err != nil {
		return nil, errors.Join(err, j.close())
	}
	start := *from
	start.Program, start.Graph, start.First, start.Files = programVersion(), j.options.NetworkSum, from.State.Step, nil
	start.ExtraSums = nil // the row belongs to the end of the other run
	j.from = &start
	path, err := filepath.Abs(o.folder.Path())
	if err != nil {
		return nil, errors.Join(usageError{err}, j.close())
	}
	sum := sha256.Sum256(o.folder.Config())
	j.options.From = &record.Origin{Run: path, Step: from.State.Step, Config: hex.EncodeToString(sum[:])}
	return j, nil
}

// asked is what the other run was asked after a checkpoint, or after its beginning where
// that is nil, up to the step that is wanted.
func (o *origin) asked(from *state.Checkpoint) ([]sim.Command, error) {
	if from == nil {
		from = &state.Checkpoint{State: &state.State{}}
	}
	again, err := o.folder.CommandsUntil(from, o.step)
	if err != nil {
		return nil, usageError{err}
	}
	return again, nil
}

// checkControls tells whether a network can be changed as the other run was, before a
// checkpoint and, by commands, after it.
func (o *origin) checkControls(net model.Network, from *state.Checkpoint, again []sim.Command) error {
	var all []sim.Command
	if from != nil {
		all = sim.ControlsOf(from)
	}
	if err := checkCommands(net, append(all, again...)); err != nil {
		return badUsage("--from %s: %w", o.folder.Path(), err)
	}
	return nil
}

// checkLength has a run that begins after a step end where it is asked to, and says why it
// cannot.
func (o *origin) checkLength(cfg *config.Config, opts *runOptions, first int64) error {
	end := cfg.Spec.Steps()
	if opts.steps.given {
		var err error
		if end, err = steps(opts.steps.value, first); err != nil {
			return err
		}
	}
	if end <= first {
		return badUsage("the run begins after step %d of %s, and is to end at step %d; make it longer with --steps +100, for example", first, o.folder.Path(), end)
	}
	if err := lengthen(cfg, end, opts.settings); err != nil {
		return err
	}
	if err := checkRecords(cfg, first); err != nil {
		return err
	}
	return o.checkEpoch(cfg, first)
}

// checkBranch finds what a run cannot begin with before steps of the other one are made
// again for it.
func (p *program) checkBranch(opts *runOptions, cfg *config.Config, o *origin, from *state.Checkpoint, again []sim.Command) error {
	if opts.out != "" {
		inputs, err := readInputs(cfg)
		if err == nil {
			err = record.CheckFree(p.files, opts.out, contents(cfg, inputs))
		}
		if err != nil {
			return usageError{err}
		}
	}
	n, err := newSetup(cfg)
	if err != nil {
		return err
	}
	n.drivers = p.drivers
	if err := errors.Join(n.checkDevice(), n.build()); err != nil {
		return err
	}
	fed := len(n.net.Describe().Inputs) > 0
	if err := checkFeeds(opts, n.net.Describe(), fed); err != nil {
		return err
	}
	j := &job{setup: n, plan: sim.Plan{Steps: cfg.Spec.Steps(), Replicas: cfg.Run.Replicas, Fed: fed}}
	if err := j.planRecordingOn(backend.Description{}); err != nil {
		return err
	}
	if err := o.checkControls(n.net, from, again); err != nil || from == nil {
		return err
	}
	return o.checkNetwork(from.Graph, sumOfNetwork(n.net))
}

// checkNetwork tells whether a checkpoint is of the network that the run would have.
func (o *origin) checkNetwork(was, now string) error {
	if was == "" || was == now {
		return nil
	}
	return badUsage("the checkpoint is of another network than this configuration gives: of a graph that is drawn, keep the seed with --set graph.seed=%d", o.config.Run.Seed)
}

// changed is the configuration of the other run with what flags change of it, as far
// as a state of the one can be that of the other.
func (o *origin) changed(opts *configOptions) (*config.Config, error) {
	cfg, err := config.Decode(filepath.Join(o.folder.Path(), record.ConfigName), o.folder.Config(), opts.settings...)
	if err == nil {
		err = applyFlags(opts, cfg)
	}
	if err == nil {
		err = checkHeeded(opts, cfg, model.Branch)
	}
	if err != nil {
		return nil, err
	}
	was, now := o.config.Run, cfg.Run
	if now.Precision != was.Precision || now.Replicas != was.Replicas {
		return nil, fmt.Errorf("the checkpoints of %s have %s in %s precision, and a run from one of them has the same", o.folder.Path(), count(int64(was.Replicas), "replica"), was.Precision)
	}
	if err := branchOf(cfg, o.config); err != nil {
		return nil, fmt.Errorf("a run from a checkpoint keeps the network: %w", err)
	}
	return cfg, nil
}

// branchOf tells whether a state of one configuration can go on under another.
func branchOf(now, was *config.Config) error {
	if b, ok := now.Spec.(model.Branched); ok {
		return b.BranchOf(was.Spec)
	}
	return now.Spec.VariantOf(was.Spec)
}

// saved gives the newest checkpoint of the step that is asked for or before it; nil where
// the run must be computed from its beginning.
func (p *program) saved(o *origin) (*state.Checkpoint, error) {
	from, skipped, err := o.folder.WholeCheckpoint(o.step)
	if errors.Is(err, record.ErrNoCheckpoint) && o.step >= 0 {
		err = o.fromBeginning()
	}
	if err != nil {
		return nil, err
	}
	for _, s := range skipped {
		fmt.Fprintf(p.errs, "A checkpoint is passed over: %v.\n", s)
	}
	if from != nil && from.Program != "" && from.Program != programVersion() {
		fmt.Fprintf(p.errs, "The checkpoint was written by %s, and this is %s.\n", from.Program, programVersion())
	}
	return from, nil
}

// fromBeginning refuses to compute a run from step 0 that began elsewhere.
func (o *origin) fromBeginning() error {
	m, err := o.folder.Metadata()
	if err != nil {
		return fmt.Errorf("there is no checkpoint of step %d or before, and where the run began is not known: %w", o.step, err)
	}
	if m.From != nil {
		return fmt.Errorf("%s began at step %d of %s and has no checkpoint of step %d or before", o.folder.Path(), m.From.Step, m.From.Run, o.step)
	}
	return nil
}

// computeAgain makes the steps of the other run from a checkpoint, or from its
// beginning, to the one asked for: the same bits as then.
func (p *program) computeAgain(ctx context.Context, on *computerOptions, w *watch, o *origin, from *state.Checkpoint, again []sim.Command) (at *state.Checkpoint, err error) {
	cfg, err := o.where(on)
	if err != nil {
		return nil, usageError{err}
	}
	j, err := p.open(cfg, on.threads)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.close()) }()
	first := int64(0)
	if from != nil {
		first = from.State.Step
	}
	if err := o.checkControls(j.setup.net, nil, again); err != nil {
		return nil, err
	}
	j.plan.Again = again
	if err := allFed(j.plan, first, o.step); err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", o.folder.Path(), err)}
	}
	j.plan.Steps = o.step
	last := int64(0)
	keep := func(e sim.Event) error {
		switch e := e.(type) {
		case *sim.Checkpoint:
			at = &e.Checkpoint
		case *sim.End:
			last = e.State.Step
		}
		return nil
	}
	run, err := sim.New(j.setup.net, j.backend.Backend, j.plan, keep)
	if err != nil {
		return nil, err
	}
	if from != nil {
		if err := run.Restore(from); err != nil {
			return nil, usageError{err}
		}
	}
	made, err := o.folder.LastMade()
	if err != nil {
		return nil, usageError{err}
	}
	word := " again"
	if o.step > made { // it was stopped before, or nothing tells that it made them
		word = ""
	}
	fmt.Fprintf(p.out, "Steps %d to %d of %s are made%s.\n", first+1, o.step, o.folder.Path(), word)
	w.hold(", before the run has begun.")
	if _, err := run.Go(ctx); err != nil {
		return nil, err
	}
	if why := w.stopped(); why != nil {
		return nil, why
	}
	if at == nil { // and nothing told so
		return nil, usageError{o.endedBefore(last)}
	}
	at.Graph = sumOfNetwork(j.setup.net)
	if from != nil && from.Graph != "" && from.Graph != at.Graph {
		return nil, badUsage("the checkpoint is of another network than the configuration of %s gives now", o.folder.Path())
	}
	return at, nil
}

// where is the configuration of the other run, computed where flags say.
func (o *origin) where(on *computerOptions) (*config.Config, error) {
	cfg, err := config.Decode(filepath.Join(o.folder.Path(), record.ConfigName), o.folder.Config())
	if err == nil {
		err = cfg.SetSteps(max(o.step, cfg.Spec.Steps()))
	}
	if err == nil {
		err = setComputer(on, cfg)
	}
	return cfg, err
}

// allFed tells whether a plan has the inputs of all steps after one, up to another.
func allFed(p sim.Plan, first, last int64) error {
	fed := first
	for _, c := range p.Again {
		if c.Do == sim.DoFeed {
			fed = max(fed, c.Step+1)
		}
	}
	if p.Fed && fed < last {
		return fmt.Errorf("the inputs of steps %d to %d are not kept: inputs.csv ends before them", fed+1, last)
	}
	return nil
}
