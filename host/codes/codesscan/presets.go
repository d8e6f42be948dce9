package codesscan

import (
	"fmt"
	"strings"

	"tnn-gpu/host/codes"
	"tnn-gpu/host/experiment"
)

// Row is a way to learn of the tables of docs/codes.md section 7.
type Row struct {
	Name   string
	Change func(t *codes.Table)
}

// Gauss are the rows of codes over awgn.
func Gauss() []Row {
	return []Row{
		{"backprop", func(t *codes.Table) { gauss(t, codes.Backprop, 3000) }},
		{"free", func(t *codes.Table) { gauss(t, codes.Free, 10000) }},
	}
}

func gauss(t *codes.Table, transmitter codes.Transmitter, updates int64) {
	t.Channel, t.Transmitter, t.Receiver, t.TrainAt, t.Updates, t.Rate, t.Anneal = codes.AWGN, transmitter, codes.Network, 3, updates, 0.003, 0
	t.Evaluate = []float64{-2, 0, 2, 4, 6}
}

// Flips are the rows of codes over a binary symmetric channel.
func Flips() []Row {
	row := func(name string, transmitter codes.Transmitter, receiver codes.Receiver, updates int64, rate, transmitterRate, anneal, p float64, copies int, eta float64) Row {
		return Row{name, func(t *codes.Table) {
			t.Transmitter, t.Receiver, t.Updates, t.Rate, t.TransmitterRate, t.Anneal = transmitter, receiver, updates, rate, transmitterRate, anneal
			t.TrainAt, t.Copies, t.Eta = p, copies, eta
		}}
	}
	return []Row{
		row("relaxed", codes.Relaxed, codes.Network, 2000, 0.003, 0, 0, 0.05, 8, 0.01),
		row("straight", codes.Straight, codes.Network, 2000, 0.003, 0, 0, 0.05, 8, 0.01),
		row("dithered", codes.Dithered, codes.Network, 2000, 0.003, 0, 0, 0.05, 8, 0.01),
		row("dithered, annealed", codes.Dithered, codes.Network, 6000, 0.003, 0.01, 0.04, 0.1, 32, 0.01),
		row("policy, network, annealed", codes.Policy, codes.Network, 12000, 0.002, 0.004, 0.04, 0.1, 32, 0.01),
		row("policy, counts", codes.Policy, codes.Counts, 10000, 0.01, 0, 0, 0.1, 32, 0.02),
		row("policy, counts, annealed", codes.Policy, codes.Counts, 30000, 0.01, 0, 0.045, 0.1, 32, 0.01),
		row("policy, counts, annealed slowly", codes.Policy, codes.Counts, 100000, 0.01, 0, 0.045, 0.1, 32, 0.01),
		row("exact", codes.Exact, codes.Posterior, 4000, 0.01, 0, 0, 0.1, 32, 0.01),
		row("exact, annealed", codes.Exact, codes.Posterior, 4000, 0.01, 0, 0.04, 0.1, 32, 0.01),
		row("exact, fast", codes.Exact, codes.Posterior, 1500, 0.05, 0, 0, 0.05, 32, 0.01),
		row("exact, fast, annealed from 0.03", codes.Exact, codes.Posterior, 2000, 0.02, 0, 0.03, 0.05, 32, 0.01),
		row("exact, fast, annealed from 0.04", codes.Exact, codes.Posterior, 2000, 0.02, 0, 0.04, 0.05, 32, 0.01),
		row("exact, fast, annealed from 0.05", codes.Exact, codes.Posterior, 2000, 0.02, 0, 0.05, 0.05, 32, 0.01),
	}
}

// keys are those in which rows differ.
var keys = []string{"transmitter", "receiver", "updates", "rate", "transmitter_rate", "anneal", "train_at", "copies", "eta"}

// axis writes rows as an axis of a scan.
func axis(base string, rows []Row) string {
	var b strings.Builder
	b.WriteString("[[axis]]\nkeys = [")
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", "codes."+k)
	}
	b.WriteString("]\nvalues = [\n")
	for _, r := range rows {
		t := presetTable(base)
		r.Change(t)
		fmt.Fprintf(&b, "  [%q, %q, %d, %v, %v, %v, %v, %d, %v], # %s\n", t.Transmitter, t.Receiver, t.Updates, t.Rate, t.TransmitterRate, t.Anneal, t.TrainAt, t.Copies, t.Eta, r.Name)
	}
	b.WriteString("]\n")
	return b.String()
}

func presetTable(name string) *codes.Table {
	for _, p := range codes.Presets() {
		if p.Name == name {
			return &p.Spec.Codes
		}
	}
	return nil
}

// Presets are scans that are ready to be made. Every call makes new ones.
func Presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "codes-awgn", Doc: "block errors over Gaussian noise, with and without a model of the channel, 20 populations", File: `format = 1
base = "codes-backprop"
experiment = "codes-blocks"
seeds = { count = 20 }
figure = { x = "point", quantity = ["block_error", "best"] }

` + axis("codes-backprop", Gauss())},
		{Name: "codes-bsc", Doc: "block errors over a binary symmetric channel of all ways to learn, 20 populations", File: `format = 1
base = "codes-policy"
experiment = "codes-blocks"
seeds = { count = 20 }
figure = { x = "point", quantity = ["block_error", "best"] }

` + axis("codes-policy", Flips())},
		{Name: "codes-rates", Doc: "block errors over a binary symmetric channel by the rate of learning, of the three gradients through the channel, 20 populations", File: `format = 1
base = "codes-policy"
experiment = "codes-blocks"
set = ["codes.receiver=\"network\"", "codes.updates=2000", "codes.anneal=0", "codes.train_at=0.05", "codes.copies=8", "codes.evaluate=[0.01, 0.1]"]
seeds = { count = 20 }
figure = { x = "codes.rate", quantity = ["block_error", "best"] }

[[axis]]
key = "codes.transmitter"
values = ["relaxed", "straight", "dithered"]

[[axis]]
key = "codes.rate"
values = [0.001, 0.003, 0.01]
`},
		{Name: "codes-freezing", Doc: "share of perfect codes against the temperature at the start and the number of updates", File: `format = 1
base = "codes-exact"
experiment = "codes-end"
set = ["codes.evaluate=[]"]
seeds = { count = 20 }
figure = { x = "codes.anneal", quantity = ["perfect", "distance", "block_error"] }

[[axis]]
key = "codes.updates"
values = [500, 1000, 2000, 4000]

[[axis]]
key = "codes.anneal"
values = [0.0, 0.01, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05, 0.06, 0.08]
`},
	}
}
