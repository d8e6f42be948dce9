package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
)

// contradictions finds flags of which one would have to be passed over.
func contradictions(c *cli.Context, cfg *config.Config) error {
	for _, k := range configKeys {
		for _, setting := range c.StringSlice("set") {
			if key, _, _ := strings.Cut(setting, "="); c.IsSet(k.flag) && strings.TrimSpace(key) == k.key {
				return badUsage("there are both --%s and --set %s; use one of the two", k.flag, k.key)
			}
		}
	}
	for _, needed := range []struct {
		flags []string
		by    string
		there bool
	}{
		{[]string{"every", "region", "nodes"}, "record", len(cfg.Record.Fields) > 0},
		{[]string{"watch-every"}, "watch", len(cfg.Record.Watch) > 0},
	} {
		for _, flag := range needed.flags {
			if c.IsSet(flag) && !needed.there {
				return badUsage("--%s is about what --%s names; use it with that", flag, needed.by)
			}
		}
	}
	return contradictoryDevice(c, cfg)
}

// contradictoryDevice finds a device that is asked for where nothing is computed on one.
func contradictoryDevice(c *cli.Context, cfg *config.Config) error {
	if c.IsSet("device") && c.String("device") != "" && cfg.Run.Backend == "cpu" {
		return badUsage("--device %s names an OpenCL device, but the backend is cpu; use it with --backend opencl, or leave it out", c.String("device"))
	}
	return nil
}
