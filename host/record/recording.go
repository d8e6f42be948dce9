package record

import (
	"encoding/hex"
	"fmt"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// recording is a .npy file of records of one field, one after another.
type recording struct {
	growing
	every    int64
	source   *source
	indices  []int // of the recorded items, within a replica
	replicas int
	dtype    string
	width    int     // bytes of a value
	shape    []int64 // of one record
	records  int64
	buffer   []byte
}

func recordingName(field string) string { return RecordingsName + "/" + field + ".npy" }

// itemsName is the file that lists the items of a recording that has not all.
func itemsName(field string) string { return RecordingsName + "/" + field + itemsSuffix }

const itemsSuffix = ".items.npy"

// newRecording prepares a recording without opening its file.
func newRecording(o *Options, from *sources, r Recording) (*recording, error) {
	s, err := from.find(r.Field)
	if err != nil {
		return nil, err
	}
	out := &recording{
		growing: growing{file: recordingName(r.Field)}, every: r.Every, source: s, indices: s.order,
		replicas: len(o.Seeds), dtype: s.dtype(o.Backend.Precision), width: s.field.Bytes(o.Backend.Precision), shape: s.replicated(len(o.Seeds), s.shape),
	}
	if r.Items == nil {
		return out, nil
	}
	if s.wide {
		return nil, fmt.Errorf("field %s has one value per %s, so all of it is recorded or nothing", r.Field, s.field.Space)
	}
	out.indices = make([]int, len(r.Items))
	out.shape = s.replicated(len(o.Seeds), []int64{int64(len(r.Items))})
	for i, item := range r.Items {
		if item < 0 || item >= len(s.order) {
			return nil, fmt.Errorf("%s %d cannot be recorded; use 0 to %d", s.field.Space, item, len(s.order)-1)
		}
		out.indices[i] = s.order[item]
	}
	return out, nil
}

func (r *recording) recordBytes() int64 {
	return int64(r.width) * int64(r.source.field.Copies(r.replicas)) * int64(len(r.indices))
}

// recordsUntil is how many there are after a step.
func (r *recording) recordsUntil(step, first int64) int64 { return step/r.every - first/r.every }

// fits tells whether a length is that of all records up to a step.
func (r *recording) fits(length, step, first int64) error {
	if want := npy.HeaderBytes + r.recordsUntil(step, first)*r.recordBytes(); length != want {
		return fmt.Errorf("the checkpoint has %d bytes of %s, not %d; record what the run has recorded from its beginning", length, r.file, want)
	}
	return nil
}

// begin writes the header before it cuts the records that the header counts no more: a
// file that an interruption leaves in between is one that readers take.
func (r *recording) begin(f *Folder, step, first int64) error {
	if r.tail != nil {
		r.records = r.recordsUntil(step, first)
		if err := r.writeHeader(); err != nil {
			return err
		}
	}
	fresh, err := r.growing.begin(f, r.header())
	if fresh {
		r.digest = &digest{chain: emptyChain()}
	}
	return err
}

func (r *recording) header() []byte {
	return npy.EncodeHeader(r.dtype, append([]int64{r.records}, r.shape...))
}

// writeHeader tells readers how many records there are; it comes after them.
func (r *recording) writeHeader() error {
	_, err := r.tail.file.WriteAt(r.header(), 0)
	return r.wrap(err)
}

// record adds a record if one is due at the snapshot's step.
func (r *recording) record(shot *sim.Snapshot) error {
	if shot.Start || shot.Step%r.every != 0 {
		return nil
	}
	a, err := r.source.of(shot, r.replicas)
	if err != nil {
		return err
	}
	r.buffer = r.buffer[:0]
	for k := range a.Copies(r.replicas) {
		r.buffer = npy.AppendItems(r.buffer, a, a.First(k, r.replicas), r.indices)
	}
	if _, err := r.tail.Write(r.buffer); err != nil {
		return r.wrap(err)
	}
	r.digest.add(r.buffer)
	r.records++
	return r.writeHeader()
}

func (r *recording) flush() error { return nil }

func (r *recording) sync() (state.FileLength, error) {
	file := state.FileLength{Name: r.file, Length: r.tail.end, Last: r.digest.last}
	if r.digest.chain != nil {
		file.Sum = hex.EncodeToString(r.digest.chain)
	}
	return file, r.wrap(r.tail.file.Sync())
}
