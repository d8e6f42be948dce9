package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "say what was built, and how",
		Action: func(c *cli.Context) error {
			if err := parseArguments(c).none(); err != nil {
				return err
			}
			opencl := "without OpenCL"
			if builtWithOpenCL() {
				opencl = "with OpenCL"
			}
			fmt.Fprintf(p.out, "%s, %s, %s/%s, %s\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, opencl)
			return nil
		},
	}
}

// programVersion is the program's name and the version of its source.
func programVersion() string {
	version, revision, modified := "(devel)", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		revision, modified = setting(info, "vcs.revision"), setting(info, "vcs.modified")
	}
	text := "tnn-gpu " + version
	if revision != "" && !strings.Contains(version, revision[:min(12, len(revision))]) {
		text += " " + revision[:min(12, len(revision))]
		if modified == "true" {
			text += "+changes"
		}
	}
	return text
}

func builtWithOpenCL() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && strings.Contains(","+setting(info, "-tags")+",", ",opencl,")
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
