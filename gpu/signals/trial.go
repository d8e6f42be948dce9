//go:build opencl && cgo

package signals

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/signals"
)

// Trial is what New asks of the driver.
func Trial(net *signals.Network, o backend.Options) (*device.Trial, error) {
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		s := net.Spec
		items := itemsOn(s, info, o.WorkGroup)
		program := &device.TrialProgram{Source: header(s, o.Precision, items).Source()}
		program.Launches = []device.TrialLaunch{device.NewTrialGroups(kernelOf(s), items, groups(s, items, len(o.Seeds)))}
		return program, nil
	})
}
