package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

func (p *program) resumeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "go on with a run that was interrupted, or make a finished one longer",
		ArgsUsage: "FOLDER",
		Description: "The run goes on from its last checkpoint, bit for bit as if it had not been\n" +
			"interrupted, on any backend. Tables are cut back to the checkpoint first.",
		Flags: slices.Concat(computerFlags(), liveFlags(), []cli.Flag{
			&cli.StringFlag{Name: "steps", Usage: "go on to step `NUMBER`; with a plus, as in +100, that many steps from the checkpoint on"},
			checkpointFlag(), checkFlag(), timeLimitFlag(),
		}),
		Action: p.resume,
	}
}

func (p *program) resume(c *cli.Context) error {
	if c.NArg() != 1 {
		return badUsage("%s takes one argument, the folder of a run; see `%s --help`", c.Command.HelpName, c.Command.HelpName)
	}
	limit, err := timeLimit(c)
	if err != nil {
		return err
	}
	ctx, w := p.watched(c.Context, limit)
	defer w.end()
	folder, err := record.Open(c.Args().First())
	if err != nil {
		return usageError{err}
	}
	j, err := p.reopen(c, folder)
	if j == nil {
		return errors.Join(err, folder.Close())
	}
	defer j.close()
	w.hold(saves)
	return p.carryOut(ctx, w, j, folder)
}

// reopen prepares what is left to do of a run. Where that is nothing it says so, and
// the job is nil.
func (p *program) reopen(c *cli.Context, folder *record.Folder) (*job, error) {
	cfg, err := config.Decode(folder.Path()+"/config.toml", folder.Config())
	if err == nil {
		err = applyFlags(c, cfg)
	}
	if err != nil {
		return nil, usageError{err}
	}
	from, done, err := p.checkpoint(folder)
	if err != nil {
		return nil, err
	}
	end, err := lastStep(cfg, c.String("steps"), done)
	if err != nil {
		return nil, usageError{err}
	}
	if end == done && hasEnded(folder) {
		fmt.Fprintf(p.out, "The run has made all of its %s; make it longer with --steps +100, for example.\n", count(done, "step"))
		return nil, nil
	}
	planned := cfg.Spec.Steps()
	if err := cfg.SetSteps(end); err != nil {
		return nil, usageError{err}
	}
	j, err := p.prepare(c, cfg)
	if err != nil {
		return nil, err
	}
	j.from = from
	if end != planned {
		j.longer = fmt.Sprintf(" --steps %d", end)
	}
	return j, nil
}

// checkpoint reads the last checkpoint and its step, and says which ones it had to
// pass over. Without any the run begins anew.
func (p *program) checkpoint(folder *record.Folder) (from *state.Checkpoint, done int64, err error) {
	from, skipped, err := folder.Checkpoint()
	for _, s := range skipped {
		fmt.Fprintf(p.errs, "A checkpoint is passed over: %v.\n", s)
	}
	switch {
	case errors.Is(err, record.ErrNoCheckpoint):
		fmt.Fprintf(p.errs, "There is no checkpoint in %s: the run begins anew.\n", folder.Path())
		return nil, 0, nil
	case err != nil:
		return nil, 0, usageError{err}
	}
	return from, from.State.Step, nil
}

// hasEnded tells whether a run has written all that it leaves at its end. Between
// its last checkpoint and that it may have been killed, or the disk full.
func hasEnded(folder *record.Folder) bool {
	m, err := record.ReadMetadata(folder.Path())
	return err != nil || m.Status == sim.Finished
}

// lastStep is the step at which a resumed run ends.
func lastStep(cfg *config.Config, text string, done int64) (int64, error) {
	if text == "" {
		return max(done, cfg.Spec.Steps()), nil
	}
	end, err := steps(text, done)
	if err == nil && end < done {
		err = fmt.Errorf("the run has made %d steps, more than --steps %s; make it longer with --steps +100, for example", done, text)
	}
	return end, err
}
