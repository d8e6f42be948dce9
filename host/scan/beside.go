package scan

import (
	"fmt"
	"slices"

	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
)

// What follows finds settings that no point of a scan would have.

// Settle adds settings that flags ask for, after all axes. It refuses those that no point
// would have, as an axis or the seeds give each its own.
func (f *File) Settle(settings ...string) error {
	for _, text := range settings {
		for _, a := range f.Axes {
			if err := a.besides(text); err != nil {
				return err
			}
		}
	}
	if err := f.besideSeeds(settings); err != nil {
		return err
	}
	f.Set = append(f.Set, settings...)
	return nil
}

// besides refuses a setting that gives a key of the axis.
func (a *Axis) besides(setting string) error {
	set, value := config.CutSetting(setting)
	for _, key := range a.keys() {
		if config.Gives(setting, key) {
			return fmt.Errorf("%s is an axis of the scan, so that no point would have %s=%s, which is set: leave that out, or give the axis other values with --over %s=VALUE,VALUE", key, set, value, key)
		}
	}
	return nil
}

// besideSeeds refuses settings of what the seeds of the scan say.
func (f *File) besideSeeds(settings []string) error {
	for _, text := range settings {
		set, value := config.CutSetting(text)
		switch {
		case f.Seeds.First != nil && config.Gives(text, "run.seed"):
			return fmt.Errorf("seeds.first of the scan is %d, so that no point would have %s=%s, which is set: leave that out, or give another seed with --seed", *f.Seeds.First, set, value)
		case f.Seeds.Count > 0 && config.Gives(text, "run.replicas"):
			return fmt.Errorf("seeds.count of the scan is %d, so that no point would have %s=%s, which is set: leave that out, or give another number with --trials", f.Seeds.Count, set, value)
		}
	}
	return nil
}

// besideAxes refuses settings of the file that its axes give otherwise, unless its base is
// impossible without, and settings in whose place a model takes the value of an axis. An axis
// of a flag takes the place of what the file sets.
func (f *File) besideAxes(base *config.Config, load func(string, ...string) (*config.Config, error)) error {
	for i, text := range f.Set {
		axes := f.Axes
		if i < f.own {
			axes = f.Axes[:f.ownAxes]
		}
		for _, a := range axes {
			err := a.besides(text)
			if err != nil {
				if _, impossible := load(f.Base, slices.Delete(slices.Clone(f.Set), i, i+1)...); impossible != nil {
					err = nil
				}
			}
			if err == nil {
				err = a.insteadOf(text, base)
			}
			if err != nil && i < f.own {
				err = fmt.Errorf("%s: set: %w", f.name, err)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// insteadOf refuses a setting that is passed over where a key of the axis has a value.
func (a *Axis) insteadOf(setting string, base *config.Config) error {
	alternative, ok := base.Spec.(model.Alternative)
	if !ok {
		return nil
	}
	for _, key := range a.keys() {
		other := alternative.Instead(key)
		if other == "" || !config.Gives(setting, other) {
			continue
		}
		if v, err := base.Value(other); err == nil && v.Number != 0 {
			return fmt.Errorf("%s is an axis of the scan, in whose place %s, which is set to %s, would be passed over: give one of the two", key, other, v.Text)
		}
	}
	return nil
}
