package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// networkFlags choose what is computed.
func networkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "run the preset `NAME` (see `tnn-gpu presets`)"},
		&cli.StringSliceFlag{Name: "set", Usage: "set a key of the configuration: `KEY=VALUE`, such as graph.sides=[64, 64] or group[0].levels=3; may be repeated"},
		&cli.StringFlag{Name: "seed", Usage: "`NUMBER` that all noise follows from"},
	}
}

// computerFlags choose what computes it.
func computerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "backend", Usage: "compute on `BACKEND` auto, opencl or cpu"},
		&cli.StringFlag{Name: "device", Usage: "OpenCL device: its `NUMBER` in `tnn-gpu devices`, or part of its name"},
		threadsFlag(),
	}
}

// mostThreads is more than any machine has use for; each takes memory.
const mostThreads = 1 << 12

func threadsFlag() cli.Flag {
	return &cli.IntFlag{
		Name: "threads", Usage: "`NUMBER` of processor threads; 0 takes all cores",
		Action: func(_ *cli.Context, n int) error {
			if n < 0 || n > mostThreads {
				return badUsage("--threads is %d: use 0, for all cores, or more, up to %d", n, mostThreads)
			}
			return nil
		},
	}
}

func precisionFlag() cli.Flag {
	return &cli.StringFlag{Name: "precision", Usage: "compute in `PRECISION` single or double"}
}

// configKey is a flag that sets a key of the configuration.
type configKey struct {
	flag, key string
	value     func(text string) string
}

// configKeys are all of them.
var configKeys = [...]configKey{
	{"seed", "run.seed", asIs}, {"replicas", "run.replicas", asIs}, {"precision", "run.precision", asIs},
	{"backend", "run.backend", asIs}, {"device", "run.device", asIs},
	{"record", "record.fields", asTexts}, {"every", "record.every", asIs},
	{"region", "record.region", asIs}, {"nodes", "record.nodes", asNodes},
	{"watch", "record.watch", asTexts}, {"watch-every", "record.watch_every", asIs},
	{"steps-every", "record.steps_every", asIs},
	{"no-overview", "record.overview", negated},
}

// configuration is what the arguments and flags of a command ask to be run, and
// its name.
func configuration(o *configOptions) (cfg *config.Config, name string, err error) {
	switch {
	case len(o.words) > 1:
		return nil, "", badUsage("%q is one configuration too many; see `%s --help`", o.words[1], o.command)
	case len(o.words) == 1 && o.preset != "":
		return nil, "", badUsage("there are both a configuration file, %s, and --preset %s; use one of them", o.first(), o.preset)
	case o.first() == "-":
		name = "stdin"
		cfg, err = config.Read("standard input", o.stdin, o.settings...)
	case len(o.words) == 1:
		name = baseName(o.first())
		if err = noFile(o.arguments); err == nil {
			cfg, err = config.Load(o.first(), o.settings...)
		}
	default:
		name = cmp.Or(o.preset, config.DefaultPreset)
		cfg, err = config.NewPreset(name, o.settings...)
	}
	if err == nil {
		err = applyFlags(o, cfg)
	}
	if err == nil {
		err = deviceOfConfig(o.given("backend"), o.given("device"), cfg)
	}
	if err != nil {
		return nil, "", usageError{ofPreset(err, o.arguments, o.preset, o.settings)}
	}
	return cfg, name, nil
}

// applyFlags overrides keys of the configuration by flags.
func applyFlags(o *configOptions, cfg *config.Config) error {
	for _, k := range configKeys {
		text, given := o.keys[k.flag]
		if !given {
			continue
		}
		if err := cfg.Apply(k.key + "=" + k.value(text)); err != nil {
			var at *config.Error
			if errors.As(err, &at) && strings.HasPrefix(at.Key, k.key) {
				at.Where = "--" + k.flag
			}
			return err
		}
	}
	if err := applySweep(o, cfg); err != nil {
		return err
	}
	return contradictions(o, cfg)
}

