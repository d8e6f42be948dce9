package hopfieldscan

import "tnn-gpu/host/experiment"

// Presets are scans that are ready to be made. Every call makes new ones.
func Presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "hopfield-capacity", Doc: "errors of recall from stored patterns by load and rule, 1000 units", File: capacityScan},
		{Name: "hopfield-basins", Doc: "recall from corrupted patterns by load, update and corrupted share, 1000 units", File: basinScan},
		{Name: "hopfield-thermal", Doc: "overlap at temperature by load, 1000 units", File: thermalScan},
		{Name: "hopfield-spurious", Doc: "where recalls from random starts end by number of patterns, 500 units", File: spuriousScan},
		{Name: "hopfield-damage", Doc: "errors of recall by share of lost couplings, 1000 units", File: damageScan},
		{Name: "hopfield-sequence", Doc: "overlap in the second round of a sequence by load, 1000 units", File: sequenceScan},
		{Name: "hopfield-decode", Doc: "block error of words behind a binary symmetric channel by rule, 128 units", File: decodeScan},
		{Name: "hopfield-letters", Doc: "letters of 32x32 units recalled by each rule, a fifth of their units wrong", File: lettersScan},
		{Name: "hopfield-probes", Doc: "each of the 26 letters, from its start to its end", File: probeScan},
		{Name: "hopfield-mpf", Doc: "patterns stored by minimum probability flow, by number, 64 units", File: flowScan},
		{Name: "hopfield-lattice", Doc: "errors of one step on a lattice by number of patterns, 48x48 units with 12 neighbours", File: latticeScan},
		{Name: "hopfield-continuous", Doc: "retrieval of real states, as of attention, by beta and number of patterns, 64 units", File: continuousScan},
		{Name: "hopfield-dense", Doc: "errors of polynomial memories by degree and number of patterns, 100 units", File: denseScan},
	}
}

const capacityScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-capacity"
set = ["recall.fraction=0.0", "recall.trials=0"]
seeds = { count = 20 }
figure = { x = "patterns.load", quantity = ["one_step", "final", "exact", "good"] }

[[axis]]
key = "network.rule"
values = ["hebb", "storkey", "projection"]

[[axis]]
key = "patterns.load"
values = [0.02, 0.04, 0.06, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.3, 0.4, 0.5]
`

const basinScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-basin"
set = ["recall.trials=5"]
seeds = { count = 20 }
figure = { x = "recall.fraction", quantity = ["success", "m_final", "cycle2"] }

[[axis]]
key = "recall.update"
values = ["async", "sync"]

[[axis]]
key = "patterns.load"
values = [0.01, 0.05, 0.08, 0.1]

[[axis]]
key = "recall.fraction"
values = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
`

const thermalScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-thermal"
set = ["recall.fraction=0.0", "recall.trials=1"]
seeds = { count = 20 }
figure = { x = "recall.temperature", quantity = ["m", "energy"] }

[[axis]]
key = "patterns.load"
values = [0.001, 0.02, 0.05]

[[axis]]
key = "recall.temperature"
values = [0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.1]
`

const spuriousScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-spurious"
set = ["network.units=500", "recall.corruption=random"]
seeds = { count = 20 }
figure = { x = "patterns.count", quantity = ["pattern", "negative", "mixture", "other"], stack = true }

[[axis]]
key = "patterns.count"
values = [3, 5, 10, 20, 35, 50]
`

const damageScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-capacity"
set = ["recall.fraction=0.0"]
seeds = { count = 20 }
figure = { x = "network.damage", quantity = ["one_step", "final", "good"] }

[[axis]]
key = "patterns.load"
values = [0.05, 0.1]

[[axis]]
key = "network.damage"
values = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
`

const sequenceScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-sequence"
set = ["network.rule=sequence", "recall.update=sync", "recall.fraction=0.0", "recall.trials=1", "recall.max_sweeps=600"]
seeds = { count = 6 }
figure = { x = "patterns.load", quantity = ["overlap", "one_step"] }

[[axis]]
key = "patterns.load"
values = [0.1, 0.15, 0.2, 0.22, 0.24, 0.26, 0.28, 0.3]
`

const decodeScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-decode"
set = ["network.units=128", "patterns.count=8", "recall.corruption=noise", "recall.trials=24"]
seeds = { count = 20 }
figure = { x = "recall.fraction", quantity = ["block_error", "bit_error"] }

[[axis]]
keys = ["network.rule", "network.degree", "network.beta"]
values = [["hebb", 0, 0.0], ["storkey", 0, 0.0], ["projection", 0, 0.0], ["polynomial", 3, 0.0], ["exponential", 0, 1.0]]

[[axis]]
key = "recall.fraction"
values = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]
`

const denseScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-capacity"
set = ["network.units=100", "network.rule=polynomial", "network.degree=3", "recall.fraction=0.0"]
seeds = { count = 10 }
figure = { x = "patterns.count", quantity = ["one_step", "exact"] }

[[axis]]
key = "network.degree"
values = [2, 3]

[[axis]]
key = "patterns.count"
values = [10, 20, 50, 100, 200, 500, 1000]
`

const lettersScan = `format = 1
base = "hopfield-glyphs"
experiment = "hopfield-basin"
set = ["recall.fraction=0.2", "recall.trials=26"]
seeds = { count = 4 }
figure = { x = "network.rule", quantity = ["exact", "m_final"] }

[[axis]]
keys = ["network.rule", "network.degree", "network.beta"]
values = [["hebb", 0, 0.0], ["storkey", 0, 0.0], ["polynomial", 4, 0.0], ["projection", 0, 0.0], ["exponential", 0, 1.0]]
`

const probeScan = `format = 1
base = "hopfield-glyphs"
experiment = "hopfield-recall"
set = ["recall.fraction=0.3", "recall.trials=1"]
seeds = { count = 4 }
figure = { x = "recall.trial", quantity = ["m_start", "m_final", "flips", "sweeps"] }

[[axis]]
key = "recall.trial"
values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]
`

const flowScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-capacity"
set = ["network.units=64", "patterns.load=0.0", "patterns.count=4", "recall.fraction=0.0", "recall.trials=0"]
seeds = { count = 5 }
figure = { x = "patterns.count", quantity = ["one_step", "exact", "all_exact"] }

[[axis]]
keys = ["network.rule", "network.iterations"]
values = [["hebb", 0], ["mpf", 3000]]

[[axis]]
key = "patterns.count"
values = [4, 8, 16, 32, 64, 80, 96]
`

const latticeScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-capacity"
set = ["network.units=0", "patterns.load=0.0", "patterns.count=3", "graph.kind=neighbor", "graph.sides=[48, 48]", "graph.connections=12", "recall.update=colours", "recall.fraction=0.0", "recall.trials=1"]
seeds = { count = 20 }
figure = { x = "patterns.count", quantity = ["one_step", "final"] }

[[axis]]
key = "patterns.count"
values = [3, 5, 8, 12, 20]
`

const continuousScan = `format = 1
base = "hopfield-recall"
experiment = "hopfield-continuous"
set = ["network.units=64", "patterns.load=0.0", "patterns.count=4", "network.rule=exponential", "network.beta=1.0", "recall.max_sweeps=1"]
seeds = { count = 5 }
figure = { x = "patterns.count", quantity = ["success", "m_final", "updates"] }

[[axis]]
key = "network.beta"
values = [0.02, 0.05, 0.1, 1.0]

[[axis]]
key = "patterns.count"
values = [4, 16, 64, 256, 1024]
`
