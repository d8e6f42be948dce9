//go:build opencl && cgo

package perceptron

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// Trial is what New asks of the driver.
func Trial(net *perceptron.Network, o backend.Options) (*device.Trial, error) {
	info, err := device.Find(o.Device)
	if err != nil {
		return nil, err
	}
	items := itemsOn(info, o.WorkGroup)
	program := &device.TrialProgram{Source: header(o.Precision, items, false).Source()}
	realisations := make(map[uint64]bool)
	for _, key := range o.Seeds {
		realisations[key] = true
	}
	add := func(kernel string, groups ...int) {
		global, local := []int{groups[0] * items}, []int{items}
		for _, g := range groups[1:] {
			global, local = append(global, g), append(local, 1)
		}
		program.Launches = append(program.Launches, device.NewTrialLaunch(kernel, global, local))
	}
	add("perceptron_meet", net.Spec.Perceptron.B, len(realisations))
	add("perceptron_learn", net.Positions()/perceptron.Block, len(realisations))
	add("perceptron_add_heat", len(o.Seeds))
	add("perceptron_record", len(o.Seeds))
	return &device.Trial{Selector: &o.Device, Precisions: []state.Precision{o.Precision}, Program: program}, nil
}
