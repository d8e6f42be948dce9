//go:build opencl && cgo

package sorn

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/sorn"
)

// Trial is what New asks of the driver.
func Trial(net *sorn.Network, o backend.Options) (*device.Trial, error) {
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		items := itemsOn(info, o.WorkGroup)
		program := &device.TrialProgram{Source: header(o.Precision, items, false).Source()}
		program.Launches = []device.TrialLaunch{
			device.NewTrialGroups("sorn_steps", items, len(o.Seeds)),
			device.NewTrialGroups("sorn_part", items, (net.Spec.Sorn.NE+items-1)/items, len(o.Seeds)),
			device.NewTrialGroups("sorn_sum", items, len(o.Seeds)),
		}
		return program, nil
	})
}
