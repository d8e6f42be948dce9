package main

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/files"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
)

// muchWritten is the size from which on a run says before it begins what it will write.
const muchWritten = 100_000_000

// written is what a job will write, at most about.
func (j *job) written() ([]record.FileSize, error) {
	first, last := j.first(), j.plan.Steps
	epochs := sim.EpochOf(last, j.plan.Epoch).Index - sim.EpochOf(first+1, j.plan.Epoch).Index + 1
	sizes, err := j.options.Sizes(first, last, epochs)
	if err != nil {
		return nil, err
	}
	final := j.setup.finalBytes()
	if !j.options.NoFinal {
		sizes = append(sizes, record.FileSize{Name: record.FinalName, Bytes: final})
	}
	return append(sizes, record.FileSize{Name: "checkpoints", Bytes: record.KeptCheckpoints * final}), nil
}

// describeWritten says what a job will write where that is much, and warns where the disk
// of its folder does not have so much left.
func (p *program) describeWritten(j *job, folder string) [][2]string {
	sizes, err := j.written()
	if err != nil {
		return nil // what is to be written says so
	}
	total := int64(0)
	for _, s := range sizes {
		total += s.Bytes
	}
	if total < muchWritten {
		return nil
	}
	if free := files.Free(folder); free > 0 && free < total {
		p.warn(fmt.Sprintf("the run may write %s, and the disk of %s has %s left; it goes on from its last checkpoint if it has to stop", bytesText(total), folder, bytesText(free)))
	}
	return [][2]string{{"writes", writtenText(sizes, total)}}
}

// writtenText names the files that have most of it, the largest first.
func writtenText(sizes []record.FileSize, total int64) string {
	slices.SortStableFunc(sizes, func(a, b record.FileSize) int { return int(min(1, max(-1, b.Bytes-a.Bytes))) })
	var parts []string
	for _, s := range sizes {
		if s.Bytes < total/100 {
			break
		}
		part := s.Name + " " + bytesText(s.Bytes)
		if s.Name == record.StepsName {
			part += " (--steps-every thins it)"
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("at most about %s: %s", bytesText(total), strings.Join(parts, ", "))
}
