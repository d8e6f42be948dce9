package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
)

func (p *program) presetsCommand() *cli.Command {
	return &cli.Command{
		Name:      "presets",
		Usage:     "list the presets, or print one as a complete configuration",
		ArgsUsage: "[NAME]",
		Description: "`tnn-gpu presets NAME > mine.toml` begins a configuration of your own;\n" +
			"`tnn-gpu run mine.toml` runs it.",
		Action: func(c *cli.Context) error {
			switch c.NArg() {
			case 0:
				return p.listPresets()
			case 1:
				preset, err := config.NewPreset(c.Args().First())
				if err != nil {
					return usageError{err}
				}
				_, err = p.out.Write(preset.Encode())
				return err
			}
			return badUsage("%q is one preset too many; see `%s --help`", c.Args().Get(1), c.Command.HelpName)
		},
	}
}

func (p *program) listPresets() error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, preset := range config.Presets() {
		note := ""
		if preset.Name == config.DefaultPreset {
			note = " (the default)"
		}
		fmt.Fprintf(w, "%s\t%s%s\n", preset.Name, preset.Doc, note)
	}
	return w.Flush()
}
