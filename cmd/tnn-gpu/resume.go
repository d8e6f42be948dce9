package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

func (p *program) resumeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "go on with a run or a scan that was interrupted, or make a finished run longer",
		ArgsUsage: "RUN|SCAN",
		Description: "The run goes on from its last checkpoint, bit for bit as if it had not been\n" +
			"interrupted, on any backend. Tables are cut back to the checkpoint first. What\n" +
			"cannot be read or was changed by others is an error, and nothing is touched then;\n" +
			"`tnn-gpu check RUN` says what is whole, and `tnn-gpu run --from RUN` goes on from a\n" +
			"checkpoint in a new folder.",
		Flags: slices.Concat(computerFlags(), liveFlags(), []cli.Flag{
			&cli.StringFlag{Name: "steps", Usage: "go on to step `NUMBER`; with a plus, as in +100, that many steps beyond the last one that the run has made"},
			&cli.BoolFlag{Name: "restart", Usage: "begin anew, as long as the run was last to be; what is there is kept as RUN.old-1, RUN.old-2, ..."},
			checkpointFlag(), checkFlag(), timeLimitFlag(),
			&cli.StringFlag{Name: "answer", Usage: "answer each line of a run that is fed with these `VALUES`, as for tnn-gpu feed"},
			readoutFlag(), quietFlag(), jsonFlag(),
			&cli.StringSliceFlag{Name: "set", Hidden: true}, // refused, with the command that takes it
		}),
		Action: func(c *cli.Context) error {
			o, err := parseResume(c)
			if err != nil {
				return err
			}
			if err := p.quieten(parsePrint(c)); err != nil {
				return err
			}
			return p.resume(c.Context, o)
		},
	}
}

// resumeOptions are those of resume.
type resumeOptions struct {
	configOptions // keys alone
	computer      computerOptions
	job           jobOptions
	limit         time.Duration // 0: there is none
	folder        string
	steps         string
	restart       bool
	answer        answerOptions
	ofRuns        string // a flag that scans do not take; empty where none is given
}

func parseResume(c *cli.Context) (*resumeOptions, error) {
	folder, err := parseArguments(c).one("the folder of a run")
	if err != nil {
		return nil, err
	}
	if c.IsSet("set") {
		return nil, badUsage("resume changes nothing that is computed but the length of a run; begin another one at its last checkpoint: tnn-gpu run --from %s --set %s", shellQuoted(folder), shellQuoted(c.StringSlice("set")[0]))
	}
	o := &resumeOptions{configOptions: parseConfig(c), computer: parseComputer(c), folder: folder, steps: c.String("steps"), restart: c.Bool("restart"), answer: parseAnswer(c)}
	if o.limit, err = parseTimeLimit(c); err != nil {
		return nil, err
	}
	for _, flag := range []string{"answer", "check", "checkpoint", "live", "readout", "restart", "steps"} {
		if c.IsSet(flag) {
			o.ofRuns = flag
		}
	}
	o.job, err = parseJob(c)
	return o, err
}

func (p *program) resume(ctx context.Context, o *resumeOptions) error {
	ctx, w := p.watched(ctx, o.limit)
	defer w.end()
	if experiment.IsFolder(p.files, o.folder) {
		return p.resumeScan(ctx, w, o)
	}
	folder, err := record.OpenIn(p.files, o.folder)
	if err != nil {
		return usageError{err}
	}
	j, folder, err := p.reopen(o, folder)
	if j == nil {
		return errors.Join(err, folder.Close())
	}
	defer j.close()
	if j.plan.Fed {
		if err := p.answering(); err != nil {
			return errors.Join(err, folder.Close())
		}
		if j.feed, err = p.newFeed(j, o.answer); err != nil {
			return errors.Join(err, folder.Close())
		}
	}
	w.hold(saves)
	return p.carryOut(ctx, w, j, folder)
}

