package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/models"
	"tnn-gpu/host/scan"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print what has a shell complete commands, flags and presets",
		ArgsUsage: "bash|zsh|fish",
		Description: "bash:  source <(tnn-gpu completion bash)\n" +
			"zsh:   source <(tnn-gpu completion zsh), after compinit\n" +
			"fish:  tnn-gpu completion fish | source\n\n" +
			"Such a line belongs into the file that the shell reads when it starts.",
		Action: func(c *cli.Context) error {
			shell, err := parseArguments(c).one("the name of a shell: bash, zsh or fish")
			if err != nil {
				return err
			}
			return complete(p.out, shell, c.App.VisibleCommands())
		},
	}
}

// complete prints the completion of a shell.
func complete(out io.Writer, shell string, commands []*cli.Command) error {
	switch shell {
	case "bash":
		fmt.Fprint(out, bashCompletion(commands))
	case "zsh":
		fmt.Fprint(out, "autoload -U +X bashcompinit && bashcompinit\n", bashCompletion(commands))
	case "fish":
		fmt.Fprint(out, fishCompletion(commands))
	default:
		return badUsage("completion knows bash, zsh and fish, and not %q", shell)
	}
	return nil
}

// values are those of flags of which only some are possible.
func values() map[string][]string {
	var presets []string
	for _, m := range models.All() {
		for _, preset := range m.Presets() {
			presets = append(presets, preset.Name)
		}
	}
	for _, preset := range scan.Presets() {
		presets = append(presets, preset.Name)
	}
	return map[string][]string{
		"preset":    presets,
		"backend":   {"auto", "cpu", "opencl"},
		"precision": {"single", "double"},
	}
}

// flagNames are the flags of a command with their dashes.
func flagNames(c *cli.Command) []string {
	var names []string
	for _, f := range c.VisibleFlags() {
		for _, n := range f.Names() {
			names = append(names, dashed(n))
		}
	}
	return names
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// bashCompletion offers commands for the first word, values behind a flag that has a
// list of them, flags for a word with a dash, and else subcommands and files.
func bashCompletion(commands []*cli.Command) string {
	var names []string
	var cases strings.Builder
	for _, c := range commands {
		names = append(names, c.Name)
		var inner []string
		for _, s := range c.Subcommands {
			inner = append(inner, s.Name)
		}
		words := inner
		if c.Name == "presets" {
			words = values()["preset"]
		}
		fmt.Fprintf(&cases, "\t%s) flags=%q words=%q ;;\n", c.Name, strings.Join(flagNames(c), " "), strings.Join(words, " "))
	}
	var after strings.Builder
	for _, flag := range []string{"preset", "backend", "precision"} {
		fmt.Fprintf(&after, "\t--%s) COMPREPLY=($(compgen -W %q -- \"$word\")); return ;;\n", flag, strings.Join(values()[flag], " "))
	}
	return fmt.Sprintf(`_tnn_gpu() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags= words=
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W %q -- "$word"))
		return
	fi
	case $before in
%s	esac
	case ${COMP_WORDS[1]} in
%s	esac
	case $word in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*) COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word")) ;;
	esac
}
complete -o filenames -F _tnn_gpu tnn-gpu
`, strings.Join(append(names, "help", "--version"), " "), after.String(), cases.String())
}

// fishCompletion offers the same with what each command and flag is for.
func fishCompletion(commands []*cli.Command) string {
	var out strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&out, "complete -c tnn-gpu -n __fish_use_subcommand -f -a %s -d %s\n", c.Name, fishQuoted(c.Usage))
		on := fmt.Sprintf("-n '__fish_seen_subcommand_from %s'", c.Name)
		for _, s := range c.Subcommands {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s -a %s -d %s\n", on, s.Name, fishQuoted(s.Usage))
		}
		if c.Name == "presets" {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s -f -a '%s'\n", on, strings.Join(values()["preset"], " "))
		}
		for _, f := range c.VisibleFlags() {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s %s\n", on, fishFlag(f))
		}
	}
	return out.String()
}

func fishFlag(f cli.Flag) string {
	var words []string
	for _, n := range f.Names() {
		if len(n) == 1 {
			words = append(words, "-s "+n)
		} else {
			words = append(words, "-l "+n)
		}
	}
	if f, ok := f.(cli.DocGenerationFlag); ok {
		if f.TakesValue() {
			words = append(words, "-r")
		}
		words = append(words, "-d "+fishQuoted(strings.ReplaceAll(f.GetUsage(), "`", "")))
	}
	for _, n := range f.Names() {
		if v := values()[n]; len(v) > 0 {
			words = slices.Insert(words, 0, "-x -a '"+strings.Join(v, " ")+"'")
		}
	}
	return strings.Join(words, " ")
}

func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
