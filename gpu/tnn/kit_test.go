//go:build opencl && cgo

package tnn

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"
	"time"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// experiment is a network that is computed with other choices than usual.
type experiment struct {
	Name        string     `json:"name"`
	Size        int        `json:"size"`
	Connections int        `json:"connections"`
	Group       int        `json:"group"`
	Share       int        `json:"share"`
	Rate        float64    `json:"updates_per_second"`
	SameBits    bool       `json:"same_bits"`
	Error       string     `json:"error,omitempty"`
	Kernels     []resource `json:"kernels,omitempty"`
	Log         string     `json:"compiler_log,omitempty"` // registers and spills, from NVIDIA's
}

// resource is what a kernel takes.
type resource struct {
	Kernel       string `json:"kernel"`
	MaxWorkGroup int    `json:"largest_work_group"`
	Local        uint64 `json:"local_bytes"`
	Private      uint64 `json:"private_bytes"`
}

// variant changes the choices of an experiment.
type variant struct {
	name    string
	group   int // 0 is the usual one
	share   int // -1 is the usual one
	options string
}

func kitVariants(nvidia bool) []variant {
	list := []variant{{name: "usual", share: -1}}
	for _, group := range []int{64, 256, 512} {
		list = append(list, variant{name: fmt.Sprintf("GROUP %d", group), group: group, share: -1})
	}
	for _, share := range []int{0, 256, 1024} {
		list = append(list, variant{name: fmt.Sprintf("SHARE %d", share), share: share})
	}
	if nvidia {
		list[0].options = "-cl-nv-verbose"
		for _, registers := range []int{48, 64, 96, 128} {
			list = append(list, variant{name: fmt.Sprintf("%d registers", registers), share: -1, options: fmt.Sprintf("-cl-nv-verbose -cl-nv-maxrregcount=%d", registers)})
		}
	}
	return list
}

// TestKitExperiments tries what docs/performance-notes.md names on the device at hand, for the
// GPU kit: TNN_KIT is the file that gets the results, as JSON. Bits are compared with
// those of the usual choices.
func TestKitExperiments(t *testing.T) {
	path := os.Getenv("TNN_KIT")
	if path == "" {
		t.Skip("TNN_KIT names no file for the results")
	}
	info := devicetest.Open(t).Info()
	size := 1024
	if info.Kind == "cpu" {
		size = 64
	}
	var results []experiment
	for _, connections := range []int{4, 16} {
		net, err := tnn.Build(benchmarkSpec(tnn.Hylton2020, size, connections), 1)
		must(t, err)
		want := uint64(0)
		for _, v := range kitVariants(strings.Contains(info.Platform, "NVIDIA")) {
			if info.Kind == "cpu" && v.share >= 0 {
				continue // a processor's work-items share nothing
			}
			e, bits := v.try(t, net)
			if v.name == "usual" {
				want = bits
			}
			e.Size, e.Connections, e.SameBits = size, connections, bits == want && e.Error == ""
			if e.Error == "" && !e.SameBits {
				t.Errorf("%s, %d connections: other bits", e.Name, connections)
			}
			results = append(results, e)
			text, err := json.MarshalIndent(results, "", "  ")
			must(t, err)
			must(t, os.WriteFile(path, text, 0o666)) // each time: who is stopped keeps the rest
		}
	}
}

// try computes a network with the choices of a variant.
func (v *variant) try(t *testing.T, net *tnn.Network) (e experiment, bits uint64) {
	e.Name = v.name
	d := devicetest.Open(t)
	defer d.Close()
	if v.options != "" {
		d.AddOptions(v.options)
	}
	n, err := planEngine[float32](d, net, backend.Options{Precision: state.Single, Seeds: []uint64{1}, WorkGroup: v.group})
	if err == nil {
		if v.share >= 0 {
			n.share = v.share
		}
		err = n.prepare()
	}
	if err != nil {
		e.Error = err.Error()
		return e, 0
	}
	e.Group, e.Share, e.Log = n.group, n.share, n.log
	for name, k := range n.kernels() {
		e.Kernels = append(e.Kernels, resource{name, (*k).MaxWorkGroup(), (*k).LocalMemory(), (*k).PrivateMemory()})
	}
	_, err = n.Advance(20)
	must(t, err)
	bits = fingerprint(t, n)
	began, steps := time.Now(), 0
	for time.Since(began) < 700*time.Millisecond {
		_, err = n.Advance(20)
		must(t, err)
		steps += 20
	}
	e.Rate = float64(steps) * float64(net.Graph.Nodes) / time.Since(began).Seconds()
	return e, bits
}

// fingerprint is a hash of all fields.
func fingerprint(t *testing.T, n *engine[float32]) uint64 {
	t.Helper()
	h := fnv.New64a()
	for _, name := range []string{"state", "energy", "weight", "charge0", "potential1"} {
		b := n.fields[name]
		data := make([]byte, b.Size())
		must(t, device.Read(b, 0, data))
		h.Write(data)
	}
	return h.Sum64()
}
