package config

import (
	"fmt"
	"strings"
	"tnn-gpu/host/model"
)

// Variants are the specifications of the replicas where a key is swept, and its
// values: replica r has value r modulo their number. They are nil where none is.
func (c *Config) Variants() ([]model.Spec, *model.Sweep, error) {
	if c.Run.Sweep == "" {
		return nil, nil, nil
	}
	key, values, found := strings.Cut(c.Run.Sweep, "=")
	list := strings.Split(values, ",")
	key = strings.TrimSpace(key)
	switch {
	case !found || strings.TrimSpace(values) == "":
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "write a key and its values, such as edge.inverse_temperature=20,40,80")
	case strings.HasPrefix(key, "run.") || strings.HasPrefix(key, "record."):
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "it is no key of the network; seeds differ from replica to replica anyway")
	case c.Run.Replicas < len(list):
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "its %d values need %d replicas or more, and there are %d", len(list), len(list), c.Run.Replicas)
	}
	specs, numbers := make([]model.Spec, len(list)), make([]float64, len(list))
	for i, value := range list {
		one, err := c.with(key + "=" + value)
		if err == nil {
			err = one.Spec.VariantOf(c.Spec)
		}
		if err == nil {
			numbers[i], err = one.number(key)
		}
		if err != nil {
			return nil, nil, invalid("run.sweep", c.Run.Sweep, "%w", err)
		}
		specs[i] = one.Spec
	}
	variants, sweep := make([]model.Spec, c.Run.Replicas), &model.Sweep{Key: key, Values: make([]float64, c.Run.Replicas)}
	for r := range variants {
		variants[r], sweep.Values[r] = specs[r%len(specs)], numbers[r%len(specs)]
	}
	return variants, sweep, nil
}

// number is the value of a key that is one.
func (c *Config) number(key string) (float64, error) {
	t, err := c.find(key)
	if err != nil {
		return 0, err
	}
	switch v := t.table.FieldByIndex(t.field.Index); {
	case v.CanInt():
		return float64(v.Int()), nil
	case v.CanFloat():
		return v.Float(), nil
	}
	return 0, fmt.Errorf("%s is no number: sweep a key that is", key)
}

// with is a copy of the configuration with one setting changed, swept no more.
func (c *Config) with(setting string) (*Config, error) {
	still := *c
	still.Run.Sweep = ""
	copied, err := Decode("run.sweep", still.Encode())
	if err != nil {
		return nil, fmt.Errorf("it cannot be varied: %w", err)
	}
	return copied, copied.Apply(setting)
}
