package main

import (
	"errors"
	"fmt"

	"tnn-gpu/gpu"
	"tnn-gpu/host/config"
	"tnn-gpu/host/memory"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// setup is what a configuration describes, ready to be opened on a backend.
type setup struct {
	config    *config.Config
	net       model.Network // nil before build
	precision state.Precision
	seeds     []uint64 // keys of the noise, by replica
	sweep     *model.Sweep
	drivers   *gpu.Drivers
	waiting   func(words string) // backend.Options.Waiting
}

// buildSetup makes the network of a configuration.
func buildSetup(c *config.Config) (*setup, error) {
	n, err := newSetup(c)
	if err != nil {
		return nil, err
	}
	return n, n.build()
}

// newSetup is that of a network that is not built yet, and for which there is memory.
func newSetup(c *config.Config) (*setup, error) { return setupOf(c, nil, nil) }

// setupOf is that of a network that is built, with the keys of its replicas, if there is
// memory for those.
func setupOf(c *config.Config, built model.Network, keys []uint64) (*setup, error) {
	precision, err := state.ParsePrecision(c.Run.Precision)
	if err != nil {
		return nil, usageError{err}
	}
	n := &setup{config: c, net: built, precision: precision, seeds: keys}
	return n, n.checkMemory()
}

func (n *setup) build() error {
	variants, sweep, err := n.config.Variants()
	if err == nil {
		n.net, err = n.config.Spec.Build(n.config.Run.Seed, variants)
	}
	if err != nil {
		return n.config.Locate(err)
	}
	n.sweep = sweep
	n.seeds = model.Keys(n.config.Spec, n.config.Run.Seed, n.config.Run.Replicas, n.config.SweptValues())
	if _, measured := n.net.(model.Measured); measured {
		return errors.Join(n.checkMemory(), n.checkDevice())
	}
	return nil
}

// fit is the number of replicas that there is memory for, on the machine and on the
// device that is asked for.
func (n *setup) fit() (int, error) {
	if err := n.checkDevice(); err != nil {
		return 0, err
	}
	onHost, onDevice := n.config.Spec.Need(n.precision, 1)
	host, device := n.config.Spec.Need(n.precision, 2)
	most := fitting(memory.Limit(), onHost, host-onHost)
	if selector, asked := n.askedDevice(); asked {
		info, err := n.drivers.Find(selector)
		if err != nil {
			return 0, deviceError{err}
		}
		most = min(most, fitting(int64(info.GlobalMemory), onDevice, device-onDevice))
	}
	return most, nil
}

// fitting is how many replicas fit a memory, of which the first needs more than each
// of the others. Half of the memory is left to a backend's buffers and to others.
func fitting(memory, first, other int64) int {
	const most = 1 << 20
	if memory <= 0 || other <= 0 {
		return most
	}
	return int(min(most, 1+max(0, memory/2-first)/other))
}

// askedDevice is the OpenCL device that the configuration asks for, if it does; one
// that is named is asked for.
func (n *setup) askedDevice() (selector string, asked bool) {
	r := n.config.Run
	return r.Device, r.Backend == "opencl" || r.Backend == "auto" && r.Device != ""
}

// checkDevice refuses a device that is asked for and absent, or too small for the
// network.
func (n *setup) checkDevice() error {
	selector, asked := n.askedDevice()
	if !asked {
		return nil
	}
	info, err := n.drivers.Find(selector)
	if err != nil {
		return deviceError{err}
	}
	return n.checkDeviceMemory(info)
}

// need is the least memory that the network takes, which a graph that is read from
// a file tells once it is built.
func (n *setup) need() (host, device int64) {
	if m, ok := n.net.(model.Measured); ok {
		return m.Need(n.precision, n.seeds)
	}
	spec, run := n.config.Spec, n.config.Run
	if s, ok := spec.(model.Sharing); ok {
		if variants, _, err := n.config.Variants(); err == nil { // else build tells it
			return s.NeedOf(n.precision, model.Keys(spec, run.Seed, run.Replicas, n.config.SweptValues()), variants)
		}
	}
	return spec.Need(n.precision, run.Replicas)
}

// checkMemory refuses a network that cannot fit, before memory is taken for it. At
// the peak, when a checkpoint is written and the arrays at the end, a run was seen to
// take up to two and a half times what the state and its tables take.
func (n *setup) checkMemory() error {
	host, _ := n.need()
	return n.checkFit("this process can have", memory.Limit(), atPeak(host))
}

// atPeak is what a process takes at most of which state and tables take so much.
func atPeak(host int64) int64 { return host + host + host/2 }

// checkDeviceMemory refuses a network that cannot fit a device.
func (n *setup) checkDeviceMemory(info gpu.Info) error {
	_, device := n.need()
	return n.checkFit(info.Name+" has", int64(info.GlobalMemory), device)
}

func (n *setup) checkFit(where string, there, need int64) error {
	problem := tooLarge(where, there, need, n.config.Run.Replicas)
	if problem == "" {
		return nil
	}
	if sized, ok := n.config.Spec.(model.Sized); ok {
		return n.config.Locate(sized.TooLarge(problem, float64(there)/float64(need)))
	}
	return badUsage("%s; use a smaller network, fewer replicas or single precision", problem)
}

// tooLarge says what a network needs that does not fit; nothing where it does, or where it
// is not known how much there is.
func tooLarge(where string, there, need int64, replicas int) string {
	if there <= 0 || need <= there {
		return ""
	}
	all := ""
	if replicas > 1 {
		all = fmt.Sprintf(" with its %d replicas", replicas)
	}
	return fmt.Sprintf("the network takes at least %s%s, and %s %s", bytesText(need), all, where, bytesText(there))
}

// describe lists what a run is going to compute, by topic.
func (n *setup) describe() [][2]string {
	return append(n.net.Announce(), [2]string{"run", n.describeRun()})
}

// phases of the run, where the model has such.
func (n *setup) phases() []model.Phase {
	if p, ok := n.net.(model.Phased); ok {
		return p.Phases()
	}
	return nil
}

func (n *setup) describeRun() string {
	r := n.config.Run
	length := count(n.config.Spec.Steps(), "step")
	if phases := len(n.phases()); phases > 0 {
		length += " in " + count(int64(phases), "era")
	}
	text := fmt.Sprintf("%s, epochs of %s; seed %d, %s, %s precision", length, n.describeEpochs(), r.Seed, count(int64(r.Replicas), "replica"), n.precision)
	if r.Sweep != "" {
		text += ", sweep " + r.Sweep
	}
	return text
}

// describeEpochs is the number of steps of an epoch, or of the first and the last one.
func (n *setup) describeEpochs() string {
	length := func(step int64) int64 {
		of := sim.EpochOf(step, int64(n.config.Run.Epoch))
		return of.Last - of.First + 1
	}
	first, last := length(1), length(n.config.Spec.Steps())
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d to %d", first, last)
}

func verb(n int64, noun, one, many string) string {
	if n == 1 {
		return count(n, noun) + " " + one
	}
	return count(n, noun) + " " + many
}

// bytesText is a size in the unit that suits it.
func bytesText(n int64) string {
	value, unit := float64(n), "B"
	for _, larger := range []string{"kB", "MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	return fmt.Sprintf("%.3g %s", value, unit)
}