// reopen prepares what is left to do of a run. Where that is nothing it says so, and
// the job is nil. A run that is to begin anew has another folder then.
func (p *program) reopen(o *resumeOptions, folder *record.Folder) (*job, *record.Folder, error) {
	cfg, err := config.Decode(filepath.Join(folder.Path(), record.ConfigName), folder.Config())
	if err == nil {
		err = applyFlags(&o.configOptions, cfg)
	}
	if err != nil {
		return nil, folder, usageError{err}
	}
	if err := o.answer.checkFed(cfg.Spec); err != nil {
		return nil, folder, err
	}
	if o.restart {
		return p.restart(o, cfg, folder)
	}
	from, done, err := p.checkpoint(folder)
	if err != nil {
		return nil, folder, usageError{err}
	}
	if from != nil {
		if err := p.sameInputs(folder, cfg); err != nil {
			return nil, folder, usageError{err}
		}
	}
	made, err := folder.LastMade()
	if err != nil {
		return nil, folder, usageError{err}
	}
	end, err := lastStep(o.steps, made, plannedSteps(cfg, folder))
	if err != nil {
		return nil, folder, usageError{err}
	}
	ended, err := p.hasEnded(folder, end == done)
	switch {
	case err != nil:
		return nil, folder, usageError{err}
	case ended != "":
		return nil, folder, p.complete(cfg, folder, ended, done)
	}
	j, err := p.prepareTo(&o.job, cfg, end)
	if err != nil {
		return nil, folder, err
	}
	if err := p.goOn(j, folder, from); err != nil {
		return nil, folder, errors.Join(usageError{err}, j.close())
	}
	if from == nil {
		fmt.Fprintf(p.errs, "There is no checkpoint in %s: the run begins anew.\n", folder.Path())
	} else if there, err := folder.Has(record.MetadataName); err == nil && !there {
		fmt.Fprintf(p.errs, "There is no run.json in %s: it is made anew, without what it told of earlier sessions.\n", folder.Path())
	}
	return j, folder, nil
}

// sameInputs tells whether the run still rests on what it began with.
func (p *program) sameInputs(folder *record.Folder, cfg *config.Config) error {
	was, err := oldInputs(folder)
	if err != nil {
		return err
	}
	return checkInputs(folder.Path(), was, cfg, p.warn)
}

// prepareTo prepares a run that ends at a step, whatever its configuration says.
func (p *program) prepareTo(o *jobOptions, cfg *config.Config, end int64) (*job, error) {
	planned := cfg.Spec.Steps()
	if err := cfg.SetSteps(end); err != nil {
		return nil, usageError{err}
	}
	j, err := p.prepare(o, cfg)
	if err == nil && end != planned {
		j.longer = fmt.Sprintf(" --steps %d", end)
	}
	return j, err
}

// goOn has a job begin at a checkpoint of its folder, or at the beginning, and carry
// out what the run was asked after that.
func (p *program) goOn(j *job, folder *record.Folder, from *state.Checkpoint) error {
	j.from = from
	var err error
	if j.plan.Again, err = folder.Commands(from); err != nil {
		return err
	}
	if err := checkCommands(j.setup.net, j.plan.Again); err != nil {
		return fmt.Errorf("commands.csv of %s: %w; nothing was changed", folder.Path(), err)
	}
	if n := len(j.plan.Again); n > 0 && j.live == nil && j.plan.Again[n-1].Do == sim.DoPause {
		fmt.Fprintf(p.errs, "The run was paused at step %d. Without a page (--live) it goes on.\n", j.plan.Again[n-1].Step)
		j.plan.Again = j.plan.Again[:n-1]
		j.unpaused = true
	}
	return nil
}

// checkpoint reads the last checkpoint and its step, and says which ones it had to
// pass over. A run that never had any begins anew.
func (p *program) checkpoint(folder *record.Folder) (from *state.Checkpoint, done int64, err error) {
	from, skipped, err := folder.Checkpoint()
	var unusable *record.UnusableError
	switch {
	case errors.Is(err, record.ErrNoCheckpoint):
		return nil, 0, mayBeginAnew(folder)
	case errors.As(err, &unusable):
		return nil, 0, refusal(folder, unusable)
	case err != nil:
		return nil, 0, fmt.Errorf("%w; nothing was changed", err)
	}
	for _, s := range skipped {
		fmt.Fprintf(p.errs, "A checkpoint is passed over: %v.\n", s)
	}
	if by := from.Program; by != "" && by != programVersion() {
		fmt.Fprintf(p.errs, "The checkpoint was written by %s, and this is %s.\n", by, programVersion())
	}
	return from, from.State.Step, nil
}

