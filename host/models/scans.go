package models

import "tnn-gpu/host/experiment"

func tnnScans() []experiment.Preset {
	return []experiment.Preset{{
		Name: "tnn-order", Doc: "order against the inverse temperature of nodes, for three sizes of lattice",
		File: `base = "isolated"
average_from = 251
seeds = { count = 4 }
figure = { quantity = ["order"] }

[[axis]]
key = "graph.sides"
values = [[16, 16], [30, 30], [60, 60]]

[[axis]]
key = "group[0].inverse_temperature"
values = [0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 1.0]
`}}
}
