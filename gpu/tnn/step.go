//go:build opencl && cgo

package tnn

import (
	"errors"
	"fmt"
	"slices"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Advance implements backend.Backend. The steps of a batch are enqueued without
// waiting; their sums are read at its end.
func (n *engine[F]) Advance(steps int) ([]float64, error) {
	var rows []float64
	for steps > 0 {
		now := min(steps, batch)
		sums, err := n.advanceBatch(now)
		if err != nil {
			return nil, err
		}
		rows = append(rows, sums...)
		steps -= now
	}
	return rows, nil
}

func (n *engine[F]) advanceBatch(steps int) ([]float64, error) {
	replicas := len(n.options.Seeds)
	if err := device.Fill(n.solved, 0, steps*replicas, uint32(0)); err != nil {
		return nil, err
	}
	if err := n.tell(steps); err != nil {
		return nil, err
	}
	enqueue := n.enqueueSteps
	if n.small {
		enqueue = n.enqueueRun
	}
	if err := enqueue(steps); err != nil {
		return nil, err
	}
	segments := n.net.Layout.Segments
	sums := make([]F, steps*replicas*len(segments)*tnn.NodeSums)
	solved := make([]uint32, steps*replicas)
	if err := errors.Join(device.Read(n.sums, 0, sums), device.Read(n.solved, 0, solved)); err != nil {
		return nil, fmt.Errorf("steps %d to %d failed: %w", n.step+1, n.step+int64(steps), err)
	}
	n.step += int64(steps)
	width := n.net.StepSums()
	rows := make([]float64, steps*replicas*width)
	for i := range solved {
		row := rows[i*width : (i+1)*width]
		for s, seg := range segments {
			tnn.AddSegment(row, seg, sums[(i*len(segments)+s)*tnn.NodeSums:])
		}
		row[tnn.SumSolved] = float64(solved[i])
		n.controls.AddChanged(n.net, row, n.step-int64(steps)+int64(i/replicas)+1, i%replicas)
	}
	return rows, nil
}

// enqueueSteps enqueues the next steps sweep by sweep.
func (n *engine[F]) enqueueSteps(steps int) error {
	for i := range steps {
		if err := n.enqueueStep(n.step+int64(i)+1, i); err != nil {
			return fmt.Errorf("step %d could not be enqueued: %w", n.step+int64(i)+1, err)
		}
	}
	return nil
}

// enqueueRun enqueues the next steps in one launch.
func (n *engine[F]) enqueueRun(steps int) error {
	var program []programRecord
	for i := range steps {
		era, index := n.net.Spec.Era(n.step + int64(i) + 1)
		program = append(program, programRecord{Mode: modeNumber(era.Mode), Era: uint32(index), Flags: n.lastFlags(era), Fresh: n.fresh(n.step + int64(i) + 1), ParameterRow: n.parameterRow(i)})
	}
	return n.launchRun(n.step+1, program)
}

// launchRun enqueues the steps of a program from step t on.
func (n *engine[F]) launchRun(t int64, program []programRecord) error {
	var words []uint32
	for _, record := range program {
		words = append(words, device.Words[uint32](record)...)
	}
	if err := device.Write(n.program, 0, words); err != nil {
		return err
	}
	if err := errors.Join(n.runKernel.Set("steps", uint32(len(program))), n.runKernel.Set("t", uint64(t))); err != nil {
		return err
	}
	return n.runKernel.Launch([]int{n.items, len(n.options.Seeds)}, []int{n.items, 1})
}

// lastFlags are the flags of the last sweep of a step.
func (n *engine[F]) lastFlags(era tnn.EraSpec) uint32 {
	flags := n.flags
	if era.Predict {
		flags |= sweepPredict
	}
	if n.controls.Adapt(era) {
		flags |= sweepAdapt
	}
	if n.net.Spec.Sweeps() > 1 {
		flags |= sweepAdapting
	}
	return flags
}

// enqueueStep enqueues step t, whose sums go to place i of the batch.
func (n *engine[F]) enqueueStep(t int64, i int) error {
	era, index := n.net.Spec.Era(t)
	sweeps := uint32(n.net.Spec.Sweeps())
	last := uint32(t) * sweeps
	flags := n.lastFlags(era)
	if err := errors.Join(n.drive(era.Mode, t, index, last-sweeps+1, i), n.sweepKernel.Set("parameter_row", n.parameterRow(i))); err != nil {
		return err
	}
	for k := last - sweeps + 1; k < last; k++ {
		if err := n.sweep(k, flags&sweepPredict); err != nil {
			return err
		}
	}
	if err := n.sweep(last, flags); err != nil {
		return err
	}
	return errors.Join(n.addPartials(i), n.countSolved(i))
}

// modeNumber numbers a mode as kernels.cl does.
func modeNumber(m tnn.Mode) uint32 { return uint32(slices.Index(modes[:], m)) }

// few is the work-group of kernels over the few external nodes.
const few = 16

// fresh is 1 where noise with a correlation time begins with a step.
func (n *engine[F]) fresh(t int64) uint32 {
	if t > 0 && n.net.Fresh(t) {
		return 1
	}
	return 0
}

// drive enqueues what external nodes do in step t, which is the i-th of the batch.
func (n *engine[F]) drive(mode tnn.Mode, t int64, era int, k uint32, i int) error {
	count := len(n.net.Externals)
	if count == 0 {
		return nil
	}
	kernel := n.driveKernel
	if err := errors.Join(kernel.Set("mode", modeNumber(mode)), kernel.Set("era", uint32(era)), kernel.Set("t", uint64(t)), kernel.Set("k", k),
		kernel.Set("fresh", n.fresh(t)), kernel.Set("at", uint32(i))); err != nil {
		return err
	}
	return kernel.Launch([]int{ceil(count, few), len(n.options.Seeds)}, []int{few, 1})
}

func (n *engine[F]) countSolved(i int) error {
	count := len(n.net.Externals)
	if count == 0 {
		return nil
	}
	if err := n.solvedKernel.Set("at", uint32(i*len(n.options.Seeds))); err != nil {
		return err
	}
	return n.solvedKernel.Launch([]int{ceil(count, few), len(n.options.Seeds)}, []int{few, 1})
}

func ceil(n, unit int) int { return (n + unit - 1) / unit * unit }

// sweep visits every network node of every replica once.
func (n *engine[F]) sweep(k, flags uint32) error {
	for i, seg := range n.net.Layout.Segments {
		err := errors.Join(n.sweepKernel.Set("segment", uint32(i)), n.sweepKernel.Set("k", k), n.sweepKernel.Set("flags", flags))
		if err != nil {
			return err
		}
		err = n.sweepKernel.Launch([]int{n.groupsOf(seg) * n.items, len(n.options.Seeds)}, []int{n.items, 1})
		if err != nil {
			return err
		}
	}
	return nil
}

// addPartials adds each segment's partial sums to place i of the batch.
func (n *engine[F]) addPartials(i int) error {
	segments, replicas := len(n.net.Layout.Segments), len(n.options.Seeds)
	for s, seg := range n.net.Layout.Segments {
		at := uint64(i*replicas*segments+s) * uint64(tnn.NodeSums)
		if err := errors.Join(n.addKernel.Set("first_group", uint32(n.firstGroup[s])), n.addKernel.Set("count", uint32(n.groupsOf(seg))), n.addKernel.Set("at", at)); err != nil {
			return err
		}
		if err := n.addKernel.Launch([]int{n.items, tnn.NodeSums, replicas}, []int{n.items, 1, 1}); err != nil {
			return err
		}
	}
	return nil
}

// State implements backend.Backend.
func (n *engine[F]) State() (*state.State, error) {
	s := n.net.NewState(n.options.Precision, len(n.options.Seeds))
	s.Step = n.step
	for i := range s.Arrays {
		if err := device.Read(n.fields[s.Arrays[i].Name], 0, state.Values[F](&s.Arrays[i])); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// SetState implements backend.Backend.
func (n *engine[F]) SetState(s *state.State) error {
	if err := n.net.CheckState(s, n.options.Precision, len(n.options.Seeds)); err != nil {
		return err
	}
	for i := range s.Arrays {
		a := &s.Arrays[i]
		if err := device.Write(n.fields[a.Name], 0, state.Values[F](a)); err != nil {
			return err
		}
	}
	n.step = s.Step
	n.driven.Forget()
	return nil
}

// Feed implements backend.Feeder.
func (n *engine[F]) Feed(inputs []float64) error { return n.driven.Feed(inputs) }

// Field implements backend.Backend.
func (n *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	for _, f := range tnn.Fields(n.net.Spec.Network.Rule) {
		if f.Name != name {
			continue
		}
		w := slices.Index(watches(n.net.Spec.Network.Rule), name)
		if f.Derived && n.flags&watchFlag(w) == 0 {
			return nil, fmt.Errorf("field %q is not watched: %w", name, backend.ErrUnknownField)
		}
		a := into.Reuse(f, n.options.Precision, len(n.options.Seeds)*n.net.Length(f.Space))
		if f.Derived {
			return a, device.Read(n.watched, w*a.Len(), state.Values[F](a))
		}
		return a, device.Read(n.fields[name], 0, state.Values[F](a))
	}
	return nil, fmt.Errorf("%s has no field %q: %w", n.net.Spec.Network.Rule, name, backend.ErrUnknownField)
}

// Watch implements backend.Backend.
func (n *engine[F]) Watch(names ...string) error {
	flags := uint32(0)
	for _, name := range names {
		w := slices.Index(watches(n.net.Spec.Network.Rule), name)
		if w < 0 {
			return fmt.Errorf("%s has no derived field %q: %w", n.net.Spec.Network.Rule, name, backend.ErrUnknownField)
		}
		flags |= watchFlag(w)
	}
	if err := n.watched.Release(); err != nil {
		return err
	}
	size := 0
	if flags != 0 {
		size = len(n.options.Seeds) * n.net.Layout.Positions * len(watches(n.net.Spec.Network.Rule))
	}
	zero := make([]F, size)
	var err error
	if n.watched, err = n.device.Alloc("watched", uint64(size*n.options.Precision.Bytes())); err != nil {
		return err
	}
	n.flags = flags
	kernel := n.sweepKernel
	if n.small {
		kernel = n.runKernel
	}
	return errors.Join(device.Write(n.watched, 0, zero), kernel.Set("watched", n.watched))
}

// Control implements backend.Backend, with the controls of tnn.Controls.
func (n *engine[F]) Control(name string, value float64) error {
	if err := n.controls.Set(n.net, name, value); err != nil {
		return err
	}
	if err := n.forceExternals(); err != nil || !n.controls.Changes(n.net) || n.net.IsChanged() {
		return err // what eras change is told with each batch
	}
	return device.Write(n.layout.parameters, 0, n.parametersAt(n.step+1, 1))
}

// Describe implements backend.Backend.
func (n *engine[F]) Describe() backend.Description {
	return n.device.Describe(n.options.Precision, n.note)
}

// Profile implements backend.Profiler.
func (n *engine[F]) Profile() ([]backend.KernelTime, error) { return n.device.Profile() }

// Close implements backend.Backend.
func (n *engine[F]) Close() error { return n.device.Close() }

// watchFlag is the flag of a sweep that leaves watched value i.
func watchFlag(i int) uint32 { return watchFirst << i }
