//go:build opencl && cgo

package hopfield

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/hopfield"
)

// Trial is what New asks of the driver.
func Trial(net *hopfield.Network, o backend.Options) (*device.Trial, error) {
	return device.NewTrial(o, func(info device.Info) (*device.TrialProgram, error) {
		m, err := net.Memory(net.Of(0), o.Seeds[0])
		if err != nil {
			return nil, err
		}
		c := choicesOf(net, m, o.Precision, itemsOn(info, o.WorkGroup))
		program := &device.TrialProgram{Source: header(c).Source()}
		for _, kernel := range []string{"hopfield_begin", "hopfield_fields", "hopfield_recall"} {
			program.Launches = append(program.Launches, device.NewTrialGroups(kernel, c.items, len(o.Seeds)))
		}
		return program, nil
	})
}
