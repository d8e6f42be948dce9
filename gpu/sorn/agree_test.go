//go:build opencl && cgo

package sorn

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	cpu "tnn-gpu/cpuref/sorn"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorngolden"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

// open opens a network on the device of the tests.
func open(net model.Network, o backend.Options) (backend.Backend, error) {
	d, err := devicetest.Device()
	if err != nil {
		return nil, err
	}
	return New(d, net.(*sorn.Network), o)
}

// grouped is open with work-groups of some size.
func grouped(items int) backend.Open {
	return func(net model.Network, o backend.Options) (backend.Backend, error) {
		o.WorkGroup = items
		return open(net, o)
	}
}

// wide has many work-groups of some size share a replica.
func wide(items int) backend.Open {
	return func(net model.Network, o backend.Options) (backend.Backend, error) {
		b, err := grouped(items)(net, o)
		switch e := b.(type) {
		case *engine[float32]:
			e.wide = true
		case *engine[float64]:
			e.wide = true
		}
		return b, err
	}
}

func reference(net model.Network, o backend.Options) (backend.Backend, error) {
	return cpu.New(net.(*sorn.Network), o)
}

func cases() []backendtest.Case {
	return slices.Concat(sorntest.Presets(5), sorntest.Presets(60), sorntest.Variants())
}

// What every backend of every model must do.
func TestSuite(t *testing.T) {
	devicetest.Open(t)
	backendtest.Run(t, open, backendtest.InTurns, sorntest.SuiteSteps, slices.Concat(sorntest.Presets(60)[2:4], sorntest.Variants()[11:])...)
}

// Presets and all that they lack have the reference's bits, with a work-item or many in
// a work-group, and with a launch for each part of a step.
func TestAgrees(t *testing.T) {
	devicetest.Open(t)
	list := append(cases(), sorntest.LittleRoom())
	if backendtest.Soak() {
		list = slices.Concat(list, sorntest.Presets(333), sorntest.Presets(2000))
	}
	for i, c := range list {
		parts := 16 * (i / 2 % 2) // part by part in turns as processors do by themselves, work-items alone
		for name, opened := range map[string]backend.Open{"work-items alone": open, "work-groups of 16": grouped(16), fmt.Sprint("part by part, work-groups of ", parts): wide(parts)} {
			precisions := []state.Precision{state.Single, state.Double}
			if name != "work-items alone" && !backendtest.Soak() {
				precisions = precisions[i%2:][:1] // a part in each
			}
			t.Run(c.Name+"/"+name, func(t *testing.T) {
				for _, p := range precisions {
					o := backend.Options{Precision: p, Seeds: backendtest.Keys()}
					a, b := backendtest.Opened(t, reference, c.Net, o), backendtest.Opened(t, opened, c.Net, o)
					backendtest.Agree(t, c.Net, a, b, 1, 7, 30)
				}
			})
		}
	}
}

// A run goes on on the other backend.
func TestResume(t *testing.T) {
	devicetest.Open(t)
	for i, c := range sorntest.Presets(60) {
		for _, p := range backendtest.InTurns(i) {
			backendtest.Resume(t, c.Net, p, 30, reference, open, reference)
		}
	}
}

// TestGolden replays every trace in both precisions.
func TestGolden(t *testing.T) {
	devicetest.Open(t)
	files, err := filepath.Glob("../../testdata/sorn/*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	formats, traces := sorngolden.Formats(), 0
	for _, path := range files {
		name, text, err := golden.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if name != sorngolden.TraceFormat {
			continue
		}
		traces++
		at := slices.IndexFunc(formats, func(f golden.Format) bool { return f.Name == name })
		for _, p := range []state.Precision{state.Single, state.Double} {
			result, err := formats[at].Verify(text, &golden.On{Options: backend.Options{Precision: p}, Tolerance: -1, Open: open})
			if err != nil || result.Failed {
				t.Errorf("%s, %s: %s, %v", path, p, result.Detail, err)
			}
		}
	}
	if traces < 10 {
		t.Errorf("only %d traces", traces)
	}
}

func TestFree(t *testing.T) {
	devicetest.Open(t)
	net := sorntest.Free(t, open)
	o := backend.Options{Precision: state.Double, Seeds: []uint64{5, 6}}
	backendtest.Agree(t, net, backendtest.Opened(t, reference, net, o), backendtest.Opened(t, open, net, o), 1, 20)
}

func TestRoom(t *testing.T) {
	devicetest.Open(t)
	sorntest.Room(t, open)
	sorntest.Room(t, wide(16))
}

func TestControls(t *testing.T) {
	devicetest.Open(t)
	sorntest.Controls(t, open)
}

func TestFed(t *testing.T) {
	devicetest.Open(t)
	sorntest.Fed(t, open)
}
