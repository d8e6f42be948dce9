package main

import (
	"strings"

	"tnn-gpu/host/config"
)

// contradictions finds flags of which one would have to be passed over.
func contradictions(o *configOptions, cfg *config.Config) error {
	for _, k := range configKeys {
		if err := setTwice(o.given(k.flag), k.flag, k.key, o.settings); err != nil {
			return err
		}
	}
	if err := setTwice(len(o.sweep) > 0, "sweep", "run.sweep", o.settings); err != nil {
		return err
	}
	if swept, _, _ := strings.Cut(cfg.Run.Sweep, "="); swept != "" {
		for _, setting := range o.settings {
			if key, value := config.CutSetting(setting); config.Gives(setting, strings.TrimSpace(swept)) {
				return badUsage("run.sweep deals values of %s to the replicas, so that none has %s=%s, which --set gives: leave that out", swept, key, value)
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
	if err := setDevice(o.keys["backend"], o.settings); err != nil {
		return err
	}
	return contradictoryDevice(o.keys["device"], cfg)
}

// setTwice finds a key that both a flag and --set give.
func setTwice(given bool, flag, key string, settings []string) error {
	for _, setting := range settings {
		if set, _ := config.CutSetting(setting); given && config.Gives(setting, key) {
			return badUsage("there are both --%s and --set %s; use one of the two", flag, set)
		}
	}
	return nil
}

// lengthen makes a run n steps long, if that leaves what --set gives.
func lengthen(cfg *config.Config, n int64, settings []string) error {
	lost, was, err := cfg.SetStepsBeside(n, settings)
	if err != nil {
		return usageError{err}
	}
	if lost != "" {
		return badUsage("--steps has the run end after step %d, so that %s is not %s, which --set gives: leave one of the two out", n, lost, was)
	}
	return nil
}

// contradictions finds flags of a scan of which one would have to be passed over.
func (o *scanOptions) contradictions() error {
	given := map[string]bool{
		"precision": o.precision.given, "seed": o.seed.given, "backend": o.computer.backend.given, "device": o.computer.device.given,
	}
	for _, k := range configKeys {
		if err := setTwice(given[k.flag], k.flag, k.key, o.settings); err != nil {
			return err
		}
	}
	if err := setDevice(o.computer.backend.value, o.settings); err != nil {
		return err
	}
	return setTwice(o.trials.given, "trials", "run.replicas", o.settings)
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

// setDevice finds a device that --set names beside --backend cpu.
func setDevice(backend string, settings []string) error {
	for _, setting := range settings {
		if key, value := config.CutSetting(setting); backend == "cpu" && config.Gives(setting, "run.device") && strings.Trim(value, `"'`) != "" {
			return badUsage("--set %s=%s names an OpenCL device, but --backend is cpu; use it with --backend opencl, or leave it out", key, value)
		}
	}
	return nil
}

// contradictoryDevice finds a device that is asked for where nothing is computed on one.
func contradictoryDevice(device string, cfg *config.Config) error {
	if device != "" && cfg.Run.Backend == "cpu" {
		return badUsage("--device %s names an OpenCL device, but the backend is cpu; use it with --backend opencl, or leave it out", device)
	}
	return nil
}
