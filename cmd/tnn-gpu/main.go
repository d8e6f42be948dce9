// Command tnn-gpu simulates Thermodynamic Neural Networks.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/gpu"
	"tnn-gpu/host/config"
	"tnn-gpu/host/files"
	"tnn-gpu/host/memory"
	"tnn-gpu/host/model"
)

// Exit codes. The help text exitCodes and README.md list them too.
const (
	codeDone        = 0
	codeFailed      = 1
	codeUsage       = 2
	codeDevice      = 3
	codeTimeIsUp    = 75 // EX_TEMPFAIL of sysexits.h
	codeInterrupted = 130
)

const exitCodes = `
EXIT CODES:
     0   all went well
     1   a run failed, or a comparison or verification found a difference
     2   bad usage, configuration or input: nothing was computed
     3   the device that was asked for is absent, or failed
    75   time is up (SIGUSR1, SIGXCPU, --time-limit): a run that had begun is saved; resume it, or give the same command for a scan again
   130   told to stop (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR2): a run that had begun is saved and can be resumed
`

func main() {
	ignoreBrokenPipes()
	memory.Heed()
	c := newConsole(os.Stdout, os.Stderr, os.Args[1:])
	p := program{in: os.Stdin, out: c.out, errs: c.errs, console: c, began: time.Now()}
	p.drivers = p.ownDrivers()
	p.files = files.OS{Warn: p.warn}
	if len(os.Args) < 2 || os.Args[1] != tryDrivers { // whose parent tells what happens
		p.endAtOnce()
	}
	code := p.run(context.Background(), os.Args[1:])
	if err := c.close(); err != nil {
		p.urgent(fmt.Sprintf("tnn-gpu: not all could be printed: %v\n", err))
		if code == codeDone && !p.recorded {
			code = codeFailed
		}
	}
	os.Exit(code)
}

// program is one invocation.
type program struct {
	in         io.Reader // of feed, and of the configuration -
	out        io.Writer
	errs       io.Writer
	answers    io.Writer // standard output, where out is standard error
	names      io.Writer // standard output, where nothing is printed but names of folders; else nil
	events     *events   // nil where no JSON is printed
	console    *console  // behind both; nil in tests
	files      files.System
	began      time.Time
	drivers    *gpu.Drivers // nil asks drivers without a trial
	ending     *watch       // of signals that end a command which saves nothing; nil in tests
	unfinished files.Unfinished
	recorded   bool // there is a run folder, which matters more than what is printed
}

// warn says what does not end a command.
func (p *program) warn(sentence string) { fmt.Fprintf(p.errs, "Take note: %s.\n", sentence) }

// warnPassedOver says what of a configuration or scan is not heeded.
func (p *program) warnPassedOver(of interface{ PassedOver() string }) {
	if says := of.PassedOver(); says != "" {
		p.warn(says)
	}
}

// run carries out a command line and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	app := p.app()
	args = asUsual(args)
	err := checkWords(app, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{app.Name}, flagsFirst(app, args)...))
	}
	if err != nil {
		fmt.Fprintf(p.errs, "%s: %v\n", app.Name, err)
	}
	return exitCode(err)
}

// asUsual has what other programs understand mean the same here: --version, and help
// COMMAND.
func asUsual(args []string) []string {
	switch {
	case len(args) == 0:
		return args
	case args[0] == "--version":
		return append([]string{"version"}, args[1:]...)
	case args[0] == "help":
		return append(args[1:len(args):len(args)], "--help")
	}
	return args
}

