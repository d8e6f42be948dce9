//go:build opencl && cgo

package tnn

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jgillich/go-opencl/cl"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// recordedRun runs a network in a folder from its last checkpoint on, as the
// program does, and returns how that ended.
func recordedRun(t *testing.T, folder *record.Folder, net *tnn.Network, b backend.Backend) (sim.Summary, error) {
	t.Helper()
	from, _, err := folder.Checkpoint()
	if err != nil && !errors.Is(err, record.ErrNoCheckpoint) {
		t.Fatal(err)
	}
	model := net
	o := record.Options{Model: model, Backend: b.Describe(), Seeds: []uint64{7}, Recordings: []record.Recording{{Field: "entropy", Every: 3}}}
	plan, err := o.Plan(sim.Plan{Steps: 60, Replicas: 1, Epoch: 10, Checkpoint: 9})
	must(t, err)
	r, err := folder.Record(o, from)
	must(t, err)
	run, err := sim.New(model, b, plan, r.Observe)
	must(t, err)
	if from != nil {
		must(t, run.Restore(from))
	}
	summary, err := run.Go(t.Context())
	return summary, errors.Join(err, r.Close(summary, err))
}

// TestDeviceFailsDuringARun has the driver refuse calls in the middle of a run: it
// ends with the driver's own words, and goes on elsewhere from its last checkpoint
// as if nothing had happened.
func TestDeviceFailsDuringARun(t *testing.T) {
	net := find(t, "groups, external nodes in all modes")
	options := backend.Options{Seeds: []uint64{7}}
	reference, err := cpuref.New(net, options)
	must(t, err)
	whole := filepath.Join(t.TempDir(), "whole")
	folder, err := record.Create(whole, nil)
	must(t, err)
	_, err = recordedRun(t, folder, net, reference)
	must(t, err, folder.Close())

	for _, call := range []string{"clEnqueueNDRangeKernel", "clEnqueueReadBuffer", "clEnqueueFillBuffer", "clSetKernelArg"} {
		t.Run(call, func(t *testing.T) {
			d := devicetest.Open(t)
			b, err := New(d, net, options)
			must(t, err)
			path := filepath.Join(t.TempDir(), "run")
			folder, err := record.Create(path, nil)
			must(t, err)
			d.Refuse(func(made string) error {
				if made == call && b.(*engine[float32]).step >= 30 {
					return cl.ErrOutOfResources
				}
				return nil
			})
			first, err := recordedRun(t, folder, net, b)
			var failed *device.Error
			if !errors.As(err, &failed) || failed.Call != call || failed.Device != d.Info().Name || !strings.Contains(err.Error(), cl.ErrOutOfResources.Error()) || first.Last != 30 {
				t.Fatalf("the run ends after step %d with %v", first.Last, err)
			}
			reference, err := cpuref.New(net, options)
			must(t, err)
			second, err := recordedRun(t, folder, net, reference)
			must(t, err, folder.Close())
			if second.First != 27 {
				t.Errorf("resumed after step %d", second.First)
			}
			for _, name := range []string{"steps.csv", "epochs.csv", "histograms.csv", "final.npz", "recordings/entropy.npy"} {
				want, err := os.ReadFile(filepath.Join(whole, name))
				must(t, err)
				have, err := os.ReadFile(filepath.Join(path, name))
				must(t, err)
				if diff := cmp.Diff(want, have); diff != "" {
					t.Errorf("%s differs", name)
				}
			}
		})
	}
}

// failFirst has the first call of that name refused.
func failFirst(d *device.Device, call string) {
	made := 0
	d.Refuse(func(name string) error {
		if name == call {
			made++
		}
		if made == 1 && name == call {
			return cl.ErrOutOfResources
		}
		return nil
	})
}

// TestDeviceFailsBeforeARun has the driver refuse what comes before the first step,
// and the device lack what it is asked for.
func TestDeviceFailsBeforeARun(t *testing.T) {
	net, d := find(t, "lattice"), devicetest.Open(t)
	for _, call := range []string{"clBuildProgram", "clCreateKernel", "clCreateBuffer", "clEnqueueWriteBuffer", "clEnqueueNDRangeKernel"} {
		d, err := device.Open(os.Getenv("TNN_TEST_DEVICE")) // anew: what was built is known to one that is opened again
		must(t, err)
		failFirst(d, call)
		_, err = New(d, net, backend.Options{Seeds: []uint64{1}})
		if !errors.Is(err, cl.ErrOutOfResources) || !strings.Contains(err.Error(), "the OpenCL call "+call) {
			t.Errorf("%s: %v", call, err)
		}
		if errors.Is(err, device.ErrMemory) != (call == "clCreateBuffer") {
			t.Errorf("%s: is %v about memory?", call, err)
		}
		d.Refuse(nil)
		must(t, d.Close())
	}
	d.Pretend(func(i *device.Info) { i.Double = false })
	if _, err := New(d, net, backend.Options{Seeds: []uint64{1}, Precision: state.Double}); !errors.Is(err, backend.ErrNoDouble) {
		t.Errorf("double precision where there is none gives %v", err)
	}
}
