package cpuref_test

import (
	"bytes"
	"os"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Configurations and checkpoints that were written when the program had one model are
// read, the steps give the same bits, and a run goes on from them.
func TestFilesOfOneModel(t *testing.T) {
	for _, name := range []string{"single", "double"} {
		path := "../host/state/testdata/version1-" + name
		text, err := os.ReadFile(path + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		c, err := config.Decode(path+".toml", text)
		if err != nil {
			t.Fatal(err)
		}
		net, err := c.Spec.Build(c.Run.Seed, nil)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path + ".tnn")
		if err != nil {
			t.Fatal(err)
		}
		old, err := state.DecodeCheckpoint(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		o := backend.Options{Precision: old.State.Precision, Seeds: model.Keys(c.Spec, c.Run.Seed, c.Run.Replicas, 1)}
		made, resumed := backendtest.Opened(t, cpuref.New, net, o), backendtest.Opened(t, cpuref.New, net, o)
		backendtest.Advance(t, made, int(old.State.Step))
		if d := backendtest.Differ(net, old.State, backendtest.Moment(t, made)); d != "" {
			t.Errorf("%s: the checkpoint against its configuration: %s", name, d)
		}
		if err := resumed.SetState(old.State); err != nil {
			t.Fatal(err)
		}
		backendtest.Agree(t, net, made, resumed, old.State.Step+20)
	}
}
