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

// checkWords finds mistakes in a command line that its parser does not see.
func checkWords(app *cli.App, args []string) error {
	for _, check := range []func(*cli.App, []string) error{flagsHaveValues, refuseEmpty, checkSubcommand, flagsOnce} {
		if err := check(app, args); err != nil {
			return err
		}
	}
	return nil
}

// called is what a command is called on the command line.
func called(words []string) string { return "tnn-gpu " + strings.Join(words, " ") }

// flagsFirst moves the flags of a command before its other arguments, because the
// parser takes what follows the first of those for arguments. What follows -- stays.
func flagsFirst(app *cli.App, args []string) []string {
	command, named := commandOf(app, args)
	if command == nil {
		return args
	}
	var flags, others []string
	for rest := args[named:]; len(rest) > 0; rest = rest[1:] {
		arg := rest[0]
		if arg == "--" {
			others = append(others, rest...)
			break
		}
		if arg == "--help" || arg == "-h" {
			return append(args[:named:named], arg) // after a word, the parser takes that for what help is asked about
		}
		if len(arg) < 2 || arg[0] != '-' {
			others = append(others, arg)
			continue
		}
		flags = append(flags, arg)
		if len(rest) > 1 && takesNext(command, arg) {
			rest = rest[1:]
			flags = append(flags, rest[0])
		}
	}
	return append(append(args[:named:named], flags...), others...)
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
func flagsHaveValues(app *cli.App, args []string) error {
	command, named := commandOf(app, args)
	if command == nil {
		return nil
	}
	for rest := args[named:]; len(rest) > 0 && rest[0] != "--"; rest = rest[1:] {
		if len(rest[0]) < 2 || rest[0][0] != '-' || !takesNext(command, rest[0]) {
			continue
		}
		name := strings.TrimLeft(rest[0], "-")
		if len(rest) == 1 {
			return badUsage("--%s is given without its value%s; see `%s --help`", name, useOf(command, name), called(args[:named]))
		}
		if rest = rest[1:]; strings.HasPrefix(rest[0], "--") {
			return badUsage("--%s is given without its value%s; %s comes next, and --%s=%s would have it for the value", name, useOf(command, name), rest[0], name, rest[0])
		}
	}
	return nil
}

// refuseEmpty refuses an argument, and a value of a flag, that is empty, as one is that a
// variable of the shell was to give. An empty --device alone has a meaning: any device.
func refuseEmpty(app *cli.App, args []string) error {
	command, named := commandOf(app, args)
	if command == nil {
		return nil
	}
	const why = "is empty: is a variable not set that was to give it?"
	for rest := args[named:]; len(rest) > 0 && rest[0] != "--"; rest = rest[1:] {
		if rest[0] == "" {
			return badUsage("an argument of `%s` %s", called(args[:named]), why)
		}
		name, value, joined := strings.Cut(strings.TrimLeft(rest[0], "-"), "=")
		takes := rest[0][0] == '-' && takesNext(command, rest[0])
		if takes {
			rest = rest[1:]
			value = rest[0]
		}
		if f := flagOf(command, name); (takes || joined && f != nil) && value == "" && name != "device" {
			return badUsage("--%s %s", name, why)
		}
	}
	return nil
}

// flagsOnce refuses a flag that is given twice, of which the last alone would be heeded, and
// a key that --set gives twice. Flags of lists are repeated.
func flagsOnce(app *cli.App, args []string) error {
	command, named := commandOf(app, args)
	if command == nil {
		return nil
	}
	first := map[string]string{}
	var settings []string
	for rest := args[named:]; len(rest) > 0 && rest[0] != "--"; rest = rest[1:] {
		if len(rest[0]) < 2 || rest[0][0] != '-' {
			continue
		}
		name, value, _ := strings.Cut(strings.TrimLeft(rest[0], "-"), "=")
		if takesNext(command, rest[0]) {
			rest = rest[1:]
			value = rest[0]
		}
		before, twice := first[name]
		first[name] = value
		switch {
		case name == "set":
			settings = append(settings, value)
		case !twice || mayRepeat(command, name):
		case before == value:
			return badUsage("--%s is given twice: give it once", name)
		default:
			return badUsage("--%s is given twice, as %q and as %q: give it once", name, before, value)
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
func checkSubcommand(app *cli.App, args []string) error {
	command, named := commandOf(app, args)
	if command == nil || len(command.Subcommands) == 0 {
		return nil
	}
	var word string
	for rest := args[named:]; len(rest) > 0 && rest[0] != "--" && word == ""; rest = rest[1:] {
		switch {
		case !strings.HasPrefix(rest[0], "-"):
			word = rest[0]
		case takesNext(command, rest[0]):
			rest = rest[1:]
		case flagOf(command, rest[0]) == nil: // the parser tells
			return nil
		}
	}
	if word == "" || strings.ContainsAny(word, `./\`) || noPreset(arguments{called(args[:named]), []string{word}}) != nil {
		return nil
	}
	if _, err := os.Lstat(word); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	names := commandNames(command.Subcommands)
	if slices.Contains(names, word) {
		return badUsage("%s is a command only where it stands right after `%s`: `%s %s --help` tells its own flags", word, called(args[:named]), called(args[:named]), word)
	}
	return badUsage("there is no file %s, and no command %s %s%s; its commands are %s", word, called(args[:named]), word, meant(names, called(args[:named])+" ", word), strings.Join(names, ", "))
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
