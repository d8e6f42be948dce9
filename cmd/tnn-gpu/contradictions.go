package main

import (
	"strings"

	"tnn-gpu/host/config"
)

// contradictions finds flags of which one would have to be passed over.
func contradictions(o *configOptions, cfg *config.Config) error {
	for _, k := range configKeys {
		for _, setting := range o.settings {
			if key, _, _ := strings.Cut(setting, "="); o.given(k.flag) && strings.TrimSpace(key) == k.key {
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
			if o.given(flag) && !needed.there {
				return badUsage("--%s is about what --%s names; use it with that", flag, needed.by)
			}
		}
	}
	return contradictoryDevice(o.keys["device"], cfg)
}

// deviceOfConfig finds a device that a configuration itself names beside the backend cpu.
// A backend that a flag asks for is in the place of both.
func deviceOfConfig(backendGiven, deviceGiven bool, cfg *config.Config) error {
	if cfg.Run.Backend != "cpu" || cfg.Run.Device == "" || deviceGiven {
		return nil
	}
	if backendGiven {
		cfg.Run.Device = ""
		return nil
	}
	return badUsage("run.device is %q, an OpenCL device, but run.backend is cpu; use the backend opencl, or leave the device out", cfg.Run.Device)
}

// contradictoryDevice finds a device that is asked for where nothing is computed on one.
func contradictoryDevice(device string, cfg *config.Config) error {
	if device != "" && cfg.Run.Backend == "cpu" {
		return badUsage("--device %s names an OpenCL device, but the backend is cpu; use it with --backend opencl, or leave it out", device)
	}
	return nil
}
