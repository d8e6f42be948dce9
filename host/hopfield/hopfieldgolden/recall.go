package hopfieldgolden

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

// stored is what a network of a file has stored.
type stored struct {
	Name, Rule, Diagonal string
	N, P                 int
	Patterns             []string
	Threshold            []float64
	Upper                [][]float64 `json:"weights_upper"`
}

// spec of the network, with a way to update.
func (c *stored) spec(update hopfield.Update) *hopfield.Spec {
	s := hopfield.Defaults()
	s.Network.Rule, s.Network.Diagonal, s.Network.Thresholds = hopfield.Rule(c.Rule), c.Diagonal == "kept", c.Threshold
	s.Network.Matrix = s.Network.Rule == hopfield.Hebb
	s.Patterns.Texts = c.Patterns
	s.Recall.Update, s.Recall.Fraction = update, 0
	return s
}

type recallFile struct {
	Cases []struct {
		stored
		Energies []float64 `json:"energy_patterns"`
		Runs     []recallRun
	}
}

type recallRun struct {
	Start  string
	Orders [][]int32
	Flips  [][4]float64 `json:"flips_sweep_position_site_energy"`
	States []string     `json:"states_after_sweeps"`
	Energy float64      `json:"energy_start"`
	Ends   []float64    `json:"final_overlaps"`
	Sync   struct {
		States []string
		Kind   string
		L      []float64 `json:"minus_sum_abs_field"`
	}
}

func recall(c *check, text []byte) error {
	var file recallFile
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	for i := range file.Cases {
		of := &file.Cases[i]
		if err := c.couplings(&of.stored); err != nil {
			return fmt.Errorf("%s: %w", of.Name, err)
		}
		for k := range of.Runs {
			err := model.FirstError(c.flips(&of.stored, &of.Runs[k]), c.sync(&of.stored, of.Runs[k].Sync.States, of.Runs[k].Sync.Kind, of.Runs[k].Sync.L))
			if err != nil {
				return fmt.Errorf("%s: %w", of.Name, err)
			}
		}
		if err := c.energies(&of.stored, of.Energies); err != nil {
			return fmt.Errorf("%s: %w", of.Name, err)
		}
	}
	return nil
}

// couplings compares those of a storage rule before they are rounded to integers.
func (c *check) couplings(of *stored) error {
	if err := sized(of.N); err != nil {
		return err
	}
	var patterns []hopfield.Pattern
	for mu, text := range of.Patterns {
		p, err := hopfield.ParsePattern(text)
		if err == nil && len(text) != of.N {
			err = fmt.Errorf("pattern %d has %d units, and N is %d", mu, len(text), of.N)
		}
		if err != nil {
			return err
		}
		patterns = append(patterns, p)
	}
	var w *hopfield.Matrix
	scale := 1.0
	switch hopfield.Rule(of.Rule) {
	case hopfield.Hebb:
		w = hopfield.NewMatrix(of.N)
		for i, v := range hopfield.HebbCounts(patterns, of.N) {
			w.W[i] = float64(v)
		}
	case hopfield.StorkeyRule:
		w = hopfield.Storkey(patterns, of.N)
	case hopfield.ProjectionRule:
		var err error
		if w, err = hopfield.Projection(patterns, of.N, of.Diagonal == "kept"); err != nil {
			return err
		}
	default:
		return fmt.Errorf("there is no storage rule %q", of.Rule)
	}
	return c.upper(w, of.Upper, scale, of.Name)
}

// upper compares the triangle of couplings above the diagonal.
func (c *check) upper(w *hopfield.Matrix, rows [][]float64, scale float64, name string) error {
	for i, row := range rows {
		if i+len(row) >= w.N {
			return fmt.Errorf("row %d of its couplings has %d numbers, and there are %d units", i, len(row), w.N)
		}
		for k, v := range row {
			c.real(scale*w.Row(i)[i+1+k], v, 1e-9, "%s: coupling of units %d and %d", name, i, i+1+k)
		}
	}
	return nil
}

// tolerance of energies: those of the file are of couplings that are not rounded.
func tolerance(of *stored) float64 {
	if of.Rule == string(hopfield.Hebb) && of.Threshold == nil {
		return 1e-9
	}
	return 1e-6
}

