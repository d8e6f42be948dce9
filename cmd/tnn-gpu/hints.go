package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/files"
	"tnn-gpu/host/record"
	"tnn-gpu/host/scan"
	"tnn-gpu/host/text"
)

// meant names what is like an unknown name; empty where nothing is.
func meant(names []string, before, unknown string) string {
	if name := text.Likely(unknown, names); name != "" {
		return ": the nearest is " + before + name
	}
	return ""
}

// commandNames are the names of commands that the help lists.
func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// noFile tells of an argument that should be the file of a configuration or scan, and is
// known to be something else: a preset, or a folder.
func noFile(a arguments) error {
	path := a.first()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return noPreset(a)
	case err != nil || !info.IsDir():
		return nil // reading it tells what there is
	}
	name := shellQuoted(path)
	file := shellQuoted(filepath.Join(path, record.ConfigName))
	if experiment.IsFolder(files.OS{}, path) {
		return badUsage("%s is the folder of a scan: `tnn-gpu resume %s` makes what is missing of it, and `tnn-gpu scan %s` makes it again", path, name, file)
	}
	folder, err := record.Look(files.OS{}, path)
	if err != nil {
		return badUsage("%s is a folder: name a file", path)
	}
	return errors.Join(badUsage("%s is the folder of a run: `tnn-gpu resume %s` goes on with it, and `%s %s` takes its configuration", path, name, a.command, file), folder.Close())
}

// ofPreset says how to be rid of a value that is at fault, where settings beside a preset do
// not give it: the preset does.
func ofPreset(err error, a arguments, preset string, settings []string) error {
	var at *config.Error
	if len(a.words) > 0 || len(settings) == 0 || !errors.As(err, &at) || at.Key == "" || strings.HasPrefix(at.Where, "--") {
		return err
	}
	if slices.ContainsFunc(settings, func(s string) bool { return config.Gives(s, at.Key) }) {
		return err
	}
	preset = cmp.Or(preset, config.DefaultPreset)
	return fmt.Errorf("%w; the preset %s gives it: `tnn-gpu presets %s > FILE` prints a file in which you can change it", err, preset, preset)
}

// noPreset tells of a preset that stands where a file should.
func noPreset(a arguments) error {
	for _, p := range scan.Presets() {
		if p.Name == a.first() {
			return badUsage("there is no file %s, but a preset is called so, which is a scan: `tnn-gpu scan --preset %s`", p.Name, p.Name)
		}
	}
	for _, p := range config.Presets() {
		if p.Name == a.first() {
			return badUsage("there is no file %s, but a preset is called so: `%s --preset %s`", p.Name, a.command, p.Name)
		}
	}
	return nil
}
