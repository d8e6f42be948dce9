//go:build opencl && cgo

package perceptron

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
)

// Trial is what New asks of the driver.
func Trial(net *perceptron.Network, o backend.Options) (*device.Trial, error) {
	realisations := make(map[uint64]bool)
	for _, key := range o.Seeds {
		realisations[key] = true
	}
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		items, width := itemsOn(info, o.WorkGroup), widthOn(device.Described(info), o.Precision)
		program := &device.TrialProgram{Source: header(o.Precision, width, items, false).Source()}
		program.Launches = []device.TrialLaunch{
			device.NewTrialGroups("perceptron_meet", items, meetings(&net.Spec.Perceptron, width), len(realisations)),
			device.NewTrialGroups("perceptron_learn", items, net.Positions()/perceptron.Block, len(realisations)),
			device.NewTrialGroups("perceptron_add_heat", items, len(o.Seeds)),
			device.NewTrialGroups("perceptron_record", items, len(o.Seeds)),
		}
		return program, nil
	})
}
