package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

func (p *program) runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run a network and write what it does into a folder",
		ArgsUsage: "[CONFIG.toml|-]",
		Description: "Without a configuration or --preset the default preset is run; - is a\n" +
			"configuration from standard input. Flags override the configuration, and --set\n" +
			"overrides any key of it.\n\n" +
			"Backend auto takes a GPU where there is one. Another OpenCL device is taken if\n" +
			"the run has 4 million node updates or more and a network like this one, of 4096\n" +
			"nodes, runs faster on it; else the program's own backend, on all cores. A\n" +
			"backend or device that is asked for and absent is an error.\n\n" +
			"Ctrl-C saves the run, and `tnn-gpu resume FOLDER` goes on with it; two seconds or\n" +
			"more later, another Ctrl-C ends it at once. SIGTERM, SIGHUP, SIGQUIT, SIGUSR1,\n" +
			"SIGUSR2 and SIGXCPU save it, too. The overview is not drawn then.",
		Flags: append(runFlags(), quietFlag(), jsonFlag()),
		Action: func(c *cli.Context) error {
			o, err := parseRun(c)
			if err != nil {
				return err
			}
			if err := p.quieten(parsePrint(c)); err != nil {
				return err
			}
			return p.runNew(c.Context, o)
		},
	}
}

// runFlags are those of run.
func runFlags() []cli.Flag {
	return slices.Concat(networkFlags(), computerFlags(), recordFlags(), liveFlags(), []cli.Flag{
		precisionFlag(),
		&cli.StringFlag{Name: "steps", Usage: "make the run this `NUMBER` of steps long: eras are cut off, or the last one is made longer"},
		&cli.StringFlag{Name: "replicas", Usage: "run a `NUMBER` of copies at once; copy r is the run of seed + r (tnn, sorn, codes), or realisation, network or population r of the seed (perceptron, hopfield, signals)"},
		&cli.StringFlag{Name: "out", Usage: "write into `FOLDER`, which must be new or empty (default: a new one in runs)"},
		&cli.StringSliceFlag{Name: "sweep", Usage: "give the replicas different values of a key: `KEY=V1,V2,...`; replica r takes value r modulo their number (default: as many replicas as values). tnn-gpu scan varies several keys"},
		&cli.StringFlag{Name: "from", Usage: "begin at the last checkpoint of another run, with all that it holds, in a new folder: `RUN`, or RUN@STEP for the state after a step, which is computed where no checkpoint has it; --set changes what may change"},
		&cli.StringFlag{Name: "commands", Usage: "carry out what a page asked of another run, at the same steps: `RUN`, the folder whose commands.csv has that"},
		checkpointFlag(), checkFlag(), timeLimitFlag(),
	})
}

// job is a run that is about to begin or to go on.
type job struct {
	inputs  []input
	setup   *setup
	backend *opened
	plan    sim.Plan
	options record.Options
	from    *state.Checkpoint // nil for a new run
	given   []sim.Command     // that another run was asked, which a new one carries out
	live    *live
	checker *checker // nil unless steps are made again
	feed    *feed    // nil unless steps wait for inputs

	progress *bar
	table    *epochTable
	undo     func() error // what a folder of a run that begins anew has taken the place of comes back; nil where it has not
	unpaused bool         // a pause of an earlier session is over
	longer   string       // flag that has a run end at another step than its configuration says
}

// runOptions are those of run.
type runOptions struct {
	configOptions
	computer computerOptions
	job      jobOptions
	limit    time.Duration // 0: there is none
	from     option[string]
	steps    option[string]
	commands option[string]
	out      string
	feeds    bool // steps take their inputs from standard input
	answer   answerOptions
}

func parseRun(c *cli.Context) (*runOptions, error) {
	limit, err := parseTimeLimit(c)
	if err != nil {
		return nil, err
	}
	job, err := parseJob(c)
	return &runOptions{configOptions: parseConfig(c), computer: parseComputer(c), job: job, limit: limit,
		from: parseText(c, "from"), steps: parseText(c, "steps"), commands: parseText(c, "commands"), out: c.String("out")}, err
}

