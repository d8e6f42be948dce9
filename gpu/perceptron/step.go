//go:build opencl && cgo

package perceptron

import (
	"errors"
	"fmt"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// Advance implements backend.Backend. The steps of a batch are enqueued without
// waiting; the sums of their records are read at its end. Sums of steps without a
// row are 0.
func (e *engine[F]) Advance(steps int) ([]float64, error) {
	width := len(e.options.Seeds) * perceptron.Sums
	rows := make([]float64, steps*width)
	for done := 0; done < steps; done += batch {
		now := min(batch, steps-done)
		if err := e.advanceBatch(now, rows[done*width:][:now*width]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (e *engine[F]) advanceBatch(steps int, rows []float64) error {
	var records []int64
	for i := range steps {
		t := e.step + int64(i) + 1
		if err := e.enqueue(t); err != nil {
			return fmt.Errorf("step %d could not be enqueued: %w", t, err)
		}
		if e.net.NextRow(t-1) != t {
			continue
		}
		if err := e.launch(e.made.record, device.Args{"t": uint32(t), "at": uint32(len(records))}, len(e.options.Seeds)); err != nil {
			return fmt.Errorf("the sums of step %d could not be enqueued: %w", t, err)
		}
		records = append(records, t)
	}
	students := len(e.options.Seeds)
	sums, ends := make([]F, len(records)*students*sumsOfRecord), make([]int32, len(records)*students)
	// A batch without a record is waited for, too: else the queue grows without bound.
	err := errors.Join(device.Read(e.buffers["sums"], 0, sums), device.Read(e.buffers["ends"], 0, ends), e.device.Finish())
	if err != nil {
		return fmt.Errorf("steps %d to %d failed: %w", e.step+1, e.step+int64(steps), err)
	}
	for k, t := range records {
		for s := range students {
			place := k*students + s
			at := (int(t-e.step-1)*students + s) * perceptron.Sums
			rows[at+perceptron.SumSquares] = float64(sums[sumsOfRecord*place])
			rows[at+perceptron.SumOverlap] = float64(sums[sumsOfRecord*place+1])
			rows[at+perceptron.SumTotalHeat] = float64(sums[sumsOfRecord*place+2])
			rows[at+perceptron.SumRecentHeat] = float64(sums[sumsOfRecord*place+3])
			rows[at+perceptron.SumMeasured] = float64(e.net.RecentHeat(t).Steps)
			rows[at+perceptron.SumEnded] = float64(ends[place])
		}
	}
	e.step += int64(steps)
	return nil
}

// enqueue enqueues step t (docs/perceptron.md section 2).
func (e *engine[F]) enqueue(t int64) error {
	if err := e.setRamps(t); err != nil {
		return err
	}
	k := e.next
	e.next = e.made
	heat := t%int64(e.table.HeatEvery) == 0
	what := learn
	if heat {
		what = heats
	}
	blocks := e.net.Positions() / perceptron.Block
	err := errors.Join(
		e.launch(k.meet, device.Args{"t": uint32(t), "again": uint32(0)}, e.table.B, e.realisations),
		e.launch(k.learn, device.Args{"t": uint32(t), "what": what}, blocks, e.realisations),
	)
	if err != nil || !heat {
		return err
	}
	fresh := uint32(0)
	if e.net.RecentHeat(t).First {
		fresh = 1
	}
	return errors.Join(
		e.launch(k.meet, device.Args{"again": uint32(1)}, e.table.B, e.realisations),
		e.launch(k.learn, device.Args{"what": measure}, blocks, e.realisations),
		e.launch(k.addHeat, device.Args{"fresh": fresh}, len(e.options.Seeds)),
	)
}

// launch enqueues a kernel over so many work-groups, in one dimension or in two.
func (e *engine[F]) launch(k *device.Kernel, args device.Args, groups ...int) error {
	for name, value := range args {
		if err := k.Set(name, value); err != nil {
			return err
		}
	}
	global, local := []int{groups[0] * e.items}, []int{e.items}
	for _, g := range groups[1:] {
		global, local = append(global, g), append(local, 1)
	}
	return k.Launch(global, local)
}

// setRamps sends the parts of the learning rates in step t, where they change.
func (e *engine[F]) setRamps(t int64) error {
	changes := false
	ramps := make([]F, len(e.options.Seeds))
	for r := range ramps {
		table := &e.net.SpecOf(r).Perceptron
		ramps[r] = perceptron.RampAt[F](table, t)
		changes = changes || table.Ramp > 0 && float64(t-2)*table.Dt < table.Ramp
	}
	if !changes {
		return nil
	}
	return device.Write(e.buffers["ramps"], 0, ramps)
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	s.Step = e.step
	for i := range s.Arrays {
		if err := e.read(&s.Arrays[i], e.fields[s.Arrays[i].Name]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// read copies a buffer into an array.
func (e *engine[F]) read(a *state.Array, b *device.Buffer) error {
	if a.Kind == state.Int {
		return device.Read(b, 0, a.Ints)
	}
	return device.Read(b, 0, state.Values[F](a))
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.options.Precision, len(e.options.Seeds)); err != nil {
		return err
	}
	if err := e.net.CheckShared(s, e.options.Seeds); err != nil {
		return err
	}
	return e.write(s)
}

// write sends a whole state.
func (e *engine[F]) write(s *state.State) error {
	e.step = s.Step
	for i := range s.Arrays {
		a := &s.Arrays[i]
		b := e.fields[a.Name]
		var err error
		if a.Kind == state.Int {
			err = device.Write(b, 0, a.Ints)
		} else {
			err = device.Write(b, 0, state.Values[F](a))
		}
		if err != nil {
			return err
		}
	}
	ramps := make([]F, len(e.options.Seeds))
	for r := range ramps {
		ramps[r] = perceptron.RampAt[F](&e.net.SpecOf(r).Perceptron, s.Step+1)
	}
	return device.Write(e.buffers["ramps"], 0, ramps)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, ok := perceptron.FieldOf(name)
	if !ok {
		return nil, fmt.Errorf("a perceptron has no field %q: %w", name, backend.ErrUnknownField)
	}
	into = into.Reuse(f, e.options.Precision, len(e.options.Seeds)*e.net.Length(f.Space))
	if b := e.fields[name]; b != nil {
		return into, e.read(into, b)
	}
	if name != perceptron.LabelName {
		return into, e.read(into, e.buffers[map[string]string{perceptron.ActivationName: "activation", perceptron.ShareName: "share"}[name]])
	}
	return into, e.labels(state.Values[F](into))
}

// labels are the teacher's answers as numbers, for each replica.
func (e *engine[F]) labels(into []F) error {
	positive := make([]int32, e.realisations*e.table.B)
	members, first := make([]uint32, len(e.options.Seeds)), make([]uint32, e.realisations+1)
	err := errors.Join(device.Read(e.buffers["positive"], 0, positive), device.Read(e.buffers["members"], 0, members), device.Read(e.buffers["first"], 0, first))
	for r := range e.realisations {
		for _, replica := range members[first[r]:first[r+1]] {
			for b := range e.table.B {
				into[int(replica)*e.table.B+b] = F(2*positive[r*e.table.B+b] - 1)
			}
		}
	}
	return err
}

// row is the number of examples, padded to quads.
func row(t *perceptron.Table) int { return (t.B + 3) / 4 * 4 }
