package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"
)

// quietFlag is --quiet.
func quietFlag() cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Usage: "print the name of the folder alone, when it has all; errors and warnings are said on standard error"}
}

// printOptions say what is printed.
type printOptions struct{ quiet, json, live bool }

func parsePrint(c *cli.Context) printOptions {
	return printOptions{quiet: c.Bool("quiet"), json: c.Bool("json"), live: c.Bool("live")}
}

// quieten has nothing printed but names of folders, or JSON, if that is asked for.
func (p *program) quieten(o printOptions) error {
	switch {
	case o.quiet && o.json:
		return badUsage("--quiet prints the name of the folder alone, and --json JSON; use one of them")
	case o.quiet && o.live:
		return badUsage("--quiet leaves out the address of the page that --live serves; use one of them")
	case o.quiet:
		p.names, p.out = p.out, io.Discard
	case o.json:
		p.events, p.out = &events{p.out}, io.Discard
	}
	return nil
}

// made names a folder that has all that it is to have, where nothing else is printed.
func (p *program) made(folder string) {
	if p.names != nil {
		fmt.Fprintln(p.names, folder)
	}
}

// moving is where it is shown how far a command is.
func (p *program) moving() io.Writer {
	if p.names != nil {
		return io.Discard
	}
	return p.errs
}

// answering leaves standard output to the answers to inputs.
func (p *program) answering() error {
	if p.events != nil {
		return badUsage("a run that is fed has its answers on standard output: leave --json out")
	}
	if p.names != nil {
		p.answers, p.names = p.names, nil
		return nil
	}
	p.answers, p.out = p.out, p.errs
	return nil
}
