package record

import "tnn-gpu/host/model"

// FileSize is how much is written to a file.
type FileSize struct {
	Name  string
	Bytes int64
}

// KeptCheckpoints is how many checkpoints a folder keeps.
const KeptCheckpoints = 2

// cellBytes is about what a number of a table takes, with its comma, where it has all
// the digits of a double; few take more.
const cellBytes = 18

// Sizes are those of the files that grow, for the steps after one up to another. That of
// a recording is exact, and that of a table at most, about. epochs is how many there are.
func (o *Options) Sizes(after, last, epochs int64) ([]FileSize, error) {
	r := &Recorder{options: *o, about: o.Model.Describe(), replicas: len(o.Seeds), points: o.Sweep.Points(len(o.Seeds))}
	if err := r.plan(); err != nil {
		return nil, err
	}
	rows := func(t *table, n int64) FileSize {
		return FileSize{t.name(), n * int64(len(t.columns)) * cellBytes}
	}
	replicas := int64(r.replicas)
	out := []FileSize{rows(r.steps, replicas*o.countRows(after, last)), rows(r.epochs, int64(len(r.points))*epochs)}
	if r.replicaEpochs != nil {
		out = append(out, rows(r.replicaEpochs, replicas*epochs))
	}
	if r.probeRows != nil {
		out = append(out, rows(r.probeRows, replicas*(last/o.ProbeEvery-after/o.ProbeEvery)))
	}
	if columns := r.inputColumns(); columns != nil {
		out = append(out, FileSize{inputsName, (last - after) * int64(len(columns)) * cellBytes})
	}
	for _, recording := range r.recordings {
		out = append(out, FileSize{recording.name(), recording.recordsUntil(last, after) * recording.recordBytes()})
	}
	return out, nil
}

// countRows is how many steps have a row in steps.csv, of those after one up to another.
func (o *Options) countRows(after, last int64) int64 {
	every := max(1, o.StepsEvery)
	recorded, some := o.Model.(model.Recorded)
	if !some {
		return last/every - after/every
	}
	n := int64(0)
	for step := recorded.NextRow(after); step <= last; step = recorded.NextRow(step) {
		if o.hasRow(step) {
			n++
		}
	}
	return n
}
