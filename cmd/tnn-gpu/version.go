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

// release is the version that CHANGELOG.md begins with.
const release = "0.2.0"

// programVersion is the program's name, its release and the revision of its source,
// where the build knew it.
func programVersion() string {
	text := "tnn-gpu " + release
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text
	}
	if revision := setting(info, "vcs.revision"); revision != "" {
		text += " " + revision[:min(12, len(revision))]
		if setting(info, "vcs.modified") == "true" {
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
