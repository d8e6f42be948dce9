//go:build opencl && cgo

package tnn

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Trial is what New asks of the driver.
func Trial(net *tnn.Network, o backend.Options) (*device.Trial, error) {
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		if o.Precision == state.Double {
			return trialProgram[float64](device.Described(info), net, o), nil
		}
		return trialProgram[float32](device.Described(info), net, o), nil
	})
}

// trialProgram is nil for a work-group that New refuses.
func trialProgram[F float32 | float64](d *device.Device, net *tnn.Network, o backend.Options) *device.TrialProgram {
	n, err := planEngine[F](d, net, o)
	if err != nil {
		return nil
	}
	t := &device.TrialProgram{Source: n.source()}
	replicas := len(o.Seeds)
	add := func(kernel string, global, local []int) {
		t.Launches = append(t.Launches, device.NewTrialLaunch(kernel, global, local))
	}
	if n.small {
		add("tnn_run_steps", []int{n.items, replicas}, []int{n.items, 1})
		return t
	}
	for _, seg := range net.Layout.Segments {
		add("tnn_sweep_segment", []int{n.groupsOf(seg) * n.items, replicas}, []int{n.items, 1})
	}
	add("add_partials", []int{n.items, tnn.NodeSums, replicas}, []int{n.items, 1, 1})
	if count := len(net.Externals); count > 0 {
		for _, kernel := range []string{"tnn_drive", "tnn_count_solved"} {
			add(kernel, []int{ceil(count, few), replicas}, []int{few, 1})
		}
	}
	return t
}
