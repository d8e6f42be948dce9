package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/models"
	"tnn-gpu/host/plot"
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

// valuesOf are the values of a flag of a command where only some are possible.
func valuesOf(command, flag string) []string {
	switch command + " " + flag {
	case "plot format", "stats format":
		return plot.Formats()
	case "export format":
		return []string{"graphml", "edgelist", "csv"}
	case "video format":
		return []string{"mp4", "apng", "png"}
	case "plot log":
		return []string{"x", "y", "x,y"}
	case "stats of":
		return statisticNames()
	case "bench series":
		return append(seriesNames(models.Benches()), "all")
	case "bench backend":
		return []string{"cpu", "opencl", "all"}
	case "verify backend":
		return []string{"cpu", "opencl"}
	}
	switch flag {
	case "preset":
		return presetNames(command == "scan")
	case "backend":
		return []string{"auto", "opencl", "cpu"}
	case "precision":
		return []string{"single", "double"}
	}
	return nil
}

// presetNames are those of runs, and of scans where they are asked for.
func presetNames(scans bool) []string {
	var names []string
	for _, m := range models.All() {
		for _, preset := range m.Presets() {
			names = append(names, preset.Name)
		}
	}
	if scans {
		for _, preset := range scan.Presets() {
			names = append(names, preset.Name)
		}
	}
	return names
}

// statisticNames are those of all models, each once.
func statisticNames() []string {
	all := analysis.OfQuantity()
	for _, m := range models.All() {
		all = append(all, models.Statistics(m.Name)...)
	}
	var names []string
	for _, s := range all {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// wordsOf are the words that a command takes besides names of files.
func wordsOf(c *cli.Command) []string {
	switch c.Name {
	case "presets":
		return presetNames(true)
	case "completion":
		return []string{"bash", "zsh", "fish"}
	}
	var names []string
	for _, s := range c.Subcommands {
		names = append(names, s.Name)
	}
	return names
}

// takesFiles tells whether names of files or folders may follow a command, and not only words
// of its own.
func takesFiles(c *cli.Command) bool {
	return c.ArgsUsage != "" && (len(c.Subcommands) > 0 || wordsOf(c) == nil)
}

// flagNames are the flags of a command with their dashes. All have --help, which the parser adds
// to the one that is called.
func flagNames(c *cli.Command) []string {
	names := []string{"--help"}
	for _, f := range c.VisibleFlags() {
		for _, n := range f.Names() {
			if n != "help" {
				names = append(names, dashed(n))
			}
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

// bashCompletion offers commands for the first word, and behind help, values behind a flag that
// has a list of them, flags for a word with a dash, and else subcommands and files. Bash makes
// three words of --flag=value, zsh one.
func bashCompletion(commands []*cli.Command) string {
	names := commandNames(commands)
	var cases, after strings.Builder
	for _, c := range commands {
		for _, s := range c.Subcommands {
			fmt.Fprintf(&cases, "\t%q) flags=%q files=yes ;;\n", c.Name+" "+s.Name, strings.Join(flagNames(s), " "))
		}
		files := ""
		if takesFiles(c) {
			files = " files=yes"
		}
		fmt.Fprintf(&cases, "\t%q*) flags=%q words=%q%s ;;\n", c.Name+" ", strings.Join(flagNames(c), " "), strings.Join(wordsOf(c), " "), files)
		if c.Subcommands != nil {
			fmt.Fprintf(&cases, "\t%q) words=%q ;;\n", "help "+c.Name+" 3", strings.Join(wordsOf(c), " "))
		}
		for _, f := range c.VisibleFlags() {
			if values := valuesOf(c.Name, f.Names()[0]); values != nil {
				fmt.Fprintf(&after, "\t%q) values=%q ;;\n", c.Name+" --"+f.Names()[0], strings.Join(values, " "))
			}
		}
	}
	fmt.Fprintf(&cases, "\t%q*%q) words=%q ;;\n", "help ", " 2", strings.Join(names, " "))
	return fmt.Sprintf(`_tnn_gpu() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} prefix= flags= words= values= files= behind=
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W %q -- "$word"))
		return
	fi
	case $word in
	=) word= ;;
	--*=*) before=${word%%%%=*} prefix=${word%%%%=*}= word=${word#*=} ;;
	*) if [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi ;;
	esac
	case "${COMP_WORDS[1]} $before" in
%s	esac
	if [ -n "$values" ]; then
		COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "$word"))
		return
	fi
	if [ "${COMP_WORDS[1]}" = help ]; then behind=" $COMP_CWORD"; fi
	case "${COMP_WORDS[1]} ${COMP_WORDS[2]}$behind" in
%s	esac
	case $word in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*)
		COMPREPLY=($(compgen -W "$words" -- "$word"))
		if [ -n "$files" ]; then
			local IFS=$'\n'
			COMPREPLY+=($(compgen -f -- "$word"))
		fi ;;
	esac
}
complete -o filenames -F _tnn_gpu tnn-gpu
`, strings.Join(append(names, "help", "--help", "--version"), " "), after.String(), cases.String())
}

// fishCompletion offers the same with what each command and flag is for.
func fishCompletion(commands []*cli.Command) string {
	var out strings.Builder
	names := strings.Join(commandNames(commands), " ")
	fmt.Fprintln(&out, "complete -c tnn-gpu -n __fish_use_subcommand -l version -d 'say what was built, and how'")
	fmt.Fprintln(&out, "complete -c tnn-gpu -s h -l help -d 'show help'")
	fmt.Fprintln(&out, "complete -c tnn-gpu -n __fish_use_subcommand -f -a help -d 'show the help of a command'")
	fmt.Fprintln(&out, "complete -c tnn-gpu -n '__fish_seen_subcommand_from help' -f")
	fmt.Fprintf(&out, "complete -c tnn-gpu -n '__fish_seen_subcommand_from help; and not __fish_seen_subcommand_from %s' -f -a '%s'\n", names, names)
	for _, c := range commands {
		fmt.Fprintf(&out, "complete -c tnn-gpu -n __fish_use_subcommand -f -a %s -d %s\n", c.Name, fishQuoted(c.Usage))
		on := fmt.Sprintf("-n '__fish_seen_subcommand_from %s'", c.Name)
		for _, s := range c.Subcommands {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s -a %s -d %s\n", on, s.Name, fishQuoted(s.Usage))
			for _, f := range s.VisibleFlags() {
				fmt.Fprintf(&out, "complete -c tnn-gpu -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s' %s\n", c.Name, s.Name, fishFlag(s.Name, f))
			}
		}
		if !takesFiles(c) {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s -f -a '%s'\n", on, strings.Join(wordsOf(c), " "))
		}
		for _, f := range c.VisibleFlags() {
			fmt.Fprintf(&out, "complete -c tnn-gpu %s %s\n", on, fishFlag(c.Name, f))
		}
	}
	return out.String()
}

func fishFlag(command string, f cli.Flag) string {
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
	if values := valuesOf(command, f.Names()[0]); values != nil {
		words = slices.Insert(words, 0, "-x -a '"+strings.Join(values, " ")+"'")
	}
	return strings.Join(words, " ")
}

func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
