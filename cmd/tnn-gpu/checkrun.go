package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "tell whether each file of a run's folder is whole",
		ArgsUsage: "RUN",
		Description: "All files are read, and compared with the sums that checkpoints have of them;\n" +
			"nothing is changed. A file that is not whole makes the exit code 1.\n\n" +
			"Beside it: `verify` replays recorded trajectories, `compare` runs a network on two\n" +
			"backends, `selftest` tries a device, and `run --check N` makes steps again.",
		Action: func(c *cli.Context) error {
			path, err := parseArguments(c).one("the folder of a run")
			if err != nil {
				return err
			}
			return p.checkRun(path)
		},
	}
}

func (p *program) checkRun(path string) error {
	if experiment.IsFolder(p.files, path) {
		return badUsage("%s is a scan; `tnn-gpu scan status` tells what of it is there, and check is of runs", path)
	}
	folder, err := record.Look(p.files, path)
	if err != nil {
		return usageError{err}
	}
	defer folder.Close()
	found, err := folder.Check()
	if err != nil {
		return usageError{fmt.Errorf("the run cannot be checked: %w", err)}
	}
	if _, err := results.Of(folder); errors.Is(err, fs.ErrNotExist) {
		// What is said of run.json says it.
	} else if err != nil {
		found = append(found, record.Finding{File: record.ConfigName, Problem: err})
	} else {
		found = append(found, record.Finding{File: record.ConfigName, Text: "as run.json tells of it"})
	}
	return p.sayFound(folder, found)
}

func (p *program) sayFound(folder *record.Folder, found []record.Finding) error {
	width, all, bad := 0, map[string]bool{}, map[string]bool{} // files, of which several things may be found
	for _, f := range found {
		width, all[f.File] = max(width, len(f.File)), true
	}
	for _, f := range found {
		if f.Problem == nil {
			fmt.Fprintf(p.out, "ok    %-*s  %s\n", width, f.File, f.Text)
			continue
		}
		bad[f.File] = true
		fmt.Fprintf(p.out, "FAIL  %-*s  %v\n", width, f.File, f.Problem)
	}
	if len(bad) > 0 {
		return errors.New(verb(int64(len(bad)), "file", "is", "are") + fmt.Sprintf(" not whole, of %d of the run %s; nothing was changed", len(all), folder.Path()))
	}
	fmt.Fprintf(p.out, "The run %s is whole: %s.\n", folder.Path(), count(int64(len(all)), "file"))
	return nil
}