// applySweep gives the replicas different values of a key. Where --replicas does not
// say how many there are, there are enough for all values.
func applySweep(o *configOptions, cfg *config.Config) error {
	asked := o.sweep
	switch {
	case len(asked) == 0:
		return nil
	case len(asked) > 1:
		return badUsage("--sweep is given twice, and the replicas of a run differ in one key; `tnn-gpu scan --over %s --over %s` varies several", shellQuoted(asked[0]), shellQuoted(asked[1]))
	}
	settings := []string{"run.sweep=" + asked[0]}
	if values := config.CountSwept(asked[0]); !o.given("replicas") && cfg.Run.Replicas < values {
		settings = append(settings, fmt.Sprintf("run.replicas=%d", values))
	}
	err := cfg.Apply(settings...)
	var at *config.Error
	if errors.As(err, &at) && strings.HasPrefix(at.Key, "run.sweep") {
		at.Where = "--sweep"
	}
	return err
}

// checkHeeded refuses what flags and settings give and nothing heeds.
func checkHeeded(o *configOptions, cfg *config.Config, in model.Use) error {
	err := cfg.CheckHeeded(in)
	var at *config.Error
	if !errors.As(err, &at) {
		return err
	}
	if at.Key == "run.sweep" && len(o.sweep) > 0 {
		at.Where = "--sweep"
	}
	return usageError{err}
}

// applyComputerFlags overrides what the configuration says of where to compute.
func applyComputerFlags(o *computerOptions, cfg *config.Config) error {
	if err := setComputer(o, cfg); err != nil {
		return err
	}
	if err := deviceOfConfig(o.backend.given, o.device.given, cfg); err != nil {
		return err
	}
	return contradictoryDevice(o.device.value, cfg)
}

func setComputer(o *computerOptions, cfg *config.Config) error {
	for _, of := range []struct {
		key  string
		flag option[string]
	}{{"run.backend", o.backend}, {"run.device", o.device}} {
		if !of.flag.given {
			continue
		}
		if err := cfg.Apply(of.key + "=" + of.flag.value); err != nil {
			return err
		}
	}
	return nil
}

// baseName is a file's name without folders and ending.
func baseName(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	if end := strings.LastIndex(name, "."); end > 0 {
		name = name[:end]
	}
	return name
}

// newSteps is the number of steps that --steps asks of what has made none.
func newSteps(text string) (int64, error) {
	if strings.HasPrefix(text, "+") {
		return 0, badUsage("--steps is %q, and there are no steps yet that it could count from: say how many there are to be, without the plus", text)
	}
	return steps(text, 0)
}

// steps is the number of steps that a flag asks for. With a plus they come on top
// of those that are done.
func steps(text string, done int64) (int64, error) {
	n, err := wholeSteps(text)
	if err != nil {
		return 0, badUsage("--steps is %q: use a whole number from 1 to %d", text, int64(maxSteps))
	}
	if strings.HasPrefix(text, "+") {
		n += done
	}
	return n, nil
}

// wholeSteps reads a number of steps.
func wholeSteps(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (n < 1 || n > maxSteps) {
		err = strconv.ErrRange
	}
	return n, err
}

// maxSteps is what the 32-bit number of a sweep allows.
const maxSteps = 1<<32 - 1

// checkpointFlag sets how often a run is saved.
func checkpointFlag() cli.Flag {
	return &cli.StringFlag{Name: "checkpoint", Value: "10m", Usage: "save what is needed to resume at every multiple of `STEPS`, or after a time such as 10m; the end always is"}
}

// timeLimitFlag has a run end in time.
func timeLimitFlag() cli.Flag {
	return &cli.StringFlag{Name: "time-limit", Usage: "save the run when the program is so much `TIME` old, such as 23h45m, and end with exit code 75"}
}

// count is a number with its noun.
func count(n int64, noun string) string { return text.CountOrNo(n, noun) }
