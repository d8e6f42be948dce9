package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
)

// commandLine is a command line of which the command is found.
type commandLine struct {
	words   []string     // that name the command
	command *cli.Command // nil where they name none
	given   []word
	rest    []string // from -- on
}

// word is a flag with its value, or another argument of a command.
type word struct {
	text   string // as it stands
	flag   string // name of a flag without its dashes; empty of other arguments
	value  string // of the flag; one without value is true
	next   bool   // the value is the argument after it
	lacks  bool   // which there is none of
	joined bool   // the value follows a =
}

func (w *word) isFlag() bool { return len(w.text) > 1 && w.text[0] == '-' }

// parseLine finds the command of a command line, and its flags and arguments.
func parseLine(app *cli.App, args []string) *commandLine {
	command, named := commandOf(app, args)
	l := &commandLine{words: args[:named:named], command: command}
	if command == nil {
		return l
	}
	for rest := args[named:]; len(rest) > 0; rest = rest[1:] {
		if rest[0] == "--" {
			l.rest = rest
			break
		}
		a := word{text: rest[0]}
		if a.isFlag() {
			a.flag, a.value, a.joined = strings.Cut(strings.TrimLeft(a.text, "-"), "=")
			if a.next = takesNext(command, a.text); a.next {
				if a.lacks = len(rest) == 1; !a.lacks {
					rest = rest[1:]
					a.value = rest[0]
				}
			} else if !a.joined {
				a.value = "true"
			}
		}
		l.given = append(l.given, a)
	}
	return l
}

// help tells whether help is asked for, whatever else is: also where a flag lacks its value.
func (l *commandLine) help() bool {
	return slices.ContainsFunc(l.given, func(a word) bool {
		return isHelp(a.text) || a.next && isHelp(a.value)
	})
}

func isHelp(arg string) bool { return arg == "--help" || arg == "-h" }

// called is what the command is called.
func (l *commandLine) called() string { return "tnn-gpu " + strings.Join(l.words, " ") }

