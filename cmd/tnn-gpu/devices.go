package main

import (
	"errors"
	"fmt"
	"runtime"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/memory"
)

func (p *program) devicesCommand() *cli.Command {
	return &cli.Command{
		Name:  "devices",
		Usage: "list what can compute, and how exactly",
		Description: "Every OpenCL device is probed: it is strict if its arithmetic has the same bits\n" +
			"as the program's own backend, tolerant if it rounds otherwise, and wrong if it\n" +
			"cannot be used.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		Action: func(c *cli.Context) error {
			if err := parseArguments(c).none(); err != nil {
				return err
			}
			list, note := p.listDevices()
			if c.Bool("json") {
				return writeJSON(p.out, list)
			}
			if err := p.printDevices(list); err != nil {
				return err
			}
			if note != nil {
				fmt.Fprintf(p.out, "\nNo OpenCL device is listed: %v.\n", note)
			}
			return nil
		},
	}
}

// device is a device as it is listed.
type device struct {
	Backend      string `json:"backend"`
	Index        *int   `json:"index,omitempty"` // for --device
	Name         string `json:"name"`
	Platform     string `json:"platform,omitempty"`
	Driver       string `json:"driver,omitempty"`
	Version      string `json:"version"` // of OpenCL, or of Go
	Kind         string `json:"kind"`
	ComputeUnits int    `json:"compute_units"`
	Memory       int64  `json:"memory_bytes"`
	// What each precision is: "strict", "tolerant: ...", "wrong: ...", or "fails:
	// ..." where it could not be probed; empty where the device lacks it.
	Single string `json:"single"`
	Double string `json:"double"`
	Form   string `json:"vector_form,omitempty"` // of the processor
	Turns  int    `json:"loop_turns,omitempty"`  // gpu.Info has it
}

// listDevices probes everything that can compute. The note says why there is no
// OpenCL device, if there is none.
func (p *program) listDevices() (list []device, note error) {
	list = []device{{
		Backend: "cpu", Name: "this processor", Version: runtime.Version(), Kind: "cpu", ComputeUnits: runtime.GOMAXPROCS(0),
		Memory: memory.Limit(), Single: gpu.Strict, Double: gpu.Strict, Form: cpuref.VectorForm(),
	}}
	infos, note := p.drivers.Devices()
	for _, info := range infos {
		probed, err := p.drivers.Probe(info)
		if err != nil {
			probed = info
			probed.SingleVerdict = "wrong: " + err.Error()
			if !errors.Is(err, gpu.ErrWrong) {
				probed.SingleVerdict = "fails: " + err.Error()
			}
		}
		list = append(list, device{
			Backend: "opencl", Index: &probed.Index, Name: info.Name, Platform: info.Platform, Driver: info.Driver, Version: info.Version,
			Kind: info.Kind, ComputeUnits: info.ComputeUnits, Memory: int64(info.GlobalMemory),
			Single: probed.SingleVerdict, Double: probed.DoubleVerdict, Turns: probed.Turns,
		})
	}
	return list, note
}

func (p *program) printDevices(list []device) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "backend\tdevice\tname\tkind\tunits\tmemory\tsingle\tdouble\tplatform, driver")
	for _, d := range list {
		index, double, driver := "-", d.Double, d.Version+", vector form: "+d.Form
		if d.Index != nil {
			index, driver = fmt.Sprint(*d.Index), d.Platform+", "+d.Driver
		}
		if double == "" {
			double = "none"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", d.Backend, index, d.Name, d.Kind, d.ComputeUnits, bytesText(d.Memory), d.Single, double, driver)
	}
	err := w.Flush()
	for _, d := range list {
		if d.Turns > 0 {
			fmt.Fprintf(p.out, "Device %d ends the loops of a work-item after %d turns together; it refuses networks that may need more.\n", *d.Index, d.Turns)
		}
	}
	return err
}
