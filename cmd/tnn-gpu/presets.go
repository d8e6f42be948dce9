package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/models"
	"tnn-gpu/host/scan"
)

func (p *program) presetsCommand() *cli.Command {
	return &cli.Command{
		Name:      "presets",
		Usage:     "list the presets, or print one as a file",
		ArgsUsage: "[NAME]",
		Description: "`tnn-gpu presets NAME > mine.toml` begins a configuration of your own;\n" +
			"`tnn-gpu run mine.toml` runs it, or `tnn-gpu scan mine.toml` if it is a scan.",
		Action: func(c *cli.Context) error {
			switch a := parseArguments(c); len(a.words) {
			case 0:
				return p.listPresets()
			case 1:
				return p.printPreset(a.first())
			default:
				return badUsage("%q is one preset too many; see `%s --help`", a.words[1], a.command)
			}
		},
	}
}

// printPreset prints a configuration, or a scan.
func (p *program) printPreset(name string) error {
	for _, preset := range scan.Presets() {
		if preset.Name == name {
			_, err := io.WriteString(p.out, preset.File)
			return err
		}
	}
	preset, err := config.NewPreset(name)
	if err != nil {
		return usageError{err}
	}
	_, err = p.out.Write(preset.Encode())
	return err
}

func (p *program) listPresets() error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, m := range models.All() {
		fmt.Fprintf(w, "%s\n", m.Name)
		for _, preset := range m.Presets() {
			note := ""
			if preset.Name == config.DefaultPreset {
				note = " (the default)"
			}
			fmt.Fprintf(w, "  %s\trun\t%s%s\n", preset.Name, preset.Doc, note)
		}
		if m.Scans == nil {
			continue
		}
		for _, preset := range m.Scans() {
			fmt.Fprintf(w, "  %s\tscan\t%s\n", preset.Name, preset.Doc)
		}
	}
	return w.Flush()
}
