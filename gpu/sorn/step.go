//go:build opencl && cgo

package sorn

import (
	"errors"
	"fmt"
	"slices"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
)

// Advance implements backend.Backend.
func (e *engine[F]) Advance(steps int) ([]float64, error) {
	if e.failed != nil {
		return nil, e.failed
	}
	if err := e.net.CheckFed(e.fed, steps); err != nil && e.given == nil {
		return nil, err
	}
	width := len(e.options.Seeds) * sorn.Sums
	rows := make([]float64, 0, steps*width)
	for steps > 0 {
		if err := e.enter(); err != nil {
			return nil, err
		}
		now := min(steps, batch, int(e.regime.Last-e.step))
		if e.given != nil || e.net.Predicts() {
			now = 1
		}
		more, err := e.advance(now)
		if err != nil {
			e.failed = fmt.Errorf("steps %d to %d: %w", e.step+1, e.step+int64(now), err)
			return nil, e.failed
		}
		rows, steps, e.given = append(rows, more...), steps-now, nil
		e.step += int64(now)
		e.fed = e.fed[min(len(e.fed), now*e.net.FedChannels()):]
	}
	return rows, nil
}

// enter takes up the regime of the next step: cpuref replica.enter.
func (e *engine[F]) enter() error {
	t := e.step + 1
	if e.regime.First != 0 && e.regime.First <= t && t <= e.regime.Last {
		return nil
	}
	e.regime = e.controls.Regime(e.net.Spec, t)
	if e.regime.Shuffle && t == e.regime.First {
		if err := e.shuffle(uint32(t)); err != nil {
			return err
		}
	}
	return e.begin()
}

// shuffle has the states of units change places.
func (e *engine[F]) shuffle(t uint32) error {
	for _, name := range []string{sorn.XField, sorn.XBefore, sorn.YField, sorn.YBefore} {
		f, _ := sorn.FieldOf(name)
		each := e.net.Length(f.Space)
		old, now := make([]uint8, len(e.options.Seeds)*each), make([]uint8, len(e.options.Seeds)*each)
		if err := device.Read(e.arrays[name], 0, old); err != nil {
			return err
		}
		for r, key := range e.options.Seeds {
			from, inhibitory := sorn.Shuffle(rng.Key(key), t, e.net.Spec.Sorn.NE, e.net.Spec.Sorn.M())
			if f.Space == sorn.Inhibitory {
				from = inhibitory
			}
			for i, j := range from {
				now[r*each+i] = old[r*each+j]
			}
		}
		if err := device.Write(e.arrays[name], 0, now); err != nil {
			return err
		}
	}
	return nil
}

// rules are those at work, as bits.
func (e *engine[F]) rules() uint32 {
	bits := uint32(0)
	for bit, works := range map[uint32]bool{withSTDP: e.regime.STDP, withIP: e.regime.IP, withISTDP: e.regime.ISTDP, withSS: e.regime.SS} {
		if works {
			bits |= bit
		}
	}
	return bits
}

// advance makes a batch of steps of one regime, and gives their sums.
func (e *engine[F]) advance(n int) ([]float64, error) {
	k := e.made
	if e.given != nil {
		k = e.taken
	}
	if err := errors.Join(e.send(n), e.sendGiven()); err != nil {
		return nil, err
	}
	for {
		if err := e.launchSteps(k, n); err != nil {
			return nil, err
		}
		out, err := e.readSums(n)
		if err != nil {
			return nil, err
		}
		full, err := e.full()
		if err != nil {
			return nil, err
		}
		if !full {
			return out, nil
		}
		if err := e.makeRoom(); err != nil {
			return nil, err
		}
	}
}

// launchSteps launches the steps of a batch. Replicas go on where they were.
func (e *engine[F]) launchSteps(k *kernels, n int) error {
	if e.wide {
		return e.launchParts(k, n)
	}
	args := device.Args{"rules": e.rules(), "t": uint32(e.step + 1), "steps": uint32(n), "at": uint32(0)}
	return k.steps.LaunchGroups(args, e.items, len(e.options.Seeds))
}

