//go:build opencl && cgo

package perceptron

import (
	"errors"
	"fmt"

	"tnn-gpu/gpu/device"
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
		if err := e.made.record.LaunchGroups(device.Args{"t": uint32(t), "at": uint32(len(records))}, e.items, len(e.options.Seeds)); err != nil {
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
		k.meet.LaunchGroups(device.Args{"t": uint32(t), "again": uint32(0)}, e.items, meetings(e.table, e.width), e.realisations),
		k.learn.LaunchGroups(device.Args{"t": uint32(t), "what": what}, e.items, blocks, e.realisations),
	)
	if err != nil || !heat {
		return err
	}
	fresh := uint32(0)
	if e.net.RecentHeat(t).First {
		fresh = 1
	}
	return errors.Join(
		k.meet.LaunchGroups(device.Args{"again": uint32(1)}, e.items, meetings(e.table, e.width), e.realisations),
		k.learn.LaunchGroups(device.Args{"what": measure}, e.items, blocks, e.realisations),
		k.addHeat.LaunchGroups(device.Args{"fresh": fresh}, e.items, len(e.options.Seeds)),
	)
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
	return s, e.arrays.ReadState(s)
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
	if err := e.arrays.WriteState(s); err != nil {
		return err
	}
	ramps := make([]F, len(e.options.Seeds))
	for r := range ramps {
		ramps[r] = perceptron.RampAt[F](&e.net.SpecOf(r).Perceptron, s.Step+1)
	}
	return device.Write(e.buffers["ramps"], 0, ramps)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	into = into.Reuse(f, e.options.Precision, len(e.options.Seeds)*e.net.Length(f.Space))
	switch name {
	case perceptron.ActivationName:
		return into, device.ReadArray(e.buffers["activation"], into)
	case perceptron.ShareName:
		return into, device.ReadArray(e.buffers["share"], into)
	case perceptron.LabelName:
		return into, e.labels(state.Values[F](into))
	}
	return into, device.ReadArray(e.arrays[name], into)
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

// meetings is the number of work-groups in which a realisation meets its examples.
func meetings(t *perceptron.Table, width int) int { return (t.B + width - 1) / width }

// row is the number of examples, padded to quads.
func row(t *perceptron.Table) int { return (t.B + 3) / 4 * 4 }
