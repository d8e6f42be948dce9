package hopfieldgolden

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// memoryOf is a dense memory of a file.
func memoryOf(kind string, degree float64, patterns []string) *hopfield.Spec {
	s := hopfield.Defaults()
	s.Network = hopfield.NetworkSpec{Rule: hopfield.Polynomial, Degree: int(degree)}
	if kind == "exp" {
		s.Network = hopfield.NetworkSpec{Rule: hopfield.Exponential, Beta: degree}
	}
	s.Patterns.Texts = patterns
	s.Recall.Update, s.Recall.Fraction = hopfield.Cyclic, 0
	return s
}

func dense(c *check, text []byte) error {
	var file struct {
		Memories []struct {
			Name, F  string
			Degree   float64 `json:"degree_or_beta"`
			Patterns []string
			Table    []int64
			Runs     []struct {
				Start  string
				First  [][2]int64 `json:"first_fields"`
				Orders [][]int32
				States []string `json:"states_after_sweeps"`
			}
		} `json:"polynomial_and_exponential"`
		Continuous []modern
		Code       struct {
			Patterns []string
			Decoded  map[string][][2]string
		}
	}
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	for _, of := range file.Memories {
		for _, run := range of.Runs {
			if err := c.denseRun(of.Name, memoryOf(of.F, of.Degree, of.Patterns), of.Table, run.Start, run.First, run.Orders, run.States); err != nil {
				return fmt.Errorf("%s: %w", of.Name, err)
			}
		}
	}
	for i := range file.Continuous {
		if err := file.Continuous[i].check(); err != nil {
			return fmt.Errorf("%s: %w", file.Continuous[i].Name, err)
		}
		if c.on.Options.Precision == state.Double {
			continuous[float64](c, &file.Continuous[i], 1e-12)
		} else {
			continuous[float32](c, &file.Continuous[i], 1e-4)
		}
	}
	for name, words := range file.Code.Decoded {
		kind, degree, _ := strings.Cut(name, "-")
		var of float64
		if _, err := fmt.Sscan(degree, &of); err != nil {
			return fmt.Errorf("code %s: %w", name, err)
		}
		if err := c.decode(name, memoryOf(kind, of, file.Code.Patterns), words); err != nil {
			return fmt.Errorf("code %s: %w", name, err)
		}
	}
	return nil
}