// send sends the inputs of a batch, and how many synapses are born in its steps.
func (e *engine[F]) send(n int) error {
	replicas, each := len(e.options.Seeds), e.net.Spec.Sorn.NE
	var x []uint8 // states that predict the next symbol
	if e.net.Predicts() {
		x = make([]uint8, replicas*each)
		if err := device.Read(e.arrays[sorn.XField], 0, x); err != nil {
			return err
		}
	}
	first, unit, value, born := []int32{0}, []int32(nil), []F(nil), make([]int32, 0, n*replicas)
	for k := range n {
		t := uint32(e.step + int64(k) + 1)
		for r, source := range e.sources {
			var units []int32
			var drive []F
			births := 0
			fed := e.net.FedAt(e.fed, k)
			switch {
			case e.given != nil:
				units, drive = source.Given(e.given.Input)
				births = len(e.given.Births)
			case fed != nil && e.regime.Input:
				units, drive = source.Given(fed)
			default:
				units, drive = source.Next(t, e.regime, e.task[r*sorn.TaskItems:][:sorn.TaskItems], x[min(r*each, len(x)):])
			}
			if e.given == nil && e.regime.SP {
				births = sorn.FirstBirths(rng.Key(e.options.Seeds[r]), e.tables[r].Births(), t)
			}
			unit, value = append(unit, units...), append(value, drive...)
			first, born = append(first, int32(len(unit))), append(born, int32(births))
		}
	}
	return errors.Join(device.Write(e.buffers["in_first"], 0, first), device.Write(e.buffers["born"], 0, born), grow(e, "in_unit", unit), grow(e, "in_value", value))
}

// sendGiven sends the draws of the next step, where they are given.
func (e *engine[F]) sendGiven() error {
	g := e.given
	if g == nil {
		return nil
	}
	t := &e.net.Spec.Sorn
	noiseE, noiseI := make([]F, t.NE), make([]F, t.M())
	for i, v := range g.NoiseE {
		noiseE[i] = F(v)
	}
	for k, v := range g.NoiseI {
		noiseI[k] = F(v)
	}
	err := errors.Join(device.Write(e.buffers["given_e"], 0, noiseE), device.Write(e.buffers["given_i"], 0, noiseI))
	room := int(e.room)
	if len(g.Births) > room {
		return fmt.Errorf("%d births are given for a step, and there is room for %d", len(g.Births), room)
	}
	var i, j []int32
	for _, b := range g.Births {
		i, j = append(i, b.I), append(j, b.J)
	}
	for r := range e.options.Seeds {
		if len(i) > 0 {
			err = errors.Join(err, device.Write(e.buffers["births_i"], r*room, i), device.Write(e.buffers["births_j"], r*room, j))
		}
	}
	return err
}

// launchParts makes steps part by part. Units decide before inhibitory ones answer;
// those that answer to old states find them until the step is committed.
func (e *engine[F]) launchParts(k *kernels, n int) error {
	parts := []uint32{hear, units, answers, births, columns, commit}
	if e.mixes() {
		parts = []uint32{hear, units, answers, births, rules, outgoing, finish, commit}
	}
	for step := range n {
		args := device.Args{"rules": e.rules(), "t": uint32(e.step + int64(step) + 1), "at": uint32(step)}
		for name, value := range args {
			if err := errors.Join(k.part.Set(name, value), k.sum.Set(name, value)); err != nil {
				return err
			}
		}
		for _, part := range parts {
			if err := e.launch(k, part); err != nil {
				return err
			}
		}
		if err := k.sum.LaunchGroups(nil, e.items, len(e.options.Seeds)); err != nil {
			return err
		}
	}
	return nil
}

// mixes tells whether scaling is by outgoing weights, too, in a replica.
func (e *engine[F]) mixes() bool {
	return e.regime.SS && slices.ContainsFunc(e.tables, func(t *sorn.Table) bool { return t.ScalingMix > 0 })
}

// launch enqueues a part of a step of all replicas.
func (e *engine[F]) launch(k *kernels, part uint32) error {
	groups := (e.net.Spec.Sorn.NE + e.items - 1) / e.items
	if e.device.Info().Kind == "cpu" {
		groups = min(groups, 4*int(max(1, e.device.Info().ComputeUnits)))
	}
	if part == births {
		groups = 1
	}
	return k.part.LaunchGroups(device.Args{"part": part}, e.items, groups, len(e.options.Seeds))
}

// readSums waits for a batch, and reads the sums of its steps.
func (e *engine[F]) readSums(n int) ([]float64, error) {
	rows := n * len(e.options.Seeds)
	counts, sums := make([]int32, rows*sorn.Counts), make([]F, rows*reals)
	if err := errors.Join(device.Read(e.buffers["row_counts"], 0, counts), device.Read(e.buffers["row_reals"], 0, sums)); err != nil {
		return nil, err
	}
	out := make([]float64, rows*sorn.Sums)
	for row := range rows {
		at := out[row*sorn.Sums:][:sorn.Sums]
		for s, n := range counts[row*sorn.Counts:][:sorn.Counts] {
			at[s] = float64(n)
		}
		for k, sum := range []int{sorn.SumTe, sorn.SumTeMin, sorn.SumTeMax, sorn.SumW, sorn.SumSquaresEE, sorn.SumSquaresEI} {
			at[sum] = float64(sums[row*reals+k])
		}
	}
	return out, nil
}
