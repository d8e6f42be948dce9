package signalsscan

import "tnn-gpu/host/experiment"

// Presets are the tables and figures of docs/signals.md.
func Presets() []experiment.Preset {
	return []experiment.Preset{
		{Name: "signals-lewis", Doc: "Lewis's game by states and signals along the plays: success and the share that signals, 400 populations", File: lewisScan},
		{Name: "signals-forget", Doc: "Lewis's game of 3 and 4 states by the rate of forgetting: how partial pooling dissolves, 400 populations", File: forgetScan},
		{Name: "signals-punish", Doc: "Lewis's game of 3 and 8 states with punishment, 400 populations", File: punishScan},
		{Name: "signals-noise", Doc: "Lewis's game over a binary symmetric channel, 400 populations", File: noiseScan},
		{Name: "signals-attributes", Doc: "two attributes by agents, values, symbols, updates and entropy, 100 populations", File: attributesScan},
		{Name: "signals-learning", Doc: "learning curves of additive agents, tables and both, 100 populations", File: learningScan},
		{Name: "signals-structure", Doc: "accuracy on new inputs against the similarity of languages, 100 populations", File: structureScan},
	}
}

const lewisScan = `format = 1
base = "signals-urns"
experiment = "signals-lewis"
seeds = { count = 400 }
figure = { x = "plays", quantity = ["success", "signalling", "above"] }

[[axis]]
keys = ["lewis.states", "lewis.signals"]
values = [[2, 2], [3, 3], [4, 4], [8, 8], [3, 2], [4, 3]]
`

const forgetScan = `format = 1
base = "signals-urns"
experiment = "signals-lewis"
set = ["lewis.plays=100000"]
seeds = { count = 400 }
figure = { x = "plays", quantity = ["success", "signalling"] }

[[axis]]
keys = ["lewis.states", "lewis.signals"]
values = [[3, 3], [4, 4]]

[[axis]]
key = "lewis.forget"
values = [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03]
`

const punishScan = `format = 1
base = "signals-urns"
experiment = "signals-lewis"
set = ["lewis.plays=100000"]
seeds = { count = 400 }
figure = { x = "plays", quantity = ["success", "signalling"] }

[[axis]]
keys = ["lewis.states", "lewis.signals"]
values = [[3, 3], [8, 8]]

[[axis]]
key = "lewis.punish"
values = [0, 1, 2]
`

const noiseScan = `format = 1
base = "signals-urns"
experiment = "signals-lewis"
set = ["lewis.states=2", "lewis.signals=2", "lewis.plays=100000"]
seeds = { count = 400 }
figure = { x = "plays", quantity = ["success", "bound", "information"] }

[[axis]]
key = "lewis.noise"
values = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4]
`

const attributesScan = `format = 1
base = "signals-language"
experiment = "signals-attributes"
seeds = { count = 100 }
figure = { x = "attributes.agents", quantity = ["train", "held_out", "similarity", "posdis"] }

[[axis]]
keys = ["attributes.agents", "attributes.values", "attributes.symbols", "attributes.updates", "attributes.entropy"]
values = [
  ["additive", 5, 5, 2000, 0.01], ["both", 5, 5, 2000, 0.01], ["table", 5, 5, 2000, 0.01],
  ["additive/table", 5, 5, 2000, 0.01], ["table/additive", 5, 5, 2000, 0.01],
  ["additive", 5, 8, 2000, 0.01], ["additive", 5, 4, 2000, 0.01], ["additive", 8, 8, 4000, 0.01],
  ["additive", 5, 5, 2000, 0.1], ["additive", 5, 5, 4000, 0.05],
]
`

const learningScan = `format = 1
base = "signals-language"
experiment = "signals-learning"
seeds = { count = 100 }
figure = { x = "updates", quantity = ["train", "held_out", "similarity", "entropy"] }

[[axis]]
key = "attributes.agents"
values = ["additive", "both", "table"]
`

const structureScan = `format = 1
base = "signals-language"
experiment = "signals-attributes"
seeds = { count = 100 }
figure = { x = "similarity", quantity = ["held_out", "train"] }

[[axis]]
key = "attributes.agents"
values = ["additive", "both", "table"]
`
