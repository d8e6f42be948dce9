package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Checkpoint is everything that a run needs to go on as if it had never been
// interrupted, on any backend.
type Checkpoint struct {
	Program   string // name and version of what wrote it; empty before format 2
	Config    string // SHA-256 of the configuration's text, in hexadecimal
	Graph     string // SHA-256 of the network's graph, likewise; empty where it is not known
	First     int64  // step after which the run's files begin: 0, or that of the checkpoint that it was branched from
	Model     string
	Rule      string
	State     *State
	EpochSums []float64 // replicas x sums, over the steps of the unfinished epoch
	ExtraSums []float64 // replicas x sums, of a row that only the end of the run has; nil where there is none
	Controls  []Control // in the order in which they were given
	Files     []FileLength
	Ended     []int // replicas that ended by themselves, whose values need not be finite
}

// NotFinite finds a field with a value that is NaN or infinite in a replica that
// has not ended, the first such value, and how many there are: 0 where all is well.
func (c *Checkpoint) NotFinite() (field *Array, first, count int) {
	for i := range c.State.Arrays {
		a := &c.State.Arrays[i]
		if first, count = a.NotFinite(c.State.Replicas, c.Ended); count > 0 {
			return a, first, count
		}
	}
	return nil, 0, 0
}

// FileLength is how much of a file that only grows belongs to a checkpoint, and what
// that is. Sums are SHA-256 in hexadecimal, and empty where they are not known.
type FileLength struct {
	Name   string `json:"name"`
	Length int64  `json:"length"` // bytes
	// Sum is that of a table's bytes. Of a recording it is a chain: that of the sum
	// before and a record, from one record to the next, beginning with no bytes.
	Sum  string `json:"sum,omitempty"`
	Last string `json:"last,omitempty"` // sum of a recording's last record
}

// ErrBroken is wrapped by DecodeCheckpoint for what was truncated or altered.
var ErrBroken = errors.New("the checkpoint is truncated or altered")

// A checkpoint is: magic, format version and header length (uint32 each), a
// header in JSON, the epoch's sums and those of the extra row as float64, the arrays
// in the order that the header gives, and the SHA-256 of all that. Reals have the precision of the
// header, whole numbers 32 bits, and eight bits make a byte, the first of them its
// lowest. Numbers are little-endian. Every version keeps the first twelve and the
// last 32 bytes.
//
// Version 1 has arrays of reals only, each with values for every replica, and no
// program, graph, first step and sums of files.
const (
	checkpointMagic   = "TNNCKPT\n"
	checkpointVersion = 2
	oldestVersion     = 1
	prefixBytes       = len(checkpointMagic) + 8
	headerLimit       = 16 << 20
	chunkBytes        = 1 << 16 // decoded at a time
)

// checkpointHeader is the JSON part of a checkpoint.
type checkpointHeader struct {
	Program   string        `json:"program,omitempty"`
	Config    string        `json:"config"`
	Graph     string        `json:"graph,omitempty"`
	First     int64         `json:"first,omitempty"`
	Model     string        `json:"model"`
	Rule      string        `json:"rule"`
	Precision Precision     `json:"precision"`
	Replicas  int           `json:"replicas"`
	Step      int64         `json:"step"`
	EpochSums int64         `json:"epoch_sums"`
	ExtraSums int64         `json:"extra_sums,omitempty"`
	Arrays    []arrayHeader `json:"arrays"`
	Controls  []Control     `json:"controls"`
	Files     []FileLength  `json:"files"`
	Ended     []int         `json:"ended,omitempty"`
}

type arrayHeader struct {
	Name   string `json:"name"`
	Space  Space  `json:"per"`
	Kind   Kind   `json:"kind,omitempty"`   // in files only if it is not real
	Shared bool   `json:"shared,omitempty"` // one value per item, whatever the replicas
	Length int64  `json:"length"`           // values, all replicas together
}

// bytes of the array's values in the file; -1 where there cannot be so many.
func (a *arrayHeader) bytes(p Precision) int64 {
	width := int64(p.Bytes())
	switch a.Kind {
	case Bit:
		return a.Length/8 + (a.Length%8+7)/8
	case Int:
		width = 4
	}
	if a.Length > math.MaxInt64/width {
		return -1
	}
	return a.Length * width
}

func (c *Checkpoint) header() ([]byte, error) {
	h := checkpointHeader{
		Program: c.Program, Config: c.Config, Graph: c.Graph, First: c.First, Model: c.Model, Rule: c.Rule,
		Precision: c.State.Precision, Replicas: c.State.Replicas, Step: c.State.Step,
		EpochSums: int64(len(c.EpochSums)), ExtraSums: int64(len(c.ExtraSums)), Controls: c.Controls, Files: c.Files, Ended: c.Ended,
	}
	for i := range c.State.Arrays {
		a := &c.State.Arrays[i]
		if a.Kind == Real && a.Len() > 0 && a.Precision() != c.State.Precision {
			return nil, fmt.Errorf("field %s is of %s precision in a state of %s precision", a.Name, a.Precision(), c.State.Precision)
		}
		h.Arrays = append(h.Arrays, arrayHeader{Name: a.Name, Space: a.Space, Kind: a.Kind, Shared: a.Shared, Length: int64(a.Len())})
	}
	if err := h.validate(); err != nil {
		return nil, fmt.Errorf("the checkpoint is inconsistent: %w", err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint's header cannot be encoded: %w", err)
	}
	if len(text) > headerLimit {
		return nil, fmt.Errorf("the checkpoint's header has %d bytes, more than the %d that are allowed; fewer interventions fit", len(text), headerLimit)
	}
	return text, nil
}

// validate checks what does not depend on the size of the file.
func (h *checkpointHeader) validate() error {
	switch {
	case h.Replicas < 1:
		return fmt.Errorf("it has %d replicas; at least one is needed", h.Replicas)
	case h.Step < 0:
		return fmt.Errorf("its step %d is negative", h.Step)
	case h.First < 0 || h.First > h.Step:
		return fmt.Errorf("it is of step %d, and the run begins after step %d", h.Step, h.First)
	case h.EpochSums < 0 || h.EpochSums%int64(h.Replicas) != 0:
		return fmt.Errorf("it has %d sums of the epoch for %d replicas", h.EpochSums, h.Replicas)
	case h.ExtraSums < 0 || h.ExtraSums%int64(h.Replicas) != 0:
		return fmt.Errorf("it has %d sums of the row at the run's end for %d replicas", h.ExtraSums, h.Replicas)
	}
	seen := make(map[string]bool, len(h.Arrays))
	for _, a := range h.Arrays {
		if a.Name == "" || seen[a.Name] {
			return fmt.Errorf("field %q has no name or is there twice", a.Name)
		}
		seen[a.Name] = true
		if a.Space == "" {
			return fmt.Errorf("field %s does not say what it has a value for", a.Name)
		}
		if a.Length < 0 || !a.Shared && a.Length%int64(h.Replicas) != 0 {
			return fmt.Errorf("field %s has %d values for %d replicas", a.Name, a.Length, h.Replicas)
		}
	}
	for _, r := range h.Ended {
		if r < 0 || r >= h.Replicas {
			return fmt.Errorf("replica %d is said to have ended, and there are %d", r, h.Replicas)
		}
	}
	for _, f := range h.Files {
		if f.Name == "" || f.Length < 0 {
			return fmt.Errorf("file %q has length %d", f.Name, f.Length)
		}
	}
	return nil
}
