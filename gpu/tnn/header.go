package tnn

import (
	"strings"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// choices are what sections 7 to 10 of kernels.cl are built for.
type choices struct {
	rule                    tnn.Rule
	kind                    tnn.EdgeKind
	noise, externals, loops bool
	small                   bool     // one work-group makes whole steps
	lattice                 *lattice // arithmetic gives the neighbours; nil where tables do
	group                   int      // nodes of a work-group
	keep                    int      // half-edges of a node that a work-item has room to keep; 0 for none
	share                   int      // half-edges that a work-group shares out at once; 0 for none
}

// mostShared is the number of half-edges of equilibrating nodes that the work-items of a
// GPU's work-group share out at once. Nodes with more than that are left alone.
const mostShared = 512

// leastGroup is the smallest work-group, in nodes.
const leastGroup = tnn.Lanes

// Flags of a sweep. From watchFirst on, a flag has the sweep leave a derived field.
const (
	sweepAdapt    uint32 = 1 << iota // weights may change
	sweepAdapting                    // the adapting sweep of hylton2019
	sweepPredict
	watchFirst
	watchSecond
	watchThird
)

// modes are what external nodes do, in the order in which kernels number it.
var modes = [...]tnn.Mode{tnn.Driven, tnn.Off, tnn.Noise, tnn.Reflect}

// segmentRecord tells a kernel of a segment: its first slice and how many there are,
// its group of nodes, and the first of its work-groups among those of all segments.
type segmentRecord struct{ First, Slices, Group, WorkGroup uint32 }

// externalRecord tells a kernel of an external node.
type externalRecord struct{ Position, ID, Polarity int32 }

// programRecord tells tnn_run_steps of a step.
type programRecord struct {
	Mode, Era uint32
	Flags     uint32 // of the last sweep
	Fresh     uint32 // 1 where noise with a correlation time begins

	ParameterRow uint32 // of the parameters
}

// toldRecord is tnn.Told on a device.
type toldRecord[F float32 | float64] struct{ State, Weight F }

// waveRecord tells a kernel how an external node is driven. Amplitude is that of noise,
// 0 where it is driven otherwise.
type waveRecord[F float32 | float64] struct{ Decay, Kick, Amplitude F }

// define completes the header of a program.
func (c *choices) define(h *device.Header) {
	h.Define("TNN", true)
	h.Define("GROUP", c.group)
	h.Define("GROUP_MEMORY", c.localMemory(h.Bytes()))
	h.Define("RULE_2019", c.rule == tnn.Hylton2019)
	h.Define("EDGE_FIXED", c.kind == tnn.Fixed)
	h.Define("EDGE_REAL2", c.kind == tnn.Real2)
	h.Define("EDGE_NOISE", c.noise)
	h.Define("EXTERNALS", c.externals)
	h.Define("SELF_LOOPS", c.loops)
	h.Define("SMALL", c.small)
	if c.keep > 0 {
		h.Define("KEEP", c.keep)
	}
	if c.share > 0 {
		h.Define("SHARE", c.share)
	}
	if c.lattice != nil {
		c.lattice.define(h)
	}
	defineConstants(h)
}

// defineConstants defines what is the same in all programs.
func defineConstants(h *device.Header) {
	h.Define("LANES", tnn.Lanes)
	h.Record("EDGE", tnn.EdgeParameters[float64]{})
	h.Record("NODE", tnn.NodeParameters[float64]{})
	h.Record("SEGMENT", segmentRecord{})
	h.Record("EXTERNAL", externalRecord{})
	h.Record("PROGRAM", programRecord{})
	h.Record("WAVE", waveRecord[float64]{})
	h.Record("TOLD", toldRecord[float64]{})
	for i, mode := range modes {
		h.Define("MODE_"+strings.ToUpper(string(mode)), uint32(i))
	}
	h.Define("SWEEP_ADAPT", sweepAdapt)
	h.Define("SWEEP_ADAPTING", sweepAdapting)
	h.Define("SWEEP_PREDICT", sweepPredict)
	h.Define("WATCH_FIRST", watchFirst)
	h.Define("WATCH_SECOND", watchSecond)
	h.Define("WATCH_THIRD", watchThird)
	h.Define("PURPOSE_NODE_STATE", uint32(rng.NodeState))
	h.Define("PURPOSE_WEIGHT_NOISE", uint32(rng.WeightNoise))
	h.Define("PURPOSE_EXTERNAL", uint32(rng.External))
	h.Define("PURPOSE_EXTERNAL_NOISE", uint32(rng.ExternalNoise))
	h.Define("SUM_ENERGY", tnn.SumEnergy)
	h.Define("SUM_FREE_ENERGY", tnn.SumFreeEnergy)
	h.Define("SUM_ENTROPY", tnn.SumEntropy)
	h.Define("SUM_DISSIPATION", tnn.SumDissipation)
	h.Define("SUM_TRANSPORT", tnn.SumTransport)
	h.Define("SUM_QUALITY_NUMERATOR", tnn.SumQualityNumerator)
	h.Define("SUM_QUALITY_DENOMINATOR", tnn.SumQualityDenominator)
	h.Define("SUM_CHANGE", tnn.SumChange)
	h.Define("SUM_FLUCTUATING", tnn.SumFluctuating)
	h.Define("SUM_STATE", tnn.SumState)
	h.Define("SUM_WEIGHT2", tnn.SumWeight2)
	h.Define("SUM_ORDER", tnn.SumOrder)
	h.Define("NODE_SUMS", tnn.NodeSums)
}

// localMemory is the size of group_memory in kernels.cl, in bytes: a union, of which
// either part is made of values, as long as value, and words.
func (c *choices) localMemory(value int) int {
	memory := device.SumMemory(tnn.NodeSums, c.group) * value
	if c.share > 0 {
		byItem, byHalfEdge := c.group/tnn.Lanes+c.group, 2*c.share+2
		shared := aligned(4*byItem, value) + (8*c.group+3*c.share)*value + aligned(4*byHalfEdge, value)
		memory = max(memory, shared)
	}
	return memory
}

func aligned(bytes, to int) int { return (bytes + to - 1) / to * to }
