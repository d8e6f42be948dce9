//go:build opencl && cgo

package signals

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/signals"
)

// Trial is what New asks of the driver.
func Trial(net *signals.Network, o backend.Options) (*device.Trial, error) {
	info, err := device.Find(o.Device)
	if err != nil {
		return nil, err
	}
	s := net.Spec
	items := itemsOn(s, info, o.WorkGroup)
	program := &device.TrialProgram{Source: header(s, o.Precision, items).Source()}
	program.Launches = []device.TrialLaunch{device.NewTrialGroups(kernelOf(s), items, groups(s, items, len(o.Seeds)))}
	return device.NewTrial(o, program), nil
}