func (p *program) runNew(ctx context.Context, o *runOptions) error {
	ctx, w := p.watched(ctx, o.limit)
	defer w.end()
	switch {
	case o.from.given && o.commands.given:
		return badUsage("--from goes on with what was asked of a run, and --commands begins with it: leave one of them out")
	case o.from.given:
		return p.runFrom(ctx, o, w)
	case o.feeds && o.first() == "-":
		return badUsage("feed takes its inputs from standard input, which cannot have the configuration, too: name a file")
	}
	cfg, name, err := configuration(&o.configOptions)
	if err != nil {
		return err
	}
	p.warnPassedOver(cfg)
	if o.steps.given {
		n, err := newSteps(o.steps.value)
		if err == nil {
			err = cfg.CheckSteps(n)
		}
		if err != nil {
			return usageError{err}
		}
		if err := lengthen(cfg, n, o.settings); err != nil {
			return err
		}
	}
	if err := checkRecords(cfg, 0); err != nil {
		return err
	}
	if o.feeds {
		if err := setFed(cfg.Spec); err != nil {
			return cfg.Locate(err)
		}
	}
	if err := checkHeeded(&o.configOptions, cfg, model.Run); err != nil {
		return err
	}
	j, err := p.prepare(&o.job, cfg)
	if err != nil {
		return err
	}
	defer j.close()
	if err := p.feedJob(j, o); err != nil {
		return err
	}
	if err := p.takeCommands(j, o); err != nil {
		return err
	}
	w.hold(saves)
	folder, err := p.createFolder(o.out, name, contents(cfg, j.inputs))
	if err != nil {
		return err
	}
	return p.carryOut(ctx, w, j, folder)
}

// feedJob prepares to feed a job, which only feed does.
func (p *program) feedJob(j *job, o *runOptions) (err error) {
	err = checkFeeds(o, j.setup.net.Describe(), j.plan.Fed)
	if err == nil && o.feeds {
		j.feed, err = p.newFeed(j, o.answer)
	}
	return err
}

// checkFeeds tells whether a network takes inputs, and is fed with them.
func checkFeeds(o *runOptions, d model.Description, fed bool) error {
	switch {
	case fed && !o.feeds:
		return badUsage("the network takes %s at each step: use `tnn-gpu feed`", count(int64(len(d.Inputs)), "input"))
	case o.feeds && !fed:
		return badUsage("the network takes no inputs")
	}
	return nil
}

// saves is what a run does when it is told to stop.
const saves = ": saving the run. Two seconds or more from now, another signal ends it at once; it can then be resumed from its last checkpoint."

// open builds the network of a configuration and opens it.
func (p *program) open(cfg *config.Config, threads int) (*job, error) {
	j := &job{plan: sim.Plan{Steps: cfg.Spec.Steps(), Replicas: cfg.Run.Replicas, Epoch: int64(cfg.Run.Epoch)}}
	var err error
	if j.setup, err = newSetup(cfg); err != nil {
		return nil, err
	}
	j.setup.drivers, j.setup.waiting = p.drivers, p.waiting
	if err := j.setup.checkDevice(); err != nil {
		return nil, err
	}
	if j.inputs, err = readInputs(cfg); err != nil {
		return nil, err
	}
	if err := j.setup.build(); err != nil {
		return nil, err
	}
	if err := unchanged(j.inputs); err != nil {
		return nil, err
	}
	j.plan.Fed = len(j.setup.net.Describe().Inputs) > 0
	j.backend, err = j.setup.open(threads)
	return j, err
}

