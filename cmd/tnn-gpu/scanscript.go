package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/scan"
	"tnn-gpu/host/state"
)

func (p *program) scanScriptCommand() *cli.Command {
	return &cli.Command{
		Name:      "script",
		Usage:     "print what has Slurm, Kubernetes or GNU parallel make a scan",
		ArgsUsage: "slurm|kubernetes|parallel FOLDER",
		Description: "`tnn-gpu scan ... --out FOLDER --prepare` makes the folder. The time to ask for is twice\n" +
			"what the share takes at the speed of this machine, of which a core is measured for a\n" +
			"second; what is longer than the time is saved, and goes on.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "shards", Usage: "divide the scan among this `NUMBER` of jobs", DefaultText: "20, or one for each point if there are fewer"},
			&cli.IntFlag{Name: "cpus", Usage: "`NUMBER` of processor cores of a job", Value: 1},
			&cli.DurationFlag{Name: "time", Usage: "ask for this `TIME` for a job, such as 2h", DefaultText: "an estimate"},
			&cli.StringFlag{Name: "image", Usage: "kubernetes: container `IMAGE` that has tnn-gpu", Value: "tnn-gpu:latest"},
			&cli.StringFlag{Name: "claim", Usage: "kubernetes: `NAME` of the persistent volume claim that has the folder", Value: "scan"},
		},
		Action: func(c *cli.Context) error { return p.scanScript(c.Context, parseScript(c)) },
	}
}

// scriptOptions are those of scan script.
type scriptOptions struct {
	arguments
	shards, cpus int
	time         option[time.Duration]
	image, claim string
}

func parseScript(c *cli.Context) *scriptOptions {
	return &scriptOptions{arguments: parseArguments(c), shards: c.Int("shards"), cpus: c.Int("cpus"),
		time: option[time.Duration]{c.Duration("time"), c.IsSet("time")}, image: c.String("image"), claim: c.String("claim")}
}

func (p *program) scanScript(ctx context.Context, o *scriptOptions) error {
	if len(o.words) != 2 {
		return badUsage("%s takes two arguments: %s, and the folder of a scan", o.command, strings.Join(scan.Scripts(), " or "))
	}
	kind, path := o.words[0], o.words[1]
	s, folder, err := p.openScan(path)
	if err != nil {
		return usageError{err}
	}
	if err := folder.Close(); err != nil {
		return err
	}
	r := scan.Request{Name: jobName(path), Shards: o.shards, CPUs: o.cpus, Image: o.image, Claim: o.claim}
	const shards = 20
	if r.Shards == 0 {
		r.Shards = min(shards, len(s.Plan.Points))
	}
	if r.Shards < 1 || r.Shards > len(s.Plan.Points) || r.CPUs < 1 {
		return badUsage("a scan of %s cannot be divided among %s of %s", count(int64(len(s.Plan.Points)), "point"), count(int64(r.Shards), "job"), count(int64(r.CPUs), "core"))
	}
	if !slices.Contains(scan.Scripts(), kind) {
		return badUsage("there is no script for %q: use %s", kind, strings.Join(scan.Scripts(), ", "))
	}
	if r.Memory, err = s.Memory(); err != nil {
		return usageError{err}
	}
	switch r.Time = o.time.value; {
	case o.time.given && r.Time < 5*time.Minute:
		return badUsage("--time is %v: use five minutes or more", r.Time)
	case !o.time.given:
		if r.Time, err = s.Time(ctx, r.Shards, r.CPUs, openOneCore); err != nil {
			return usageError{err}
		}
	}
	self, err := os.Executable()
	full, absError := filepath.Abs(path)
	if err := errors.Join(err, absError); err != nil {
		return err
	}
	r.Program, r.Folder = shellQuoted(self), shellQuoted(full)
	text, err := scan.Script(kind, r)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprint(p.out, text)
	return nil
}

// openOneCore puts a network on one core, to measure it.
func openOneCore(c *config.Config, n model.Network, keys []uint64) (backend.Backend, error) {
	precision, err := state.ParsePrecision(c.Run.Precision)
	if err != nil {
		return nil, err
	}
	return cpuref.New(n, backend.Options{Precision: precision, Seeds: keys, Threads: 1})
}

// jobName is the name of a folder in letters that every cluster takes.
func jobName(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	keep := func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}
	const longest = 50
	name := strings.Map(keep, filepath.Base(full))
	return strings.Trim("scan-"+name[:min(longest, len(name))], "-")
}

// requeue has Slurm queue the job again that the program is part of. Of an array that
// is the task: the number of the job alone can be that of another task.
func requeue(lookup func(string) (string, bool)) error {
	job, err := slurmJob(lookup)
	if err != nil {
		return err
	}
	out, err := exec.Command("scontrol", "requeue", job).CombinedOutput()
	if err != nil {
		return fmt.Errorf("scontrol requeue %s failed: %w: %s", job, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// slurmJob is the name of the job, or of the task of an array.
func slurmJob(lookup func(string) (string, bool)) (string, error) {
	array, isArray := lookup("SLURM_ARRAY_JOB_ID")
	task, hasTask := lookup("SLURM_ARRAY_TASK_ID")
	if isArray && hasTask {
		return array + "_" + task, nil
	}
	job, found := lookup("SLURM_JOB_ID")
	if _, err := strconv.ParseUint(job, 10, 64); !found || err != nil {
		return "", errors.New("--requeue needs a job of Slurm: there is no SLURM_JOB_ID")
	}
	return job, nil
}