// checkWords finds mistakes in a command line that its parser does not see.
func checkWords(app *cli.App, args []string) error {
	l := parseLine(app, args)
	switch {
	case len(args) > 0 && args[0] == "":
		return badUsage("the name of the command %s", isEmpty)
	case l.command == nil || l.help():
		return nil
	}
	for _, check := range []func() error{l.flagsHaveValues, l.refuseEmpty, l.checkSubcommand, l.flagsOnce} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// flagsFirst moves the flags of a command before its other arguments, because the
// parser takes what follows the first of those for arguments. What follows -- stays.
func flagsFirst(app *cli.App, args []string) []string {
	l := parseLine(app, args)
	if l.command == nil {
		return args
	}
	if l.help() {
		return append(l.words, "--help") // after a word, the parser takes that for what help is asked about
	}
	var flags, others []string
	for _, a := range l.given {
		if !a.isFlag() {
			others = append(others, a.text)
			continue
		}
		flags = append(flags, a.text)
		if a.next && !a.lacks {
			flags = append(flags, a.value)
		}
	}
	return slices.Concat(l.words, flags, others, l.rest)
}

// commandOf is the command that a command line names, and with how many words; nil where it
// names none.
func commandOf(app *cli.App, args []string) (command *cli.Command, named int) {
	if len(args) < 2 {
		return nil, 0
	}
	if command = app.Command(args[0]); command == nil {
		return nil, 0
	}
	if inner := command.Command(args[1]); inner != nil {
		return inner, 2
	}
	return command, 1
}

// flagsHaveValues refuses a flag that would take another flag, or, moved before them, an
// argument for its value.
func (l *commandLine) flagsHaveValues() error {
	for _, a := range l.given {
		switch use := useOf(l.command, a.flag); {
		case a.lacks:
			return badUsage("--%s is given without its value%s; see `%s --help`", a.flag, use, l.called())
		case a.next && strings.HasPrefix(a.value, "--"):
			return badUsage("--%s is given without its value%s; %s comes next, and --%s=%s would have it for the value", a.flag, use, a.value, a.flag, a.value)
		}
	}
	return nil
}

// isEmpty ends what is said of an empty argument.
const isEmpty = "is empty: is a variable not set that was to give it?"

// refuseEmpty refuses an argument, and a value of a flag, that is empty, as one is that a
// variable of the shell was to give. An empty --device alone has a meaning: any device.
func (l *commandLine) refuseEmpty() error {
	for _, a := range l.given {
		switch {
		case a.text == "":
			return badUsage("an argument of `%s` %s", l.called(), isEmpty)
		case (a.next || a.joined && flagOf(l.command, a.flag) != nil) && a.value == "" && a.flag != "device":
			return badUsage("--%s %s", a.flag, isEmpty)
		}
	}
	return nil
}

// flagsOnce refuses a flag that is given twice, of which the last alone would be heeded, and
// a key that --set gives twice. Flags of lists are repeated.
func (l *commandLine) flagsOnce() error {
	first := map[string]string{}
	var settings []string
	for _, a := range l.given {
		if !a.isFlag() {
			continue
		}
		before, twice := first[a.flag]
		first[a.flag] = a.value
		switch {
		case a.flag == "set":
			settings = append(settings, a.value)
		case !twice || mayRepeat(l.command, a.flag):
		case before == a.value:
			return badUsage("--%s is given twice: give it once", a.flag)
		default:
			return badUsage("--%s is given twice, as %q and as %q: give it once", a.flag, before, a.value)
		}
	}
	if err := config.SetTwice(settings); err != nil {
		return badUsage("--set: %w", err)
	}
	return nil
}

// mayRepeat tells whether a flag may be given twice: it makes a list, or the command has no such
// flag, which its parser refuses.
func mayRepeat(c *cli.Command, name string) bool {
	about, ok := flagOf(c, name).(cli.DocGenerationSliceFlag)
	return flagOf(c, name) == nil || ok && about.IsSliceFlag()
}

// flagOf is the flag of a command that an argument gives, or nil.
func flagOf(c *cli.Command, arg string) cli.DocGenerationFlag {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	for _, f := range c.Flags {
		if about, ok := f.(cli.DocGenerationFlag); ok && slices.Contains(f.Names(), name) {
			return about
		}
	}
	return nil
}

// checkSubcommand refuses a first argument of a command with subcommands that is neither the
// name of one, right after the command, nor a file.
func (l *commandLine) checkSubcommand() error {
	if len(l.command.Subcommands) == 0 {
		return nil
	}
	for _, a := range l.given {
		if !a.isFlag() {
			return l.isFile(a.text)
		}
		if flagOf(l.command, a.flag) == nil { // the parser tells
			return nil
		}
	}
	return nil
}

// isFile refuses a word that is neither a file nor what other messages tell of.
func (l *commandLine) isFile(word string) error {
	if strings.HasPrefix(word, "-") || strings.ContainsAny(word, `./\`) || noPreset(arguments{l.called(), []string{word}}) != nil {
		return nil
	}
	if _, err := os.Lstat(word); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	names := commandNames(l.command.Subcommands)
	if slices.Contains(names, word) {
		return badUsage("%s is a command only where it stands right after `%s`: `%s %s --help` tells its own flags", word, l.called(), l.called(), word)
	}
	return badUsage("there is no file %s, and no command %s %s%s; its commands are %s", word, l.called(), word, meant(names, l.called()+" ", word), strings.Join(names, ", "))
}

// useOf is what the help of a command says of a flag, in brackets.
func useOf(command *cli.Command, name string) string {
	if f := flagOf(command, name); f != nil && f.GetUsage() != "" {
		return " (" + strings.ReplaceAll(f.GetUsage(), "`", "") + ")"
	}
	return ""
}

// takesNext tells whether the value of a flag is the argument after it.
func takesNext(c *cli.Command, arg string) bool {
	f := flagOf(c, arg)
	return f != nil && f.TakesValue() && !strings.Contains(arg, "=")
}
