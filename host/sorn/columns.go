package sorn

import "tnn-gpu/host/model"

func columns() []model.Column {
	return []model.Column{
		{Name: "active_e", Title: "active excitatory units", Unit: "units", Doc: "excitatory units that are active after the step"},
		{Name: "active_i", Title: "active inhibitory units", Unit: "units", Doc: "inhibitory units that are active after the step"},
		{Name: "active_r", Title: "units active without input", Unit: "units", Doc: "excitatory units that recurrent drive and noise alone would make active"},
		{Name: "rate_e", Title: "excitatory rate", Unit: "1", Doc: "active_e over the number of excitatory units"},
		{Name: "rate_i", Title: "inhibitory rate", Unit: "1", Doc: "active_i over the number of inhibitory units"},
		{Name: "rate_r", Title: "rate without input", Unit: "1", Doc: "active_r over the number of excitatory units"},
		{Name: "ee", Title: "E-E synapses", Unit: "synapses", Doc: "synapses between excitatory units before the rules of the step"},
		{Name: "ei", Title: "I-E synapses", Unit: "synapses", Doc: "synapses from inhibitory to excitatory units before the rules of the step"},
		{Name: "ee_fraction", Title: "E-E connection fraction", Unit: "1", Doc: "ee over the number of ordered pairs of excitatory units"},
		{Name: "born", Title: "births", Unit: "synapses", Doc: "synapses that structural plasticity made in the step"},
		{Name: "dropped", Title: "dropped births", Unit: "synapses", Doc: "births that found no free pair"},
		{Name: "pruned_ee", Title: "deaths of E-E synapses", Unit: "synapses", Doc: "synapses between excitatory units that the step removed"},
		{Name: "pruned_ei", Title: "deaths of I-E synapses", Unit: "synapses", Doc: "synapses from inhibitory units that the step removed"},
		{Name: "clipped", Title: "clipped weights", Unit: "synapses", Doc: "weights of both kinds that were cut to w_max"},
		{Name: "empty_ee", Title: "units without E-E synapses", Unit: "units", Doc: "excitatory units without excitatory synapses after the step"},
		{Name: "empty_ei", Title: "units without I-E synapses", Unit: "units", Doc: "excitatory units without inhibitory synapses after the step"},
		{Name: "potentiated", Title: "potentiated", Unit: "synapses", Doc: "synapses that stdp strengthened"},
		{Name: "depressed", Title: "depressed", Unit: "synapses", Doc: "synapses that stdp weakened"},
		{Name: "flips", Title: "flips", Unit: "units", Doc: "excitatory units whose state changed: the Hamming distance of two steps"},
		{Name: "te_mean", Title: "mean threshold", Unit: "drive", Doc: "mean threshold of excitatory units after the step"},
		{Name: "te_min", Title: "least threshold", Unit: "drive", Doc: "least threshold of excitatory units after the step"},
		{Name: "te_max", Title: "largest threshold", Unit: "drive", Doc: "largest threshold of excitatory units after the step"},
		{Name: "w_mean", Title: "mean E-E weight", Unit: "drive", Doc: "mean weight of the synapses between excitatory units after the step"},
		{Name: "ee_sumsq", Title: "squared E-E weights", Unit: "drive^2", Doc: "sum of the squared weights between excitatory units after the step"},
		{Name: "ei_sumsq", Title: "squared I-E weights", Unit: "drive^2", Doc: "sum of the squared weights from inhibitory units after the step"},
	}
}

// Row implements model.Network.
func (n *Network) Row(row, sums []float64) {
	N, M := float64(n.Spec.Sorn.NE), float64(n.Spec.Sorn.M())
	after := sums[SumEE] + sums[SumBorn] - sums[SumPrunedEE]
	mean := 0.0
	if after > 0 {
		mean = sums[SumW] / after
	}
	copy(row, []float64{
		sums[SumActiveE], sums[SumActiveI], sums[SumActiveR], sums[SumActiveE] / N, sums[SumActiveI] / M, sums[SumActiveR] / N,
		sums[SumEE], sums[SumEI], sums[SumEE] / (N * (N - 1)), sums[SumBorn], sums[SumDropped], sums[SumPrunedEE], sums[SumPrunedEI], sums[SumClipped],
		sums[SumEmptyEE], sums[SumEmptyEI], sums[SumPotentiated], sums[SumDepressed], sums[SumFlips],
		sums[SumTe] / N, sums[SumTeMin], sums[SumTeMax], mean, sums[SumSquaresEE], sums[SumSquaresEI],
	})
}