func (p *program) app() *cli.App {
	app := &cli.App{
		Name:  "tnn-gpu",
		Usage: "simulate Thermodynamic Neural Networks and other systems",
		Description: "`tnn-gpu run` runs the default preset. Every command has its own help:\n" +
			"`tnn-gpu help run`.",
		Commands: []*cli.Command{
			p.runCommand(), p.resumeCommand(), p.feedCommand(), p.checkCommand(), p.scanCommand(), p.plotCommand(), p.videoCommand(),
			p.inspectCommand(), p.exportCommand(), p.presetsCommand(), p.devicesCommand(),
			p.verifyCommand(), p.statsCommand(), p.compareCommand(), p.benchCommand(), p.serveCommand(), p.selftestCommand(), p.completionCommand(), p.versionCommand(),
			tryDriversCommand(),
		},
		Action: func(c *cli.Context) error {
			if name := parseArguments(c).first(); name != "" {
				return badUsage("there is no command %q%s; `tnn-gpu --help` lists them", name, meant(commandNames(c.App.Commands), "tnn-gpu ", name))
			}
			return cli.ShowAppHelp(c)
		},
		CustomAppHelpTemplate:     cli.AppHelpTemplate + exitCodes,
		DisableSliceFlagSeparator: true, // lists in values of --set have commas
		HideHelpCommand:           true,
		Reader:                    p.in,
		Writer:                    p.out,
		ErrWriter:                 p.errs,
		ExitErrHandler:            func(*cli.Context, error) {}, // run does it
		OnUsageError:              onUsageError,
	}
	for _, c := range app.Commands {
		for _, c := range append(c.Subcommands, c) {
			c.OnUsageError, c.Before = onUsageError, parseOut
			c.HideHelpCommand = true
		}
	}
	return app
}

// parseOut refuses what other programs take for standard output.
func parseOut(c *cli.Context) error {
	for _, flag := range []string{"out", "plot"} {
		if c.String(flag) == "-" {
			return badUsage("--%s is -: files are not written to standard output; name one, or write ./- if it is to be called so", flag)
		}
	}
	return nil
}

func onUsageError(c *cli.Context, err error, _ bool) error {
	return badUsage("%s; see `%s --help`", flagProblem(c.Command, err.Error()), c.Command.HelpName)
}

// flagProblem says with two dashes, and with what is possible, what the parser says of a
// flag.
func flagProblem(of *cli.Command, said string) string {
	if name, found := strings.CutPrefix(said, "flag provided but not defined: -"); found {
		var names []string
		for _, f := range of.VisibleFlags() {
			names = append(names, f.Names()[0])
		}
		return "there is no flag " + dashed(name) + meant(names, "--", name)
	}
	if name, found := strings.CutPrefix(said, "flag needs an argument: -"); found {
		return fmt.Sprintf("--%s is given without its value", name)
	}
	m := regexp.MustCompile(`^invalid (?:boolean )?value (".*") for +(?:flag )?-([a-z-]+): `).FindStringSubmatch(said)
	if m == nil {
		return said
	}
	use := "true or false"
	for _, f := range of.Flags {
		if f.Names()[0] != m[2] {
			continue
		}
		switch f.(type) {
		case *cli.IntFlag, *cli.Int64Flag:
			use = "a whole number"
		case *cli.Float64Flag:
			use = "a number"
		}
	}
	return fmt.Sprintf("--%s is %s: use %s", m[2], m[1], use)
}

// usageError is a mistake of the user that was found before anything was done.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func badUsage(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// deviceError is a device that was asked for and cannot be used, or that failed.
type deviceError struct{ error }

func (e deviceError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var usage usageError
	var device deviceError
	var driver *gpu.Error
	var configured *config.Error
	var key *model.KeyError // that only an attempt to store patterns finds, before anything is written
	switch {
	case err == nil:
		return codeDone
	case errors.Is(err, errTimeIsUp), errors.Is(err, errHeld):
		return codeTimeIsUp
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return codeInterrupted
	case errors.As(err, &usage), errors.As(err, &configured), errors.As(err, &key):
		return codeUsage
	case errors.As(err, &device), errors.As(err, &driver), errors.Is(err, gpu.ErrDied):
		return codeDevice
	}
	return codeFailed
}