func (c *check) denseRun(name string, s *hopfield.Spec, table []int64, start string, first [][2]int64, orders [][]int32, states []string) (err error) {
	r, err := c.open(s, 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := model.FirstError(enough("entries of the table", len(r.memory.Table), len(table)), enough("states after sweeps", len(states), len(orders)+1)); err != nil {
		return err
	}
	for d, want := range table {
		exact(c, r.memory.Table[d], want, "%s: entry %d of the table", name, d)
	}
	if err := r.start(start); err != nil {
		return err
	}
	within := 1e-15
	if c.on.Options.Precision == state.Single {
		within = 1e-6
	}
	for k, order := range orders {
		if k == 0 {
			if err := enough("units in the first order", len(order), len(first)); err != nil {
				return err
			}
			for at, field := range first {
				if field[0] < 0 || field[0] >= int64(r.net.N) {
					return fmt.Errorf("it has a field of unit %d, and there are %d units", field[0], r.net.N)
				}
				fields, err := r.backend.Field(hopfield.FieldField, nil)
				if err != nil {
					return err
				}
				c.real(fields.At(int(field[0]))/r.memory.Unit, float64(field[1]), within, "%s: field of unit %d at visit %d", name, field[0], at)
				if _, err := r.give(order[at:at+1], nil); err != nil {
					return err
				}
			}
			order = order[len(first):]
		}
		if _, err := r.give(order, nil); err != nil {
			return err
		}
		if err := r.state(states[k+1], "%s: the state after sweep %d", name, k); err != nil {
			return err
		}
	}
	return nil
}

// modern is a memory of real patterns with its retrieval.
type modern struct {
	Name     string
	Beta     float64
	Patterns [][]float64
	States   [][]float64
	Energies []float64
}

// check refuses lists that do not suit each other.
func (m *modern) check() error {
	if len(m.Patterns) == 0 {
		return errors.New("it has no patterns")
	}
	for _, of := range slices.Concat(m.Patterns, m.States) {
		if len(of) != len(m.Patterns[0]) {
			return fmt.Errorf("a pattern or state has %s, and the first pattern %d", text.Count(len(of), "unit"), len(m.Patterns[0]))
		}
	}
	return enough("energies", len(m.Energies), len(m.States))
}

func continuous[F fmath.Float](c *check, of *modern, within float64) {
	m := hopfield.Modern[F]{Beta: F(of.Beta)}
	for _, p := range of.Patterns {
		m.Patterns = append(m.Patterns, reals[F](p))
	}
	for k, z := range of.States {
		next, energy := m.Recall(reals[F](z))
		c.real(float64(energy), of.Energies[k], within, "%s: energy of state %d", of.Name, k)
		if k+1 < len(of.States) {
			for i, v := range next {
				c.real(float64(v), of.States[k+1][i], within, "%s: unit %d of state %d", of.Name, i, k+1)
			}
		}
	}
}

func reals[F fmath.Float](v []float64) []F {
	out := make([]F, len(v))
	for i, x := range v {
		out[i] = F(x)
	}
	return out
}

// decode lets each word fall into an end.
func (c *check) decode(name string, s *hopfield.Spec, words [][2]string) (err error) {
	r, err := c.open(s, 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	for _, word := range words {
		if err := r.start(word[0]); err != nil {
			return err
		}
		if _, err := r.backend.Advance(s.Recall.Sweeps); err != nil {
			return err
		}
		if err := r.state(word[1], "%s: what %s is decoded to", name, word[0]); err != nil {
			return err
		}
	}
	return nil
}

func extras(c *check, text []byte) error {
	var file struct {
		MPF struct {
			Iterations int
			Patterns   []string
			Objective  []float64   `json:"objective_before_iteration"`
			Upper      [][]float64 `json:"weights_upper"`
		}
		Sequence struct {
			stored
			States []string
		}
		Clipped, Damaged altered
	}
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	if err := c.flow(file.MPF.Patterns, file.MPF.Iterations, file.MPF.Objective, file.MPF.Upper); err != nil {
		return err
	}
	of := file.Sequence.stored
	of.Name, of.Rule = "sequence", string(hopfield.Sequence)
	if err := c.sync(&of, file.Sequence.States, "", nil); err != nil {
		return err
	}
	of.Name, of.Rule = "clipped", string(hopfield.Hebb)
	s := of.spec(hopfield.Cyclic)
	s.Network.Clip = true
	if err := c.cyclic(s, "clipped", &file.Clipped); err != nil {
		return err
	}
	return c.cyclic(of.spec(hopfield.Cyclic), "damaged", &file.Damaged)
}

// altered is a recall in cyclic order with couplings that were clipped or lost.
type altered struct {
	Start, Final string
	Flips        [][2]int32   `json:"flips_sweep_site"`
	Removed      [][2]float64 `json:"removed_couplings"`
}

func (c *check) flow(texts []string, steps int, objective []float64, upper [][]float64) error {
	s := hopfield.Defaults()
	s.Network.Rule, s.Network.Iterations, s.Patterns.Texts = hopfield.FlowRule, steps, texts
	err := s.Validate()
	var patterns []hopfield.Pattern
	for _, text := range texts {
		p, err1 := hopfield.ParsePattern(text)
		if err1 == nil && len(text) != len(texts[0]) {
			err1 = errors.New("its patterns differ in size")
		}
		err, patterns = model.FirstError(err, err1), append(patterns, p)
	}
	switch {
	case err != nil:
		return fmt.Errorf("mpf: %w", err)
	case len(texts) == 0 || len(objective) == 0 || len(objective) > steps:
		return fmt.Errorf("mpf: there are %d patterns, %d steps and %d values of the objective", len(texts), steps, len(objective))
	}
	w, got := hopfield.Flow(patterns, len(texts[0]), steps)
	for i, want := range objective[:len(objective)-1] { // the last is of another iteration
		c.real(got[i], want, 1e-9, "mpf: objective before step %d", i)
	}
	return c.upper(w, upper, 1, "mpf")
}

func (c *check) cyclic(s *hopfield.Spec, name string, of *altered) (err error) {
	r, err := c.open(s, 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := r.start(of.Start); err != nil {
		return err
	}
	if of.Removed != nil {
		var lost []float64
		for _, pair := range of.Removed {
			lost = append(lost, pair[:]...)
		}
		given, ok := r.backend.(backend.Given)
		if !ok {
			return fmt.Errorf("the backend %s takes no given draws", r.backend.Describe().Backend)
		}
		if err := given.Give(map[rng.Purpose][]float64{rng.HopfieldDamage: lost}); err != nil {
			return err
		}
	}
	flips, n := of.Flips, r.net.N
	for k := int32(0); k < 100; k++ {
		changed := false
		for _, unit := range units(n) {
			sums, err := r.give([]int32{unit}, nil)
			if err != nil {
				return err
			}
			due := len(flips) > 0 && flips[0] == [2]int32{k, unit}
			exact(c, sums[hopfield.SumFlips] == 1, due, "%s, sweep %d: a flip of unit %d", name, k, unit)
			if due {
				flips, changed = flips[1:], true
			}
		}
		if !changed {
			break
		}
	}
	return r.state(of.Final, "%s: the end", name)
}
