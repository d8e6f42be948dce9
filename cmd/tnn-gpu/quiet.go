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

// quieten has nothing printed but names of folders, if that is asked for.
func (p *program) quieten(quiet, live bool) error {
	switch {
	case !quiet:
		return nil
	case live:
		return badUsage("--quiet leaves out the address of the page that --live serves; use one of them")
	}
	p.names, p.out = p.out, io.Discard
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
func (p *program) answering() {
	if p.names != nil {
		p.answers, p.names = p.names, nil
		return
	}
	p.answers, p.out = p.out, p.errs
}
