package main

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// A command has one struct of options, which its Action parses. Functions named parse...
// are the only ones that read the command line; nothing else knows its library.

// option is the value of a flag, and whether the command line has the flag.
type option[T any] struct {
	value T
	given bool
}

func parseText(c *cli.Context, flag string) option[string] {
	return option[string]{c.String(flag), c.IsSet(flag)}
}

// arguments are the words of a command line that are no flags.
type arguments struct {
	command string // with the program's name
	words   []string
}

func parseArguments(c *cli.Context) arguments {
	return arguments{command: c.Command.HelpName, words: c.Args().Slice()}
}

// first is the first argument, or empty.
func (a arguments) first() string {
	if len(a.words) == 0 {
		return ""
	}
	return a.words[0]
}

// none refuses arguments.
func (a arguments) none() error {
	if len(a.words) > 0 {
		return badUsage("%s takes no argument, and %q is one; see `%s --help`", a.command, a.first(), a.command)
	}
	return nil
}

// one is the only argument, of which what says what it is.
func (a arguments) one(what string) (string, error) {
	if len(a.words) != 1 {
		return "", badUsage("%s takes one argument, %s; see `%s --help`", a.command, what, a.command)
	}
	return a.words[0], nil
}

// configOptions say what is computed: a configuration and the keys that flags change.
type configOptions struct {
	arguments
	stdin    io.Reader // what the configuration "-" is read from
	preset   string
	settings []string          // of --set
	keys     map[string]string // texts of flags that set a key, by flag (configKeys)
	sweep    []string
}

func parseConfig(c *cli.Context) configOptions {
	o := configOptions{arguments: parseArguments(c), stdin: c.App.Reader, preset: c.String("preset"), settings: c.StringSlice("set"), keys: map[string]string{}, sweep: c.StringSlice("sweep")}
	for _, k := range configKeys {
		if c.IsSet(k.flag) {
			o.keys[k.flag] = c.String(k.flag)
		}
	}
	return o
}

// given tells whether the command line has a flag that sets a key.
func (o *configOptions) given(flag string) bool {
	_, given := o.keys[flag]
	return given
}

// computerOptions say where it is computed.
type computerOptions struct {
	backend, device option[string]
	threads         int
}

func parseComputer(c *cli.Context) computerOptions {
	return computerOptions{backend: parseText(c, "backend"), device: parseText(c, "device"), threads: c.Int("threads")}
}

// pageOptions say where a page is served.
type pageOptions struct {
	live    bool // a page of a run, while it goes on
	paused  bool // which waits for the page, before its first step and when its replicas have ended
	address string
	public  bool
	origin  string   // of the proxy
	embed   []string // origins
	given   bool     // the command line says something of the page
}

func parsePage(c *cli.Context) pageOptions {
	given := c.IsSet("listen") || c.IsSet("public") || c.IsSet("origin") || c.IsSet("embed") || c.IsSet("paused")
	return pageOptions{live: c.Bool("live"), paused: c.Bool("paused"), address: c.String("listen"), public: c.Bool("public"), origin: c.String("origin"), embed: c.StringSlice("embed"), given: given}
}

// jobOptions say how a run is carried out.
type jobOptions struct {
	threads         int
	checkpointSteps int64 // multiples of so many steps are saved; 0 where the time decides
	checkpointEvery time.Duration
	check           string // --check
	page            pageOptions
}

func parseJob(c *cli.Context) (jobOptions, error) {
	o := jobOptions{threads: c.Int("threads"), check: c.String("check"), page: parsePage(c)}
	if o.page.given && !o.page.live {
		return o, badUsage("--listen, --public, --origin, --embed and --paused are about the page that --live serves; use --live with them")
	}
	text := c.String("checkpoint")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		o.checkpointSteps = n
		return o, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		o.checkpointEvery = d
		return o, nil
	}
	return o, badUsage("--checkpoint is %q: use a number of steps, or a time such as 90s or 10m", text)
}

// parseTimeLimit reads --time-limit; 0 is no limit.
func parseTimeLimit(c *cli.Context) (time.Duration, error) {
	text := c.String("time-limit")
	if text == "" {
		return 0, nil
	}
	limit, err := time.ParseDuration(text)
	if err != nil || limit <= 0 {
		return 0, badUsage("--time-limit is %q: use a time such as 50m or 23h45m", text)
	}
	return limit, nil
}

// eachOnce are the names that a flag lists with commas, each once.
func eachOnce(flag, text string) ([]string, error) {
	words := strings.Split(text, ",")
	for i, w := range words {
		if words[i] = strings.TrimSpace(w); words[i] == "" || slices.Contains(words[:i], words[i]) {
			return nil, badUsage("--%s is %q: name one or more, each once, with commas between them", flag, text)
		}
	}
	return words, nil
}