// mayBeginAnew refuses a run without checkpoints that had some, as one that has ended, or began
// at one of another run.
func mayBeginAnew(folder *record.Folder) error {
	ended, err := folder.Has(record.FinalName)
	switch {
	case err != nil:
		return err
	case ended:
		return fmt.Errorf("the run %s has ended and has no checkpoint any more; %s", folder.Path(), anew(folder))
	}
	return notABranch(folder)
}

// refusal says what can be done with a run that cannot go on in its folder.
func refusal(folder *record.Folder, unusable *record.UnusableError) error {
	kept := ""
	if unusable.Whole >= 0 {
		kept = fmt.Sprintf(" `tnn-gpu run --from %s` goes on from step %d in a new folder, without what is lost;", shellQuoted(fmt.Sprintf("%s@%d", folder.Path(), unusable.Whole)), unusable.Whole)
	}
	return fmt.Errorf("%w\nNothing was changed.%s %s", unusable, kept, anew(folder))
}

// hasEnded tells why a run has ended, if it has, and has written all that it leaves
// then. Between its last checkpoint and that it may have been killed, or the disk full.
// A run that has made its steps has ended if it is not to be longer; one whose replicas
// have ended by themselves has in any case.
func (p *program) hasEnded(folder *record.Folder, asLong bool) (sim.Reason, error) {
	m, err := folder.Metadata()
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil || m.Status != sim.AllEnded && !(m.Status == sim.Finished && asLong) {
		return "", err
	}
	if !slices.ContainsFunc(m.Files, func(f record.File) bool { return f.Name == record.FinalName }) {
		return m.Status, nil // it was not to be written
	}
	whole, err := folder.IsWhole()
	if err != nil || !whole {
		return "", err
	}
	return m.Status, nil
}

// complete tells of a run that has ended, and makes its overview where that is missing.
func (p *program) complete(cfg *config.Config, folder *record.Folder, why sim.Reason, done int64) error {
	err := p.drawMissing(cfg, folder)
	p.events.runEnds(sim.Summary{Reason: why, Last: done}, folder.Path(), err)
	if err != nil {
		return err
	}
	p.made(folder.Path())
	if why == sim.AllEnded {
		fmt.Fprintf(p.out, "Every replica of the run has ended by itself, the last after step %d.\n", done)
		return nil
	}
	fmt.Fprintf(p.out, "The run has made all of its %s; make it longer with --steps +100, for example.\n", count(done, "step"))
	return nil
}

// drawMissing makes the overview of a run that has ended, if it is to have one and has none.
func (p *program) drawMissing(cfg *config.Config, folder *record.Folder) error {
	drawn, err := folder.Has(record.OverviewName)
	if err != nil {
		return usageError{err}
	}
	if !cfg.Record.Overview || drawn {
		return nil
	}
	n, err := buildSetup(cfg)
	if err != nil {
		return err
	}
	if err := p.drawAgain(n, folder); err != nil {
		return fmt.Errorf("the overview of the run is not drawn: %w", err)
	}
	fmt.Fprintf(p.out, "%s was missing and is drawn.\n", record.OverviewName)
	return nil
}

// drawAgain makes the overview of what a folder has.
func (p *program) drawAgain(n *setup, folder *record.Folder) error {
	run, err := results.Of(folder)
	if err != nil {
		return err
	}
	var pictures []plot.Shown
	if hasPictures(n.net) {
		final, err := openFinal(run, n.net)
		if err != nil {
			return err
		}
		defer final.Close()
		if pictures, err = lastPictures(n, final); err != nil {
			return err
		}
	}
	return p.overview(run, pictures, folder)
}

// plannedSteps is how long a run was last to be: what its last session was asked, or else what
// its configuration says.
func plannedSteps(cfg *config.Config, folder *record.Folder) int64 {
	return cmp.Or(folder.Planned(), cfg.Spec.Steps())
}

// lastStep is the step at which a resumed run ends. It is none before the last one that
// the run has made, wherever the checkpoint is that it goes on from, and without a number
// the one that was planned.
func lastStep(text string, made, planned int64) (int64, error) {
	if text == "" {
		return max(made, planned), nil
	}
	end, err := steps(text, made)
	if err == nil && end < made {
		err = fmt.Errorf("the run has made %d steps, more than --steps %s; make it longer with --steps +100, for example", made, text)
	}
	return end, err
}
