package tnn

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
)

// What eras change (docs/model.md section 6).

// changeable are the keys that an era may change, as a sentence has them.
const changeable = "it changes inverse_temperature or threshold of a group, inverse_temperature, size_mass, change_mass or bound of the edges, or weight of external nodes"

// number finds the number of a key that eras may change; nil where there is none.
func (s *Spec) number(key string) *float64 {
	table, name, _ := strings.Cut(key, ".")
	if table == "edge" {
		e := &s.Edge
		return map[string]*float64{"inverse_temperature": &e.InverseTemperature, "size_mass": &e.SizeMass, "change_mass": &e.ChangeMass, "bound": &e.Bound}[name]
	}
	table, index, _ := strings.Cut(strings.TrimSuffix(table, "]"), "[")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || strconv.Itoa(i) != index {
		return nil
	}
	switch {
	case table == "group" && i < len(s.Groups):
		g := &s.Groups[i]
		return map[string]*float64{"inverse_temperature": &g.InverseTemperature, "threshold": &g.Threshold}[name]
	case table == "external" && i < len(s.Externals) && name == "weight":
		return &s.Externals[i].Weight
	}
	return nil
}

// courses are what eras change, key by key in the order in which keys come first.
func (s *Spec) courses() ([]model.Course, error) {
	var out []model.Course
	first := int64(1)
	for i, e := range s.Eras {
		for k, text := range e.Change {
			c, err := model.ParseChange(text)
			if c.Key != "" && s.number(c.Key) == nil {
				err = fmt.Errorf("an era cannot change %s; %s", c.Key, changeable)
			}
			if err != nil {
				return nil, model.BadKey(fmt.Sprintf("era[%d].change[%d]", i, k), text, err.Error())
			}
			if c.Over == 0 {
				c.Over = e.Steps
			}
			at := slices.IndexFunc(out, func(of model.Course) bool { return of.Key == c.Key })
			if at < 0 {
				at, out = len(out), append(out, model.Course{Key: c.Key})
			}
			out[at].Changes = append(out[at].Changes, model.Begun{First: first, Change: c})
		}
		first += int64(e.Steps)
	}
	return out, nil
}

// setBy is the change by which a number has another value before anything heeds its own; empty
// where there is none.
func (s *Spec) setBy(key string, in model.Use) string {
	if len(s.Eras) == 0 || s.countsAtStart(key, in) {
		return ""
	}
	for k, text := range s.Eras[0].Change {
		if c, err := model.ParseChange(text); err == nil && c.Key == key && !c.Led {
			return fmt.Sprintf("era[0].change[%d]", k)
		}
	}
	return ""
}

// countsAtStart tells whether the initialisation heeds a number: first weights have the
// deviation that the edges give them, hylton2020 visits all nodes in sweep 0, and weights that
// a graph's file gives must fit the bound. A branch has none.
func (s *Spec) countsAtStart(key string, in model.Use) bool {
	if key == "edge.bound" {
		return s.Graph.File != ""
	}
	return in != model.Branch && (s.Network.Rule == Hylton2020 || strings.HasPrefix(key, "edge."))
}

// checkChanges checks what the eras change: a key once in each, and to values that it
// can have.
func (s *Spec) checkChanges() error {
	courses, err := s.courses()
	if err != nil {
		return err
	}
	for _, c := range courses {
		for k, x := range c.Changes {
			if k > 0 && c.Changes[k-1].First == x.First {
				return s.badChange(c.Key, "an era changes a key once")
			}
			from := x.From
			if x.Led {
				from = c.At(x.First-1, *s.number(c.Key))
			}
			if x.Log && !(from > 0 && x.To > 0) {
				return s.badChange(c.Key, "what changes by a factor in each step is above 0")
			}
			for _, v := range []float64{from, x.To} {
				if err := s.checkValue(c.Key, v); err != nil {
					return s.badChange(c.Key, err.Error())
				}
			}
		}
	}
	return nil
}