// flips visits the units of all sweeps one by one, and compares each.
func (c *check) flips(of *stored, run *recallRun) (err error) {
	if err := enough("states after sweeps", len(run.States), len(run.Orders)+1); err != nil {
		return err
	}
	r, err := c.open(of.spec(hopfield.Cyclic), 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := r.start(run.Start); err != nil {
		return err
	}
	flips := run.Flips
	for k, order := range run.Orders {
		for at, unit := range order {
			sums, err := r.give([]int32{unit}, nil)
			if err != nil {
				return err
			}
			due := len(flips) > 0 && flips[0][0] == float64(k) && flips[0][1] == float64(at)
			exact(c, sums[hopfield.SumFlips] == 1, due, "%s, sweep %d: a flip of unit %d", of.Name, k, unit)
			if due {
				c.real(sums[hopfield.SumEnergy], flips[0][3], tolerance(of), "%s, sweep %d: energy after the flip of unit %d", of.Name, k, unit)
				flips = flips[1:]
			}
		}
		if err := r.state(run.States[k+1], "%s: the state after sweep %d", of.Name, k); err != nil {
			return err
		}
	}
	return nil
}

// energies of the stored patterns.
func (c *check) energies(of *stored, want []float64) (err error) {
	if err := enough("patterns", len(of.Patterns), len(want)); err != nil {
		return err
	}
	r, err := c.open(of.spec(hopfield.Cyclic), 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	for mu, e := range want {
		if err := r.start(of.Patterns[mu]); err != nil {
			return err
		}
		sums, err := r.give(nil, nil) // a sweep that visits no unit
		if err != nil {
			return err
		}
		c.real(sums[hopfield.SumEnergy], e, tolerance(of), "%s: energy of pattern %d", of.Name, mu)
		exact(c, math.Abs(sums[hopfield.SumBest]), 1, "%s: best overlap of pattern %d", of.Name, mu)
	}
	return nil
}

// sync compares steps in which all units decide at once.
func (c *check) sync(of *stored, states []string, kind string, l []float64) (err error) {
	if err := enough("synchronous states", len(states), 1); err != nil {
		return err
	}
	r, err := c.open(of.spec(hopfield.Sync), 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := r.start(states[0]); err != nil {
		return err
	}
	within := 1e-6
	if c.on.Options.Precision.Bytes() == 4 {
		within = 1e-5
	}
	period := 0.0
	for k, want := range states[1:] {
		if k < len(l) {
			fields, err := r.backend.Field(hopfield.FieldField, nil)
			if err != nil {
				return err
			}
			sum := 0.0
			for i := range fields.Len() {
				sum -= math.Abs(fields.At(i))
			}
			c.real(sum, l[k], within, "%s: sum of fields before synchronous step %d", of.Name, k+1)
		}
		sums, err := r.backend.Advance(1)
		if err != nil {
			return err
		}
		period = sums[hopfield.SumPeriod]
		if err := r.state(want, "%s: the state after synchronous step %d", of.Name, k+1); err != nil {
			return err
		}
	}
	if kind != "" {
		exact(c, period, map[string]float64{"fixed": 1, "cycle2": 2}[kind], "%s: period of the synchronous end", of.Name)
	}
	return nil
}

func glauber(c *check, text []byte) error {
	var file struct {
		Cases []struct {
			stored
			T        float64
			Update   string
			Start    string
			Orders   [][]int32
			Uniforms [][]uint32 `json:"uniform_23bit_by_sweep_and_site"`
			States   []string   `json:"states_after_sweeps"`
			Energies []float64
		}
	}
	if err := golden.Decode(text, &file); err != nil {
		return err
	}
	for i := range file.Cases {
		of := &file.Cases[i]
		update := hopfield.Async
		if of.Update == "sync" {
			update = hopfield.Sync
		}
		s := of.spec(update)
		s.Recall.Temperature = of.T
		if of.Update == "metropolis" {
			s.Recall.Method = hopfield.Metropolis
		}
		if err := c.sweeps(&of.stored, s, of.Start, of.Orders, of.Uniforms, of.States, of.Energies); err != nil {
			return fmt.Errorf("%s: %w", of.Name, err)
		}
	}
	return nil
}

// sweeps compares the states after sweeps whose draws are given.
func (c *check) sweeps(of *stored, s *hopfield.Spec, start string, orders [][]int32, uniforms [][]uint32, states []string, energies []float64) (err error) {
	if err := enough("states after sweeps", len(states), len(uniforms)+1); err != nil {
		return err
	}
	r, err := c.open(s, 0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.backend.Close()) }()
	if err := r.start(start); err != nil {
		return err
	}
	for k, u := range uniforms {
		var order []int32
		if k < len(orders) {
			order = orders[k]
		}
		sums, err := r.give(order, u)
		if err != nil {
			return err
		}
		if k+1 < len(energies) {
			c.real(sums[hopfield.SumEnergy], energies[k+1], tolerance(of), "%s: energy after sweep %d", of.Name, k)
		}
		if err := r.state(states[k+1], "%s: the state after sweep %d", of.Name, k); err != nil {
			return err
		}
	}
	return nil
}