// prepare opens the network of a configuration, to be recorded.
func (p *program) prepare(o *jobOptions, cfg *config.Config) (*job, error) {
	j, err := p.open(cfg, o.threads)
	if err != nil {
		return nil, err
	}
	j.plan.Checkpoint, j.plan.CheckpointTime = o.checkpointSteps, o.checkpointEvery
	err = j.planRecording()
	j.options.NetworkSum = sumOfNetwork(j.setup.net)
	for _, in := range j.inputs {
		j.options.Inputs = append(j.options.Inputs, in.Input)
	}
	if err == nil {
		j.checker, err = openChecker(o, j)
	}
	if err == nil {
		j.live, err = openLive(&o.page, j)
	}
	if err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// close closes all that prepare has opened.
func (j *job) close() error { return errors.Join(j.backend.Close(), j.checker.close()) }

// takeCommands has a new run carry out what another was asked while it went on.
func (p *program) takeCommands(j *job, o *runOptions) error {
	if !o.commands.given {
		return nil
	}
	of, err := record.Look(p.files, o.commands.value)
	if err != nil {
		return usageError{fmt.Errorf("--commands names the folder of a run: %w", err)}
	}
	defer of.Close()
	all, err := of.CommandsUntil(&state.Checkpoint{State: &state.State{}}, math.MaxInt64)
	if err != nil {
		return usageError{err}
	}
	j.given = slices.DeleteFunc(all, func(c sim.Command) bool { return c.Do != sim.DoControl })
	if len(j.given) == 0 {
		return badUsage("nothing was asked of the run %s while it went on: leave --commands out", o.commands.value)
	}
	if err := checkCommands(j.setup.net, j.given); err != nil {
		return badUsage("--commands %s: %w", o.commands.value, err)
	}
	j.plan.Again = slices.Clone(j.given)
	return nil
}

// checkCommands tells whether a network can be changed as these commands ask.
func checkCommands(of model.Network, commands []sim.Command) error {
	for _, c := range commands {
		if c.Do != sim.DoControl {
			continue
		}
		if err := checkControl(of, c.Control); err != nil {
			return err
		}
	}
	return nil
}

// checkControl tells whether a network can be changed as another one was.
func checkControl(of model.Network, c state.Control) error {
	err := fmt.Errorf("the model %s has no controls", of.Describe().Name)
	if controlled, ok := of.(model.Controlled); ok {
		err = controlled.CheckControl(c.Name, c.Value)
	}
	if err != nil {
		return fmt.Errorf("%s = %v of step %d does not fit this network: %w", c.Name, c.Value, c.Step, err)
	}
	return nil
}

// createFolder makes the folder of a new run.
func (p *program) createFolder(path, name string, with record.Contents) (*record.Folder, error) {
	if path == "" {
		var err error
		if path, err = p.freshFolder(name); err != nil {
			return nil, usageError{err}
		}
		with.Made = true
	}
	folder, err := record.CreateIn(p.files, path, with)
	if err != nil {
		return nil, usageError{err}
	}
	return folder, nil
}

// runsFolder is where runs go that are given no folder.
const runsFolder = "runs"

// freshFolder makes the first of runs/NAME-1, runs/NAME-2, ... that is not there.
func (p *program) freshFolder(name string) (string, error) {
	if _, err := p.files.MakeDir(runsFolder); err != nil {
		return "", fmt.Errorf("no folder for the run can be made: %w; name one with --out", err)
	}
	for i := 1; ; i++ {
		path := filepath.Join(runsFolder, fmt.Sprintf("%s-%d", name, i))
		err := os.Mkdir(path, 0o755)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("no folder for the run can be made: %w; name one with --out", err)
		}
	}
}