// badChange is about the first change of a key.
func (s *Spec) badChange(key, valid string) error {
	for i, e := range s.Eras {
		for k, text := range e.Change {
			if c, err := model.ParseChange(text); err == nil && c.Key == key {
				return model.BadKey(fmt.Sprintf("era[%d].change[%d]", i, k), text, valid)
			}
		}
	}
	return errors.New(valid)
}

// checkValue tells whether a key can have a value.
func (s *Spec) checkValue(key string, v float64) error {
	other := s.apart()
	*other.number(key) = v
	return firstOf(other.checkGroups, other.checkEdge, other.checkExternals)
}

// apart is a copy whose numbers can be set.
func (s *Spec) apart() *Spec {
	out := *s
	out.Groups, out.Externals = slices.Clone(s.Groups), slices.Clone(s.Externals)
	return &out
}

// keepLengths writes the length of an era's ramps into them, before the era is made
// longer or shorter: what was computed stays as it was.
func (e *EraSpec) keepLengths() {
	e.Change = slices.Clone(e.Change)
	for i, text := range e.Change {
		if c, err := model.ParseChange(text); err == nil && c.Over == 0 {
			c.Over = e.Steps
			e.Change[i] = c.String()
		}
	}
}

// numbers are the keys that eras may change.
func (s *Spec) numbers() []string {
	var out []string
	for i := range s.Groups {
		out = append(out, fmt.Sprintf("group[%d].inverse_temperature", i), fmt.Sprintf("group[%d].threshold", i))
	}
	for _, name := range []string{"inverse_temperature", "size_mass", "change_mass", "bound"} {
		out = append(out, "edge."+name)
	}
	for i := range s.Externals {
		out = append(out, weightKey(i))
	}
	return out
}

// weightKey is that of the weight of a table of external nodes.
func weightKey(table int) string { return fmt.Sprintf("external[%d].weight", table) }

// weightKey is the key of the weight of the i-th external node; empty where it has none.
func (n *Network) weightKey(i int) string {
	if i >= len(n.weights) {
		return ""
	}
	return n.weights[i]
}

// IsChanged tells whether eras change numbers of groups or edges.
func (n *Network) IsChanged() bool {
	return slices.ContainsFunc(n.courses, func(c model.Course) bool { return isOfNetwork(c.Key) })
}

// isOfNetwork tells keys of groups and edges from those of external nodes.
func isOfNetwork(key string) bool { return !strings.HasPrefix(key, "external") }

// SpecAt is the specification of a replica with the numbers that groups and edges have
// at a step.
func (n *Network) SpecAt(step int64, replica int) *Spec {
	s := n.SpecOf(replica)
	if !n.IsChanged() {
		return s
	}
	out := s.apart()
	for i := range n.courses {
		c := &n.courses[i]
		*out.number(c.Key) = c.At(step, *s.number(c.Key))
	}
	return out
}

// StepSums is the number of values that a backend returns for a step and a replica: the
// Sums, and the value of each key that eras change.
func (n *Network) StepSums() int { return int(Sums) + len(n.courses) }

// changed are the columns of the keys that eras change.
func (n *Network) changed() []Quantity {
	var out []Quantity
	for i, c := range n.courses {
		out = append(out, Quantity{Name: columnName(c.Key), Title: c.Key, Unit: "1", Doc: "value of " + c.Key + ", which eras change", set: true,
			value: func(s []float64, _ Counts) float64 { return s[int(Sums)+i] }})
	}
	return out
}

// columnName is a key as the name of a column: group0_inverse_temperature.
func columnName(key string) string {
	return strings.NewReplacer("[", "", "]", "", ".", "_").Replace(key)
}

// followWeights gives external nodes the courses of their weights.
func (b *builder) followWeights(n *Network) {
	for i := range n.Externals {
		x := &n.Externals[i]
		key := weightKey(b.table[x.ID])
		n.weights = append(n.weights, key)
		if at := slices.IndexFunc(n.courses, func(c model.Course) bool { return c.Key == key }); at >= 0 {
			x.Course = &n.courses[at]
		}
	}
}
