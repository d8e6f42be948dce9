//go:build opencl && cgo

package codes

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
)

// Trial is what New asks of the driver.
func Trial(net *codes.Codes, o backend.Options) (*device.Trial, error) {
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		items := itemsOn(info, o.WorkGroup)
		return &device.TrialProgram{
			Source:   header(&net.Spec.Codes, o.Precision, items).Source(),
			Launches: []device.TrialLaunch{device.NewTrialGroups("codes_learn", items, len(o.Seeds))},
		}, nil
	})
}
