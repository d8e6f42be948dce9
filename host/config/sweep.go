package config

import (
	"fmt"
	"strings"
)

// Variants are the specifications of the replicas where a key is swept: replica r
// has value r modulo their number. They are nil where none is.
func (c *Config) Variants() ([]Spec, error) {
	if c.Run.Sweep == "" {
		return nil, nil
	}
	key, values, found := strings.Cut(c.Run.Sweep, "=")
	list := strings.Split(values, ",")
	switch {
	case !found || strings.TrimSpace(values) == "":
		return nil, invalid("run.sweep", c.Run.Sweep, "write a key and its values, such as edge.inverse_temperature=20,40,80")
	case strings.HasPrefix(strings.TrimSpace(key), "run.") || strings.HasPrefix(strings.TrimSpace(key), "record."):
		return nil, invalid("run.sweep", c.Run.Sweep, "it is no key of the network; seeds differ from replica to replica anyway")
	case c.Run.Replicas < len(list):
		return nil, invalid("run.sweep", c.Run.Sweep, "its %d values need %d replicas or more, and there are %d", len(list), len(list), c.Run.Replicas)
	}
	specs := make([]Spec, len(list))
	for i, value := range list {
		one, err := c.with(key + "=" + value)
		if err == nil {
			err = one.Spec.VariantOf(c.Spec)
		}
		if err != nil {
			return nil, invalid("run.sweep", c.Run.Sweep, "%w", err)
		}
		specs[i] = one.Spec
	}
	variants := make([]Spec, c.Run.Replicas)
	for r := range variants {
		variants[r] = specs[r%len(specs)]
	}
	return variants, nil
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
