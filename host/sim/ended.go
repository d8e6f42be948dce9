package sim

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// What follows is about models whose replicas end by themselves, and about models
// that have rows at some steps only.

// ends lists the replicas that had ended by themselves in a state.
func (r *Run) ends(s *state.State) []model.End {
	if r.ended == nil {
		return nil
	}
	return r.ended.Ends(s)
}

func endedReplicas(ends []model.End) []int {
	var out []int
	for _, e := range ends {
		out = append(out, e.Replica)
	}
	return out
}

// haveEnded tells from the sums of a step whether all replicas have ended.
func (r *Run) haveEnded(sums []float64) bool {
	if r.ended == nil {
		return false
	}
	each := len(r.about.Sums)
	for k := range r.plan.Replicas {
		if !r.ended.HasEnded(sums[k*each : (k+1)*each]) {
			return false
		}
	}
	return true
}

// hasRow tells whether a step has a row.
func (r *Run) hasRow(step int64) bool {
	return r.recorded == nil || r.recorded.NextRow(step-1) == step
}

// isExtra tells whether a step has a row only because the run ends with it.
func (r *Run) isExtra(step int64) bool { return r.recorded != nil && r.recorded.IsExtra(step) }

// countRows counts the rows of the steps after one step up to another, without one that
// only the end of the run has.
func countRows(of model.Recorded, after, last int64) int {
	if of == nil {
		return int(last - after)
	}
	n := 0
	for step := of.NextRow(after); step <= last; step = of.NextRow(step) {
		if !of.IsExtra(step) {
			n++
		}
	}
	return n
}
