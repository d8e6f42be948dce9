package hopfield

import (
	"fmt"
	"path/filepath"
	"strings"

	"tnn-gpu/host/model"
)

// Unheeded implements model.Selective.
func (s *Spec) Unheeded(key string, in model.Use) (why string) {
	cold := s.Recall.Temperature == 0
	if in == model.Branch && (key == "recall.fraction" || key == "recall.corruption" || key == "recall.trial" && cold) {
		return "the run begins at a checkpoint"
	}
	switch key {
	case "recall.fraction", "recall.corruption":
		return s.unheededCorruption(key)
	case "recall.method":
		if cold {
			return "recall.temperature is 0, at which a unit follows its field"
		}
	case "recall.trials":
		if in != model.Experiment {
			return "only an experiment of a scan recalls several times"
		}
	case "patterns.threshold":
		if !s.readsImages() {
			return "no file of patterns is an image"
		}
	case "network.matrix":
		return s.unheededMatrix()
	}
	return ""
}

func (s *Spec) unheededCorruption(key string) (why string) {
	switch r := s.Recall; {
	case r.State != "":
		return "recall.state is the start, in place of a corrupted pattern"
	case r.Start != "":
		return "recall.start is the start, in place of a corrupted pattern"
	case key == "recall.fraction" && r.Corruption == AnyStart:
		return "with the corruption random all units are drawn"
	}
	return ""
}

// readsImages tells whether patterns or the start are PNG images.
func (s *Spec) readsImages() bool {
	for _, name := range s.Files() {
		if strings.EqualFold(filepath.Ext(*name), ".png") {
			return true
		}
	}
	return false
}

// unheededMatrix says why there is a matrix or none, whatever the key says.
func (s *Spec) unheededMatrix() (why string) {
	n, complete := s.Network, s.Graph.Kind == Complete
	switch has := s.hasMatrix(); {
	case has == n.Matrix:
		return ""
	case has && n.Rule == Hebb:
		return "couplings that are damaged or clipped, or stand beside thresholds, are a matrix all the same"
	case has:
		return fmt.Sprintf("the couplings of the rule %s are a matrix all the same", n.Rule)
	case complete:
		return fmt.Sprintf("the rule %s has no couplings", n.Rule)
	}
	return fmt.Sprintf("the couplings of a graph of kind %s are those of its edges", s.Graph.Kind)
}