// carryOut runs a job and records it in its folder, which it closes. Where the run does
// not begin, the folder is again what it was.
func (p *program) carryOut(ctx context.Context, w *watch, j *job, folder *record.Folder) (err error) {
	p.recorded = true
	begun := false
	defer func() {
		if begun {
			err = errors.Join(err, folder.Close())
		} else {
			err = j.abandon(folder, err)
		}
	}()
	p.announce(j, folder.Path())
	if j.live != nil {
		j.options.Saved = j.live.Saved
	}
	recorder, err := folder.Prepare(j.options, j.from)
	if err != nil {
		return usageError{err}
	}
	run, err := p.newRun(j, recorder)
	if err == nil {
		err = recorder.Begin()
		begun = !errors.Is(err, record.ErrNotBegun)
	}
	for i := 0; err == nil && i < len(j.given); i++ {
		err = recorder.Keep(j.given[i])
	}
	if err == nil && j.unpaused {
		err = recorder.Keep(sim.Command{Do: sim.DoResume, Control: state.Control{Step: j.first()}})
	}
	if err != nil {
		err = errors.Join(err, recorder.Close(sim.Summary{Reason: sim.Failed}, err))
		if begun {
			err = writtenUntil(err, folder)
		}
		return err
	}
	p.events.runBegins(j, folder.Path())
	summary, err := p.simulate(ctx, j, run, folder.Path())
	var shown *lastShown
	if err == nil && w.stopped() == nil && j.setup.config.Record.Overview {
		shown = j.show(summary.Last) // while the end is being written
	}
	err = errors.Join(err, recorder.Close(summary, err))
	p.events.runEnds(summary, folder.Path(), err)
	if err != nil {
		return writtenUntil(err, folder)
	}
	why := w.stopped()
	if why != nil {
		shown = nil // there is no time to draw
	}
	p.summarize(j, summary, folder, shown)
	fmt.Fprint(p.out, j.checker.text(summary))
	if why != nil && summary.Reason != sim.Finished {
		return fmt.Errorf("%w at step %d of %d; go on with: tnn-gpu resume %s%s", why, summary.Last, j.plan.Steps, shellQuoted(folder.Path()), j.longer)
	}
	p.made(folder.Path())
	return nil
}

// writtenUntil says where a run is that has failed.
func writtenUntil(err error, folder *record.Folder) error {
	return fmt.Errorf("%w; what was written until then is in %s", err, folder.Path())
}

// abandon closes a folder in which a run does not begin, and takes back what was done for it.
func (j *job) abandon(folder *record.Folder, why error) error {
	if errors.Is(why, record.ErrNotBegun) {
		why = usageError{fmt.Errorf("%w; nothing was changed", why)}
	}
	err := errors.Join(why, folder.Abandon())
	if j.undo != nil {
		err = errors.Join(err, j.undo())
	}
	return err
}

// newRun puts a run where it begins, or where its checkpoint left it.
func (p *program) newRun(j *job, recorder *record.Recorder) (*sim.Run, error) {
	j.progress = newBar(p.moving(), j.setup, j.first(), j.plan.Steps)
	j.table = newEpochTable(p.out, j.progress, j.setup, j.plan.Steps, terminalWidth(p.out))
	run, err := sim.New(j.setup.net, j.backend.Backend, j.plan, recorder.Observe, j.table.observe, p.events.ofRun(j.setup.net.Describe().Columns, j.setup.sweep, j.plan.Steps), j.progress.observe, j.live.observe, j.feed.observe)
	if err == nil {
		err = j.checker.check(run)
	}
	if err == nil && j.from != nil {
		if err = run.Restore(j.from); err != nil {
			err = usageError{err}
		}
	}
	if err != nil {
		return nil, err
	}
	run.Journal(recorder.Keep)
	return run, nil
}

// first is the step that a job begins after.
func (j *job) first() int64 {
	if j.from == nil {
		return 0
	}
	return j.from.State.Step
}

// simulate makes the steps.
func (p *program) simulate(ctx context.Context, j *job, run *sim.Run, folder string) (sim.Summary, error) {
	j.table.printHeader(j.first())
	endLive := j.live.begin(run, folder, j.from)
	over := make(chan struct{})
	if j.feed != nil {
		go j.feed.lines(ctx, run, over)
	}
	summary, err := run.Go(ctx)
	close(over)
	j.progress.clear()
	if err := endLive(summary, err); err != nil {
		fmt.Fprintf(p.errs, "The page could not be served to the end: %v.\n", err)
	}
	return summary, err
}
