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
`}, {
		Name: "tnn-phases", Doc: "order over the inverse temperatures of nodes and edges, with 16 connections",
		File: `base = "isolated"
set = ["graph.sides=[20, 20]"]
steps = 300
average_from = 201
seeds = { count = 2 }
figure = { x = "group[0].inverse_temperature", y = "edge.inverse_temperature", quantity = ["order"] }

[[axis]]
key = "group[0].inverse_temperature"
values = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]

[[axis]]
key = "edge.inverse_temperature"
values = [5.0, 10.0, 20.0, 40.0, 80.0, 160.0]
`}}
}
