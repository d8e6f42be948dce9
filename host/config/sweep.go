package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// Variants are the specifications of the replicas where a key is swept, and its
// values: replica r has value r modulo their number. They are nil where none is.
func (c *Config) Variants() ([]model.Spec, *model.Sweep, error) {
	if c.Run.Sweep == "" {
		return nil, nil, nil
	}
	key, values, found := strings.Cut(c.Run.Sweep, "=")
	list, unmatched := text.SplitList(values, ',')
	key = strings.TrimSpace(key)
	switch {
	case !found || strings.TrimSpace(values) == "":
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "write a key and its values, such as edge.inverse_temperature=20,40,80")
	case unmatched != nil:
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "%w", unmatched)
	case strings.HasPrefix(key, "run.") || strings.HasPrefix(key, "record."):
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "it is no key of the network; seeds differ from replica to replica anyway")
	case c.Run.Replicas < len(list):
		return nil, nil, invalid("run.sweep", c.Run.Sweep, "its %d values need %d replicas or more, and there are %d", len(list), len(list), c.Run.Replicas)
	}
	specs, numbers := make([]model.Spec, len(list)), make([]float64, len(list))
	for i, value := range list {
		one, err := c.with(key + "=" + value)
		if err == nil {
			if err = one.Spec.VariantOf(c.Spec); err != nil {
				err = fmt.Errorf("%w; `tnn-gpu scan --over` varies any key", err)
			}
		}
		if err == nil {
			numbers[i], err = one.number(key)
		}
		if err == nil && slices.Contains(numbers[:i], numbers[i]) {
			err = fmt.Errorf("the value %g stands twice: give each once, and more replicas have each more often", numbers[i])
		}
		if err != nil {
			return nil, nil, invalid("run.sweep", c.Run.Sweep, "%w", nowhere(err))
		}
		specs[i] = one.Spec
	}
	variants, sweep := make([]model.Spec, c.Run.Replicas), &model.Sweep{Key: key, Values: make([]float64, c.Run.Replicas)}
	for r := range variants {
		variants[r], sweep.Values[r] = specs[r%len(specs)], numbers[r%len(specs)]
	}
	return variants, sweep, nil
}

// nowhere is an error about a setting that was not made by --set.
func nowhere(err error) error {
	var at *Error
	if errors.As(err, &at) {
		at.Where = ""
	}
	return err
}

// SweptValues is how many values a key takes: 1 where none is swept.
func (c *Config) SweptValues() int {
	return CountSwept(c.Run.Sweep)
}

// CountSwept is how many values a sweep lists, 1 where it cannot be read.
func CountSwept(sweep string) int {
	_, values, _ := strings.Cut(sweep, "=")
	list, _ := text.SplitList(values, ',')
	return max(1, len(list))
}

// fitReplicas makes as many replicas as a sweep has values, where no one has said how
// many there are.
func (c *Config) fitReplicas() {
	if c.Run.Sweep != "" && !c.Says("run.replicas") {
		c.Run.Replicas = c.SweptValues()
	}
}

// number is the value of a key that is one.
func (c *Config) number(key string) (float64, error) {
	v, err := c.Value(key)
	if err == nil && !v.IsNumber {
		err = fmt.Errorf("%s is no number: sweep a key that is", key)
	}
	return v.Number, err
}

// with is a copy of the configuration with one setting changed, swept no more.
func (c *Config) with(setting string) (*Config, error) {
	still := *c
	still.Run.Sweep = ""
	return still.With(setting)
}

// With is a copy of the configuration with settings changed as Apply does.
func (c *Config) With(settings ...string) (*Config, error) {
	copied, err := Decode(c.file, c.Encode())
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be varied: %w", err)
	}
	copied.origins, copied.changes = maps.Clone(c.origins), maps.Clone(c.changes)
	return copied, copied.Apply(settings...)
}

// Value is the value of a key that is no table.
type Value struct {
	Text     string // as TOML has it, texts without quotes
	Number   float64
	IsNumber bool
	IsWhole  bool // a number that has no fraction, whatever its value
}

// Value finds the value of a key, such as edge.noise or group[0].levels.
func (c *Config) Value(key string) (Value, error) {
	t, err := c.find(key)
	if err != nil {
		return Value{}, nowhere(err)
	}
	if isTable(t.field.Type) || isTables(t.field.Type) {
		return Value{}, badSetting(key, "%s is a table: name one of its keys, as in %s", key, join(key, "..."))
	}
	return valueOf(t.table.FieldByIndex(t.field.Index)), nil
}

func valueOf(v reflect.Value) Value {
	switch {
	case v.CanInt():
		return Value{literal(v), float64(v.Int()), true, true}
	case v.CanUint():
		return Value{literal(v), float64(v.Uint()), true, true}
	case v.CanFloat():
		return Value{strconv.FormatFloat(v.Float(), 'g', -1, 64), v.Float(), true, false}
	case v.Kind() == reflect.String:
		return Value{Text: v.String()}
	}
	return Value{Text: literal(v)}
}
