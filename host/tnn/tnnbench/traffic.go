package tnnbench

import (
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Activity is what an update does to memory beside reading it, as fractions of the
// updates.
type Activity struct {
	Nodes   float64 // that equilibrate, which stores what they change
	Sectors float64 // of nodes, any of which does
}

// Traffic is what an update moves, in bytes.
type Traffic struct {
	Node     float64 // of the node itself
	HalfEdge float64 // of each of its half-edges
}

// Bytes of an update of a node with so many half-edges.
func (t Traffic) Bytes(halfEdges float64) float64 { return t.Node + halfEdges*t.HalfEdge }

// Model counts the bytes that an update cannot avoid moving, each once: caches
// give what the half-edges of one node, or of its neighbours, read again. A sector
// is written where anything in it is; the weights of a node, in the sectors of its
// compartments or of its neighbours', count as written where its compartments are.
// Tables are there where neighbours do not follow from arithmetic. Sums, the
// layout's few numbers for a slice, and instructions are left out.
func Model(spec *tnn.Spec, p state.Precision, tables bool, a Activity) Traffic {
	value := float64(p.Bytes())
	var t Traffic
	if spec.Network.Rule == tnn.Hylton2019 {
		t = model2019(value, float64(spec.Network.Relaxations))
	} else {
		t = model2020(value, a)
	}
	if tables {
		t.Node += 4     // id
		t.HalfEdge += 8 // neighbour and weight
	}
	return t
}

func model2020(value float64, a Activity) Traffic {
	const (
		state      = 3 // own, read and written; the neighbours', each read once
		energy     = 2 // read and written
		held       = 4 // statistics
		weight     = 1
		charges    = 4 // and memories, of both slots
		potentials = 2 // of both slots: not looked at before the node equilibrates
	)
	settled := Traffic{Node: held, HalfEdge: 2*potentials + charges + weight}
	return Traffic{
		Node:     value * (state + energy + held + a.Sectors*settled.Node),
		HalfEdge: value * (weight + charges + a.Sectors*settled.HalfEdge),
	}
}

// model2019 is the mean over the sweeps of a step: those that relax read, and the
// one that adapts stores.
func model2019(value, relaxations float64) Traffic {
	const (
		relaxedNode   = 4 // own state, read and written; the neighbours'; the offered one
		adaptedNode   = 7 // these, the offered one read, the adapted one both ways, and the energy
		relaxedSlots  = 5 // weight, charges and potentials, read
		adaptedSlots  = 2 * relaxedSlots
		adaptedSweeps = 1
	)
	mean := func(relaxed, adapted float64) float64 {
		return value * (relaxations*relaxed + adaptedSweeps*adapted) / (relaxations + adaptedSweeps)
	}
	return Traffic{Node: mean(relaxedNode, adaptedNode), HalfEdge: mean(relaxedSlots, adaptedSlots)}
}

// activitySteps are looked at to find the activity.
const activitySteps = 3

// ActivityOf makes some steps and finds which nodes equilibrated in them: those
// that did not fluctuate and whose state is not 0.
func ActivityOf(b backend.Backend, net *tnn.Network, p state.Precision) (Activity, error) {
	if net.Spec.Network.Rule == tnn.Hylton2019 {
		return Activity{Nodes: 1, Sectors: 1}, nil // it stores in every adapting visit
	}
	if err := b.Watch("fluctuating"); err != nil {
		return Activity{}, err
	}
	var c activityCount
	for range activitySteps {
		if _, err := b.Advance(1); err != nil {
			return Activity{}, err
		}
		fluctuating, err := b.Field("fluctuating", nil)
		if err != nil {
			return Activity{}, err
		}
		states, err := b.Field("state", nil)
		if err != nil {
			return Activity{}, err
		}
		c.add(net.Layout, fluctuating, states, bench.Sector/p.Bytes())
	}
	return c.activity(), b.Watch()
}

// activityCount counts nodes and sectors, and those that are active.
type activityCount struct {
	nodes, activeNodes, sectors, activeSectors int
}

func (c *activityCount) add(l *tnn.Layout, fluctuating, states *state.Array, sector int) {
	for first := 0; first < states.Len(); first += sector {
		nodes, active := 0, 0
		for i := first; i < first+sector; i++ {
			if at := i % l.Positions; l.Active[at/tnn.Lanes]>>(at%tnn.Lanes)&1 == 0 {
				continue
			}
			nodes++
			if fluctuating.At(i) == 0 && states.At(i) != 0 {
				active++
			}
		}
		c.nodes += nodes
		c.activeNodes += active
		c.sectors += min(nodes, 1)
		c.activeSectors += min(active, 1)
	}
}

func (c *activityCount) activity() Activity {
	if c.nodes == 0 {
		return Activity{}
	}
	return Activity{Nodes: float64(c.activeNodes) / float64(c.nodes), Sectors: float64(c.activeSectors) / float64(c.sectors)}
}
