package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"tnn-gpu/host/model"
)

// What follows finds settings that nothing heeds, or that are lost beside others.

// chooseAlternatives has a key, of those that say the same, be heeded where a setting gives it.
func (c *Config) chooseAlternatives(settings []string) error {
	a, ok := c.Spec.(model.Alternative)
	if !ok {
		return nil
	}
	for _, setting := range settings {
		for _, key := range valuesOf(setting) {
			if other := a.Instead(key); other != "" {
				if err := c.choose(key, other, settings); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// choose has the other key be zero where one that a setting gives is not.
func (c *Config) choose(key, other string, settings []string) error {
	value, err := c.field(key)
	if err != nil {
		return err
	}
	instead, err := c.field(other)
	if err != nil || value.IsZero() || instead.IsZero() {
		return err
	}
	if slices.ContainsFunc(settings, func(s string) bool { return Gives(s, other) }) {
		return badSetting(key, "there are both %s and %s, and one would be passed over: give one of the two", key, other)
	}
	instead.SetZero()
	delete(c.origins, other)
	return nil
}

// change is what a setting made of a value: before is from before the first of several, or the
// default where there was no such table.
type change struct{ before, now string }

// remember keeps the values that settings changed.
func (c *Config) remember(before, now map[string]Value) {
	for key, value := range now {
		was, there := before[key]
		of := change{was.Text, value.Text}
		if earlier, again := c.changes[key]; again {
			of.before = earlier.before
		} else if t, err := c.find(key); !there && err == nil {
			of.before = valueOf(t.usual()).Text
		}
		c.changes[key] = of
	}
}

// CheckHeeded refuses a setting that nothing heeds. Folders of runs may have such.
func (c *Config) CheckHeeded(in model.Use) error {
	_, _, err := CheckHeeded([]*Config{c}, in)
	return err
}

// CheckHeeded refuses a setting that none of the points of a scan heeds, and tells its key and
// the first point that it is for: a value may mean nothing at some of them.
func CheckHeeded(points []*Config, in model.Use) (key string, point int, err error) {
	first := make(map[string]int) // point that a setting changed
	for i, c := range slices.Backward(points) {
		for key, of := range c.changes {
			if of.now != of.before {
				first[key] = i
			}
		}
	}
	readers := readersOf(points, in)
	for _, key := range slices.Sorted(maps.Keys(first)) {
		i := first[key]
		says := key + " is set to " + short(points[i].changes[key].now)
		of := key
		if key == "run.sweep" {
			of, _ = CutSetting(points[i].Run.Sweep)
			says = of + " is swept"
		}
		if why := readers.unheeded(of, i); why != "" {
			return key, i, badSetting(key, "%s, which has no effect, as %s: leave it out", says, why)
		}
	}
	return "", 0, nil
}

// readers are what may heed a key at points.
type readers struct {
	in     model.Use
	points []reader
}

type reader struct {
	record *Record
	specs  []model.Spec // different ones of replicas
}

func readersOf(points []*Config, in model.Use) *readers {
	r := &readers{in: in}
	for _, c := range points {
		specs, _, _ := c.Variants()
		if specs == nil {
			specs = []model.Spec{c.Spec}
		}
		r.points = append(r.points, reader{&c.Record, specs[:min(len(specs), c.SweptValues())]})
	}
	return r
}

// unheeded says why a point does not heed a key, to end a sentence; empty where any does.
func (r *readers) unheeded(key string, point int) (why string) {
	if slices.ContainsFunc(r.points, func(of reader) bool { return of.unheeded(key, r.in) == "" }) {
		return ""
	}
	return r.points[point].unheeded(key, r.in)
}

func (r *reader) unheeded(key string, in model.Use) (why string) {
	if why := r.record.unheeded(key); why != "" {
		return why
	}
	for _, spec := range r.specs {
		selective, ok := spec.(model.Selective)
		if !ok {
			return ""
		}
		if why = selective.Unheeded(key, in); why == "" {
			return ""
		}
	}
	return why
}

// PassedOver says which key of a file a run passes over, since another one is heeded, or since
// nothing heeds it; empty where there is none. Such a file is not refused, since the folders of
// runs may have one.
func (c *Config) PassedOver() string { return PassedOver([]*Config{c}, model.Run) }

// PassedOver is Config.PassedOver for the points of a scan, all of which pass a key over.
func PassedOver(points []*Config, in model.Use) string {
	c := points[0]
	if says := c.passedOverInstead(); says != "" {
		return says
	}
	readers := readersOf(points, in)
	for _, s := range c.Settings() {
		if !c.isOfFile(s.Key) {
			continue
		}
		if why := readers.unheeded(s.Key, 0); why != "" && c.couldBeLeftOut(s) {
			return fmt.Sprintf("%s = %s has no effect, as %s", s.Key, s.Text, why)
		}
	}
	return ""
}

// passedOverInstead is about keys that say the same.
func (c *Config) passedOverInstead() string {
	spec := c.Spec
	if variants, _, _ := c.Variants(); len(variants) > 0 {
		spec = variants[0] // its keys are heeded that a sweep gives values
	}
	a, ok := spec.(model.Alternative)
	if !ok {
		return ""
	}
	key, heeded := a.PassedOver()
	if key == "" {
		return ""
	}
	value, _ := c.Value(key)
	return fmt.Sprintf("%s = %s is passed over, since %s is given", key, value.Text, heeded)
}

// isOfFile tells whether a file gives a key, and no setting does.
func (c *Config) isOfFile(key string) bool {
	origin, said := c.origins[key]
	return said && origin != ByFlag
}

// couldBeLeftOut tells whether a value is not the default, which would do as well.
func (c *Config) couldBeLeftOut(s Setting) bool {
	t, err := c.find(s.Key)
	if err != nil {
		return false
	}
	usual := literal(t.usual())
	if usual == s.Text {
		return false
	}
	_, err = c.With(s.Key + "=" + usual)
	return err == nil
}

// field is the value of a key.
func (c *Config) field(key string) (reflect.Value, error) {
	t, err := c.find(key)
	if err != nil {
		return reflect.Value{}, err
	}
	return t.table.FieldByIndex(t.field.Index), nil
}

// SetStepsBeside is SetSteps for a configuration with settings, of which it tells one whose value
// is lost by that, and the value; empty where none is.
func (c *Config) SetStepsBeside(n int64, settings []string) (lost, was string, err error) {
	before := c.given(settings)
	if err := c.SetSteps(n); err != nil {
		return "", "", err
	}
	key := c.loses(before)
	return key, before[key].Text, nil
}

// given are the values of the keys that settings give.
func (c *Config) given(settings []string) map[string]Value {
	values := map[string]Value{}
	for _, setting := range settings {
		for _, key := range valuesOf(setting) {
			if v, err := c.Value(key); err == nil {
				values[key] = v
			}
		}
	}
	return values
}

// loses finds a key whose value is another one than given told, or whose table is gone. A number
// of 0 stands for a default, and what is no number may be the same in other words, as a change
// in the course of an era is that has become longer.
func (c *Config) loses(values map[string]Value) (key string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		was := values[key]
		is, err := c.Value(key)
		if err != nil && was.Text != "" || is.IsNumber && is.Number != was.Number && was.Number != 0 {
			return key
		}
	}
	return ""
}
